//! How often something may be: a few at once, and then one in a while.

use std::sync::atomic::{AtomicU64, Ordering};

use model::clock::Millis;

/// Lets `BURST` at once, and one each `EVERY` milliseconds. It is one number: the time by which all that was let has been paid for. Whoever
/// is not let only reads it, so that many who ask at once do not take turns.
pub(crate) struct Pace<const EVERY: u64, const BURST: u64>(AtomicU64);

impl<const EVERY: u64, const BURST: u64> Default for Pace<EVERY, BURST> {
    fn default() -> Self {
        Self(AtomicU64::new(0))
    }
}

impl<const EVERY: u64, const BURST: u64> Pace<EVERY, BURST> {
    pub(crate) fn lets(&self, now: Millis) -> bool {
        let now = now.unsigned_abs();
        let most = now + EVERY * BURST;
        let mut paid = self.0.load(Ordering::Relaxed);
        loop {
            // Further ahead it can only be where the clock was set back.
            let from = if paid > most { now } else { paid.max(now) };
            if from + EVERY > most {
                return false;
            }
            match self.0.compare_exchange_weak(paid, from + EVERY, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(seen) => paid = seen,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_at_once_and_then_one_in_a_while() {
        let pace = Pace::<100, 5>::default();
        let let_at = |now: Millis, tries: usize| (0..tries).filter(|_| pace.lets(now)).count();
        assert_eq!(let_at(1_000_000, 50), 5);
        assert_eq!(let_at(1_000_099, 50), 0);
        assert_eq!(let_at(1_000_100, 50), 1);
        assert_eq!(let_at(1_000_350, 50), 2);
        assert_eq!(let_at(1_100_000, 50), 5, "what was not used is not saved up");
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nothing() {
        let pace = Pace::<100, 5>::default();
        assert!((0..5).all(|_| pace.lets(9_000_000)) && !pace.lets(9_000_000));
        assert!(pace.lets(1_000), "an hour and more before");
    }
}
