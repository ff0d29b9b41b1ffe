//! Server functions of the form of an API.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::ApiSpec;
use model::snapshot::Environment;
use model::view::{CheckReport, DraftView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "draft")]
pub async fn draft(domain: String, name: String) -> Result<DraftView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.draft(&caller, &domain, &name).await?)
}

#[server(prefix = "/fn", endpoint = "save-draft", input = Json)]
pub async fn save_draft(domain: String, name: String, spec: ApiSpec, edit: i64, step: String) -> Result<DraftView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let save = control::apis::SaveDraft { spec, edit, step };
    Ok(control.save_draft(&caller, &domain, &name, &save).await?)
}

#[server(prefix = "/fn", endpoint = "check", input = Json)]
pub async fn check(domain: String, name: String, spec: ApiSpec, environment: Environment) -> Result<CheckReport, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.check_api(&caller, (&domain, &name), &spec, environment).await?)
}

/// The text of a script, laid out: with other white space, and nothing else.
#[server(prefix = "/fn", endpoint = "format-sql", input = Json)]
pub async fn format_sql(domain: String, name: String, source: String, text: String) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.format_sql(&caller, (&domain, &name), &source, &text).await?)
}

/// What a Union may call.
#[server(prefix = "/fn", endpoint = "callable")]
pub async fn callable(domain: String, name: String) -> Result<Vec<model::view::Callable>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.callable(&caller, &domain, &name, Environment::Prod).await?)
}

/// Sends the draft for review as it was when it had this edit, and opens the request.
#[server(prefix = "/fn", endpoint = "submit")]
pub async fn submit(domain: String, name: String, environment: Environment, reason: String, edit: i64) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let submission = control::review::Submission { environment, reason, edit };
    let request = control.submit(&caller, &domain, &name, &submission).await?;
    crate::session::go_to(&format!("/inbox/{request}"));
    Ok(request)
}

#[server(prefix = "/fn", endpoint = "discard-draft")]
pub async fn discard_draft(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.discard_draft(&caller, &domain, &name).await?;
    crate::session::go_to("/apis");
    Ok(())
}
