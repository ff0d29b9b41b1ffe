//! Sending a draft: checked once more, frozen as the next version, with a request that somebody else decides on.

use std::collections::BTreeSet;

use fail::fail_point;
use model::audit::AuditAction;
use model::snapshot::Environment;
use model::view::{CheckReport, RequestKind, RequestState, VersionState};
use model::{Action, ApiSpec, ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{RequestRow, StoreError, Tx, VersionRow};

use crate::apis::{Beside, CheckInput};
use crate::failure::{api_spec, draft_spec, from_json};
use crate::{Caller, Control};

/// Where a draft is sent, and which state of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    pub environment: Environment,
    #[serde(default)]
    pub reason: String,
    /// The edit of the draft that its sender has seen: what somebody else has saved since is not sent unseen.
    pub edit: i64,
}

/// A checked definition on its way to a version.
pub(crate) struct NewVersion<'a> {
    pub api_id: &'a str,
    pub domain: &'a str,
    pub name: &'a str,
    pub spec: ApiSpec,
    pub evidence: &'a CheckReport,
    pub environment: Environment,
    pub reason: &'a str,
    /// The ids of all who have written something of it.
    pub authors: BTreeSet<String>,
}

impl Control {
    /// Sends the draft for review; gives the request's id.
    ///
    /// # Errors
    /// What the check found, a request that is already open, nothing to send, a draft that was saved since it was seen.
    pub async fn submit(&self, caller: &Caller, domain: &str, name: &str, submission: &Submission) -> Result<String, Problem> {
        let Submission { environment, ref reason, edit } = *submission;
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::Submit, domain)?;
        if reason.chars().count() > 1_000 {
            return Err(Problem::field("reason", "At most 1,000 characters."));
        }
        let draft = self.store.draft(&api.id).await?;
        let draft = draft.ok_or_else(|| {
            Problem::new(ErrorCode::Conflict, "There is no draft to submit: it was submitted already, or has no changes.")
        })?;
        if draft.edit != edit {
            let detail =
                format!("{} saved the draft of {domain}/{name} after you loaded it. Load it again, then submit it.", draft.updated_by);
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        // Read after the draft: whoever saves from here on raises its edit, and the draft is not taken.
        let authors = self.draft_authors(caller, &api.id, environment).await?;
        let spec = draft_spec(domain, name, &draft.spec)?;
        let source = self.source_of(domain, &spec, environment).await?;
        let beside = Beside { domain, environment, planned: &[] };
        let (report, mut spec) = self.check_with_cases(&CheckInput { name, spec: &spec, source: source.as_ref(), beside }).await?;
        if !report.errors.is_empty() {
            return Err(Problem::fields(report.errors));
        }
        self.give_numbers(domain, name, &mut spec).await?;
        self.refuse_open_or_same(&api.id, environment, &spec).await?;
        let mut tx = self.write(caller).await?;
        tx.take_draft(&api.id, draft.edit).await.map_err(|error| match error {
            StoreError::Stale => Problem::new(ErrorCode::Conflict, "The draft was saved or submitted in the meantime. Load it again."),
            other => Problem::from(other),
        })?;
        let version = NewVersion { api_id: &api.id, domain, name, spec, evidence: &report, environment, reason, authors };
        let (request, _) = self.write_version(&mut tx, caller, &version).await?;
        fail_point!("submit.before-commit");
        self.commit(tx).await?;
        fail_point!("submit.after-commit");
        Ok(request)
    }

    /// Everybody who has written something of a draft that nobody has approved for the environment yet: its editors, those of the
    /// versions that were rejected or withdrawn before it, and who sends it.
    async fn draft_authors(&self, caller: &Caller, api_id: &str, environment: Environment) -> Result<BTreeSet<String>, Problem> {
        let editors = self.store.draft_editors(api_id).await?;
        let earlier = self.store.authors_since_approval(api_id, environment.key()).await?;
        Ok(editors.into_iter().chain(earlier).chain([caller.user_id.clone()]).collect())
    }

    pub(crate) async fn refuse_open_or_same(&self, api_id: &str, environment: Environment, spec: &ApiSpec) -> Result<(), Problem> {
        let inventory = self.inventory().await?;
        let open = |request: &&RequestRow| request.object_id == api_id && request.state == RequestState::Open.key();
        if let Some(request) = inventory.requests.iter().find(open) {
            let number = inventory.version(&request.version_id).map_or(0, |version| version.number);
            return Err(Problem::new(
                ErrorCode::Conflict,
                format!("Version {number} is already in review. Wait for the decision, or withdraw the request."),
            ));
        }
        if let Some(live) = inventory.live(api_id, environment) {
            let api = inventory.api(api_id).ok_or_else(|| Problem::not_found("API"))?;
            let known = api_spec(api, live)?;
            if &known == spec {
                return Err(Problem::new(
                    ErrorCode::Conflict,
                    format!("The draft does not differ from version {}, which is live. Change the draft first.", live.number),
                ));
            }
        }
        Ok(())
    }

    /// Writes the version and its open request; gives the ids of the request and of the version.
    pub(crate) async fn write_version(&self, tx: &mut Tx, caller: &Caller, new: &NewVersion<'_>) -> Result<(String, String), Problem> {
        let number = tx.next_version(new.api_id).await?;
        let spec = serde_json::to_string(&new.spec).map_err(|error| from_json(&error))?;
        let version = VersionRow {
            id: self.host.id(),
            api_id: new.api_id.to_owned(),
            number,
            spec: spec.clone(),
            state: VersionState::InReview.key().into(),
            evidence: serde_json::to_string(new.evidence).map_err(|error| from_json(&error))?,
            author_id: caller.user_id.clone(),
            created_at: tx.at(),
        };
        let request = RequestRow {
            id: self.host.id(),
            kind: RequestKind::Version.key().into(),
            object_id: new.api_id.to_owned(),
            version_id: version.id.clone(),
            environment: new.environment.key().into(),
            state: RequestState::Open.key().into(),
            author_id: caller.user_id.clone(),
            reason: new.reason.trim().to_owned(),
            created_at: tx.at(),
            decided_by: None,
            decision: None,
            decided_at: None,
        };
        tx.insert_version(&version).await?;
        for author in &new.authors {
            tx.insert_version_author(&version.id, author).await?;
        }
        tx.insert_request(&request).await?;
        let path = format!("{}/{}", new.domain, new.name);
        self.note(tx, AuditAction::VersionSubmitted, (new.domain, &path), None, Some(spec)).await?;
        Ok((request.id, version.id))
    }
}
