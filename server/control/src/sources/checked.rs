//! Which settings of a source a check has looked at. A version goes live on those alone: its approver saw rows of no other place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::registry;
use model::connector::Effect;
use model::view::CheckReport;
use model::{ErrorCode, Problem};

use super::Resolved;
use super::endpoint::Values;
use crate::Control;
use crate::failure::{from_json, settings};

impl Control {
    /// A fingerprint of the settings and secrets of a binding that decide who is spoken to and which rows there are. It is made under a key
    /// derived from the master key, so that nobody can try secrets against it.
    pub(crate) fn binding_fingerprint(&self, source: &Resolved) -> Result<String, Problem> {
        let snapshot = &source.snapshot;
        let mut values: Values = settings(&snapshot.name, snapshot.environment.key(), &snapshot.config)?;
        values.extend(self.unseal(&snapshot.name, snapshot.environment, &snapshot.secret)?);
        let form = registry::connector(&snapshot.driver).map(connect::Connector::form).unwrap_or_default();
        let decides = |key: &String| form.iter().any(|field| &field.key == key && field.effect != Effect::Neither);
        // Absent and empty are the same.
        values.retain(|key, value| !value.is_empty() && decides(key));
        let text = serde_json::to_string(&(&snapshot.driver, &values)).map_err(|error| from_json(&error))?;
        Ok(URL_SAFE_NO_PAD.encode(self.vault.derived(&format!("checked binding/{text}"))))
    }

    /// # Errors
    /// Where the settings that were checked are others by now. Checks from before there were fingerprints say nothing of theirs.
    pub(crate) fn refuse_other_binding(&self, source: Option<&Resolved>, evidence: &CheckReport) -> Result<(), Problem> {
        let Some(source) = source.filter(|_| !evidence.binding.is_empty()) else { return Ok(()) };
        if self.binding_fingerprint(source)? == evidence.binding {
            return Ok(());
        }
        let detail = format!(
            "The {} settings of source {} have changed since this version was checked, so its sample rows may be out of date. Withdraw or reject this request, and submit the version again: it is checked then.",
            source.snapshot.environment.key(),
            source.name
        );
        Err(Problem::new(ErrorCode::Conflict, detail))
    }
}
