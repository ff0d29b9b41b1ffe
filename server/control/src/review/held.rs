//! Requests to change what live APIs read, the production binding of a source or a dataset, and what tags mask: what an approver sees of
//! them, and the decision, which puts them in force.

use std::collections::HashMap;

use model::audit::AuditAction;
use model::view::{CheckReport, HeldChange, RequestDetail, RequestKind, RequestState, RequestView};
use model::{ErrorCode, Problem};
use store::{ApprovalRow, HeldChangeRow, RequestRow, StoreError, Tx};

use super::decide::{Decision, check_reason, closed, own, refuse_withdrawal_of_others};
use super::inbox::{About, request_view};
use super::object::Object;
use crate::affected::HELD;
use crate::apis::Inventory;
use crate::datasets::DatasetEdit;
use crate::{Caller, Control};

/// A change on its way to its request: definitions before and after, each with its sealed secrets.
pub(crate) struct Held<'a> {
    pub(crate) kind: RequestKind,
    pub(crate) object_id: &'a str,
    pub(crate) before: (String, Vec<u8>),
    pub(crate) after: (String, Vec<u8>),
}

/// A request with what it holds back and what that is of.
pub(super) struct HeldRequest {
    request: RequestRow,
    held: HeldChangeRow,
    of: Object,
}

impl Control {
    /// The change of an object that waits for a decision.
    pub(crate) async fn open_change(&self, kind: RequestKind, object_id: &str) -> Result<Option<(RequestRow, HeldChangeRow)>, Problem> {
        let Some(request) = self.store.open_change(kind.key(), object_id, HELD.key()).await? else { return Ok(None) };
        let held = self.store.held_change(&request.id).await?;
        Ok(held.map(|held| (request, held)))
    }

    /// Writes a request with what it holds back; gives its id.
    pub(crate) async fn write_request(&self, tx: &mut Tx, caller: &Caller, held: Held<'_>) -> Result<String, StoreError> {
        let request = RequestRow {
            id: self.host.id(),
            kind: held.kind.key().into(),
            object_id: held.object_id.to_owned(),
            version_id: String::new(),
            environment: HELD.key().into(),
            state: RequestState::Open.key().into(),
            author_id: caller.user_id.clone(),
            reason: String::new(),
            created_at: tx.at(),
            decided_by: None,
            decision: None,
            decided_at: None,
        };
        tx.insert_request(&request).await?;
        let (before_definition, before_secret) = held.before;
        let (definition, secret) = held.after;
        tx.insert_held_change(&HeldChangeRow { request_id: request.id.clone(), before_definition, before_secret, definition, secret })
            .await?;
        Ok(request.id)
    }

    /// The request with what it holds back; `None` where it is about a version of an API, or there is none.
    pub(super) async fn held_request(&self, caller: &Caller, id: &str) -> Result<Option<HeldRequest>, Problem> {
        let missing = || Problem::not_found("request");
        let Some(request) = self.store.request(id).await? else { return Ok(None) };
        let kind = request.decoded_kind()?;
        if kind == RequestKind::Version {
            return Ok(None);
        }
        let held = self.store.held_change(&request.id).await?.ok_or_else(missing)?;
        let of = match kind {
            RequestKind::Binding => self.store.source_by_id(&request.object_id).await?.map(Object::Source),
            RequestKind::Dataset => self.store.dataset_by_id(&request.object_id).await?.map(Object::Dataset),
            RequestKind::Tag | RequestKind::Untag => Some(self.tag_object(&request, &held).await?),
            RequestKind::Version => None,
        };
        let of = of.filter(|of| of.is_seen_by(caller)).ok_or_else(missing)?;
        Ok(Some(HeldRequest { request, held, of }))
    }

    /// All that the caller may see.
    pub(super) async fn held_views(&self, caller: &Caller, inventory: &Inventory) -> Result<Vec<RequestView>, Problem> {
        let sources = self.store.sources().await?;
        let datasets = self.store.datasets().await?;
        let mut held = self.held_tags().await?;
        let approvals = self.store.approvals().await?;
        let mut views = Vec::new();
        for request in &inventory.requests {
            let of = match request.decoded_kind()? {
                RequestKind::Binding => sources.iter().find(|row| row.id == request.object_id).cloned().map(Object::Source),
                RequestKind::Dataset => datasets.iter().find(|row| row.id == request.object_id).cloned().map(Object::Dataset),
                RequestKind::Tag | RequestKind::Untag => match held.remove(&request.id) {
                    Some(held) => Some(self.tag_object(request, &held).await?),
                    None => None,
                },
                RequestKind::Version => None,
            };
            if let Some(of) = of.filter(|of| of.is_seen_by(caller)) {
                let approvals = approvals.iter().filter(|row| row.request_id == request.id).cloned().collect();
                views.push(view_of(&of, caller, inventory, request, approvals)?);
            }
        }
        Ok(views)
    }

    /// What requests about tags hold back, by their ids.
    async fn held_tags(&self) -> Result<HashMap<String, HeldChangeRow>, Problem> {
        let mut rows = self.store.held_changes_of(RequestKind::Tag.key()).await?;
        rows.extend(self.store.held_changes_of(RequestKind::Untag.key()).await?);
        Ok(rows.into_iter().map(|row| (row.request_id.clone(), row)).collect())
    }

    pub(super) async fn held_detail(&self, caller: &Caller, asked: &HeldRequest) -> Result<RequestDetail, Problem> {
        let HeldRequest { request, held, of } = asked;
        let change: HeldChange = match of {
            Object::Source(row) => self.binding_change(row, (request, held)).await?,
            Object::Dataset(row) => self.dataset_change(row, held).await?,
            Object::Tag(before, _) => self.tag_change(caller, &request.object_id, (before, held)).await?,
            Object::Removal(removal) => self.removal_change(caller, removal),
        };
        let inventory = self.inventory().await?;
        let approvals = self.store.approvals_of(&request.id).await?;
        Ok(RequestDetail {
            request: view_of(of, caller, &inventory, request, approvals)?,
            spec: None,
            change: Some(change),
            replaces: None,
            changes: Vec::new(),
            rejected: None,
            since_rejection: Vec::new(),
            may_edit: false,
            diff: Vec::new(),
            breaks: Vec::new(),
            evidence: CheckReport::default(),
            affected_apps: Vec::new(),
            authors: vec![inventory.email(&request.author_id)],
        })
    }

    /// Approves a change, which is in force with the same transaction, or rejects it. Where two must approve, the first approval is
    /// written, and the request stays open.
    pub(super) async fn decide_held(&self, caller: &Caller, asked: &HeldRequest, decision: &Decision) -> Result<(), Problem> {
        let HeldRequest { request, held, of } = asked;
        of.authorise_decision(caller)?;
        if request.author_id == caller.user_id {
            return Err(own());
        }
        check_reason(decision)?;
        if request.state != RequestState::Open.key() {
            return Err(closed(StoreError::Stale));
        }
        // A source is asked before anything waits for this change.
        let edit: Option<DatasetEdit> = match of {
            Object::Dataset(row) if decision.approve => Some(self.held_edit(row, held).await?),
            _ => None,
        };
        let mut tx = self.write(caller).await?;
        if decision.approve && !self.is_last_approval(&mut tx, caller, asked, decision.reason.trim()).await? {
            let text = decision.reason.trim().to_owned();
            self.note(&mut tx, AuditAction::TagApprovedOnce, (of.domain(), &of.subject()), None, Some(text)).await?;
            return self.commit(tx).await;
        }
        let state = if decision.approve { RequestState::Approved } else { RequestState::Rejected };
        tx.decide_request(&request.id, state.key(), caller.email(), decision.reason.trim()).await.map_err(closed)?;
        if decision.approve {
            self.put_in_force(&mut tx, asked, edit.as_ref()).await?;
        }
        let (before, after) = (Some(of.text(&held.before_definition)), Some(of.text(&held.definition)));
        self.note(&mut tx, of.ended(state), (of.domain(), &of.subject()), before, after).await?;
        self.commit(tx).await
    }

    /// Whether nobody else must approve a request. Where somebody must, this approval is kept until then.
    async fn is_last_approval(&self, tx: &mut Tx, caller: &Caller, asked: &HeldRequest, reason: &str) -> Result<bool, Problem> {
        let needed = asked.of.kind().approvals();
        if needed < 2 {
            return Ok(true);
        }
        // Whoever may not decide any more has approved nothing.
        for earlier in self.store.approvals_of(&asked.request.id).await? {
            let by = self.caller_of(&earlier.user_id, None, caller.request_id()).await?;
            if !by.is_some_and(|by| asked.of.is_decided_by(&by)) {
                tx.delete_approval(&earlier).await?;
            }
        }
        let (request_id, user_id) = (asked.request.id.clone(), caller.user_id.clone());
        let row = ApprovalRow { request_id, user_id, reason: reason.to_owned(), at: tx.at() };
        let approvals = tx.insert_approval(&row).await.map_err(|error| match error {
            StoreError::Taken => Problem::new(ErrorCode::Conflict, "You have approved this request. Someone else must approve it too."),
            other => closed(other),
        })?;
        Ok(usize::try_from(approvals).is_ok_and(|approvals| approvals >= needed))
    }

    async fn put_in_force(&self, tx: &mut Tx, asked: &HeldRequest, edit: Option<&DatasetEdit>) -> Result<(), Problem> {
        let HeldRequest { request, held, of } = asked;
        match (of, edit) {
            (Object::Source(row), _) => tx.replace_binding(request, held).await.map_err(|error| match error {
                StoreError::Stale => changed_since(&format!("The {} settings of source {}", request.environment, row.name)),
                other => Problem::from(other),
            }),
            (Object::Dataset(row), Some(edit)) => self.write_held_edit(tx, row, (held, edit)).await,
            (Object::Dataset(_), None) => Ok(()),
            (Object::Tag(before, _), _) => self.put_tag_acts(tx, &request.object_id, (before, held)).await,
            (Object::Removal(removal), _) => self.put_removal(tx, removal).await,
        }
    }

    /// Takes a change of one's own back.
    pub(super) async fn withdraw_held(&self, caller: &Caller, asked: &HeldRequest) -> Result<(), Problem> {
        let HeldRequest { request, of, .. } = asked;
        of.authorise_withdrawal(caller)?;
        refuse_withdrawal_of_others(caller, request)?;
        let mut tx = self.write(caller).await?;
        tx.decide_request(&request.id, RequestState::Withdrawn.key(), caller.email(), "").await.map_err(closed)?;
        self.note(&mut tx, of.ended(RequestState::Withdrawn), (of.domain(), &of.subject()), None, None).await?;
        self.commit(tx).await
    }
}

/// A request as the caller sees it.
fn view_of(
    of: &Object,
    caller: &Caller,
    inventory: &Inventory,
    request: &RequestRow,
    approvals: Vec<ApprovalRow>,
) -> Result<RequestView, Problem> {
    let may_decide = of.is_decided_by(caller);
    let about = About { kind: of.kind(), domain: of.domain(), name: of.name(), version: 0, wrote: false, may_decide, approvals };
    request_view(caller, inventory, request, &about)
}

/// The refusal of a change that was asked for over something else than what stands.
pub(crate) fn changed_since(what: &str) -> Problem {
    let detail = format!("{what} have changed since this request was made. Reject the request, and request the change again.");
    Problem::new(ErrorCode::Conflict, detail)
}
