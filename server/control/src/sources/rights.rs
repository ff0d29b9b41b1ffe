//! What the user of a source may do beyond reading: a second wall is only one where it may not.

use std::collections::BTreeMap;

use connect::{Connection, Excess};
use model::connector::{MAY_WRITE, WRITE};
use model::snapshot::Environment;
use model::{Action, Problem};

use crate::failure::settings;
use crate::{Caller, Control};

impl Control {
    /// What the user of a source may do that nothing here needs, a sentence each.
    ///
    /// # Errors
    /// For those who may change the source; where it has no binding for the environment.
    pub async fn source_rights(&self, caller: &Caller, source: &str, environment: Environment) -> Result<Vec<String>, Problem> {
        let row = self.visible_source(caller, source).await?;
        caller.authorise(Action::EditSource, &row.domain)?;
        let resolved = self.resolve_source(source, environment).await?;
        let settings = settings(source, environment.key(), &resolved.snapshot.config)?;
        Ok(excess_of(source, resolved.connection.as_ref(), &settings).await)
    }
}

/// The sentences about a connection with these settings. A source that does not tell its user's rights is not compared with it.
pub(super) async fn excess_of(source: &str, connection: &dyn Connection, settings: &BTreeMap<String, String>) -> Vec<String> {
    let found = connection.rights().await.unwrap_or_else(|error| {
        tracing::info!(source, cause = %error.cause, "the rights of a source's user cannot be read");
        Vec::new()
    });
    let writes = settings.get(WRITE).is_some_and(|said| said == MAY_WRITE);
    let unwanted = found.into_iter().filter(|excess| !(writes && *excess == Excess::Writes));
    unwanted.map(|excess| excess.sentence().to_owned()).collect()
}
