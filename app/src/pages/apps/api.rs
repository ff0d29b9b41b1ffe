//! Server functions of apps and their keys.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::list::{ListPage, ListQuery};
use model::snapshot::Environment;
use model::view::{AppView, NewIssuer as MadeIssuer, NewKey as Made};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "apps")]
pub async fn apps() -> Result<Vec<AppView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.apps(&caller).await?)
}

/// One page of the list.
#[server(prefix = "/fn", endpoint = "list-apps", input = Json)]
pub async fn list_apps(#[server(default)] query: ListQuery) -> Result<ListPage<AppView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_apps(&caller, &query).await?)
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
    crate::session::go_to(&format!("/apps/{domain}/{name}"));
    Ok(())
}

/// Deletes an app with its keys and grants.
#[server(prefix = "/fn", endpoint = "delete-app")]
pub async fn delete_app(domain: String, name: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    control.delete_app(&caller, &domain, &name).await?;
    crate::session::go_to("/apps");
    Ok(())
}

/// Says which pages' scripts may call with an app's key: an origin a line.
#[server(prefix = "/fn", endpoint = "set-origins")]
pub async fn set_origins(
    domain: String,
    app: String,
    #[server(default)] origins: String,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let origins: Vec<String> = origins.lines().map(str::to_owned).collect();
    Ok(control.set_origins(&caller, &domain, &app, &origins).await?)
}

/// Makes a key. Empty days mean that it does not expire.
#[server(prefix = "/fn", endpoint = "new-key")]
pub async fn new_key(
    domain: String,
    app: String,
    environment: Environment,
    days: String,
    #[server(default)] form_token: String,
) -> Result<Made, PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let days = crate::pages::api::days(&days)?;
    Ok(control.new_key(&caller, &domain, &app, environment, days).await?)
}

/// Lets tokens of an issuer stand for an app. Without the address of its keys, a secret is made and shown once; fixed
/// parameters stand as `name=value`, a line each.
#[server(prefix = "/fn", endpoint = "new-issuer")]
pub async fn new_issuer(
    domain: String,
    app: String,
    environment: Environment,
    issuer: String,
    audience: String,
    #[server(default)] jwks_url: String,
    #[server(default)] fixed: String,
    #[server(default)] form_token: String,
) -> Result<MadeIssuer, PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let pairs = fixed.lines().filter_map(|line| line.split_once('='));
    let fixed = pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    let input =
        control::access::IssuerInput { environment, issuer, audience, jwks: String::new(), jwks_url: jwks_url.trim().to_owned(), fixed };
    Ok(control.new_issuer(&caller, &domain, &app, &input).await?)
}

#[server(prefix = "/fn", endpoint = "delete-issuer")]
pub async fn delete_issuer(domain: String, app: String, id: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.delete_issuer(&caller, &domain, &app, &id).await?)
}

#[server(prefix = "/fn", endpoint = "revoke-key")]
pub async fn revoke_key(domain: String, app: String, key: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.revoke_key(&caller, &domain, &app, &key).await?)
}
