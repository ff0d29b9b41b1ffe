//! Reading the audit log.

use model::audit::AuditRow;
use model::{Action, ErrorCode, Problem};
use serde::Deserialize;
use store::AuditFilter;

use crate::{Caller, Control};

/// Rows of one page.
const PAGE: i64 = 100;

/// What is asked of the log.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
pub struct AuditQuery {
    /// A subject, such as `travel/plane`.
    pub subject: Option<String>,
    /// Rows before this revision: the last one of the page before.
    pub before: Option<i64>,
}

pub(crate) async fn list(control: &Control, caller: &Caller, query: &AuditQuery) -> Result<Vec<AuditRow>, Problem> {
    if !caller.can_anywhere(Action::SeeAudit) {
        return Err(Problem::new(ErrorCode::Forbidden, "You may not read the audit log. Ask an approver or an owner of your domain."));
    }
    let domains =
        (!caller.is_admin()).then(|| caller.roles().keys().filter(|domain| caller.can(Action::SeeAudit, domain)).cloned().collect());
    let filter = AuditFilter { domains, subject: query.subject.clone(), before: query.before, limit: PAGE };
    Ok(control.store.audit(&filter).await?)
}
