//! Server functions of one's own account.

use leptos::prelude::*;
use model::Scope;
use model::view::{NewToken as Made, SessionView, TokenView};
#[cfg(feature = "ssr")]
use model::{Problem, number};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.sign_out(&caller).await?;
    crate::session::keep_session("", 0);
    crate::session::go_to("/sign-in");
    Ok(())
}

#[server(prefix = "/fn", endpoint = "sessions")]
pub async fn sessions() -> Result<Vec<SessionView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.sessions(&caller).await?)
}

#[server(prefix = "/fn", endpoint = "end-session")]
pub async fn end_session(id: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.end_session(&caller, &id).await?)
}

#[server(prefix = "/fn", endpoint = "tokens")]
pub async fn tokens() -> Result<Vec<TokenView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.tokens(&caller).await?)
}

/// Makes a token with the scopes that are ticked; the form always sends `read`.
#[server(prefix = "/fn", endpoint = "new-token")]
pub async fn new_token(
    name: String,
    days: String,
    #[server(default)] scopes: Vec<Scope>,
    #[server(default)] form_token: String,
) -> Result<Made, PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let days = number::whole(&days, &(1..=control::identity::MAX_TOKEN_DAYS)).map_err(|message| Problem::field("days", message))?;
    let scopes = (!scopes.is_empty()).then_some(scopes.as_slice());
    Ok(control.new_token(&caller, &name, days, scopes).await?)
}

#[server(prefix = "/fn", endpoint = "revoke-token")]
pub async fn revoke_token(id: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.revoke_token(&caller, &id).await?)
}

/// Keeps the theme in a cookie, so that the next page is drawn in it from the start.
#[server(prefix = "/fn", endpoint = "choose-theme")]
pub async fn choose_theme(theme: String) -> Result<(), PortalError> {
    let (_, _) = crate::session::asker().await?;
    crate::session::keep_theme(&theme);
    Ok(())
}
