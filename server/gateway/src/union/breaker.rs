//! A breaker: a step that fails again and again is not asked for a while, so that its callers do not wait for it and
//! what is behind it can recover. The pattern is Nygard's, with one trial call after each pause. Only what the step itself
//! does wrong counts: a caller's own fault says nothing of it, neither good nor bad.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use model::clock::Millis;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open, in milliseconds.
const PAUSE: Millis = 5_000;

#[derive(Default)]
pub(crate) struct Breaker {
    failures: AtomicU32,
    /// Until when nobody asks; 0 while it is closed.
    until: AtomicI64,
}

/// That a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Usual,
    /// The one after a pause.
    Trial,
}

impl Breaker {
    /// Whether a call may be made now. After a pause one caller may; the others wait for what it finds.
    pub(crate) fn lets(&self, now: Millis) -> Option<Pass> {
        let until = self.until.load(Ordering::Relaxed);
        if until == 0 {
            return Some(Pass::Usual);
        }
        let trial = now >= until && self.until.compare_exchange(until, now + PAUSE, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        trial.then_some(Pass::Trial)
    }

    /// The call has shown nothing of the step. A trial is the next caller's.
    pub(crate) fn undecided(&self, pass: Pass, now: Millis) {
        if pass == Pass::Trial && self.until.load(Ordering::Relaxed) != 0 {
            self.until.store(now, Ordering::Relaxed);
        }
    }

    pub(crate) fn worked(&self) {
        self.failures.store(0, Ordering::Relaxed);
        self.until.store(0, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, now: Millis) {
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES {
            self.until.store(now + PAUSE, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_and_lets_one_try_after_a_pause() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert_eq!(breaker.lets(1_000), Some(Pass::Usual));
            breaker.failed(1_000);
        }
        assert_eq!(breaker.lets(1_000 + PAUSE - 1), None);
        assert_eq!(breaker.lets(1_000 + PAUSE), Some(Pass::Trial));
        assert_eq!(breaker.lets(1_000 + PAUSE), None);
        // A trial that ends by its caller's own fault is another caller's.
        breaker.undecided(Pass::Trial, 1_000 + PAUSE);
        assert_eq!(breaker.lets(1_000 + PAUSE), Some(Pass::Trial));
        breaker.failed(1_000 + PAUSE);
        assert_eq!(breaker.lets(1_001 + PAUSE), None);
        assert_eq!(breaker.lets(1_000 + 2 * PAUSE), Some(Pass::Trial));
        breaker.worked();
        assert_eq!([breaker.lets(1_000 + PAUSE), breaker.lets(1_000 + PAUSE)], [Some(Pass::Usual); 2]);
        // What shows nothing leaves the count of failures as it is.
        for _ in 1..FAILURES {
            breaker.failed(0);
        }
        breaker.undecided(Pass::Usual, 0);
        breaker.failed(0);
        assert_eq!(breaker.lets(0), None);
    }
}
