//! Datasets and their data versions.

use axum::extract::{Path, State};
use control::Control;
use control::datasets::NewDataset;
use control::model::snapshot::Environment;
use control::model::view::DatasetView;
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, answer};
use crate::extract::{Asker, Body};
use crate::operation::Table;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BuildInput {
    environment: Environment,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RollbackInput {
    version: i64,
}

pub(super) fn add(table: Table) -> Table {
    const ONE: &str = "/admin/v1/datasets/{domain}/{dataset}";
    const BUILD: &str = "/admin/v1/datasets/{domain}/{dataset}/build";
    const ROLLBACK: &str = "/admin/v1/datasets/{domain}/{dataset}/rollback";
    table
        .add::<(), Vec<DatasetView>, _, _>(Method::GET, "/admin/v1/datasets", "The datasets of my domains", list)
        .add::<NewDataset, (), _, _>(Method::POST, "/admin/v1/datasets", "Make a dataset of a table", make)
        .add::<(), DatasetView, _, _>(Method::GET, ONE, "One dataset with its data versions", one)
        .add::<BuildInput, i64, _, _>(Method::POST, BUILD, "Ask for a new data version; answers with its number", build)
        .add::<RollbackInput, (), _, _>(Method::POST, ROLLBACK, "Go back to a kept data version", rollback)
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<DatasetView>> {
    answer(control.datasets(&caller).await)
}

async fn make(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<NewDataset>) -> Answer<()> {
    answer(control.new_dataset(&caller, &input).await)
}

type DatasetAt = Path<(String, String)>;

async fn one(State(control): State<Control>, Asker(caller): Asker, Path((domain, name)): DatasetAt) -> Answer<DatasetView> {
    answer(control.dataset(&caller, &domain, &name).await)
}

async fn build(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): DatasetAt,
    Body(input): Body<BuildInput>,
) -> Answer<i64> {
    answer(control.build_dataset(&caller, &domain, &name, input.environment).await)
}

async fn rollback(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): DatasetAt,
    Body(input): Body<RollbackInput>,
) -> Answer<()> {
    answer(control.rollback_dataset(&caller, &domain, &name, input.version).await)
}
