//! A definition compiled for calls: its statement parsed, its patterns built, its source's pool at hand.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connect::pools::Pools;
use connect::vault::{Vault, seal_place};
use connect::{BindingConfig, Connection, SourceErrorKind, registry};
use model::snapshot::{SnapshotApi, SnapshotSource, compartment};
use model::statement::{Page, Template, test_arguments};
use regex::Regex;

/// The longest that a plan is tried before it goes live.
const TRY_TIMEOUT: Duration = Duration::from_secs(2);

/// Everything that one call needs, made off the request path.
pub(crate) struct Plan {
    pub(crate) api: SnapshotApi,
    pub(crate) source: SnapshotSource,
    pub(crate) template: Template,
    pub(crate) patterns: HashMap<String, Regex>,
    pub(crate) connection: Arc<dyn Connection>,
    pub(crate) timeout: Duration,
    /// `travel/plane`
    pub(crate) path: String,
    /// The version as a header's value.
    pub(crate) version_text: String,
}

impl Plan {
    /// # Errors
    /// A sentence that says why it cannot be served.
    pub(crate) fn compile(api: SnapshotApi, source: SnapshotSource, pools: &Pools, vault: &Vault) -> Result<Self, String> {
        let connector = registry::connector(&source.driver).ok_or_else(|| format!("This node has no connector for {}.", source.driver))?;
        let template = Template::new(&api.spec, connector.dialect()).map_err(|error| format!("Its SQL cannot be read: {error}."))?;
        let mut patterns = HashMap::new();
        for parameter in &api.spec.parameters {
            if let Some(pattern) = &parameter.pattern {
                // A pattern must match the whole value: that is what people mean by one.
                let whole =
                    Regex::new(&format!("^(?:{pattern})$")).map_err(|_| format!("The pattern of {} cannot be read.", parameter.name))?;
                patterns.insert(parameter.name.clone(), whole);
            }
        }
        let sealed = vault
            .open(&source.secret, &seal_place(&source.name, source.environment))
            .map_err(|error| format!("The secrets of {} cannot be opened: {error}.", source.name))?;
        let config = BindingConfig {
            settings: serde_json::from_str(&source.config).map_err(|_| format!("The settings of {} cannot be read.", source.name))?,
            secrets: serde_json::from_slice(&sealed).map_err(|_| format!("The secrets of {} cannot be read.", source.name))?,
        };
        let place = format!("{}/{}/{}", source.name, source.environment.key(), compartment(&api.domain, api.priority));
        let connection = pools.get(&place, &source.driver, &config).map_err(|error| error.sentence)?;
        Ok(Self {
            timeout: Duration::from_millis(api.spec.policy.timeout_ms.into()),
            path: format!("{}/{}", api.domain, api.name),
            version_text: api.version.to_string(),
            api,
            source,
            template,
            patterns,
            connection,
        })
    }

    /// Lets the source prepare the statement. A source that is away does not speak against the plan.
    ///
    /// # Errors
    /// Why the statement can no longer run.
    pub(crate) async fn try_out(&self) -> Result<(), String> {
        let arguments = test_arguments(&self.api.spec, true);
        let rendered = self.template.render(&self.api.spec, &arguments, Page { limit: 1, offset: 0 });
        let described = tokio::time::timeout(TRY_TIMEOUT, self.connection.describe(&rendered.sql, &rendered.binds)).await;
        match described {
            Ok(Err(error)) if matches!(error.kind, SourceErrorKind::Missing | SourceErrorKind::Statement) => {
                tracing::warn!(api = self.path, cause = %error.cause, "a plan does not fit its source: {error}");
                Err(format!("{}: {}", self.source.name, error.sentence))
            }
            _ => Ok(()),
        }
    }
}
