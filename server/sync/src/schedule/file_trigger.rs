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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_asked_for_once_files_are_at_rest() {
        let mut seen = KnownFiles::default();
        // When files are looked at, what they are, and what comes of that: nothing is written, it is noted, or a run is asked for.
        for (at, mark, wanted) in [
            (100, "a", Some(false)),
            (100, "a", None),
            (100 + AT_REST - 1, "a", None),
            (100 + AT_REST, "a", Some(true)),
            (100 + AT_REST, "a", None),
            (100 + 9 * AT_REST, "a", None),
            // They change, and change again before they were at rest.
            (200 + 9 * AT_REST, "b", Some(false)),
            (300 + 9 * AT_REST, "c", Some(false)),
            (200 + 10 * AT_REST, "c", None),
            (300 + 10 * AT_REST, "c", Some(true)),
            // What was taken before the last, and is there again, is new.
            (400 + 10 * AT_REST, "a", Some(false)),
            (400 + 11 * AT_REST, "a", Some(true)),
        ] {
            assert_eq!(seen.see(mark.into(), at), wanted, "{at} {mark}");
        }
        assert_eq!((seen.taken.as_str(), seen.last.as_str()), ("a", "a"));
    }

    #[test]
    fn files_that_change_and_change_back_are_not_read_again() {
        let mut seen = KnownFiles { taken: "a".into(), last: "a".into(), since: 0 };
        assert_eq!(seen.see("b".into(), SECOND), Some(false));
        assert_eq!(seen.see("a".into(), 2 * SECOND), Some(false));
        assert_eq!(seen.see("a".into(), 2 * AT_REST), None);
    }

    #[test]
    fn by_a_clock_that_went_back_it_is_waited_anew() {
        let mut seen = KnownFiles { taken: String::new(), last: "a".into(), since: 10 * AT_REST };
        assert_eq!(seen.see("a".into(), AT_REST), Some(false));
        assert_eq!(seen.since, AT_REST);
        assert_eq!(seen.see("a".into(), 2 * AT_REST), Some(true));
    }
}
