//! Grants: which app may call which API, and until when.

use model::audit::AuditAction;
use model::clock::{DAY, Millis, rfc3339};
use model::hidden::{self, Hidden, HiddenField};
use model::limit::Rate;
use model::name::is_identifier;
use model::number::grouped;
use model::spec::ApiKind;
use model::view::GrantView;
use model::{Action, ApiSpec, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{ApiRow, AppRow, GrantRow, StoreError};

use crate::apis::Inventory;
use crate::failure::{api_spec, draft_spec, from_json, hidden_fields};
use crate::live::rate_of;
use crate::{Caller, Control};

/// The longest life of a key or a grant that has an end.
pub const MAX_DAYS: i64 = 3_650;

/// What a grant allows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GrantTerms {
    /// Absent for no end.
    pub days: Option<i64>,
    /// Calls of the app to the API; absent for no limit of its own.
    pub limit: Option<Rate>,
    /// Fields that the app does not get, by name. Their columns stay hidden in later versions, whatever those call them.
    pub hidden: Vec<String>,
}

impl GrantTerms {
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = self.limit.map(|limit| limit.errors("limit")).unwrap_or_default();
        if self.days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            errors.push(FieldError::new("days", format!("Give between 1 and {} days. Leave empty for no expiry.", grouped(MAX_DAYS))));
        }
        for name in self.hidden.iter().filter(|name| !is_identifier(name)) {
            errors.push(FieldError::new("hidden", format!("{name} is not a valid field name.")));
        }
        errors
    }
}

impl Control {
    /// Opens an API to an app. Decided where the API lives.
    ///
    /// # Errors
    /// For the API's approvers and owners; where there is no such app or API.
    pub async fn grant(
        &self,
        caller: &Caller,
        (app_domain, app): (&str, &str),
        (domain, api): (&str, &str),
        terms: &GrantTerms,
    ) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, api).await?;
        caller.authorise(Action::Grant, domain)?;
        let app = self.visible_app(caller, app_domain, app).await?;
        let mut errors = terms.errors();
        let hidden = self.resolve_hidden(&api, &terms.hidden, &mut errors).await?;
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let now = self.host.now();
        let row = GrantRow {
            app_id: app.id,
            api_id: api.id,
            granted_by: caller.email().into(),
            created_at: now,
            expires_at: terms.days.map(|days| now + days * DAY),
            per_second: terms.limit.map(|rate| rate.per_second.into()),
            burst: terms.limit.map(|rate| rate.burst.into()),
            hidden: serde_json::to_string(&hidden).map_err(|error| from_json(&error))?,
        };
        let (path, who) = (format!("{domain}/{}", api.name), format!("{app_domain}/{}", app.name));
        let before = self.grant_text(&who, (&row.app_id, &row.api_id)).await?;
        let after = terms_text(&who, &row);
        let mut tx = self.write(caller).await?;
        tx.put_grant(&row).await?;
        self.note(&mut tx, AuditAction::AccessGranted, (domain, &path), before, Some(after)).await?;
        self.commit(tx).await
    }

    /// Closes an API to an app, at once.
    ///
    /// # Errors
    /// For the API's approvers and owners; where there is no such grant.
    pub async fn end_grant(&self, caller: &Caller, (app_domain, app): (&str, &str), (domain, api): (&str, &str)) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, api).await?;
        caller.authorise(Action::Grant, domain)?;
        let app = self.visible_app(caller, app_domain, app).await?;
        let (path, who) = (format!("{domain}/{}", api.name), format!("{app_domain}/{}", app.name));
        let before = self.grant_text(&who, (&app.id, &api.id)).await?;
        let mut tx = self.write(caller).await?;
        tx.delete_grant(&app.id, &api.id).await.map_err(|error| match error {
            StoreError::Stale => Problem::not_found("grant"),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::AccessEnded, (domain, &path), before, None).await?;
        self.commit(tx).await
    }

    /// The grant that there is, as the audit log keeps it.
    async fn grant_text(&self, who: &str, (app_id, api_id): (&str, &str)) -> Result<Option<String>, Problem> {
        Ok(self.store.grant(app_id, api_id).await?.map(|grant| terms_text(who, &grant)))
    }

    /// The fields of these names, each by its number too. A name that no version has, and a field that calls have to give,
    /// is an error.
    async fn resolve_hidden(&self, api: &ApiRow, names: &[String], errors: &mut Vec<FieldError>) -> Result<Vec<HiddenField>, Problem> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let path = format!("{}/{}", api.domain, api.name);
        let mut versions = self.specs_of(&api.id).await?;
        if versions.is_empty() {
            // Nothing was sent for review yet: what is being written says which fields there will be.
            let draft = self.store.draft(&api.id).await?;
            versions.extend(draft.map(|draft| draft_spec(&api.domain, &api.name, &draft.spec)).transpose()?);
        }
        let mut fields = Vec::with_capacity(names.len());
        for name in names.iter().filter(|name| is_identifier(name)) {
            match hidden::resolve(name, &versions) {
                Some(field) => fields.push(field),
                None => errors.push(FieldError::new(
                    "hidden",
                    format!("{path} has no field {name}. Remove the field, or enter its name as in the API."),
                )),
            }
        }
        let newest = versions.first();
        let closed = newest.and_then(|spec| Some((spec, Hidden::of(spec, &hidden::closed(&fields, &versions)).closes(spec)?)));
        match closed {
            None => {}
            Some((spec, parameter)) if spec.kind() == ApiKind::Kv => {
                errors.push(FieldError::new("hidden", format!("A key field cannot be hidden: {parameter} is the key of {path}.")));
            }
            Some((_, parameter)) => {
                let detail = format!(
                    "Requests to {path} need the parameter {parameter}, which filters by a hidden field. Show the field, or make the parameter optional."
                );
                errors.push(FieldError::new("hidden", detail));
            }
        }
        Ok(fields)
    }

    /// The definitions of every version of an API, the newest first.
    pub(crate) async fn specs_of(&self, api_id: &str) -> Result<Vec<ApiSpec>, Problem> {
        let versions = self.store.versions_of(api_id).await?;
        let mut specs = Vec::with_capacity(versions.len());
        for version in &versions {
            let Ok(spec) = ApiSpec::read_stored(&version.spec) else {
                // The API is looked up where that is needed to name it.
                let api = self.store.api_by_id(api_id).await?;
                let api = api.ok_or_else(|| Problem::not_found("API"))?;
                specs.push(api_spec(&api, version)?);
                continue;
            };
            specs.push(spec);
        }
        Ok(specs)
    }

    pub(crate) async fn grants_of_api(&self, api: &ApiRow, inventory: &Inventory) -> Result<Vec<GrantView>, Problem> {
        let apps = self.store.apps().await?;
        let grants = self.store.grants().await?;
        let (mine, now) = (grants.iter().filter(|grant| grant.api_id == api.id), self.host.now());
        mine.filter_map(|grant| view((grant, now), apps.iter().find(|app| app.id == grant.app_id)?, inventory)).collect()
    }

    pub(super) async fn grants_of_app(&self, app: &AppRow, inventory: &Inventory) -> Result<Vec<GrantView>, Problem> {
        let (grants, now) = (self.store.grants().await?, self.host.now());
        grants.iter().filter(|grant| grant.app_id == app.id).filter_map(|grant| view((grant, now), app, inventory)).collect()
    }
}

/// A grant as the audit log keeps it: which app, until when, how many requests, and which fields are hidden from it.
fn terms_text(who: &str, grant: &GrantRow) -> String {
    let until = grant.expires_at.map_or_else(|| "no end".to_owned(), rfc3339);
    let limit = rate_of(grant.per_second, grant.burst)
        .map_or_else(|| "none".to_owned(), |rate| format!("{} requests/s, burst {}", rate.per_second, rate.burst));
    // What cannot be read is kept as it is stored.
    let hidden = hidden_fields(grant)
        .map_or_else(|_| grant.hidden.clone(), |fields| fields.into_iter().map(|field| field.name).collect::<Vec<_>>().join(", "));
    let hidden = if hidden.is_empty() { "none".to_owned() } else { hidden };
    format!("{who}\nuntil: {until}\nlimit: {limit}\nhidden: {hidden}")
}

/// A grant as it is at a moment; nothing where the API is gone.
fn view((grant, now): (&GrantRow, Millis), app: &AppRow, inventory: &Inventory) -> Option<Result<GrantView, Problem>> {
    let api = inventory.api(&grant.api_id)?;
    let hidden = match hidden_fields(grant) {
        Ok(fields) => fields.into_iter().map(|field| field.name).collect(),
        Err(problem) => return Some(Err(problem)),
    };
    Some(Ok(GrantView {
        app_domain: app.domain.clone(),
        app: app.name.clone(),
        api_domain: api.domain.clone(),
        api: api.name.clone(),
        granted_by: grant.granted_by.clone(),
        created_at: grant.created_at,
        expires_at: grant.expires_at,
        expired: grant.expires_at.is_some_and(|end| end <= now),
        limit: rate_of(grant.per_second, grant.burst),
        hidden,
    }))
}
