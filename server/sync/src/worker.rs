//! The loop of a worker: builds one after another, fails those whose worker died, drops what nobody needs any more.

use std::time::Duration;

use model::clock::{Millis, SECOND};
use model::dataset::DataVersionState;
use store::{DataVersionRow, StoreError};
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{Worker, build, switch};

/// How often a worker says that it lives.
const BEAT: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_secs(1);
/// A worker that was not heard of for so long is dead.
const SILENCE: Millis = 30 * SECOND;
/// Nodes that have reported within this time are counted.
const NODES_SEEN: Millis = 60 * SECOND;

/// Works until it is told to stop. When the metadata is away, it waits.
pub async fn run(worker: Worker, stop: CancellationToken) {
    let mut away = false;
    while !stop.is_cancelled() {
        match round(&worker, &stop).await {
            Ok(()) => away = false,
            Err(error) if !away => {
                tracing::error!(cause = %error, "the worker cannot reach the metadata and waits");
                away = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = worker.changed.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn round(worker: &Worker, stop: &CancellationToken) -> Result<(), StoreError> {
    for row in worker.store.data_versions_in(DataVersionState::Building.key()).await? {
        if stop.is_cancelled() {
            return Ok(());
        }
        let now = worker.host.now();
        match &row.worker {
            None if worker.store.claim_build(&row.id, &worker.name, now).await? => {
                let ended = {
                    let (worker, row, stop) = (worker.clone(), row.clone(), stop.clone());
                    let runtime = tokio::runtime::Handle::current();
                    // On a thread of its own: encoding and sorting must not stand in the way of calls.
                    tokio::task::spawn_blocking(move || runtime.block_on(build::run(&worker, &row, &stop)))
                };
                let ended = alive_until(worker, &row, ended).await;
                switch::finish(worker, &row, ended.unwrap_or_else(|_| Err(build::Failed::broke_off()))).await?;
            }
            Some(_) if is_dead(&row, now) => {
                switch::finish(worker, &row, Err(build::Failed::broke_off())).await?;
            }
            _ => {}
        }
    }
    drop_unneeded(worker).await
}

/// Says that this worker lives for as long as the build takes: its longer steps say nothing themselves.
async fn alive_until<T>(worker: &Worker, row: &DataVersionRow, mut build: JoinHandle<T>) -> Result<T, JoinError> {
    loop {
        tokio::select! {
            ended = &mut build => return ended,
            () = tokio::time::sleep(BEAT) => drop(worker.store.touch_build(&row.id, &worker.name, worker.host.now()).await),
        }
    }
}

/// Its worker is silent.
fn is_dead(row: &DataVersionRow, now: Millis) -> bool {
    row.beat_at.is_none_or(|beat| beat + SILENCE < now)
}

/// Removes the rows of dropped and failed versions, once no node reports a revision that could still use them.
async fn drop_unneeded(worker: &Worker) -> Result<(), StoreError> {
    let nodes = worker.store.nodes(worker.host.now() - NODES_SEEN).await?;
    let oldest = nodes.iter().map(|node| node.revision).min().unwrap_or(i64::MAX);
    for row in worker.store.data_versions_to_remove(oldest).await? {
        if switch::remove(worker, &row).await {
            worker.store.forget_data_version(&row.id).await?;
        }
    }
    Ok(())
}
