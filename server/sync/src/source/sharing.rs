//! Who reads from a source beside runs.

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
