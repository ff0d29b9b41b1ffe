//! A change of a production binding that can change what live APIs and datasets give: it is held back for somebody else's decision.

use std::collections::BTreeSet;

use connect::address;
use model::connector::{ConfigField, Effect};
use model::dataset::DataVersionState;
use model::snapshot::Environment;
use model::view::{BindingChange, RequestState, SettingChange};
use model::{ApiSpec, ErrorCode, Problem};
use store::{ApiRow, BindingRequestRow, BindingRow, SourceRow, StoreError, Tx};

use super::endpoint::{Values, changed};
use super::{PreparedSource, config_text};
use crate::failure::{api_spec, from_store, settings};
use crate::{Caller, Control};

/// The environment whose bindings are held back.
const HELD: Environment = Environment::Prod;

impl Control {
    /// Takes the change of the production binding out of what is written at once, where something live uses the source and could
    /// give something else by it. What stays in force stands in its place.
    ///
    /// # Errors
    /// Where another change of the same binding waits for a decision, or the source was changed since it was read.
    pub(crate) async fn hold_back(&self, prepared: &mut PreparedSource) -> Result<(), Problem> {
        let row = &prepared.row;
        // Whoever names an edit that is still to come would write what was read before it over what somebody else has decided.
        if prepared.known_edit.is_some_and(|edit| edit != row.edit) {
            return Err(from_store(&StoreError::Stale));
        }
        let Some(before) = prepared.stored.iter().find(|row| row.environment == HELD.key()).cloned() else { return Ok(()) };
        let Some(after) = prepared.bindings.iter_mut().find(|row| row.environment == HELD.key()) else { return Ok(()) };
        if (&before.config, &before.secret) == (&after.config, &after.secret) {
            return Ok(());
        }
        let open = self.store.open_binding_request(&row.id, HELD.key()).await.map_err(|error| from_store(&error))?;
        if open.is_some() {
            return Err(waits(&row.name));
        }
        if !self.changes_rows(row, &before, after)? {
            return Ok(());
        }
        let (apis, datasets) = self.users_of(&row.name).await?;
        if apis.is_empty() && datasets.is_empty() {
            return Ok(());
        }
        prepared.held = Some(after.clone());
        *after = before;
        prepared.note_after();
        Ok(())
    }

    /// Writes what was held back as a request; gives its id.
    pub(super) async fn write_held(&self, tx: &mut Tx, caller: &Caller, prepared: &PreparedSource) -> Result<Option<String>, Problem> {
        let row = &prepared.row;
        let before = prepared.stored.iter().find(|row| row.environment == HELD.key());
        let (Some(after), Some(before)) = (&prepared.held, before) else { return Ok(None) };
        let request = BindingRequestRow {
            id: self.host.id(),
            source_id: row.id.clone(),
            environment: HELD.key().into(),
            before_config: before.config.clone(),
            before_secret: before.secret.clone(),
            config: after.config.clone(),
            secret: after.secret.clone(),
            state: RequestState::Open.key().into(),
            author_id: caller.user_id.clone(),
            created_at: tx.at(),
            decided_by: None,
            decision: None,
            decided_at: None,
        };
        tx.insert_binding_request(&request).await.map_err(|error| match error {
            StoreError::Taken => waits(&row.name),
            other => from_store(&other),
        })?;
        let (before, after) = (Some(config_text(&before.config)), Some(config_text(&after.config)));
        self.note(tx, "source.requested", (&row.domain, &row.name), before, after).await?;
        Ok(Some(request.id))
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
    pub(crate) async fn binding_change(&self, row: &SourceRow, request: &BindingRequestRow) -> Result<BindingChange, Problem> {
        let form = form_of(&row.driver);
        let (before, after) = (settings_of(row, &request.before_config)?, settings_of(row, &request.config)?);
        // A setting from before may be an address with a password inside.
        let said = |values: &Values, field: &ConfigField| values.get(&field.key).map(|text| address::shown(text)).unwrap_or_default();
        let changes = changed(&form, &before, &after)
            .into_iter()
            .map(|field| SettingChange { label: field.label.clone(), before: said(&before, field), after: said(&after, field) })
            .collect();
        let secrets = if request.state == RequestState::Open.key() {
            let unseal = |sealed: &[u8]| self.unseal(&row.name, HELD, sealed);
            let (before, after) = (unseal(&request.before_secret)?, unseal(&request.secret)?);
            changed(&form, &before, &after).into_iter().map(|field| field.label.clone()).collect()
        } else {
            Vec::new()
        };
        let (apis, datasets) = self.users_of(&row.name).await?;
        Ok(BindingChange { changes, secrets, apis, datasets })
    }

    /// The live APIs that read a source, with the Unions that call them, and the live datasets that are made of it or written
    /// into it: `travel/plane`, in production.
    async fn users_of(&self, source: &str) -> Result<(Vec<String>, Vec<String>), Problem> {
        let inventory = self.inventory().await?;
        let mut live: Vec<(&ApiRow, ApiSpec)> = Vec::new();
        for api in &inventory.apis {
            let Some(version) = inventory.live(&api.id, HELD) else { continue };
            live.push((api, api_spec(api, version)?));
        }
        let path = |api: &ApiRow| format!("{}/{}", api.domain, api.name);
        let mut apis: BTreeSet<String> =
            live.iter().filter(|(_, spec)| spec.union().is_none() && spec.source == source).map(|(api, _)| path(api)).collect();
        loop {
            let is_affected = |domain: &str, name: &str| apis.contains(&format!("{domain}/{name}"));
            let calls = |api: &ApiRow, spec: &ApiSpec| {
                let steps = spec.union().map(|body| body.steps.as_slice()).unwrap_or_default();
                steps.iter().any(|step| step.apis().any(|name| is_affected(&api.domain, name)))
            };
            let more: Vec<String> = live.iter().filter(|(api, spec)| calls(api, spec)).map(|(api, _)| path(api)).collect();
            let known = apis.len();
            apis.extend(more);
            if apis.len() == known {
                break;
            }
        }
        Ok((apis.into_iter().collect(), self.datasets_of(source).await?))
    }

    async fn datasets_of(&self, source: &str) -> Result<Vec<String>, Problem> {
        let failed = |error: StoreError| from_store(&error);
        let versions = self.store.data_versions_in(DataVersionState::Live.key()).await.map_err(failed)?;
        let live: BTreeSet<String> =
            versions.into_iter().filter(|version| version.environment == HELD.key()).map(|version| version.dataset_id).collect();
        let mut paths = Vec::new();
        for row in self.store.datasets().await.map_err(failed)?.iter().filter(|row| live.contains(&row.id)) {
            let spec = row.definition().map_err(failed)?;
            if spec.source == source || spec.into.is_some_and(|into| into.source == source) {
                paths.push(format!("{}/{}", row.domain, row.name));
            }
        }
        Ok(paths)
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
        "A change of the {} settings of source {source} waits for a decision. Withdraw it in the inbox first, or wait for the decision.",
        HELD.key()
    );
    Problem::new(ErrorCode::Conflict, detail)
}
