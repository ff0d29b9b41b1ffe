//! Server functions of monitoring. What they give is drawn: the browser has no code for it.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::asked::Asked;
use crate::error::PortalError;

/// The figures of all APIs that the reader may see, or of one domain.
#[server(prefix = "/fn", endpoint = "monitoring", input = Json)]
pub async fn monitoring(#[server(default)] asked: Asked) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::drawn::overview(&control, &caller, &asked).await?)
}

/// Why an API is slow or failing.
#[server(prefix = "/fn", endpoint = "monitoring-why", input = Json)]
pub async fn monitoring_why(path: String, #[server(default)] asked: Asked) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::drawn::why(&control, &caller, &path, &asked).await?)
}

/// The figures of one thing, by its kind and its path.
#[server(prefix = "/fn", endpoint = "monitoring-of", input = Json)]
pub async fn monitoring_of(kind: String, path: String, #[server(default)] asked: Asked) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::drawn::subject(&control, &caller, (&kind, &path), &asked).await?)
}
