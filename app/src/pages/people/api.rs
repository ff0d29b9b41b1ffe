//! Server functions of people, for admins.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::list::{ListPage, ListQuery};
use model::view::{NewLink, UserView};

use crate::error::PortalError;

/// One page of everybody.
#[server(prefix = "/fn", endpoint = "list-people", input = Json)]
pub async fn list_people(#[server(default)] query: ListQuery) -> Result<ListPage<UserView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_people(&caller, &query).await?)
}

#[server(prefix = "/fn", endpoint = "new-person")]
pub async fn new_person(
    email: String,
    #[server(default)] admin: bool,
    #[server(default)] form_token: String,
) -> Result<NewLink, PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let link = control.new_person(&caller, &email, admin).await?;
    Ok(NewLink { path: format!("{}{}", control.settings().public_url, link.path), ..link })
}

#[server(prefix = "/fn", endpoint = "password-link")]
pub async fn password_link(id: String, #[server(default)] form_token: String) -> Result<NewLink, PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let link = control.password_link(&caller, &id).await?;
    Ok(NewLink { path: format!("{}{}", control.settings().public_url, link.path), ..link })
}

#[server(prefix = "/fn", endpoint = "set-person")]
pub async fn set_person(
    id: String,
    #[server(default)] admin: bool,
    #[server(default)] active: bool,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.set_person(&caller, &id, admin, active).await?)
}
