//! APIs: drafts, checks, trials, versions, roll-back; and documents.

use axum::extract::State;
use control::apis::SaveDraft;
use control::datasets::Accelerate;
use control::documents::{ApplyPlan, ApplyRequest};
use control::model::ApiSpec;
use control::model::documentation::DocumentationMark;
use control::model::snapshot::Environment;
use control::model::view::{Acceleration, ApiDetail, ApiSummary, CheckReport, DraftView, TryAnswer};
use control::review::Submission;
use control::{Control, TryRequest};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path};
use crate::operation::Table;

#[derive(Deserialize, JsonSchema)]
struct NewApi {
    domain: String,
    name: String,
    spec: ApiSpec,
}

#[derive(Deserialize, JsonSchema)]
struct Check {
    environment: Environment,
    spec: ApiSpec,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rollback {
    environment: Environment,
    version: i64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Retire {
    environment: Environment,
}

type At = Path<(String, String)>;

pub(super) fn add(table: Table) -> Table {
    const ACCELERATE: &str = "/admin/v1/apis/{domain}/{api}/accelerate";
    table
        .add::<(), Vec<ApiSummary>, _, _>(Method::GET, "/admin/v1/apis", "List the APIs of my domains", list)
        .add::<NewApi, DraftView, _, _>(Method::POST, "/admin/v1/apis", "Create an API with a draft", make)
        .add::<(), ApiDetail, _, _>(Method::GET, "/admin/v1/apis/{domain}/{api}", "Get an API with everything about it", one)
        .add::<(), DraftView, _, _>(Method::GET, "/admin/v1/apis/{domain}/{api}/draft", "Its draft", draft)
        .add::<SaveDraft, DraftView, _, _>(Method::PUT, "/admin/v1/apis/{domain}/{api}/draft", "Save the draft of an API", save)
        .add::<(), (), _, _>(Method::DELETE, "/admin/v1/apis/{domain}/{api}/draft", "Discard the draft of an API", discard)
        .add::<Check, CheckReport, _, _>(Method::POST, "/admin/v1/apis/{domain}/{api}/check", "Check a definition on its source", check)
        .add::<TryRequest, TryAnswer, _, _>(
            Method::POST,
            "/admin/v1/apis/{domain}/{api}/try",
            "Send a test request to a draft or a version",
            try_it,
        )
        .add::<(), Acceleration, _, _>(
            Method::GET,
            ACCELERATE,
            "Get the progress of an acceleration, or what it would create",
            acceleration,
        )
        .add::<Accelerate, (), _, _>(
            Method::POST,
            ACCELERATE,
            "Create a dataset of the API's table, and a draft that is served from it",
            accelerate,
        )
        .add::<Submission, String, _, _>(Method::POST, "/admin/v1/apis/{domain}/{api}/submit", "Submit the draft for review", submit)
        .add::<Rollback, (), _, _>(Method::POST, "/admin/v1/apis/{domain}/{api}/rollback", "Roll back to an earlier version", rollback)
        .add::<Retire, (), _, _>(Method::POST, "/admin/v1/apis/{domain}/{api}/retire", "Retire an API in an environment", retire)
        .add::<DocumentationMark, (), _, _>(
            Method::PUT,
            "/admin/v1/apis/{domain}/{api}/documentation",
            "Say whether everybody can read its documentation",
            set_documentation,
        )
        .add::<ApplyRequest, ApplyPlan, _, _>(Method::POST, "/admin/v1/apply", "Apply documents, all or nothing", apply)
        .add::<(), String, _, _>(Method::GET, "/admin/v1/export", "Export sources, datasets and APIs as YAML documents", export)
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<ApiSummary>> {
    answer(control.apis(&caller).await)
}

async fn make(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<NewApi>) -> Answer<DraftView> {
    answer(control.new_api(&caller, &input.domain, &input.name, &input.spec).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path((domain, api)): At) -> Answer<ApiDetail> {
    answer(control.api(&caller, &domain, &api).await)
}

async fn draft(State(control): State<Control>, Asker(caller): Asker, Path((domain, api)): At) -> Answer<DraftView> {
    answer(control.draft(&caller, &domain, &api).await)
}

async fn save(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): At,
    Body(input): Body<SaveDraft>,
) -> Answer<DraftView> {
    answer(control.save_draft(&caller, &domain, &api, &input).await)
}

async fn discard(State(control): State<Control>, Asker(caller): Asker, Path((domain, api)): At) -> Answer<()> {
    answer(control.discard_draft(&caller, &domain, &api).await)
}

async fn set_documentation(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): At,
    Body(mark): Body<DocumentationMark>,
) -> Answer<()> {
    answer(control.set_public_documentation(&caller, &domain, &api, &mark).await)
}

async fn check(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): At,
    Body(input): Body<Check>,
) -> Answer<CheckReport> {
    answer(control.check_api(&caller, (&domain, &api), &input.spec, input.environment).await)
}

async fn try_it(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): At,
    Body(input): Body<TryRequest>,
) -> Answer<TryAnswer> {
    answer(control.try_api(&caller, &domain, &api, &input).await)
}

async fn acceleration(State(control): State<Control>, Asker(caller): Asker, Path((domain, api)): At) -> Answer<Acceleration> {
    answer(control.acceleration(&caller, &domain, &api).await)
}

async fn accelerate(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): At,
    Body(asked): Body<Accelerate>,
) -> Answer<()> {
    answer(control.accelerate(&caller, (&domain, &api), &asked).await)
}

async fn submit(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): At,
    Body(input): Body<Submission>,
) -> Answer<String> {
    answer(control.submit(&caller, &domain, &api, &input).await)
}

async fn retire(State(control): State<Control>, Asker(caller): Asker, Path((domain, api)): At, Body(input): Body<Retire>) -> Answer<()> {
    answer(control.retire(&caller, &domain, &api, input.environment).await)
}

async fn rollback(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, api)): At,
    Body(input): Body<Rollback>,
) -> Answer<()> {
    answer(control.rollback(&caller, &domain, &api, input.environment, input.version).await)
}

async fn apply(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<ApplyRequest>) -> Answer<ApplyPlan> {
    answer(control.apply(&caller, &input).await)
}

async fn export(State(control): State<Control>, Asker(caller): Asker) -> Answer<String> {
    answer(control.export(&caller).await)
}
