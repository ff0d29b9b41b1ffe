//! What follows for a job whose time has come.

use model::clock::{MINUTE, Millis};
use model::job::{Cause, JobSpec, Missed, When};
use model::schedule::next_after;

/// A time that was longer ago than this was missed: nothing could run then.
const MISSED_AFTER: Millis = MINUTE;

/// When it is due next, and what is to run now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) next: Option<Millis>,
    pub(super) cause: Cause,
    /// Its time was missed, and the job does not make up for that.
    pub(super) left_out: bool,
}

impl Due {
    /// Of a job that was due at a time, or at none that is known.
    pub(super) fn of(spec: &JobSpec, due_at: Option<Millis>, now: Millis) -> Self {
        let (next, cause) = match &spec.when {
            When::Cron(cron) => (next_after(cron, now).ok().flatten(), Cause::Schedule),
            When::Files => (None, Cause::Files),
            When::After(_) | When::Asked => (None, Cause::After),
        };
        let missed = cause == Cause::Schedule && due_at.is_some_and(|due| due + MISSED_AFTER < now);
        Self { next, cause, left_out: missed && spec.missed == Missed::Skip }
    }
}

/// Whether a job stays due while its run before goes on, and so runs once that has ended.
pub(super) fn waits_for_its_run(spec: &JobSpec) -> bool {
    spec.missed == Missed::Once || spec.when == When::Files
}

/// Whether the next time of a job by the clock of now is earlier than its row says: the clock went back.
pub(super) fn is_earlier(next: Option<Millis>, due_at: Option<Millis>) -> bool {
    next.is_some_and(|next| due_at.is_some_and(|due| next < due))
}

/// Whether a job did not run at its next time already. The clocks of two nodes are never quite the same: what is due by one was run already by
/// the other.
pub(super) fn is_to_come(next: Option<Millis>, last_asked: Millis, now: Millis) -> bool {
    last_asked > now + MINUTE || next.is_some_and(|next| next > last_asked)
}
