//! Server functions of an API's page and of the test console.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::dataset::{Compression, StoreKind};
#[cfg(feature = "ssr")]
use model::job::{Cron, When};
use model::snapshot::{Environment, Priority};
use model::view::{Acceleration as Stage, ApiDetail as Detail, SwitchesView, TryAnswer};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "api")]
pub async fn api_detail(domain: String, name: String) -> Result<Detail, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.api(&caller, &domain, &name).await?)
}

/// Where callers reach the APIs: over HTTP, and over gRPC.
#[server(prefix = "/fn", endpoint = "public-url")]
pub async fn public_url() -> Result<(String, String), PortalError> {
    let (control, _) = crate::session::asker().await?;
    Ok((control.settings().public_url.clone(), control.settings().grpc_addr.clone()))
}

/// Says whether everybody can read the documentation of an API, and where readers ask for access. A box that is not ticked is not sent.
#[server(prefix = "/fn", endpoint = "set-public-documentation")]
pub async fn set_public_documentation(
    domain: String,
    name: String,
    #[server(default)] public: bool,
    #[server(default)] contact: String,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let mark = model::documentation::DocumentationMark { public, contact };
    Ok(control.set_public_documentation(&caller, &domain, &name, &mark).await?)
}

#[server(prefix = "/fn", endpoint = "rollback")]
pub async fn rollback(
    domain: String,
    name: String,
    environment: Environment,
    version: i64,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.rollback(&caller, &domain, &name, environment, version).await?)
}

#[server(prefix = "/fn", endpoint = "retire")]
pub async fn retire(
    domain: String,
    name: String,
    environment: Environment,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.retire(&caller, &domain, &name, environment).await?)
}

/// Opens an API to an app, written `domain/name`. Empty days mean no end, an empty rate no limit; hidden are the fields
/// that are ticked.
#[server(prefix = "/fn", endpoint = "grant")]
pub async fn grant(
    domain: String,
    name: String,
    app: String,
    days: String,
    #[server(default)] per_second: String,
    #[server(default)] hidden: Vec<String>,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let terms = control::access::GrantTerms { days: super::days(&days)?, limit: crate::ui::rate("", &per_second, "")?, hidden };
    let (app_domain, app) = app.split_once('/').unwrap_or((&domain, &app));
    Ok(control.grant(&caller, (app_domain, app), (&domain, &name), &terms).await?)
}

#[server(prefix = "/fn", endpoint = "switches")]
pub async fn switches(domain: String, name: String) -> Result<SwitchesView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.switches(&caller, &domain, &name).await?)
}

/// Sets the limit and the priority of an API. Empty numbers mean no limit.
#[server(prefix = "/fn", endpoint = "set-switches")]
pub async fn set_switches(
    domain: String,
    name: String,
    #[server(default)] per_second: String,
    #[server(default)] burst: String,
    priority: Priority,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.set_switches(&caller, &domain, &name, crate::ui::rate("", &per_second, &burst)?, priority).await?)
}

#[server(prefix = "/fn", endpoint = "purge")]
pub async fn purge(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.purge(&caller, &domain, &name).await?)
}

#[server(prefix = "/fn", endpoint = "end-grant")]
pub async fn end_grant(domain: String, name: String, app: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let (app_domain, app) = app.split_once('/').unwrap_or((&domain, &app));
    Ok(control.end_grant(&caller, (app_domain, app), (&domain, &name)).await?)
}

/// Runs a version, or the draft where none is named.
#[server(prefix = "/fn", endpoint = "try", input = Json)]
pub async fn try_api(
    domain: String,
    name: String,
    version: Option<i64>,
    environment: Environment,
    parameters: Vec<(String, String)>,
) -> Result<TryAnswer, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let request = control::TryRequest { version, environment, parameters };
    Ok(control.try_api(&caller, &domain, &name, &request).await?)
}

/// How far the acceleration of an API is.
#[server(prefix = "/fn", endpoint = "acceleration")]
pub async fn acceleration(domain: String, name: String) -> Result<Stage, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.acceleration(&caller, &domain, &name).await?)
}

/// Copies its table, and drafts a version that is served from the copy. `again` is when it is made anew.
#[server(prefix = "/fn", endpoint = "accelerate")]
pub async fn accelerate(
    domain: String,
    name: String,
    dataset: String,
    store: StoreKind,
    compression: Compression,
    again: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let cron = |pattern: &str| When::Cron(Cron { pattern: pattern.into(), zone: "UTC".into() });
    let when = match again.as_str() {
        "hourly" => cron("0 * * * *"),
        "nightly" => cron("0 3 * * *"),
        _ => When::Asked,
    };
    let asked = control::datasets::Accelerate { dataset, store, compression, when };
    Ok(control.accelerate(&caller, (&domain, &name), &asked).await?)
}
