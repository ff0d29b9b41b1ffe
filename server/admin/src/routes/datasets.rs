//! Datasets and their data versions.

use axum::extract::State;
use control::Control;
use control::datasets::{NewDataset, PreviewMapping};
use control::model::dirty::DirtyRowView;
use control::model::follow::Backfill;
use control::model::gates::Gates;
use control::model::job::JobSpec;
use control::model::mapping::Mapping;
use control::model::snapshot::Environment;
use control::model::view::{DatasetSaved, DatasetView, MappingPreview};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path, Query};
use crate::operation::Table;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BuildInput {
    environment: Environment,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PauseInput {
    paused: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SwitchInput {
    version: i64,
}

pub(super) fn add(table: Table) -> Table {
    const ONE: &str = "/admin/v1/datasets/{domain}/{dataset}";
    const BUILD: &str = "/admin/v1/datasets/{domain}/{dataset}/build";
    const GATES: &str = "/admin/v1/datasets/{domain}/{dataset}/gates";
    const JOB: &str = "/admin/v1/datasets/{domain}/{dataset}/job";
    const MAPPING: &str = "/admin/v1/datasets/{domain}/{dataset}/mapping";
    const PREVIEW: &str = "/admin/v1/mapping/preview";
    const PAUSE: &str = "/admin/v1/datasets/{domain}/{dataset}/job/pause";
    const STOP: &str = "/admin/v1/datasets/{domain}/{dataset}/job/stop";
    const DIRTY: &str = "/admin/v1/datasets/{domain}/{dataset}/versions/{version}/dirty";
    const AGAIN: &str = "/admin/v1/datasets/{domain}/{dataset}/versions/{version}/dirty/again";
    const BACKFILL: &str = "/admin/v1/datasets/{domain}/{dataset}/versions/{version}/backfill";
    const SWITCH: &str = "/admin/v1/datasets/{domain}/{dataset}/switch";
    table
        .add::<(), Vec<DatasetView>, _, _>(Method::GET, "/admin/v1/datasets", "The datasets of my domains", list)
        .add::<NewDataset, (), _, _>(Method::POST, "/admin/v1/datasets", "Make a dataset of a table", make)
        .add::<(), DatasetView, _, _>(Method::GET, ONE, "One dataset with its data versions", one)
        .add::<BuildInput, i64, _, _>(Method::POST, BUILD, "Ask for a new data version; answers with its number", build)
        .add::<Gates, DatasetSaved, _, _>(Method::PUT, GATES, "Say what a build must pass before it goes live", set_gates)
        .add::<Mapping, DatasetSaved, _, _>(
            Method::PUT,
            MAPPING,
            "Say what becomes of the table's rows from the next build on",
            set_mapping,
        )
        .add::<PreviewMapping, MappingPreview, _, _>(Method::POST, PREVIEW, "Some rows of a table as a mapping makes them", preview)
        .add::<JobSpec, DatasetSaved, _, _>(Method::PUT, JOB, "Say when and how it is made anew", set_job)
        .add::<PauseInput, (), _, _>(Method::POST, PAUSE, "Leave its schedule alone, or follow it again", pause)
        .add::<(), (), _, _>(Method::POST, STOP, "End the run that is under way or waits", stop)
        .add::<(), Vec<DirtyRowView>, _, _>(Method::GET, DIRTY, "Rows that could not be taken, 500 behind a place (`?behind=`)", dirty)
        .with_query::<Behind>()
        .add::<(), u64, _, _>(Method::POST, AGAIN, "Try them again, as rows are read now; answers with how many", again)
        .add::<Backfill, (), _, _>(Method::POST, BACKFILL, "Read a range of a followed table again; an empty bound has none", backfill)
        .add::<SwitchInput, (), _, _>(Method::POST, SWITCH, "Go back to a kept data version, or let one through that waits", switch)
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

async fn set_gates(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): DatasetAt,
    Body(gates): Body<Gates>,
) -> Answer<DatasetSaved> {
    answer(control.set_gates(&caller, &domain, &name, &gates).await)
}

async fn set_mapping(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): DatasetAt,
    Body(mapping): Body<Mapping>,
) -> Answer<DatasetSaved> {
    answer(control.set_mapping(&caller, &domain, &name, &mapping).await)
}

async fn preview(State(control): State<Control>, Asker(caller): Asker, Body(asked): Body<PreviewMapping>) -> Answer<MappingPreview> {
    answer(control.preview_mapping(&caller, &asked).await)
}

async fn set_job(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): DatasetAt,
    Body(spec): Body<JobSpec>,
) -> Answer<DatasetSaved> {
    answer(control.set_job(&caller, &domain, &name, &spec).await)
}

async fn pause(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): DatasetAt,
    Body(input): Body<PauseInput>,
) -> Answer<()> {
    answer(control.pause_job(&caller, &domain, &name, input.paused).await)
}

async fn stop(State(control): State<Control>, Asker(caller): Asker, Path((domain, name)): DatasetAt) -> Answer<()> {
    answer(control.stop_run(&caller, &domain, &name).await)
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Behind {
    behind: String,
}

async fn dirty(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name, version)): Path<(String, String, i64)>,
    Query(Behind { behind }): Query<Behind>,
) -> Answer<Vec<DirtyRowView>> {
    answer(control.dirty_rows(&caller, &domain, &name, version, &behind).await)
}

async fn again(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name, version)): Path<(String, String, i64)>,
) -> Answer<u64> {
    answer(control.try_dirty_rows_again(&caller, &domain, &name, version).await)
}

async fn backfill(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name, version)): Path<(String, String, i64)>,
    Body(wanted): Body<Backfill>,
) -> Answer<()> {
    answer(control.backfill(&caller, &domain, &name, version, &wanted).await)
}

async fn switch(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name)): DatasetAt,
    Body(input): Body<SwitchInput>,
) -> Answer<()> {
    answer(control.switch_dataset(&caller, &domain, &name, input.version).await)
}
