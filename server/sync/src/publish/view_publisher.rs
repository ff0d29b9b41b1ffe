//! The views of datasets that are kept in databases: what they show is what is live, soon after that has changed, whoever changed it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::dataset::DatasetSpec;
use store::{DataVersionRow, StoreError};
use tokio::sync::Mutex;

use crate::Worker;
use crate::publish::table_store::TableStore;

/// How long it is left alone when a view could not be turned: whoever reads it for long must not be waited for all the time.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// How long nobody asks a view again what it shows: another worker that was slow may have turned it back.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// Whoever takes longer than this to fail is most likely away.
const SLOW: Duration = Duration::from_secs(2);

/// What this worker knows of the live versions.
#[derive(Default, Clone)]
pub(crate) struct Shown(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    /// Those that a view shows.
    versions: HashSet<String>,
    since: Option<Instant>,
    /// Live versions that are in no database.
    others: HashSet<String>,
    /// Those that could not be shown, and when that was.
    failed: HashMap<String, Instant>,
}

/// Lets views show what is live.
pub(crate) async fn look(worker: Worker, shown: Shown) {
    let mut known = shown.0.lock().await;
    if let Err(error) = look_at_all(&worker, &mut known).await {
        tracing::debug!(cause = %error, "views were not checked: the metadata database does not respond");
    }
}

async fn look_at_all(worker: &Worker, known: &mut Known) -> Result<(), StoreError> {
    if known.since.is_none_or(|since| since.elapsed() > ASK_AGAIN) {
        known.since = Some(Instant::now());
        known.versions.clear();
    }
    known.failed.retain(|_, at| at.elapsed() < TRY_AGAIN);
    // Of a database that does not answer, one view is waited for, and not all of them.
    let mut away: HashSet<String> = HashSet::new();
    let live = worker.store.live_version_ids().await?;
    known.versions.retain(|id| live.contains(id));
    known.others.retain(|id| live.contains(id));
    for id in live {
        if known.versions.contains(&id) || known.others.contains(&id) || known.failed.contains_key(&id) {
            continue;
        }
        let Some(row) = worker.store.data_version(&id).await? else { continue };
        let Some(spec) = worker.if_readable(worker.store.version_definition(&row).await)? else { continue };
        let Some(into) = &spec.into else {
            known.others.insert(id);
            continue;
        };
        let source = format!("{} {}", into.source, row.environment);
        if away.contains(&source) {
            continue;
        }
        let began = Instant::now();
        let reason = match show(worker, (&row, &spec)).await {
            Ok(()) => {
                known.versions.insert(id);
                String::new()
            }
            Err(reason) => {
                if began.elapsed() > SLOW {
                    away.insert(source);
                }
                known.failed.insert(id, Instant::now());
                reason
            }
        };
        if row.reason != reason {
            tracing::info!(version = row.id, reason, "a view shows or no longer shows the live version");
            worker.store.set_version_reason(&row.id, &reason).await?;
        }
    }
    Ok(())
}

/// Why it is not shown, for a person.
async fn show(worker: &Worker, (row, spec): (&DataVersionRow, &DatasetSpec)) -> Result<(), String> {
    let store = TableStore::of(worker, spec, row).await.map_err(|failed| failed.reason)?;
    store.show().await.map_err(|error| error.sentence)
}
