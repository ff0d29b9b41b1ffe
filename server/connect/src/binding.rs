//! From a binding as it is stored, its secrets sealed, to an open connection.

use std::sync::Arc;

use model::snapshot::{Environment, SnapshotSource};

use crate::pools::Pools;
use crate::queue::Queued;
use crate::vault::{Vault, seal_place};
use crate::{BindingConfig, SourceError, SourceErrorKind};

/// Settings that no form has: whose source it is and where. A source of datasets is nothing else.
pub const DOMAIN: &str = "sluice.domain";
pub const ENVIRONMENT: &str = "sluice.environment";

/// Opens a binding for one purpose; each has a pool of its own (`share`: a compartment, the console, a build).
///
/// # Errors
/// Secrets that cannot be opened, settings that cannot be understood, a driver that is not known.
pub fn open(pools: &Pools, vault: &Vault, source: &SnapshotSource, share: &str) -> Result<Arc<Queued>, SourceError> {
    let config = settings(vault, source)?;
    let place = format!("{}/{}/{share}", source.name, source.environment.key());
    pools.get(&place, &source.driver, &config)
}

/// A binding's settings with its secrets in the clear: for the moment of opening it.
///
/// # Errors
/// Secrets that cannot be opened, settings that cannot be read.
pub fn settings(vault: &Vault, source: &SnapshotSource) -> Result<BindingConfig, SourceError> {
    let bad = |sentence: String| SourceError::new(SourceErrorKind::Refused, sentence);
    let sealed = vault
        .open(&source.secret, &seal_place(&source.name, source.environment))
        .map_err(|error| bad(format!("The secrets of the source cannot be decrypted: {error}.")))?;
    let config = BindingConfig {
        settings: serde_json::from_str(&source.config).map_err(|_| bad("The settings of the source cannot be read.".into()))?,
        secrets: serde_json::from_slice(&sealed).map_err(|_| bad("The secrets of the source cannot be read.".into()))?,
    };
    Ok(placed(config, &source.domain, source.environment))
}

/// The settings with whose they are and where, whatever they said of it themselves.
#[must_use]
pub fn placed(mut config: BindingConfig, domain: &str, environment: Environment) -> BindingConfig {
    config.settings.insert(DOMAIN.to_owned(), domain.to_owned());
    config.settings.insert(ENVIRONMENT.to_owned(), environment.key().to_owned());
    config
}
