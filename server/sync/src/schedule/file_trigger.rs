//! Jobs that wait for files: a run is asked for once files have changed, and then stay as they are from one look to the next, so that
//! none is read while it is still written.

use std::time::Duration;

use model::clock::{Millis, SECOND};
use model::job::{JobSpec, When};
use serde::{Deserialize, Serialize};
use store::{JobRow, StoreError};

use crate::{Worker, source};

/// What was seen of a job's files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownFiles {
    /// When a run was last asked for.
    taken: String,
    /// When they were last looked at.
    last: String,
    /// Since when they are so.
    since: Millis,
}

impl KnownFiles {
    /// Takes over what files are seen to be now; nothing where that changes nothing. Otherwise, whether a run is to be asked for: they are as
    /// they were for long enough, and were not taken so.
    fn see(&mut self, mark: String, now: Millis) -> Option<bool> {
        let (is_same, waited) = (self.last == mark, now - self.since);
        // By a clock that went back it is waited again.
        if is_same && (self.taken == mark || (0..AT_REST).contains(&waited)) {
            return None;
        }
        let has_come = is_same && waited >= AT_REST;
        if has_come {
            self.taken.clone_from(&mark);
        }
        (self.last, self.since) = (mark, now);
        Some(has_come)
    }
}

/// How long files stay as they are before they are read: by then nobody writes them any more.
const AT_REST: Millis = 5 * SECOND;
/// A place that does not answer holds up no other for longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Looks at the files of each that waits for some.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn look(worker: &Worker) -> Result<(), StoreError> {
    for job in worker.store.jobs_on().await? {
        let Some(spec) = worker.job_if_readable(&job).await? else { continue };
        if spec.when != When::Files {
            continue;
        }
        let Ok(mark) = tokio::time::timeout(PATIENCE, mark(worker, &job, &spec)).await else { continue };
        let Some(mark) = mark? else { continue };
        let Some(mut seen) = worker.if_readable(seen_of(&job))? else { continue };
        let Some(has_come) = seen.see(mark, worker.host.now()) else { continue };
        let text = store::encode(&seen, &format_args!("the known files of job {}", job.id))?;
        // Where another worker was first, it has asked.
        worker.store.set_seen(&job, &text, has_come.then(|| worker.host.now())).await?;
    }
    Ok(())
}

/// What was seen of a job's files; of one that was never looked at, nothing.
fn seen_of(job: &JobRow) -> Result<KnownFiles, StoreError> {
    match job.seen.as_str() {
        "" => Ok(KnownFiles::default()),
        text => store::decode(text, &format_args!("the known files of job {}", job.id)),
    }
}

/// What tells the state of its files; nothing where they cannot be looked at now, or there are none.
async fn mark(worker: &Worker, job: &JobRow, spec: &JobSpec) -> Result<Option<String>, StoreError> {
    let Some(dataset) = worker.store.dataset_by_id(&job.dataset_id).await? else { return Ok(None) };
    let Some(of) = worker.if_readable(dataset.definition())? else { return Ok(None) };
    let asked = async {
        let source = source::bound(worker, &of.source, spec.environment.key()).await?;
        let connection = source::open(worker, &of, &source)?;
        connection.mark(&of.table).await.map_err(|error| crate::failed::Failed::of_source(&of, &error))
    };
    Ok(asked.await.ok().filter(|mark| !mark.is_empty()))
}
