//! Server functions of the audit log.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::audit::AuditRow;
use model::list::{ListPage, ListQuery};

use crate::error::PortalError;

/// One page of the log, newest first where no other order is asked for.
#[server(prefix = "/fn", endpoint = "list-audit", input = Json)]
pub async fn list_audit(#[server(default)] query: ListQuery) -> Result<ListPage<AuditRow>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_audit(&caller, &query).await?)
}
