//! The server function of public documentation. Nobody needs to be signed in for it.

use leptos::prelude::*;
use model::documentation::PublicDocumentation;

use crate::error::PortalError;

/// The documentation of an API that its owner has marked as public.
#[server(prefix = "/fn", endpoint = "public-documentation")]
pub async fn read_public_documentation(domain: String, name: String) -> Result<PublicDocumentation, PortalError> {
    Ok(crate::session::control().public_documentation(&crate::session::visitor(), &domain, &name).await?)
}
