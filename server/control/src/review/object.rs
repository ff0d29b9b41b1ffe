//! What requests that hold a change back are about, and who decides on them.

use model::audit::AuditAction;
use model::catalogue::{HeldRemoval, HeldTag};
use model::view::{RequestKind, RequestState};
use model::{Action, ErrorCode, Problem, Scope};
use store::{DatasetRow, HeldChangeRow, RequestRow, SourceRow};

use crate::failure::stored;
use crate::sources::config_text;
use crate::{Caller, Control};

/// What is to be changed.
pub(super) enum Object {
    Source(SourceRow),
    Dataset(DatasetRow),
    /// A tag, and while its request is open the domains whose assets carry it.
    Tag(HeldTag, Vec<String>),
    /// A masking tag on assets.
    Removal(HeldRemoval),
}

impl Object {
    /// Empty for a tag, which belongs to no domain.
    pub(super) fn domain(&self) -> &str {
        match self {
            Self::Source(row) => &row.domain,
            Self::Dataset(row) => &row.domain,
            Self::Tag(..) => "",
            Self::Removal(removal) => &removal.domain,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Source(row) => &row.name,
            Self::Dataset(row) => &row.name,
            Self::Tag(tag, _) => &tag.name,
            Self::Removal(removal) => &removal.name,
        }
    }

    /// As the audit log names it.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Source(_) | Self::Tag(..) | Self::Removal(_) => self.name().to_owned(),
            Self::Dataset(row) => format!("{}/{}", row.domain, row.name),
        }
    }

    pub(super) fn kind(&self) -> RequestKind {
        match self {
            Self::Source(_) => RequestKind::Binding,
            Self::Dataset(_) => RequestKind::Dataset,
            Self::Tag(..) => RequestKind::Tag,
            Self::Removal(_) => RequestKind::Untag,
        }
    }

    /// What the audit log says of a request that ended so.
    pub(super) fn ended(&self, state: RequestState) -> AuditAction {
        use RequestState::{Approved, Open, Rejected, Withdrawn};
        match (self, state) {
            (Self::Source(_), Approved) => AuditAction::SourceApproved,
            (Self::Source(_), Rejected) => AuditAction::SourceRejected,
            (Self::Source(_), Withdrawn | Open) => AuditAction::SourceWithdrawn,
            (Self::Dataset(_), Approved) => AuditAction::DatasetApproved,
            (Self::Dataset(_), Rejected) => AuditAction::DatasetRejected,
            (Self::Dataset(_), Withdrawn | Open) => AuditAction::DatasetWithdrawn,
            (Self::Tag(..) | Self::Removal(_), Approved) => AuditAction::TagApproved,
            (Self::Tag(..) | Self::Removal(_), Rejected) => AuditAction::TagRejected,
            (Self::Tag(..) | Self::Removal(_), Withdrawn | Open) => AuditAction::TagWithdrawn,
        }
    }

    /// A definition as the audit log keeps it.
    pub(super) fn text(&self, definition: &str) -> String {
        match self {
            Self::Source(_) => config_text(definition),
            Self::Dataset(_) | Self::Tag(..) | Self::Removal(_) => definition.to_owned(),
        }
    }

    /// Tags are shown to everybody who sees anything.
    pub(super) fn is_seen_by(&self, caller: &Caller) -> bool {
        match self {
            Self::Tag(..) => caller.can_anywhere(Action::See),
            Self::Source(_) | Self::Dataset(_) | Self::Removal(_) => caller.can(Action::See, self.domain()),
        }
    }

    /// On a tag decides who decides in every domain whose assets carry it; where none does, whoever decides anywhere.
    pub(super) fn is_decided_by(&self, caller: &Caller) -> bool {
        match self {
            Self::Tag(_, domains) if domains.is_empty() => caller.can_anywhere(Action::Decide),
            Self::Tag(_, domains) => domains.iter().all(|domain| caller.can(Action::Decide, domain)),
            Self::Source(_) | Self::Dataset(_) | Self::Removal(_) => caller.can(Action::Decide, self.domain()),
        }
    }

    pub(super) fn authorise_decision(&self, caller: &Caller) -> Result<(), Problem> {
        match self {
            Self::Tag(tag, _) if !self.is_decided_by(caller) => {
                let detail = format!(
                    "The tag {} concerns domains in which you do not approve requests. Ask an approver of all of them, or an admin.",
                    tag.name
                );
                Err(Problem::new(ErrorCode::Forbidden, detail))
            }
            Self::Tag(..) => Ok(()),
            Self::Source(_) | Self::Dataset(_) | Self::Removal(_) => caller.authorise(Action::Decide, self.domain()),
        }
    }

    /// Whoever may change it may take a change back; of tags, that is a matter of the vocabulary, and the author had the right.
    pub(super) fn authorise_withdrawal(&self, caller: &Caller) -> Result<(), Problem> {
        match self {
            Self::Source(row) => caller.authorise(Action::EditSource, &row.domain),
            Self::Dataset(row) => caller.authorise(Action::EditDataset, &row.domain),
            Self::Tag(..) | Self::Removal(_) => caller.require_scope(Scope::Write),
        }
    }
}

impl Control {
    /// What a request about a tag is about.
    pub(super) async fn tag_object(&self, request: &RequestRow, held: &HeldChangeRow) -> Result<Object, Problem> {
        let what = format!("the request {}", request.id);
        if request.decoded_kind()? == RequestKind::Untag {
            return Ok(Object::Removal(stored(&held.before_definition, &what)?));
        }
        let is_open = request.state == RequestState::Open.key();
        let domains = if is_open { self.store.domains_of_tag(&request.object_id).await? } else { Vec::new() };
        Ok(Object::Tag(stored(&held.before_definition, &what)?, domains))
    }
}
