//! Business entities.

use axum::extract::State;
use control::Control;
use control::catalogue::EntityInput;
use control::model::ApiSpec;
use control::model::view::EntityView;
use http::Method;

use crate::extract::{Asker, Body, Path};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

/// Where an entity is.
type Place = Path<(String, String)>;

pub(super) fn add(table: Table) -> Table {
    const ENTITY: &str = "/admin/v1/entities/{domain}/{entity}";
    table
        .add::<(), Vec<EntityView>, _, _>(Method::GET, "/admin/v1/entities", "List the entities of my domains", list)
        .add::<(), EntityView, _, _>(Method::GET, ENTITY, "One entity", one)
        .add::<EntityInput, (), _, _>(Method::PUT, ENTITY, "Create an entity, or change it (with the edit that was seen)", set)
        .add::<(), (), _, _>(Method::DELETE, ENTITY, "Delete an entity; APIs that began with it stay", delete)
        .add::<(), ApiSpec, _, _>(
            Method::GET,
            "/admin/v1/entities/{domain}/{entity}/start",
            "Get the first draft of a new API of an entity",
            start,
        )
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<EntityView>> {
    answer(control.entities(&caller).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path((domain, name)): Place) -> Answer<EntityView> {
    answer(control.entity(&caller, &domain, &name).await)
}

async fn set(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): Place,
    Body(input): Body<EntityInput>,
) -> Answer<()> {
    answer(control.set_entity(&caller, (&domain, &name), &input).await)
}

async fn delete(State(control): State<Control>, Asker(caller): Asker, Path((domain, name)): Place) -> Answer<()> {
    answer(control.delete_entity(&caller, &domain, &name).await)
}

async fn start(State(control): State<Control>, Asker(caller): Asker, Path((domain, name)): Place) -> Answer<ApiSpec> {
    answer(control.entity_start(&caller, &domain, &name).await)
}
