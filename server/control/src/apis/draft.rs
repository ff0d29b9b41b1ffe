//! The draft of an API: one, shared by its builders; two editors never overwrite one another unseen.

use model::audit::AuditAction;
use model::name::{check_name, grpc_name};
use model::spec::{ApiKind, ApiSpec};
use model::view::{DraftView, VersionState};
use model::{Action, ErrorCode, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{ApiRow, DraftRow, StoreError};

use super::list::rejection;
use crate::failure::{draft_spec, from_json};
use crate::{Caller, Control};

/// A save of a draft: what the form holds, and what its editor had seen.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SaveDraft {
    pub spec: ApiSpec,
    pub edit: i64,
    /// The step of the form, to come back to.
    #[serde(default)]
    pub step: String,
}

impl Control {
    /// Makes an API with an empty or given draft.
    ///
    /// # Errors
    /// A name that may not be used or is taken (its gRPC name counts too).
    pub async fn new_api(&self, caller: &Caller, domain: &str, name: &str, spec: &ApiSpec) -> Result<DraftView, Problem> {
        caller.authorise(Action::EditApi, domain)?;
        let row = self.new_api_row(caller, domain, name, spec.kind())?;
        let there = self.store.domain(domain).await?;
        there.ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))?;
        let source = self.store.source(&spec.source).await?;
        if let Some(of) = source.filter(|source| source.domain != domain && caller.can(Action::See, &source.domain)) {
            let message = format!(
                "Source {} belongs to domain {}. Choose the domain {}: an API cannot be moved to another domain.",
                of.name, of.domain, of.domain
            );
            return Err(Problem::field("domain", message));
        }
        let draft = DraftRow {
            api_id: row.id.clone(),
            spec: serde_json::to_string(spec).map_err(|error| from_json(&error))?,
            edit: 1,
            step: "table".into(),
            updated_by: caller.email().into(),
            updated_at: self.host.now(),
        };
        let mut tx = self.write(caller).await?;
        tx.insert_api(&row).await.map_err(|error| match error {
            StoreError::Taken => Problem::field("name", format!("Domain {domain} already has an API with this name. Choose another name.")),
            other => Problem::from(other),
        })?;
        tx.insert_draft(&draft).await?;
        self.note(&mut tx, AuditAction::ApiMade, (domain, &format!("{domain}/{name}")), None, None).await?;
        self.commit(tx).await?;
        self.draft(caller, domain, name).await
    }

    pub(crate) fn new_api_row(&self, caller: &Caller, domain: &str, name: &str, kind: ApiKind) -> Result<ApiRow, Problem> {
        check_name(name).map_err(|message| Problem::fields(vec![FieldError::new("name", message)]))?;
        Ok(ApiRow {
            id: self.host.id(),
            domain: domain.into(),
            name: name.into(),
            grpc_name: grpc_name(name),
            kind: kind.key().into(),
            owner_id: caller.user_id.clone(),
            created_at: self.host.now(),
        })
    }

    /// The row of an API that the caller may see.
    pub(crate) async fn visible_api(&self, caller: &Caller, domain: &str, name: &str) -> Result<ApiRow, Problem> {
        let missing = || Problem::not_found(format!("API {domain}/{name}"));
        if !caller.can(Action::See, domain) {
            return Err(missing());
        }
        self.store.api(domain, name).await?.ok_or_else(missing)
    }

    /// The draft of an API; where there is none, a fresh one of its newest version, which is kept only once saved.
    ///
    /// # Errors
    /// For those who may change APIs.
    pub async fn draft(&self, caller: &Caller, domain: &str, name: &str) -> Result<DraftView, Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::EditApi, domain)?;
        let versions = self.store.versions_of(&api.id).await?;
        let row = match self.store.draft(&api.id).await? {
            Some(row) => row,
            None => DraftRow {
                api_id: api.id.clone(),
                spec: versions.first().map(|version| version.spec.clone()).unwrap_or_default(),
                edit: 0,
                step: "table".into(),
                updated_by: caller.email().into(),
                updated_at: self.host.now(),
            },
        };
        Ok(DraftView {
            domain: domain.into(),
            name: name.into(),
            spec: draft_spec(domain, name, &row.spec)?,
            edit: row.edit,
            step: row.step,
            updated_by: row.updated_by,
            updated_at: row.updated_at,
            has_versions: !versions.is_empty(),
            rejected: match versions.first() {
                Some(newest) if newest.state == VersionState::Rejected.key() => rejection(newest, &self.store.requests_of(&api.id).await?),
                _ => None,
            },
        })
    }

    /// Keeps a draft as it is, right or not yet: only what cannot be stored is refused.
    ///
    /// # Errors
    /// `conflict` where somebody has saved since; their draft stays, and nothing typed is lost in the form.
    pub async fn save_draft(&self, caller: &Caller, domain: &str, name: &str, save: &SaveDraft) -> Result<DraftView, Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::EditApi, domain)?;
        if api.kind != save.spec.kind().key() {
            return Err(Problem::new(ErrorCode::Conflict, "The type of an API cannot be changed. Create another API."));
        }
        let row = DraftRow {
            api_id: api.id.clone(),
            spec: serde_json::to_string(&save.spec).map_err(|error| from_json(&error))?,
            edit: save.edit,
            step: save.step.chars().take(20).collect(),
            updated_by: caller.email().into(),
            updated_at: self.host.now(),
        };
        let before = self.store.draft(&api.id).await?;
        if let Some(before) = &before {
            // What stands there and cannot be read is not written over.
            draft_spec(domain, name, &before.spec)?;
        }
        let mut tx = self.write(caller).await?;
        let written = if save.edit == 0 && before.is_none() {
            tx.insert_draft(&DraftRow { edit: 1, ..row.clone() }).await
        } else {
            tx.update_draft(&row).await
        };
        written.map_err(|error| match error {
            StoreError::Stale | StoreError::Taken => Problem::new(
                ErrorCode::Conflict,
                format!(
                    "{} has saved this draft in the meantime. Your changes are still here: load the saved draft, or overwrite it with yours.",
                    before.as_ref().map_or("Somebody", |draft| draft.updated_by.as_str())
                ),
            ),
            other => Problem::from(other),
        })?;
        let path = format!("{domain}/{name}");
        self.note(&mut tx, AuditAction::DraftSaved, (domain, &path), before.map(|draft| draft.spec), Some(row.spec)).await?;
        self.commit(tx).await?;
        self.draft(caller, domain, name).await
    }

    /// Throws a draft away; an API that never had a version goes with it.
    ///
    /// # Errors
    /// Where there is no draft.
    pub async fn discard_draft(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::EditApi, domain)?;
        let draft = self.store.draft(&api.id).await?;
        let draft = draft.ok_or_else(|| Problem::not_found("draft"))?;
        let versions = self.store.versions_of(&api.id).await?;
        let mut tx = self.write(caller).await?;
        if versions.is_empty() {
            tx.delete_api(&api.id).await?;
        } else {
            tx.delete_draft(&api.id).await?;
        }
        self.note(&mut tx, AuditAction::DraftDiscarded, (domain, &format!("{domain}/{name}")), Some(draft.spec), None).await?;
        self.commit(tx).await
    }
}
