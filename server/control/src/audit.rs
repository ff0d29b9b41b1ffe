//! Reading the audit log.

use model::audit::AuditRow;
use model::list::{Extent, ListPage, ListQuery, PAGE_ROWS};
use model::{Action, ErrorCode, Problem};
use serde::Deserialize;
use store::{AuditFilter, AuditSearch};

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
    let filter = AuditFilter { domains: domains(caller)?, subject: query.subject.clone(), before: query.before, limit: PAGE };
    Ok(control.store.audit(&filter).await?)
}

/// One page of it for the portal. The log grows without end: the store itself searches, counts and cuts.
pub(crate) async fn page(control: &Control, caller: &Caller, query: &ListQuery) -> Result<ListPage<AuditRow>, Problem> {
    let everything = AuditSearch { domains: domains(caller)?, ..AuditSearch::default() };
    let wanted = AuditSearch {
        domain: query.filter("domain").to_owned(),
        words: query.words(),
        oldest_first: query.sorted_by("at") == Some(false),
        ..everything.clone()
    };
    let found = control.store.audit_count(&wanted).await?;
    let all = if wanted == everything { found } else { control.store.audit_count(&everything).await? };
    let extent = Extent::new(query, found, all);
    let rows = control.store.audit_page(&wanted, extent.before(), PAGE_ROWS).await?;
    Ok(ListPage { rows, extent })
}

/// The domains whose changes the caller may read; nothing where these are all.
fn domains(caller: &Caller) -> Result<Option<Vec<String>>, Problem> {
    if !caller.can_anywhere(Action::SeeAudit) {
        return Err(Problem::new(ErrorCode::Forbidden, "You may not read the audit log. Ask an approver or an owner of your domain."));
    }
    let mine = || caller.roles().keys().filter(|domain| caller.can(Action::SeeAudit, domain)).cloned().collect();
    Ok((!caller.is_admin()).then(mine))
}
