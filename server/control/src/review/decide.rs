//! Deciding: an approval closes the request, approves the version and releases it, all in one transaction.

use fail::fail_point;
use model::audit::AuditAction;
use model::snapshot::Environment;
use model::view::{CheckReport, RequestState, VersionState};
use model::{Action, ApiSpec, ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{ApiRow, ReleaseRow, RequestRow, StoreError, Tx};

use crate::apis::{Beside, CheckInput};
use crate::failure::{api_spec, evidence};
use crate::{Caller, Control};

/// What somebody decides of a request.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    pub approve: bool,
    #[serde(default)]
    pub reason: String,
    /// The yes to what the check calls costs, such as the reading of a whole table; needed where there are any.
    #[serde(default)]
    pub accept_costs: bool,
}

/// Somebody's yes to a version.
pub(crate) struct Approval<'a> {
    pub by: &'a Caller,
    /// The id of whoever sent the version for review.
    pub sender: &'a str,
    /// The ids of all who have written something of it.
    pub authors: &'a [String],
    pub accept_costs: bool,
}

impl Approval<'_> {
    /// Whoever has sent a version or written something of it does not decide on it.
    fn refuse_own(&self) -> Result<(), Problem> {
        if self.sender == self.by.user_id {
            return Err(own());
        }
        if self.authors.contains(&self.by.user_id) {
            let detail = "You edited the draft of this version, so you are one of its authors. Ask another approver.";
            return Err(Problem::new(ErrorCode::Forbidden, detail));
        }
        Ok(())
    }
}

impl Control {
    /// Approves (and releases) or rejects a request of somebody else's.
    ///
    /// # Errors
    /// For the domain's approvers; never for one of the authors; a rejection needs a reason.
    pub async fn decide(&self, caller: &Caller, request_id: &str, decision: &Decision) -> Result<(), Problem> {
        if let Some(request) = self.held_request(caller, request_id).await? {
            return self.decide_held(caller, &request, decision).await;
        }
        let Decision { approve, ref reason, accept_costs } = *decision;
        let (request, api) = self.request_row(caller, request_id).await?;
        caller.authorise(Action::Decide, &api.domain)?;
        let authors = self.store.version_authors(&request.version_id).await?;
        let approval = Approval { by: caller, sender: &request.author_id, authors: &authors, accept_costs };
        approval.refuse_own()?;
        check_reason(decision)?;
        let environment = request.decoded_environment()?;
        let mut checked = None;
        if approve {
            let version = self.store.version(&request.version_id).await?;
            let version = version.ok_or_else(|| Problem::not_found("version"))?;
            let spec = api_spec(&api, &version)?;
            let evidence = evidence(&api, &version)?;
            let source = self.source_of(&api.domain, &spec, environment).await?;
            let beside = Beside { domain: &api.domain, environment, planned: &[] };
            let input = CheckInput { name: &api.name, spec: &spec, source: source.as_ref(), beside };
            self.refuse_release(&approval, &input, &evidence).await?;
            checked = Some((spec, evidence));
        }
        fail_point!("approve.before-write");
        let mut tx = self.write(caller).await?;
        // Nobody else writes from here on: these are the settings that the version goes live on.
        if let Some((spec, evidence)) = &checked {
            let source = self.source_of(&api.domain, spec, environment).await?;
            self.refuse_other_binding(source.as_ref(), evidence)?;
        }
        self.write_decision(&mut tx, caller, (&request, &api), approve, reason).await?;
        fail_point!("approve.before-commit");
        self.commit(tx).await?;
        fail_point!("approve.after-commit");
        Ok(())
    }

    /// All that keeps a version from being approved and released, whichever way the approval comes: in the inbox or with an apply.
    ///
    /// # Errors
    /// The approver has no right to decide, or is an author; costs that are not accepted; what it is served from, or what it
    /// calls, is not live; a case fails.
    pub(crate) async fn refuse_release(
        &self,
        approval: &Approval<'_>,
        input: &CheckInput<'_>,
        evidence: &CheckReport,
    ) -> Result<(), Problem> {
        approval.by.authorise(Action::Decide, input.beside.domain)?;
        approval.refuse_own()?;
        refuse_unseen_costs(evidence, approval.accept_costs)?;
        self.refuse_without_data(input.beside.domain, input.spec, input.beside.environment).await?;
        self.refuse_without_steps(&input.beside, input.spec).await?;
        self.refuse_failed_cases(input).await
    }

    /// Closes a request and, where it is approved, releases its version. What must be so before that was looked at by
    /// [`Control::refuse_release`].
    pub(crate) async fn write_decision(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (request, api): (&RequestRow, &ApiRow),
        approve: bool,
        reason: &str,
    ) -> Result<(), Problem> {
        let state = if approve { RequestState::Approved } else { RequestState::Rejected };
        tx.decide_request(&request.id, state.key(), caller.email(), reason.trim()).await.map_err(closed)?;
        fail_point!("approve.after-request");
        let version_state = if approve { VersionState::Approved } else { VersionState::Rejected };
        tx.set_version_state(&request.version_id, version_state.key()).await?;
        fail_point!("approve.after-version");
        let path = format!("{}/{}", api.domain, api.name);
        let action = if approve { AuditAction::VersionApproved } else { AuditAction::VersionRejected };
        self.note(tx, action, (&api.domain, &path), None, Some(reason.trim().to_owned())).await?;
        if approve {
            let environment = request.decoded_environment()?;
            self.write_release(tx, caller, api, &request.version_id, environment).await?;
        }
        Ok(())
    }

    pub(crate) async fn write_release(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        api: &ApiRow,
        version_id: &str,
        environment: Environment,
    ) -> Result<(), Problem> {
        let before = self.store.releases_of(&api.id).await?;
        let before = before.into_iter().find(|row| row.environment == environment.key()).map(|row| row.version_id);
        let row = ReleaseRow {
            api_id: api.id.clone(),
            environment: environment.key().into(),
            version_id: version_id.to_owned(),
            released_by: caller.email().into(),
            released_at: tx.at(),
        };
        tx.put_release(&row).await?;
        fail_point!("approve.after-release");
        let path = format!("{}/{}", api.domain, api.name);
        self.note(tx, AuditAction::ApiReleased, (&api.domain, &path), before, Some(format!("{} in {}", version_id, environment.key())))
            .await
    }

    /// A release on a dataset waits for a live dataset version.
    pub(crate) async fn refuse_without_data(&self, domain: &str, spec: &ApiSpec, environment: Environment) -> Result<(), Problem> {
        let Some(dataset) = spec.serve_from.dataset() else { return Ok(()) };
        if self.live_dataset(domain, dataset, environment).await?.is_some() {
            return Ok(());
        }
        Err(Problem::new(
            ErrorCode::Conflict,
            format!("Dataset {dataset} has no live version in {}. Build the dataset, then approve.", environment.key()),
        ))
    }

    /// A release of a Union waits for its steps.
    pub(crate) async fn refuse_without_steps(&self, beside: &Beside<'_>, spec: &ApiSpec) -> Result<(), Problem> {
        let environment = beside.environment.key();
        for step in spec.union().into_iter().flat_map(|body| &body.steps) {
            for api in step.apis() {
                if self.live_spec(beside, api).await?.is_none() {
                    let detail = format!("Step {} calls {api}, which is not live in {environment}. Release {api} first.", step.name);
                    return Err(Problem::new(ErrorCode::Conflict, detail));
                }
            }
        }
        Ok(())
    }

    /// Takes a request of one's own back.
    ///
    /// # Errors
    /// For its author alone, and only while it is open.
    pub async fn withdraw(&self, caller: &Caller, request_id: &str) -> Result<(), Problem> {
        if let Some(request) = self.held_request(caller, request_id).await? {
            return self.withdraw_held(caller, &request).await;
        }
        let (request, api) = self.request_row(caller, request_id).await?;
        caller.authorise(Action::Submit, &api.domain)?;
        refuse_withdrawal_of_others(caller, &request)?;
        let mut tx = self.write(caller).await?;
        tx.decide_request(&request.id, RequestState::Withdrawn.key(), caller.email(), "").await.map_err(closed)?;
        tx.set_version_state(&request.version_id, VersionState::Withdrawn.key()).await?;
        let path = format!("{}/{}", api.domain, api.name);
        self.note(&mut tx, AuditAction::VersionWithdrawn, (&api.domain, &path), None, None).await?;
        self.commit(tx).await
    }

    /// A request with its API, where the caller may see both.
    pub(crate) async fn request_row(&self, caller: &Caller, id: &str) -> Result<(RequestRow, ApiRow), Problem> {
        let missing = || Problem::not_found("request");
        let request = self.store.request(id).await?.ok_or_else(missing)?;
        let api = self.store.api_by_id(&request.object_id).await?.ok_or_else(missing)?;
        if !caller.can(Action::See, &api.domain) {
            return Err(missing());
        }
        Ok((request, api))
    }
}

/// The refusal of whoever decides on what they have asked for.
pub(super) fn own() -> Problem {
    Problem::new(ErrorCode::Forbidden, "Requests are approved by someone else. Ask another approver.")
}

/// Who asked takes it back, and nobody else.
pub(super) fn refuse_withdrawal_of_others(caller: &Caller, request: &RequestRow) -> Result<(), Problem> {
    if request.author_id == caller.user_id {
        return Ok(());
    }
    let detail = "Only its author can withdraw a request. An approver can reject it.";
    Err(Problem::new(ErrorCode::Forbidden, detail))
}

/// A rejection has a reason, and none is endless.
pub(super) fn check_reason(decision: &Decision) -> Result<(), Problem> {
    if decision.reason.chars().count() > 1_000 {
        return Err(Problem::field("reason", "At most 1,000 characters."));
    }
    if !decision.approve && decision.reason.trim().is_empty() {
        return Err(Problem::field("reason", "Enter a reason, so that the author knows what to change."));
    }
    Ok(())
}

/// What a call costs has been seen by whoever lets it live.
fn refuse_unseen_costs(evidence: &CheckReport, accepted: bool) -> Result<(), Problem> {
    if accepted || evidence.costs.is_empty() {
        return Ok(());
    }
    Err(Problem::field("accept_costs", format!("{} Accept the full-table read, or reject the request.", evidence.costs.join(" "))))
}

pub(super) fn closed(error: StoreError) -> Problem {
    match error {
        StoreError::Stale => Problem::new(ErrorCode::Conflict, "This request has already been decided or withdrawn."),
        other => Problem::from(other),
    }
}
