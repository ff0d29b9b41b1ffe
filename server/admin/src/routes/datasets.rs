//! Datasets and their dataset versions.

use axum::extract::State;
use control::Control;
use control::datasets::{NewDataset, PreviewMapping};
use control::model::gates::Gates;
use control::model::incremental::Backfill;
use control::model::job::JobSpec;
use control::model::mapping::Mapping;
use control::model::rejected::RejectedRowView;
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
    const REJECTED: &str = "/admin/v1/datasets/{domain}/{dataset}/versions/{version}/dirty";
    const AGAIN: &str = "/admin/v1/datasets/{domain}/{dataset}/versions/{version}/dirty/again";
    const BACKFILL: &str = "/admin/v1/datasets/{domain}/{dataset}/versions/{version}/backfill";
    const SWITCH: &str = "/admin/v1/datasets/{domain}/{dataset}/switch";
    table
        .add::<(), Vec<DatasetView>, _, _>(Method::GET, "/admin/v1/datasets", "List the datasets of my domains", list)
        .add::<NewDataset, (), _, _>(Method::POST, "/admin/v1/datasets", "Create a dataset of a table", make)
        .add::<(), DatasetView, _, _>(Method::GET, ONE, "Get a dataset with its versions", one)
        .add::<BuildInput, i64, _, _>(Method::POST, BUILD, "Run a build; the response has the number of the new version", build)
        .add::<Gates, DatasetSaved, _, _>(Method::PUT, GATES, "Set the quality checks of a dataset", set_gates)
        .add::<Mapping, DatasetSaved, _, _>(Method::PUT, MAPPING, "Set the mapping of a dataset, from the next build on", set_mapping)
        .add::<PreviewMapping, MappingPreview, _, _>(Method::POST, PREVIEW, "Preview a mapping on some rows of a table", preview)
        .add::<JobSpec, DatasetSaved, _, _>(
            Method::PUT,
            JOB,
            "Set the job of a dataset: schedule, retries, incremental sync, reconciliation",
            set_job,
        )
        .add::<PauseInput, (), _, _>(Method::POST, PAUSE, "Pause or resume the schedule of a dataset", pause)
        .add::<(), (), _, _>(Method::POST, STOP, "Stop the run that is queued or in progress", stop)
        .add::<(), Vec<RejectedRowView>, _, _>(Method::GET, REJECTED, "List rejected rows, 500 after a place (`?behind=`)", rejected)
        .with_query::<Behind>()
        .add::<(), u64, _, _>(Method::POST, AGAIN, "Replay the rejected rows; the response has their number", again)
        .add::<Backfill, (), _, _>(
            Method::POST,
            BACKFILL,
            "Backfill: read a range of the cursor column again; leave a bound empty for no bound",
            backfill,
        )
        .add::<SwitchInput, (), _, _>(
            Method::POST,
            SWITCH,
            "Roll back to a standby version, or promote a validated version to live",
            switch,
        )
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

async fn rejected(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name, version)): Path<(String, String, i64)>,
    Query(Behind { behind }): Query<Behind>,
) -> Answer<Vec<RejectedRowView>> {
    answer(control.rejected_rows(&caller, &domain, &name, version, &behind).await)
}

async fn again(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, name, version)): Path<(String, String, i64)>,
) -> Answer<u64> {
    answer(control.try_rejected_rows_again(&caller, &domain, &name, version).await)
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
