//! Server functions of the frame and of the home page.

use leptos::prelude::*;
use model::view::{Me as View, Need};

use crate::error::PortalError;

/// Who is signed in, and what waits for them.
#[server(prefix = "/fn", endpoint = "me")]
pub async fn me() -> Result<View, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.me(&caller).await?)
}

/// What needs the person who is signed in.
#[server(prefix = "/fn", endpoint = "needs")]
pub async fn needs() -> Result<Vec<Need>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.needs(&caller).await?)
}
