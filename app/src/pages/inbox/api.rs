//! Server functions of the inbox.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::list::{ListPage, ListQuery};
use model::view::{RequestDetail, RequestView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "requests")]
pub async fn requests() -> Result<Vec<RequestView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.requests(&caller).await?)
}

/// One page of those that wait for the reader, or of those that are asked for.
#[server(prefix = "/fn", endpoint = "list-requests", input = Json)]
pub async fn list_requests(#[server(default)] query: ListQuery) -> Result<ListPage<RequestView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_requests(&caller, &query).await?)
}

#[server(prefix = "/fn", endpoint = "request")]
pub async fn request(id: String) -> Result<RequestDetail, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.request(&caller, &id).await?)
}

/// Approves or rejects; the button that was pressed says which.
#[server(prefix = "/fn", endpoint = "decide")]
pub async fn decide(
    id: String,
    reason: String,
    decision: String,
    #[server(default)] accept_costs: String,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let decision = control::review::Decision { approve: decision == "approve", reason, accept_costs: !accept_costs.is_empty() };
    Ok(control.decide(&caller, &id, &decision).await?)
}

#[server(prefix = "/fn", endpoint = "withdraw")]
pub async fn withdraw(id: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.withdraw(&caller, &id).await?)
}
