//! Removing the rows of dataset versions that nobody needs any more.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use accel::{KvStore, Place};
use model::clock::{Millis, SECOND};
use model::dataset::{DataVersionState, StoreKind};
use store::{DataVersionRow, StoreError};
use tokio::sync::Mutex;

use crate::Worker;
use crate::beat::SILENCE;
use crate::publish::table_store::TableStore;

/// Nodes that have reported within this time are counted.
const NODES_SEEN: Millis = 60 * SECOND;
/// Data versions of each dataset that are remembered when they are gone, with their runs.
const REMEMBERED: i64 = 100;
/// How long what could not be removed is left alone.
const TRY_AGAIN: Duration = Duration::from_secs(30);

/// Versions that could not be removed, when that was, and why.
#[derive(Default, Clone)]
pub(crate) struct KeptBack(Arc<Mutex<HashMap<String, (Instant, String)>>>);

/// Removes the rows of dropped and failed versions, once no node reports a revision that could still use them.
pub(crate) async fn look(worker: Worker, kept_back: KeptBack) {
    let mut kept_back = kept_back.0.lock().await;
    if let Err(error) = look_at_all(&worker, &mut kept_back).await {
        tracing::debug!(cause = %error, "nothing was removed: the metadata database does not respond");
    }
}

async fn look_at_all(worker: &Worker, kept_back: &mut HashMap<String, (Instant, String)>) -> Result<(), StoreError> {
    let nodes = worker.store.nodes(worker.host.now() - NODES_SEEN).await?;
    let oldest = nodes.iter().map(|node| node.revision).min().unwrap_or(i64::MAX);
    let unneeded = worker.store.data_versions_to_remove(oldest).await?;
    kept_back.retain(|id, _| unneeded.iter().any(|row| row.id == *id));
    let mut forgot = false;
    for row in unneeded {
        let is_left_alone = kept_back.get(&row.id).is_some_and(|(at, _)| at.elapsed() < TRY_AGAIN);
        if is_left_alone || may_be_written(&row, worker.host.now()) {
            continue;
        }
        match remove(worker, &row).await {
            Ok(()) => {
                worker.store.forget_data_version(&row.id).await?;
                forgot = true;
            }
            Err(reason) => {
                if kept_back.get(&row.id).is_none_or(|(_, before)| *before != reason) {
                    tracing::warn!(version = row.id, "the rows of a dataset version could not be removed: {reason}");
                }
                kept_back.insert(row.id, (Instant::now(), reason));
            }
        }
    }
    if forgot {
        worker.store.prune_data_versions(REMEMBERED).await?;
    }
    Ok(())
}

/// Whether the build that was ended may not have heard of it yet: Redis would take its rows, and nobody would know of them any more.
fn may_be_written(row: &DataVersionRow, now: Millis) -> bool {
    let is_in_redis = row.definition().is_ok_and(|spec| spec.store == StoreKind::Redis);
    is_in_redis && row.state == DataVersionState::Failed.key() && row.finished_at.is_some_and(|at| now < at + SILENCE)
}

/// Removes what a failed try wrote, where that is near; otherwise that is done beside all else, and so is what cannot be done now.
pub(crate) async fn at_once(worker: &Worker, row: &DataVersionRow) {
    let is_near = row.definition().is_ok_and(|spec| spec.store != StoreKind::Table);
    if is_near && let Err(reason) = remove(worker, row).await {
        tracing::debug!(version = row.id, "the rows of a failed attempt are removed later: {reason}");
    }
}

/// Why they are not gone, for the log.
async fn remove(worker: &Worker, row: &DataVersionRow) -> Result<(), String> {
    let spec = match worker.store.version_definition(row).await {
        Ok(spec) => spec,
        // Nothing is ever written of a definition that cannot be read. Of any other state, nobody knows where its rows are.
        Err(StoreError::Unreadable { .. }) if row.state == DataVersionState::Failed.key() => return Ok(()),
        Err(error) => return Err(error.unreadable().unwrap_or_else(|| error.to_string())),
    };
    let place = Place { dataset: row.dataset_id.clone(), version: row.id.clone() };
    let said = |error: accel::AccelError| format!("{error} {}", error.cause);
    let Some(into) = &spec.into else { return worker.stores.remove(spec.store, &place).await.map_err(said) };
    // Of a database that is no source any more nobody knows how to reach it.
    if worker.store.source(&into.source).await.map_err(|error| error.to_string())?.is_none() {
        return Ok(());
    }
    let store = TableStore::of(worker, &spec, row).await.map_err(|failed| failed.reason)?;
    store.remove(&place).await.map_err(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::version;

    #[test]
    fn rows_in_redis_of_a_build_that_was_ended_stay_until_it_has_heard_of_that() {
        let redis = r#"{"source":"s","table":{"name":"t"},"key":[],"store":"redis"}"#;
        let embedded = r#"{"source":"s","table":{"name":"t"},"key":[]}"#;
        for (spec, state, finished_at, now, stays) in [
            (redis, DataVersionState::Failed, Some(0), SILENCE - 1, true),
            (redis, DataVersionState::Failed, Some(0), SILENCE, false),
            (redis, DataVersionState::Failed, None, 0, false),
            (redis, DataVersionState::Dropped, Some(0), 0, false),
            (embedded, DataVersionState::Failed, Some(0), 0, false),
            ("{", DataVersionState::Failed, Some(0), 0, false),
        ] {
            let row = DataVersionRow { spec: spec.into(), finished_at, ..version(1, state) };
            assert_eq!(may_be_written(&row, now), stays, "{spec} {state:?} {finished_at:?} {now}");
        }
    }
}
