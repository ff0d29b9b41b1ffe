//! What changes at once: limits, priorities, purges.

use axum::extract::State;
use control::Control;
use control::model::limit::Rate;
use control::model::snapshot::Priority;
use control::model::view::{CompartmentView, SwitchesView};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path};
use crate::operation::Table;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SwitchesInput {
    /// Absent for no limit.
    #[serde(default)]
    limit: Option<Rate>,
    #[serde(default)]
    priority: Priority,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CompartmentInput {
    /// Absent to lift the limit.
    #[serde(default)]
    limit: Option<Rate>,
}

pub(super) fn add(table: Table) -> Table {
    const SWITCHES: &str = "/admin/v1/apis/{domain}/{api}/switches";
    const COMPARTMENT: &str = "/admin/v1/compartments/{domain}/{priority}";
    table
        .add::<(), SwitchesView, _, _>(Method::GET, SWITCHES, "Get the limit, priority and request counts of an API", switches)
        .add::<SwitchesInput, (), _, _>(Method::PUT, SWITCHES, "Set the rate limit and priority of an API", set_switches)
        .add::<(), (), _, _>(Method::POST, "/admin/v1/apis/{domain}/{api}/purge", "Purge the response cache of an API", purge)
        .add::<(), Vec<CompartmentView>, _, _>(Method::GET, "/admin/v1/compartments", "List the compartments of my domains", compartments)
        .add::<CompartmentInput, (), _, _>(Method::PUT, COMPARTMENT, "Set or remove the rate limit of a compartment", set_compartment)
}

type ApiAt = Path<(String, String)>;

async fn switches(State(control): State<Control>, Asker(caller): Asker, Path((domain, api)): ApiAt) -> Answer<SwitchesView> {
    answer(control.switches(&caller, &domain, &api).await)
}

async fn set_switches(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): ApiAt,
    Body(input): Body<SwitchesInput>,
) -> Answer<()> {
    answer(control.set_switches(&caller, &domain, &api, input.limit, input.priority).await)
}

async fn purge(State(control): State<Control>, Asker(caller): Asker, Path((domain, api)): ApiAt) -> Answer<()> {
    answer(control.purge(&caller, &domain, &api).await)
}

async fn compartments(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<CompartmentView>> {
    answer(control.compartments(&caller).await)
}

async fn set_compartment(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, priority)): Path<(String, Priority)>,
    Body(input): Body<CompartmentInput>,
) -> Answer<()> {
    answer(control.set_compartment(&caller, &domain, priority, input.limit).await)
}
