//! Why a build did not come to its end, for a person; and whether to try again can help.

use accel::AccelErrorKind;
use connect::SourceErrorKind;
use connect::error::panic_text;
use model::ErrorCode;
use model::clock::Millis;
use model::dataset::{BuildFigures, DatasetSpec};
use model::job::JobSpec;
use store::StoreError;
use tokio::task::JoinError;

/// A run whose worker dies is begun again this often, whatever its job says of retries: that is not the source's doing.
const BEGIN_AGAIN: i64 = 3;

/// Whether another try can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// What is wrong stays so until a person looks.
    No,
    /// Something did not answer.
    Later,
    /// Its worker is gone.
    AtOnce,
}

#[derive(Debug, Clone)]
pub(crate) struct Failed {
    pub(crate) reason: String,
    pub(crate) figures: Box<BuildFigures>,
    pub(crate) again: Again,
    /// What kind of error it is, for figures over time.
    pub(crate) code: ErrorCode,
}

impl Failed {
    /// What is wrong with rows or settings.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), figures: Box::default(), again: Again::No, code: ErrorCode::Invalid }
    }

    pub(crate) fn for_now(reason: impl Into<String>) -> Self {
        Self { again: Again::Later, code: ErrorCode::Internal, ..Self::new(reason) }
    }

    pub(crate) fn broke_off() -> Self {
        Self { again: Again::AtOnce, code: ErrorCode::Internal, ..Self::new("The run ended early: its process ended.") }
    }

    /// A thread of it ended without an answer: it panicked, or the process ends.
    pub(crate) fn of_join(error: JoinError) -> Self {
        match error.try_into_panic() {
            Ok(panic) => {
                tracing::error!(cause = panic_text(&*panic), "a build or an incremental sync panicked");
                Self::for_now("The run ended early, because of a fault in Sluice. Tell the operator: the log has the cause.")
            }
            Err(_) => Self::broke_off(),
        }
    }

    /// The checkpoint of an earlier attempt.
    pub(crate) fn gone() -> Self {
        Self {
            again: Again::AtOnce,
            code: ErrorCode::Internal,
            ..Self::new("The checkpoint of the previous attempt is incomplete. The rows are read again.")
        }
    }

    pub(crate) fn timed_out(minutes: u32) -> Self {
        Self::for_now(format!("The run took longer than {minutes} min, the time-out of the job."))
    }

    pub(crate) fn of_source(spec: &DatasetSpec, error: &connect::SourceError) -> Self {
        tracing::warn!(source = spec.source, cause = error.cause, "a source failed a build: {error}");
        let reason = match error.kind {
            SourceErrorKind::Broken => format!("{}, table {}: {}", spec.source, spec.table.name, error.sentence),
            _ => format!("{}: {}", spec.source, error.sentence),
        };
        let failed = match error.code() {
            ErrorCode::SourceUnavailable | ErrorCode::SourceBusy | ErrorCode::SourceTimeout | ErrorCode::Internal => Self::for_now(reason),
            _ => Self::new(reason),
        };
        Self { code: error.code(), ..failed }
    }

    /// How long the next try waits after this one, where there is to be one.
    pub(crate) fn next_try(&self, job: &JobSpec, attempt: i64) -> Option<Millis> {
        match self.again {
            Again::Later if attempt <= i64::from(job.retries) => Some(job.wait_after(attempt)),
            Again::AtOnce if attempt <= i64::from(job.retries).max(BEGIN_AGAIN) => Some(0),
            _ => None,
        }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        tracing::error!(cause = %error, "the metadata failed a build");
        if let Some(sentence) = error.unreadable() {
            // It stays so until a person looks.
            return Self::new(sentence);
        }
        Self::for_now("The metadata database does not respond.")
    }
}

impl From<accel::AccelError> for Failed {
    fn from(error: accel::AccelError) -> Self {
        tracing::error!(cause = error.cause, "a store failed a build: {error}");
        // What is not set up stays so until a person looks.
        let code = error.code();
        let failed = if error.kind == AccelErrorKind::Config { Self::new(error.sentence) } else { Self::for_now(error.sentence) };
        Self { code, ..failed }
    }
}

#[cfg(test)]
mod tests {
    use model::clock::SECOND;

    use super::*;

    #[test]
    fn what_can_help_is_tried_again_as_often_as_the_job_says() {
        let job = |retries| JobSpec { retries, retry_after_s: 30, ..JobSpec::default() };
        let (wrong, away, dead) = (Failed::new("wrong"), Failed::for_now("away"), Failed::broke_off());
        for (failed, retries, attempt, wait) in [
            (&wrong, 10, 1, None),
            (&away, 0, 1, None),
            (&away, 2, 1, Some(30 * SECOND)),
            (&away, 2, 2, Some(60 * SECOND)),
            (&away, 2, 3, None),
            // A worker that died is not the fault of the source: that is tried again in any case.
            (&dead, 0, 1, Some(0)),
            (&dead, 0, BEGIN_AGAIN, Some(0)),
            (&dead, 0, BEGIN_AGAIN + 1, None),
            (&dead, 10, 10, Some(0)),
            (&dead, 10, 11, None),
        ] {
            assert_eq!(failed.next_try(&job(retries), attempt), wait, "{:?} {retries} {attempt}", failed.again);
        }
    }
}
