//! Sources, their tables and samples.

use axum::extract::State;
use control::Control;
use control::model::Problem;
use control::model::load_limits::SourceLoad;
use control::model::snapshot::Environment;
use control::model::table::{Sample, TableInfo, TableRef};
use control::model::view::{SourceSaved, SourceView};
use control::sources::SourceInput;
use http::Method;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path};
use crate::operation::Table;

pub(super) fn add(table: Table) -> Table {
    table
        .add::<(), Vec<SourceView>, _, _>(Method::GET, "/admin/v1/sources", "List the sources of my domains", list)
        .add::<SourceInput, SourceSaved, _, _>(Method::PUT, "/admin/v1/sources/{source}", "Create or change a source", save)
        .add::<SourceInput, String, _, _>(
            Method::POST,
            "/admin/v1/sources/{source}/{environment}/test",
            "Test the connection to a source with these settings",
            test,
        )
        .add::<(), SourceView, _, _>(Method::GET, "/admin/v1/sources/{source}", "One source", one)
        .add::<SourceLoad, (), _, _>(Method::PUT, "/admin/v1/sources/{source}/load", "Set the load limits of a source", set_load)
        .add::<(), Vec<String>, _, _>(
            Method::GET,
            "/admin/v1/sources/{source}/{environment}/rights",
            "List the rights of a source's user beyond reading",
            rights,
        )
        .add::<(), Vec<TableInfo>, _, _>(Method::GET, "/admin/v1/sources/{source}/{environment}/tables", "Its tables", tables)
        .add::<(), Sample, _, _>(
            Method::GET,
            "/admin/v1/sources/{source}/{environment}/tables/{table}/sample",
            "Get sample rows of a table",
            sample,
        )
}

/// An environment out of an address.
pub(super) fn environment(key: &str) -> Result<Environment, Problem> {
    Environment::from_key(key).ok_or_else(|| Problem::field("environment", "The environment must be test or prod."))
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<SourceView>> {
    answer(control.sources(&caller).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path(source): Path<String>) -> Answer<SourceView> {
    answer(control.source(&caller, &source).await)
}

async fn set_load(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(source): Path<String>,
    Body(load): Body<SourceLoad>,
) -> Answer<()> {
    answer(control.set_source_load(&caller, &source, &load).await)
}

async fn save(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(source): Path<String>,
    Body(input): Body<SourceInput>,
) -> Answer<SourceSaved> {
    answer(control.save_source(&caller, &SourceInput { name: source, ..input }).await)
}

async fn test(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((source, key)): Path<(String, String)>,
    Body(input): Body<SourceInput>,
) -> Answer<String> {
    answer(control.test_source(&caller, &SourceInput { name: source, ..input }, environment(&key)?).await)
}

async fn rights(State(control): State<Control>, Asker(caller): Asker, Path((source, key)): Path<(String, String)>) -> Answer<Vec<String>> {
    answer(control.source_rights(&caller, &source, environment(&key)?).await)
}

async fn tables(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((source, key)): Path<(String, String)>,
) -> Answer<Vec<TableInfo>> {
    answer(control.tables(&caller, &source, environment(&key)?).await)
}

async fn sample(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((source, key, table)): Path<(String, String, String)>,
) -> Answer<Sample> {
    let sampled = control.sample_table(&caller, &source, &TableRef::new(table), environment(&key)?).await;
    answer(sampled.map(|(_, sample)| sample))
}
