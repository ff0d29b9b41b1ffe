//! Server functions of the audit log.

use leptos::prelude::*;
use model::audit::AuditRow;

use crate::error::PortalError;

/// Newest first; `before` is the revision of the last row of the page before.
#[server(prefix = "/fn", endpoint = "audit")]
pub async fn audit(before: Option<i64>) -> Result<Vec<AuditRow>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.audit_log(&caller, &control::AuditQuery { subject: None, before }).await?)
}
