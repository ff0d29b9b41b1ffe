//! Requests to change a production binding: what an approver sees of them, and the decision, which puts them in force.

use model::snapshot::Environment;
use model::view::{CheckReport, RequestDetail, RequestKind, RequestState, RequestView};
use model::{Action, ErrorCode, Problem};
use store::{BindingRequestRow, SourceRow, StoreError};

use super::Decision;
use super::decide::{check_reason, closed, own};
use crate::apis::Inventory;
use crate::failure::from_store;
use crate::sources::config_text;
use crate::{Caller, Control};

impl Control {
    /// The request with its source; `None` where it is no request of this kind.
    pub(super) async fn binding_request(&self, caller: &Caller, id: &str) -> Result<Option<(BindingRequestRow, SourceRow)>, Problem> {
        let missing = || Problem::not_found("request");
        let Some(request) = self.store.binding_request(id).await.map_err(|error| from_store(&error))? else { return Ok(None) };
        let source = self.store.source_by_id(&request.source_id).await.map_err(|error| from_store(&error))?.ok_or_else(missing)?;
        if !caller.can(Action::See, &source.domain) {
            return Err(missing());
        }
        Ok(Some((request, source)))
    }

    /// All that the caller may see, the newest first.
    pub(super) async fn binding_views(&self, caller: &Caller, inventory: &Inventory) -> Result<Vec<RequestView>, Problem> {
        let requests = self.store.binding_requests().await.map_err(|error| from_store(&error))?;
        let sources = self.store.sources().await.map_err(|error| from_store(&error))?;
        Ok(requests
            .iter()
            .filter_map(|request| Some((request, sources.iter().find(|source| source.id == request.source_id)?)))
            .filter(|(_, source)| caller.can(Action::See, &source.domain))
            .map(|(request, source)| view(caller, inventory, request, source))
            .collect())
    }

    pub(super) async fn binding_detail(
        &self,
        caller: &Caller,
        (request, source): (&BindingRequestRow, &SourceRow),
    ) -> Result<RequestDetail, Problem> {
        let inventory = self.inventory().await?;
        Ok(RequestDetail {
            request: view(caller, &inventory, request, source),
            spec: None,
            binding: Some(self.binding_change(source, request).await?),
            replaces: None,
            diff: Vec::new(),
            breaks: Vec::new(),
            evidence: CheckReport::default(),
            affected_apps: Vec::new(),
            authors: vec![inventory.email(&request.author_id)],
        })
    }

    /// Approves a change, which is in force with the same transaction, or rejects it.
    pub(super) async fn decide_binding(
        &self,
        caller: &Caller,
        (request, source): (&BindingRequestRow, &SourceRow),
        decision: &Decision,
    ) -> Result<(), Problem> {
        caller.authorise(Action::Decide, &source.domain)?;
        if request.author_id == caller.user_id {
            return Err(own());
        }
        check_reason(decision)?;
        let (state, action) = match decision.approve {
            true => (RequestState::Approved, "source.approved"),
            false => (RequestState::Rejected, "source.rejected"),
        };
        let mut tx = self.write(caller).await?;
        tx.decide_binding_request(&request.id, state.key(), caller.email(), decision.reason.trim()).await.map_err(closed)?;
        if decision.approve {
            tx.replace_binding(request).await.map_err(|error| match error {
                StoreError::Stale => {
                    let detail = format!(
                        "The {} settings of source {} have changed since this was asked for. Reject it, and have it asked for again.",
                        request.environment, source.name
                    );
                    Problem::new(ErrorCode::Conflict, detail)
                }
                other => from_store(&other),
            })?;
        }
        let (before, after) = (Some(config_text(&request.before_config)), Some(config_text(&request.config)));
        self.note(&mut tx, action, (&source.domain, &source.name), before, after).await?;
        self.commit(tx).await
    }

    /// Takes a change of one's own back.
    pub(super) async fn withdraw_binding(
        &self,
        caller: &Caller,
        (request, source): (&BindingRequestRow, &SourceRow),
    ) -> Result<(), Problem> {
        caller.authorise(Action::EditSource, &source.domain)?;
        if request.author_id != caller.user_id {
            return Err(Problem::new(
                ErrorCode::Forbidden,
                "Only its author can withdraw a request. You can reject it if you are an approver.",
            ));
        }
        let mut tx = self.write(caller).await?;
        tx.decide_binding_request(&request.id, RequestState::Withdrawn.key(), caller.email(), "").await.map_err(closed)?;
        self.note(&mut tx, "source.withdrawn", (&source.domain, &source.name), None, None).await?;
        self.commit(tx).await
    }
}

fn view(caller: &Caller, inventory: &Inventory, request: &BindingRequestRow, source: &SourceRow) -> RequestView {
    let mine = request.author_id == caller.user_id;
    RequestView {
        id: request.id.clone(),
        kind: RequestKind::Binding,
        domain: source.domain.clone(),
        name: source.name.clone(),
        version: 0,
        environment: Environment::from_key(&request.environment).unwrap_or_default(),
        state: RequestState::from_key(&request.state).unwrap_or(RequestState::Withdrawn),
        author: inventory.email(&request.author_id),
        reason: String::new(),
        created_at: request.created_at,
        decided_by: request.decided_by.clone(),
        decision: request.decision.clone(),
        decided_at: request.decided_at,
        may_decide: !mine && caller.can(Action::Decide, &source.domain),
        mine,
    }
}
