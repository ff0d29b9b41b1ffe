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

/// How much the live APIs of the home page are asked, drawn: of each its path, and what stands in its row. Where the figures cannot be read
/// there is nothing: the page is about more than these.
#[server(prefix = "/fn", endpoint = "home-figures")]
pub async fn home_figures() -> Result<Vec<(String, String)>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let (_, shown) = super::shown::shown(caller.email(), control.apis(&caller).await?);
    let subjects = super::figures::subjects(&shown);
    let figures = if subjects.is_empty() { Vec::new() } else { control.sparklines(&caller, &subjects).await.unwrap_or_default() };
    Ok(super::figures::drawn(figures))
}

/// What needs the person who is signed in.
#[server(prefix = "/fn", endpoint = "needs")]
pub async fn needs() -> Result<Vec<Need>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.needs(&caller).await?)
}
