//! Server functions of the stewards' board.

use leptos::prelude::*;

use super::shown::StewardsShown;
use crate::error::PortalError;

/// Of all domains of the reader where none is named.
#[server(prefix = "/fn", endpoint = "stewardship")]
pub async fn stewardship(#[server(default)] domain: String) -> Result<StewardsShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let domain = (!domain.is_empty()).then_some(domain);
    Ok(super::stewards_drawn::drawn(control.stewardship(&caller, domain.as_deref()).await?))
}
