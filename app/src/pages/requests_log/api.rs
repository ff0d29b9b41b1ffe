//! Server functions of the request log.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::view::{LoggedRequest, RequestLogPage, RequestLogQuery};

use crate::error::PortalError;

/// One page of a search, newest first.
#[server(prefix = "/fn", endpoint = "logged-requests", input = Json)]
pub async fn logged_requests(#[server(default)] query: RequestLogQuery) -> Result<RequestLogPage, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.search_requests(&caller, &query).await?)
}

#[server(prefix = "/fn", endpoint = "logged-request")]
pub async fn one_logged_request(id: String) -> Result<LoggedRequest, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.logged_request(&caller, &id).await?)
}
