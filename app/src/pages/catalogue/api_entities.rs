//! Server functions of business entities.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::catalogue::BusinessEntity;
use model::view::EntityView;

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "entities")]
pub async fn entities() -> Result<Vec<EntityView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.entities(&caller).await?)
}

#[server(prefix = "/fn", endpoint = "entity")]
pub async fn entity(domain: String, name: String) -> Result<EntityView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.entity(&caller, &domain, &name).await?)
}

/// Makes an entity where no edit is given, and changes the one whose edit was seen otherwise.
#[server(prefix = "/fn", endpoint = "set-entity", input = Json)]
pub async fn set_entity(domain: String, name: String, edit: Option<i64>, entity: BusinessEntity) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let input = control::catalogue::EntityInput { edit, entity };
    control.set_entity(&caller, (&domain, &name), &input).await?;
    crate::session::go_to(&format!("{}/{domain}/{name}", super::frame::ENTITIES));
    Ok(())
}

#[server(prefix = "/fn", endpoint = "delete-entity")]
pub async fn delete_entity(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.delete_entity(&caller, &domain, &name).await?;
    crate::session::go_to(super::frame::ENTITIES);
    Ok(())
}

/// Makes an API whose draft reads the tables of an entity, joined, and gives its attributes; and opens the form of the draft.
#[server(prefix = "/fn", endpoint = "new-api-of-entity")]
pub async fn new_api_of_entity(domain: String, entity: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let spec = control.entity_start(&caller, &domain, &entity).await?;
    control.new_api(&caller, &domain, &name, &spec).await?;
    crate::session::go_to(&format!("/apis/{domain}/{name}/edit"));
    Ok(())
}
