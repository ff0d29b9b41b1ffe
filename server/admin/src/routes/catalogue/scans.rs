//! Scans of sources.

use axum::extract::State;
use control::Control;
use control::catalogue::{HeldScanInput, ScanInput};
use control::model::view::{ScanChoices, SourceScanView};
use http::Method;

use crate::extract::{Asker, Body, Path};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};
use crate::routes::sources::environment;

pub(super) fn add(table: Table) -> Table {
    const SCAN: &str = "/admin/v1/sources/{source}/scan";
    table
        .add::<(), Vec<SourceScanView>, _, _>(Method::GET, "/admin/v1/scans", "List the scans of the sources of my domains", list)
        .add::<(), Option<SourceScanView>, _, _>(Method::GET, SCAN, "How a source is scanned, and what came of it", one)
        .add::<ScanInput, (), _, _>(
            Method::PUT,
            SCAN,
            "Set which schemas and tables of a source are registered and when it is scanned (with the edit that was seen)",
            set,
        )
        .add::<(), (), _, _>(Method::POST, "/admin/v1/sources/{source}/scan/run", "Scan a source now", run)
        .add::<HeldScanInput, (), _, _>(
            Method::POST,
            "/admin/v1/sources/{source}/scan/decide",
            "Decide on a scan that found far fewer tables than are known",
            decide,
        )
        .add::<(), ScanChoices, _, _>(
            Method::GET,
            "/admin/v1/sources/{source}/{environment}/scan-choices",
            "List the schemas and tables of a source that a scan can choose",
            choices,
        )
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<SourceScanView>> {
    answer(control.source_scans(&caller).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path(source): Path<String>) -> Answer<Option<SourceScanView>> {
    answer(control.source_scan(&caller, &source).await)
}

async fn set(State(control): State<Control>, Asker(caller): Asker, Path(source): Path<String>, Body(input): Body<ScanInput>) -> Answer<()> {
    answer(control.set_source_scan(&caller, &source, &input).await)
}

async fn run(State(control): State<Control>, Asker(caller): Asker, Path(source): Path<String>) -> Answer<()> {
    answer(control.scan_source_now(&caller, &source).await)
}

async fn decide(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(source): Path<String>,
    Body(input): Body<HeldScanInput>,
) -> Answer<()> {
    answer(control.decide_held_scan(&caller, &source, &input).await)
}

async fn choices(State(control): State<Control>, Asker(caller): Asker, Path((source, key)): Path<(String, String)>) -> Answer<ScanChoices> {
    answer(control.scan_choices(&caller, &source, environment(&key)?).await)
}
