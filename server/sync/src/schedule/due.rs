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

#[cfg(test)]
mod tests {
    use model::clock::{DAY, HOUR, SECOND};
    use model::job::Cron;

    use super::*;

    fn job(when: When, missed: Missed) -> JobSpec {
        JobSpec { when, missed, ..JobSpec::default() }
    }

    fn cron(pattern: &str) -> When {
        When::Cron(Cron { pattern: pattern.into(), zone: "UTC".into() })
    }

    #[test]
    fn only_a_schedule_has_a_next_time() {
        let now = 90 * MINUTE;
        let next = |when: When| {
            let due = Due::of(&job(when, Missed::Once), Some(now), now);
            (due.next, due.cause)
        };
        assert_eq!(next(cron("0 * * * *")), (Some(2 * HOUR), Cause::Schedule));
        // A time that is now is over: the next one is later.
        assert_eq!(next(cron("30 1 * * *")), (Some(DAY + now), Cause::Schedule));
        assert_eq!(next(cron("no pattern")), (None, Cause::Schedule));
        assert_eq!(next(cron("0 0 31 2 *")), (None, Cause::Schedule), "there is no such day");
        assert_eq!(next(When::Files), (None, Cause::Files));
        assert_eq!([next(When::After("planes".into())), next(When::Asked)], [(None, Cause::After); 2]);
    }

    #[test]
    fn a_time_is_missed_after_a_minute_and_left_out_where_the_job_says_so() {
        let now = 10 * HOUR;
        for (missed, due_at, left_out) in [
            (Missed::Skip, Some(now), false),
            (Missed::Skip, Some(now - MINUTE), false),
            (Missed::Skip, Some(now - MINUTE - 1), true),
            (Missed::Skip, Some(now + HOUR), false),
            (Missed::Skip, None, false),
            (Missed::Once, Some(0), false),
        ] {
            assert_eq!(Due::of(&job(cron("0 * * * *"), missed), due_at, now).left_out, left_out, "{missed:?} {due_at:?}");
        }
        assert!(!Due::of(&job(When::Files, Missed::Skip), Some(0), now).left_out, "only a time can be missed");
    }

    #[test]
    fn who_waits_for_the_run_before() {
        assert!(waits_for_its_run(&job(cron("0 * * * *"), Missed::Once)) && !waits_for_its_run(&job(cron("0 * * * *"), Missed::Skip)));
        assert!(waits_for_its_run(&job(When::Files, Missed::Skip)));
    }

    #[test]
    fn by_a_clock_that_went_back_a_time_is_found_again_once() {
        assert!(!is_earlier(None, Some(9)) && !is_earlier(Some(9), None) && !is_earlier(Some(9), Some(9)));
        assert!(is_earlier(Some(8), Some(9)));
        let now = DAY;
        for (next, last_asked, to_come) in [
            (Some(now + HOUR), 0, true),
            (Some(now + HOUR), now, true),
            // The node beside it, with a clock a little ahead, ran it already.
            (Some(now + SECOND), now + SECOND, false),
            (Some(now + SECOND), now + MINUTE, false),
            // A run so far ahead was asked for by the clock that was wrong.
            (Some(now + SECOND), now + MINUTE + 1, true),
            (None, 0, false),
            (None, now + DAY, true),
        ] {
            assert_eq!(is_to_come(next, last_asked, now), to_come, "{next:?} {last_asked}");
        }
    }
}
