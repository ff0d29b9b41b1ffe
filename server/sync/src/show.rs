//! The views of datasets that are kept in databases: what they show is what is live, soon after that has changed, whoever changed it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::dataset::DatasetSpec;
use store::{DataVersionRow, StoreError};
use tokio::sync::Mutex;

use crate::Worker;
use crate::table_store::TableStore;

/// How long nobody asks a view again what it shows: another worker that was slow may have turned it back.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// The live versions that are shown, as this worker knows it, and those that no view shows.
#[derive(Default, Clone)]
pub(crate) struct Shown(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    versions: HashSet<String>,
    since: Option<Instant>,
}

/// Lets views show what is live.
pub(crate) async fn look(worker: Worker, shown: Shown) {
    let mut known = shown.0.lock().await;
    if let Err(error) = look_at_all(&worker, &mut known).await {
        tracing::debug!(cause = %error, "views were not looked at: the metadata does not answer");
    }
}

async fn look_at_all(worker: &Worker, known: &mut Known) -> Result<(), StoreError> {
    if known.since.is_none_or(|since| since.elapsed() > ASK_AGAIN) {
        *known = Known { since: Some(Instant::now()), ..Known::default() };
    }
    let live = worker.store.live_version_ids().await?;
    known.versions.retain(|id| live.contains(id));
    for id in live {
        if known.versions.contains(&id) {
            continue;
        }
        let Some(row) = worker.store.data_version(&id).await? else { continue };
        let reason = match show(worker, &row).await {
            Ok(()) => {
                known.versions.insert(id);
                String::new()
            }
            Err(reason) => reason,
        };
        if row.reason != reason {
            tracing::info!(version = row.id, reason, "whether a view shows what is live has changed");
            worker.store.set_version_reason(&row.id, &reason).await?;
        }
    }
    Ok(())
}

/// Why it is not shown, for a person.
async fn show(worker: &Worker, row: &DataVersionRow) -> Result<(), String> {
    let Ok(spec) = serde_json::from_str::<DatasetSpec>(&row.spec) else { return Ok(()) };
    if spec.into.is_none() {
        return Ok(());
    }
    let store = TableStore::of(worker, &spec, row).await.map_err(|failed| failed.reason)?;
    store.show().await.map_err(|error| error.sentence)
}
