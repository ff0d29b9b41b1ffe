//! Scans of sources: those that are due are taken by one worker each. A source that does not answer changes nothing, and a scan that finds
//! far fewer tables waits for a person.

use std::time::Duration;

use model::catalogue::{ScanCounts, ScanSpec, ScanState, is_suspicious};
use model::clock::{DAY, MINUTE, Millis};
use store::{ScanEnd, SourceRow, SourceScanRow, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::apply::{Difference, apply};
use super::found::{Found, look};
use crate::{Worker, source};

/// Scans of one worker at a time.
const AT_ONCE: usize = 4;
/// How long a source may take to tell its tables.
const PATIENCE: Duration = Duration::from_secs(300);
/// Whoever has a scan for longer is gone.
const LEASE: Millis = 10 * MINUTE;
/// How soon a scan that failed is tried again, where its own schedule is not sooner.
const TRY_AGAIN: Millis = 5 * MINUTE;
/// A scan asks for the profiles of tables that have none younger than this.
const PROFILE_AFTER: Millis = DAY;
/// Tables that are named of a held scan.
const NAMED: usize = 100;

/// Takes the scans that are due.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn begin(worker: &Worker, going: &mut JoinSet<()>, stop: &CancellationToken) -> Result<(), StoreError> {
    let now = worker.host.now();
    for row in worker.store.scans_due(now).await? {
        if going.len() >= AT_ONCE || stop.is_cancelled() {
            break;
        }
        if let Some(row) = worker.store.claim_scan(&row, &worker.name, (now, now + LEASE)).await? {
            going.spawn(work(worker.clone(), row, stop.clone()));
        }
    }
    Ok(())
}

async fn work(worker: Worker, row: SourceScanRow, stop: CancellationToken) {
    let ended = tokio::select! {
        () = stop.cancelled() => worker.store.release_scan(&row).await,
        ended = scan(&worker, &row) => ended,
    };
    match ended {
        // Somebody has changed what is scanned meanwhile, or another worker has it: this scan counts for nothing.
        Ok(()) | Err(StoreError::Stale) => {}
        Err(error) => tracing::error!(cause = %error, source = row.source_id, "a scan could not be written down: it begins again"),
    }
}

async fn scan(worker: &Worker, row: &SourceScanRow) -> Result<(), StoreError> {
    let Some(source) = worker.store.source_by_id(&row.source_id).await? else { return Ok(()) };
    // What cannot be read is looked at again once its lease is over.
    let Some(spec) = worker.if_readable(row.decoded_spec())? else { return Ok(()) };
    match tokio::time::timeout(PATIENCE, tables_of(worker, &source, &spec)).await {
        Ok(Ok(found)) => write_down(worker, (row, &source, &spec), &found).await,
        Ok(Err(reason)) => worker.store.end_scan(row, &failed(worker, &spec, reason)).await,
        Err(_) => {
            let reason = format!("Source {} did not list its tables within {} s. Nothing was changed.", source.name, PATIENCE.as_secs());
            worker.store.end_scan(row, &failed(worker, &spec, reason)).await
        }
    }
}

/// What the source tells of itself, or why it does not.
async fn tables_of(worker: &Worker, source: &SourceRow, spec: &ScanSpec) -> Result<Found, String> {
    let bound = source::bound(worker, &source.name, spec.environment.key()).await.map_err(|failed| failed.reason)?;
    let failed = |error: &connect::SourceError| {
        tracing::warn!(source = source.name, cause = error.cause, "a source failed a scan: {error}");
        format!("{}: {} Nothing was changed.", source.name, error.sentence)
    };
    let connection = connect::binding::open(&worker.pools, &worker.vault, &bound, "scans").map_err(|error| failed(&error))?;
    look(&*connection, spec).await.map_err(|error| failed(&error))
}

/// Nothing is changed by a scan that failed: what is not seen is not gone.
fn failed(worker: &Worker, spec: &ScanSpec, reason: String) -> ScanEnd {
    let now = worker.host.now();
    ScanEnd {
        state: ScanState::Failed,
        at: now,
        due_at: spec.next(now).map(|next| next.min(now + TRY_AGAIN)),
        counts: ScanCounts::default(),
        reason,
        missing: Vec::new(),
    }
}

async fn write_down(
    worker: &Worker,
    (row, source, spec): (&SourceScanRow, &SourceRow, &ScanSpec),
    found: &Found,
) -> Result<(), StoreError> {
    let difference = Difference::of(worker, (source, spec), found).await?;
    let now = worker.host.now();
    let counts = difference.counts;
    let end = ScanEnd { state: ScanState::Done, at: now, due_at: spec.next(now), counts, reason: String::new(), missing: Vec::new() };
    let is_accepted = row.accepted.is_some_and(|enough| u64::try_from(enough).is_ok_and(|enough| counts.found >= enough));
    if is_suspicious(counts.known, counts.found) && !is_accepted {
        let reason = format!(
            "The scan found {} of {} known tables. Nothing was changed. Confirm that the other tables are gone, or keep them.",
            counts.found, counts.known
        );
        let missing = difference.missing_names().into_iter().take(NAMED).collect();
        return worker.store.end_scan(row, &ScanEnd { state: ScanState::Held, reason, missing, ..end }).await;
    }
    let seen = apply(worker, (row, source), &difference, end).await?;
    worker.store.note_assets_seen(&seen, now).await?;
    worker.store.ask_profiles_of_source(&source.name, (now, now - PROFILE_AFTER)).await
}
