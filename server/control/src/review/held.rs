//! Requests to change what live APIs read, the production binding of a source or a dataset: what an approver sees of them, and the
//! decision, which puts them in force.

use model::audit::AuditAction;
use model::view::{CheckReport, HeldChange, RequestDetail, RequestKind, RequestState, RequestView};
use model::{Action, ErrorCode, Problem};
use store::{DatasetRow, HeldChangeRow, RequestRow, SourceRow, StoreError, Tx};

use super::Decision;
use super::decide::{check_reason, closed, own, refuse_withdrawal_of_others};
use super::inbox::{About, request_view};
use crate::affected::HELD;
use crate::apis::Inventory;
use crate::datasets::DatasetEdit;
use crate::sources::config_text;
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

/// What is to be changed.
enum Object {
    Source(SourceRow),
    Dataset(DatasetRow),
}

impl Object {
    fn domain(&self) -> &str {
        match self {
            Self::Source(row) => &row.domain,
            Self::Dataset(row) => &row.domain,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Source(row) => &row.name,
            Self::Dataset(row) => &row.name,
        }
    }

    /// As the audit log names it.
    fn subject(&self) -> String {
        match self {
            Self::Source(row) => row.name.clone(),
            Self::Dataset(row) => format!("{}/{}", row.domain, row.name),
        }
    }

    fn approved(&self) -> AuditAction {
        match self {
            Self::Source(_) => AuditAction::SourceApproved,
            Self::Dataset(_) => AuditAction::DatasetApproved,
        }
    }

    fn rejected(&self) -> AuditAction {
        match self {
            Self::Source(_) => AuditAction::SourceRejected,
            Self::Dataset(_) => AuditAction::DatasetRejected,
        }
    }

    fn withdrawn(&self) -> AuditAction {
        match self {
            Self::Source(_) => AuditAction::SourceWithdrawn,
            Self::Dataset(_) => AuditAction::DatasetWithdrawn,
        }
    }

    fn kind(&self) -> RequestKind {
        match self {
            Self::Source(_) => RequestKind::Binding,
            Self::Dataset(_) => RequestKind::Dataset,
        }
    }

    /// What those have leave for who may change it.
    fn edit(&self) -> Action {
        match self {
            Self::Source(_) => Action::EditSource,
            Self::Dataset(_) => Action::EditDataset,
        }
    }

    /// A request of it as the caller sees it.
    fn request_view(&self, caller: &Caller, inventory: &Inventory, request: &RequestRow) -> Result<RequestView, Problem> {
        let about = About { kind: self.kind(), domain: self.domain(), name: self.name(), version: 0, wrote: false };
        request_view(caller, inventory, request, &about)
    }

    /// A definition as the audit log keeps it.
    fn text(&self, definition: &str) -> String {
        match self {
            Self::Source(_) => config_text(definition),
            Self::Dataset(_) => definition.to_owned(),
        }
    }
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
        let of = match request.decoded_kind()? {
            RequestKind::Binding => self.store.source_by_id(&request.object_id).await?.map(Object::Source),
            RequestKind::Dataset => self.store.dataset_by_id(&request.object_id).await?.map(Object::Dataset),
            RequestKind::Version => return Ok(None),
        };
        let of = of.filter(|of| caller.can(Action::See, of.domain())).ok_or_else(missing)?;
        let held = self.store.held_change(&request.id).await?.ok_or_else(missing)?;
        Ok(Some(HeldRequest { request, held, of }))
    }

    /// All that the caller may see.
    pub(super) async fn held_views(&self, caller: &Caller, inventory: &Inventory) -> Result<Vec<RequestView>, Problem> {
        let sources = self.store.sources().await?;
        let datasets = self.store.datasets().await?;
        let mut views = Vec::new();
        for request in &inventory.requests {
            let of = match request.decoded_kind()? {
                RequestKind::Binding => sources.iter().find(|row| row.id == request.object_id).cloned().map(Object::Source),
                RequestKind::Dataset => datasets.iter().find(|row| row.id == request.object_id).cloned().map(Object::Dataset),
                RequestKind::Version => None,
            };
            if let Some(of) = of.filter(|of| caller.can(Action::See, of.domain())) {
                views.push(of.request_view(caller, inventory, request)?);
            }
        }
        Ok(views)
    }

    pub(super) async fn held_detail(&self, caller: &Caller, asked: &HeldRequest) -> Result<RequestDetail, Problem> {
        let HeldRequest { request, held, of } = asked;
        let change: HeldChange = match of {
            Object::Source(row) => self.binding_change(row, (request, held)).await?,
            Object::Dataset(row) => self.dataset_change(row, held).await?,
        };
        let inventory = self.inventory().await?;
        Ok(RequestDetail {
            request: of.request_view(caller, &inventory, request)?,
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

    /// Approves a change, which is in force with the same transaction, or rejects it.
    pub(super) async fn decide_held(&self, caller: &Caller, asked: &HeldRequest, decision: &Decision) -> Result<(), Problem> {
        let HeldRequest { request, held, of } = asked;
        caller.authorise(Action::Decide, of.domain())?;
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
        let state = if decision.approve { RequestState::Approved } else { RequestState::Rejected };
        tx.decide_request(&request.id, state.key(), caller.email(), decision.reason.trim()).await.map_err(closed)?;
        if decision.approve {
            self.put_in_force(&mut tx, asked, edit.as_ref()).await?;
        }
        let action = if decision.approve { of.approved() } else { of.rejected() };
        let (before, after) = (Some(of.text(&held.before_definition)), Some(of.text(&held.definition)));
        self.note(&mut tx, action, (of.domain(), &of.subject()), before, after).await?;
        self.commit(tx).await
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
        }
    }

    /// Takes a change of one's own back.
    pub(super) async fn withdraw_held(&self, caller: &Caller, asked: &HeldRequest) -> Result<(), Problem> {
        let HeldRequest { request, of, .. } = asked;
        caller.authorise(of.edit(), of.domain())?;
        refuse_withdrawal_of_others(caller, request)?;
        let mut tx = self.write(caller).await?;
        tx.decide_request(&request.id, RequestState::Withdrawn.key(), caller.email(), "").await.map_err(closed)?;
        self.note(&mut tx, of.withdrawn(), (of.domain(), &of.subject()), None, None).await?;
        self.commit(tx).await
    }
}

/// The refusal of a change that was asked for over something else than what stands.
pub(crate) fn changed_since(what: &str) -> Problem {
    let detail = format!("{what} have changed since this request was made. Reject the request, and request the change again.");
    Problem::new(ErrorCode::Conflict, detail)
}
