//! Server functions of domains and their members.

use leptos::prelude::*;
use model::Role;
use model::snapshot::Priority;
use model::view::{CompartmentView, DomainView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "domains")]
pub async fn domains() -> Result<Vec<DomainView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.domains(&caller).await?)
}

#[server(prefix = "/fn", endpoint = "new-domain")]
pub async fn new_domain(name: String, title: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    control.new_domain(&caller, &name, &title).await?;
    crate::session::go_to(&format!("/domains/{name}"));
    Ok(())
}

#[server(prefix = "/fn", endpoint = "rename-domain")]
pub async fn rename_domain(domain: String, title: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.set_domain_title(&caller, &domain, &title).await?)
}

/// Sets a person's roles: the boxes that are ticked. None takes the person out, where the form does not say that it is of a member.
#[server(prefix = "/fn", endpoint = "set-roles")]
pub async fn set_roles(
    domain: String,
    email: String,
    #[server(default)] roles: Vec<Role>,
    #[server(default)] member: bool,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    if member && roles.is_empty() {
        return Err(model::Problem::field("roles", crate::words::words().domains.no_role).into());
    }
    Ok(control.set_roles(&caller, &domain, &email, &roles).await?)
}

/// The shares of the gateway of my domains.
#[server(prefix = "/fn", endpoint = "compartments")]
pub async fn compartments() -> Result<Vec<CompartmentView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.compartments(&caller).await?)
}

/// Sets the limit of one priority of a domain. Empty numbers mean no limit.
#[server(prefix = "/fn", endpoint = "set-compartment")]
pub async fn set_compartment(
    domain: String,
    priority: Priority,
    #[server(default)] per_second: String,
    #[server(default)] burst: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let limit = crate::ui::rate(&format!("{}-", priority.key()), &per_second, &burst)?;
    Ok(control.set_compartment(&caller, &domain, priority, limit).await?)
}
