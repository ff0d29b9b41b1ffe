//! A breaker: a step that fails again and again is not asked for a while, so that its callers do not wait for it and
//! what is behind it can recover. The pattern is Nygard's, with one trial call after each pause.

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

impl Breaker {
    /// Whether a call may be made now. After a pause one caller may; the others wait for what it finds.
    pub(crate) fn lets(&self, now: Millis) -> bool {
        let until = self.until.load(Ordering::Relaxed);
        until == 0 || (now >= until && self.until.compare_exchange(until, now + PAUSE, Ordering::Relaxed, Ordering::Relaxed).is_ok())
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
            assert!(breaker.lets(1_000));
            breaker.failed(1_000);
        }
        assert!(!breaker.lets(1_000 + PAUSE - 1));
        assert!(breaker.lets(1_000 + PAUSE));
        assert!(!breaker.lets(1_000 + PAUSE));
        breaker.failed(1_000 + PAUSE);
        assert!(!breaker.lets(1_001 + PAUSE));
        assert!(breaker.lets(1_000 + 2 * PAUSE));
        breaker.worked();
        assert!(breaker.lets(1_000 + PAUSE) && breaker.lets(1_000 + PAUSE));
    }
}
