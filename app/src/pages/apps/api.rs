//! Server functions of apps and their keys.

use leptos::prelude::*;
use model::snapshot::Environment;
use model::view::{AppView, NewKey as Made};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "apps")]
pub async fn apps() -> Result<Vec<AppView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.apps(&caller).await?)
}

#[server(prefix = "/fn", endpoint = "app")]
pub async fn app(domain: String, name: String) -> Result<AppView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.app(&caller, &domain, &name).await?)
}

#[server(prefix = "/fn", endpoint = "new-app")]
pub async fn new_app(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.new_app(&caller, &domain, &name).await?;
    leptos_axum::redirect(&format!("/apps/{domain}/{name}"));
    Ok(())
}

/// Makes a key. Empty days mean that it does not expire.
#[server(prefix = "/fn", endpoint = "new-key")]
pub async fn new_key(domain: String, app: String, environment: Environment, days: String) -> Result<Made, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let days = crate::pages::api::days(&days)?;
    Ok(control.new_key(&caller, &domain, &app, environment, days).await?)
}

#[server(prefix = "/fn", endpoint = "revoke-key")]
pub async fn revoke_key(domain: String, app: String, key: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.revoke_key(&caller, &domain, &app, &key).await?)
}
