//! Who reads from a source beside runs.

use model::job::RunState;
use store::StoreError;

use crate::Worker;

/// The load limits of a source are shared with those who follow it, while they read.
pub(crate) async fn incremental_syncs(worker: &Worker, source: &str) -> Result<usize, StoreError> {
    let mut count = 0;
    for row in worker.store.incremental_syncs().await? {
        let Some(figures) = worker.if_readable(row.decoded_figures())? else { continue };
        if !figures.reading || row.worker.is_none() {
            continue;
        }
        let Some(version) = worker.store.data_version(&row.version_id).await? else { continue };
        let reads = version.definition().is_ok_and(|spec| spec.source == source);
        count += usize::from(reads);
    }
    Ok(count)
}

/// So many profiles read a source now.
pub(crate) async fn profiles(worker: &Worker, source: &str) -> Result<usize, StoreError> {
    let reading = worker.store.profiles_reading(source, worker.host.now()).await?;
    Ok(usize::try_from(reading).unwrap_or(0))
}

/// So many runs and profiles read a source now.
pub(crate) async fn reading(worker: &Worker, source: &str) -> Result<usize, StoreError> {
    let runs = worker.store.runs_in(RunState::Running.key()).await?;
    Ok(runs.iter().filter(|run| run.source == source).count() + profiles(worker, source).await?)
}
