//! Which requests of one API are kept: some of those that succeed, and the first ones that fail with a code. What is counted is counted
//! elsewhere, and exactly.

use std::sync::atomic::{AtomicU64, Ordering};

use model::ErrorCode;
use model::clock::Millis;

use crate::pace::Pace;

/// The time in which the first failures of each code are kept, in milliseconds.
const WINDOW: u64 = 10_000;
/// That many of them.
const MOST_FAILURES: u64 = 20;
/// Windows that a request may have been on its way for. What lies further behind comes of a clock that was set back.
const MOST_BEHIND: u64 = 360;
/// Below it stands how many were kept in a window, above it the number of the window.
const COUNT_BITS: u32 = 8;
const COUNT: u64 = (1 << COUNT_BITS) - 1;

/// Of one API in one environment. Its size does not depend on what is sent.
#[derive(Default)]
pub struct Sampler {
    /// Ten at once and then one a second: at most twenty in any ten seconds, spread over them.
    successes: Pace<1_000, 10>,
    failures: [AtomicU64; ErrorCode::ALL.len()],
}

impl Sampler {
    /// Whether a request is kept that ends now.
    #[must_use]
    pub fn keeps(&self, code: Option<ErrorCode>, now: Millis) -> bool {
        match code {
            None => self.successes.lets(now),
            Some(code) => self.keeps_failure(code, now),
        }
    }

    fn keeps_failure(&self, code: ErrorCode, now: Millis) -> bool {
        let slot = &self.failures[code as usize];
        let window = now.unsigned_abs() / WINDOW;
        let mut seen = slot.load(Ordering::Relaxed);
        loop {
            let (of, kept) = (seen >> COUNT_BITS, seen & COUNT);
            // Requests end out of order at the edge of two windows: the older one does not begin again.
            let (of, kept) = if window > of || of - window > MOST_BEHIND { (window, 0) } else { (of, kept) };
            if kept >= MOST_FAILURES {
                return false;
            }
            let next = (of << COUNT_BITS) | (kept + 1);
            match slot.compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(changed) => seen = changed,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_700_000_000_000;

    #[test]
    fn the_first_twenty_failures_of_each_code_and_window_are_kept_by_many_threads_together() {
        let sampler = Sampler::default();
        let kept = |code: ErrorCode, now: Millis| {
            let of_thread = || (0..1_000).filter(|_| sampler.keeps(Some(code), now)).count();
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(of_thread)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
            })
        };
        assert_eq!(kept(ErrorCode::Invalid, NOW), 20);
        assert_eq!(kept(ErrorCode::SourceTimeout, NOW), 20, "another code has its own");
        assert_eq!(kept(ErrorCode::Invalid, NOW + 9_999), 0);
        assert_eq!(kept(ErrorCode::Invalid, NOW + 10_000), 20);
        assert_eq!(kept(ErrorCode::Invalid, NOW + 9_999), 0, "the window before does not begin again");
        assert_eq!(kept(ErrorCode::Invalid, NOW + 10_001), 0);
        assert_eq!(kept(ErrorCode::Invalid, NOW - 7_200_000), 20, "a clock that was set back by two hours");
    }

    #[test]
    fn at_most_twenty_successes_of_any_ten_seconds_are_kept() {
        let sampler = Sampler::default();
        let kept: Vec<Millis> = (0..60_000).map(|milli| NOW + milli).filter(|now| sampler.keeps(None, *now)).collect();
        let most = kept.iter().map(|from| kept.iter().filter(|at| (*from..from + 10_000).contains(*at)).count()).max();
        assert!(most.is_some_and(|most| (15..=20).contains(&most)), "{most:?}");
        assert!(kept.last().is_some_and(|last| *last > NOW + 58_000), "they are spread over the time");
    }

    #[test]
    fn its_size_is_fixed() {
        assert!(size_of::<Sampler>() <= 8 * (ErrorCode::ALL.len() + 1));
    }
}
