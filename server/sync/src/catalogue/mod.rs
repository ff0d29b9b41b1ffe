//! The catalogue: scans of sources and profiles of tables and datasets, each by one worker under a lease, the columns of datasets and APIs,
//! and how far assets are looked after.

mod apply;
mod dataset_sample;
pub(crate) mod defined;
mod found;
mod outcome;
mod profile;
pub mod sample;
mod scan;
mod sketch;
mod spread;
mod stewardship;
mod suggest;
mod table_sample;

use std::time::Duration;

use model::clock::Millis;
use store::StoreError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::Worker;

const POLL: Duration = Duration::from_secs(1);

/// Looks after the catalogue until it is told to stop. When the metadata is away, it waits.
pub(crate) async fn run(worker: Worker, stop: CancellationToken) {
    let (mut scans, mut profiles, mut caught_up, mut away) = (JoinSet::new(), JoinSet::new(), false, false);
    let mut counted = None;
    while !stop.is_cancelled() {
        match round(&worker, (&mut scans, &mut profiles, &mut caught_up, &mut counted), &stop).await {
            Ok(()) => away = false,
            Err(error) if !away => {
                tracing::error!(cause = %error, "the catalogue is not kept up to date: the metadata database does not respond");
                away = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = scans.join_next() => {}
            Some(_) = profiles.join_next() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    while scans.join_next().await.is_some() {}
    while profiles.join_next().await.is_some() {}
}

async fn round(
    worker: &Worker,
    (scans, profiles, caught_up, counted): (&mut JoinSet<()>, &mut JoinSet<()>, &mut bool, &mut Option<Millis>),
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    if !*caught_up {
        match defined::catch_up(worker).await {
            // Another node was faster, or somebody changes the same: what is still missing is looked for again.
            Err(StoreError::Taken | StoreError::Stale) => {}
            Err(error) => return Err(error),
            Ok(()) => *caught_up = true,
        }
    }
    stewardship::count(worker, counted).await?;
    scan::begin(worker, scans, stop).await?;
    profile::begin(worker, profiles, stop).await
}
