//! Server functions of the sign-in page: nobody needs to be signed in for them.

use leptos::prelude::*;

use crate::error::PortalError;

/// Whether the demo's people are offered.
#[server(prefix = "/fn", endpoint = "demo-offered")]
pub async fn demo_offered() -> Result<bool, PortalError> {
    Ok(crate::session::control().demo_offered(&crate::session::visitor()))
}

/// Who signs in again in place of a session that has ended stays where they are.
#[server(prefix = "/fn", endpoint = "sign-in")]
pub async fn sign_in(email: String, password: String, next: String, #[server(default)] stay: bool) -> Result<(), PortalError> {
    let session = crate::session::control().sign_in(&crate::session::visitor(), &email, &password).await?;
    enter(&session, (!stay).then_some(next.as_str()));
    Ok(())
}

#[server(prefix = "/fn", endpoint = "sign-in-demo")]
pub async fn sign_in_demo(email: String, next: String, #[server(default)] stay: bool) -> Result<(), PortalError> {
    let session = crate::session::control().sign_in_demo(&crate::session::visitor(), &email).await?;
    enter(&session, (!stay).then_some(next.as_str()));
    Ok(())
}

/// Whose link it is: an address, an empty text for the first admin's, or nothing where it has been used.
#[server(prefix = "/fn", endpoint = "link-owner")]
pub async fn link_owner(secret: String) -> Result<Option<String>, PortalError> {
    Ok(crate::session::control().link_owner(&crate::session::visitor(), &secret).await?)
}

#[server(prefix = "/fn", endpoint = "join")]
pub async fn join(secret: String, email: String, password: String) -> Result<(), PortalError> {
    let session = crate::session::control().join(&crate::session::visitor(), &secret, &email, &password).await?;
    enter(&session, Some("/"));
    Ok(())
}

/// Keeps the session and goes on to where the person was going; only within the portal.
#[cfg(feature = "ssr")]
fn enter(session: &control::identity::SignedIn, next: Option<&str>) {
    crate::session::keep_session(&session.secret, control::identity::SESSION_LIFE / model::clock::SECOND);
    if let Some(next) = next {
        crate::session::go_to(next);
    }
}
