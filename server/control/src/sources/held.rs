//! A change of a production binding that can change what live APIs and datasets give: it is held back for somebody else's decision.

use connect::address;
use model::audit::AuditAction;
use model::connector::{ConfigField, Effect};
use model::view::{HeldChange, RequestKind, RequestState, SettingChange};
use model::{ErrorCode, Problem};
use store::{BindingRow, HeldChangeRow, RequestRow, SourceRow, StoreError, Tx};

use super::endpoint::{Values, changed};
use super::{PreparedSource, config_text};
use crate::affected::{Affected, HELD};
use crate::failure::settings;
use crate::review::Held;
use crate::{Caller, Control};

impl Control {
    /// Takes the change of the production binding out of what is written at once, where something live uses the source and could
    /// give something else by it. What stays in force stands in its place. The same change again waits already.
    ///
    /// # Errors
    /// Where another change of the same binding waits for a decision, or the source was changed since it was read.
    pub(crate) async fn hold_back(&self, prepared: &mut PreparedSource) -> Result<(), Problem> {
        let row = &prepared.row;
        // Whoever names an edit that is still to come would write what was read before it over what somebody else has decided.
        if prepared.known_edit.is_some_and(|edit| edit != row.edit) {
            return Err(StoreError::Stale.into());
        }
        let Some(before) = prepared.stored.iter().find(|row| row.environment == HELD.key()).cloned() else { return Ok(()) };
        let Some(after) = prepared.bindings.iter_mut().find(|row| row.environment == HELD.key()) else { return Ok(()) };
        if (&before.config, &before.secret) == (&after.config, &after.secret) {
            return Ok(());
        }
        if let Some((request, waiting)) = self.open_change(RequestKind::Binding, &row.id).await? {
            if !self.is_same(row, &waiting, after)? {
                return Err(waits(&row.name));
            }
            prepared.waiting = Some(request.id);
        } else {
            if !self.changes_rows(row, &before, after)? || self.affected_by_source(row).await? == Affected::default() {
                return Ok(());
            }
            prepared.held = Some(after.clone());
        }
        *after = before;
        prepared.note_after();
        Ok(())
    }

    /// Writes what was held back as a request; gives its id, or that of the one that waits already.
    pub(super) async fn write_held(&self, tx: &mut Tx, caller: &Caller, prepared: &PreparedSource) -> Result<Option<String>, Problem> {
        let row = &prepared.row;
        let before = prepared.stored.iter().find(|row| row.environment == HELD.key());
        let (Some(after), Some(before)) = (&prepared.held, before) else { return Ok(prepared.waiting.clone()) };
        let held = Held {
            kind: RequestKind::Binding,
            object_id: &row.id,
            before: (before.config.clone(), before.secret.clone()),
            after: (after.config.clone(), after.secret.clone()),
        };
        let request = self.write_request(tx, caller, held).await.map_err(|error| match error {
            StoreError::Taken => waits(&row.name),
            other => Problem::from(other),
        })?;
        let (before, after) = (Some(config_text(&before.config)), Some(config_text(&after.config)));
        self.note(tx, AuditAction::SourceRequested, (&row.domain, &row.name), before, after).await?;
        Ok(Some(request))
    }

    /// Whether what is asked for is what waits already.
    fn is_same(&self, row: &SourceRow, waiting: &HeldChangeRow, asked: &BindingRow) -> Result<bool, Problem> {
        let same_settings = settings_of(row, &waiting.definition)? == settings_of(row, &asked.config)?;
        let secrets = |sealed: &[u8]| self.unseal(&row.name, HELD, sealed);
        Ok(same_settings && secrets(&waiting.secret)? == secrets(&asked.secret)?)
    }

    /// Whether somebody could get other rows by the change.
    fn changes_rows(&self, row: &SourceRow, before: &BindingRow, after: &BindingRow) -> Result<bool, Problem> {
        let form = form_of(&row.driver);
        let (old, new) = (settings_of(row, &before.config)?, settings_of(row, &after.config)?);
        if changed(&form, &old, &new).iter().any(|field| field.effect != Effect::Neither) {
            return Ok(true);
        }
        let (old, new) = (self.unseal(&row.name, HELD, &before.secret)?, self.unseal(&row.name, HELD, &after.secret)?);
        Ok(changed(&form, &old, &new).iter().any(|field| field.effect != Effect::Neither))
    }

    /// What a request changes and who is affected; of secrets, only which are other ones.
    pub(crate) async fn binding_change(
        &self,
        row: &SourceRow,
        (request, held): (&RequestRow, &HeldChangeRow),
    ) -> Result<HeldChange, Problem> {
        let form = form_of(&row.driver);
        let (before, after) = (settings_of(row, &held.before_definition)?, settings_of(row, &held.definition)?);
        // A setting from before may be an address with a password inside.
        let said = |values: &Values, field: &ConfigField| values.get(&field.key).map(|text| address::shown(text)).unwrap_or_default();
        let changes = changed(&form, &before, &after)
            .into_iter()
            .map(|field| SettingChange { label: field.label.clone(), before: said(&before, field), after: said(&after, field) })
            .collect();
        let secrets = if request.state == RequestState::Open.key() {
            let unseal = |sealed: &[u8]| self.unseal(&row.name, HELD, sealed);
            let (before, after) = (unseal(&held.before_secret)?, unseal(&held.secret)?);
            changed(&form, &before, &after).into_iter().map(|field| field.label.clone()).collect()
        } else {
            Vec::new()
        };
        let Affected { apis, datasets } = self.affected_by_source(row).await?;
        Ok(HeldChange { changes, secrets, apis, datasets })
    }
}

fn form_of(driver: &str) -> Vec<ConfigField> {
    connect::registry::connector(driver).map(connect::Connector::form).unwrap_or_default()
}

fn settings_of(source: &SourceRow, config: &str) -> Result<Values, Problem> {
    settings(&source.name, HELD.key(), config)
}

fn waits(source: &str) -> Problem {
    let detail = format!(
        "A change of the {} settings of source {source} is in review. Wait for the decision, or withdraw the request in the inbox.",
        HELD.key()
    );
    Problem::new(ErrorCode::Conflict, detail)
}
