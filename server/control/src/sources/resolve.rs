//! From a source's name and an environment to an open connection, secrets unsealed on the way.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect::vault::seal_place;
use connect::{Connection, Connector, registry};
use model::dialect::Dialect;
use model::snapshot::{Environment, SnapshotSource};
use model::{ApiSpec, ErrorCode, Problem};
use store::{BindingRow, SourceRow};

use crate::Control;
use crate::failure::{from_json, from_source, stored};

/// One binding of a source, ready to be used. Holds secrets: it never leaves this crate.
#[derive(Clone)]
pub(crate) struct Resolved {
    pub name: String,
    pub domain: String,
    pub dialect: Dialect,
    pub connection: Arc<dyn Connection>,
    pub snapshot: SnapshotSource,
}

/// The connector that a stored source names.
fn connector_of(row: &SourceRow) -> Result<&'static dyn Connector, Problem> {
    registry::connector(&row.driver).ok_or_else(|| Problem::new(ErrorCode::Internal, format!("Connector {} does not exist.", row.driver)))
}

impl Control {
    /// The binding of a stored source. No authority is asked here: whoever calls has done so.
    pub(crate) async fn resolve_source(&self, name: &str, environment: Environment) -> Result<Resolved, Problem> {
        let row = self.store.source(name).await?;
        let row = row.ok_or_else(|| Problem::not_found(format!("source {name}")))?;
        self.resolve_row(&row, environment).await
    }

    /// The binding of a source that a definition of a domain names. A source of another domain is refused as one that
    /// was never made: nobody learns that it is there, or whose it is.
    pub(crate) async fn resolve_in(&self, (domain, name): (&str, &str), environment: Environment) -> Result<Resolved, Problem> {
        self.resolve_row(&self.source_in(domain, name).await?, environment).await
    }

    /// What a source of a domain speaks, whether it can be reached or not.
    pub(crate) async fn dialect_in(&self, domain: &str, name: &str) -> Result<Dialect, Problem> {
        Ok(connector_of(&self.source_in(domain, name).await?)?.dialect())
    }

    async fn source_in(&self, domain: &str, name: &str) -> Result<SourceRow, Problem> {
        let row = self.store.source(name).await?.filter(|row| row.domain == domain);
        row.ok_or_else(|| Problem::field("source", format!("Domain {domain} has no source {name}.")))
    }

    async fn resolve_row(&self, row: &SourceRow, environment: Environment) -> Result<Resolved, Problem> {
        let bindings = self.store.bindings_of(&row.id).await?;
        let binding = bindings.iter().find(|binding| binding.environment == environment.key());
        let binding = binding.ok_or_else(|| {
            let detail = format!("Source {} has no binding for {}. Add a binding on the source's page.", row.name, environment.key());
            Problem::new(ErrorCode::Conflict, detail)
        })?;
        self.open_binding(row, binding, environment)
    }

    /// The source of a definition of a domain; `None` for a Union, which has none of its own.
    pub(crate) async fn source_of(&self, domain: &str, spec: &ApiSpec, environment: Environment) -> Result<Option<Resolved>, Problem> {
        if spec.union().is_some() { Ok(None) } else { self.resolve_in((domain, &spec.source), environment).await.map(Some) }
    }

    pub(crate) fn open_binding(&self, row: &SourceRow, binding: &BindingRow, environment: Environment) -> Result<Resolved, Problem> {
        let snapshot = SnapshotSource {
            name: row.name.clone(),
            domain: row.domain.clone(),
            environment,
            driver: row.driver.clone(),
            config: binding.config.clone(),
            secret: binding.secret.clone(),
        };
        let connection =
            connect::binding::open(&self.pools, &self.vault, &snapshot, "portal").map_err(|error| from_source(&row.name, &error))?;
        let dialect = connector_of(row)?.dialect();
        Ok(Resolved { name: row.name.clone(), domain: row.domain.clone(), dialect, connection, snapshot })
    }

    pub(crate) fn unseal(&self, source: &str, environment: Environment, sealed: &[u8]) -> Result<BTreeMap<String, String>, Problem> {
        let plain = self.vault.open(sealed, &seal_place(source, environment)).map_err(|error| {
            tracing::error!(source, cause = %error, "a sealed secret cannot be opened");
            Problem::new(ErrorCode::SourceUnavailable, format!("The secrets of source {source} cannot be decrypted: {error}."))
        })?;
        stored(&String::from_utf8_lossy(&plain), &format_args!("the {} secrets of the source {source}", environment.key()))
    }

    pub(crate) fn seal(&self, source: &str, environment: Environment, secrets: &BTreeMap<String, String>) -> Result<Vec<u8>, Problem> {
        let plain = serde_json::to_vec(secrets).map_err(|error| from_json(&error))?;
        self.seal_bytes(&plain, &seal_place(source, environment))
    }

    /// Seals a secret for one place; it cannot be opened for another.
    pub(crate) fn seal_bytes(&self, plain: &[u8], place: &str) -> Result<Vec<u8>, Problem> {
        let mut nonce = [0; connect::vault::NONCE_BYTES];
        self.host.fill_random(&mut nonce);
        self.vault
            .seal(plain, place, nonce)
            .map_err(|error| Problem::new(ErrorCode::Internal, format!("The secrets could not be encrypted: {error}.")))
    }
}
