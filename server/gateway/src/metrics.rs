//! What is counted of each request: one atomic addition a figure, no lock.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::ErrorCode;

/// Upper bounds of the histogram in microseconds; the last one is everything beyond.
pub const BOUNDS_US: [u64; 16] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000, 30_000_000];

/// Where a response came from, where an API keeps answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheResult {
    /// The memory of this node.
    L1,
    /// Redis.
    L2,
    Miss,
    /// Past its time, given while a new one is fetched or because none can be had.
    Stale,
}

impl CacheResult {
    pub const ALL: [CacheResult; 4] = [Self::L1, Self::L2, Self::Miss, Self::Stale];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::Miss => "miss",
            Self::Stale => "stale",
        }
    }
}

/// The figures of one API in one environment. What a good and quick call adds to stands together at the beginning.
#[derive(Default)]
#[repr(C, align(64))]
pub struct Meter {
    ok: AtomicU64,
    micros: AtomicU64,
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    codes: [AtomicU64; ErrorCode::ALL.len()],
    cache: [AtomicU64; CacheResult::ALL.len()],
    degraded: AtomicU64,
    /// The last failure that was not its caller's.
    failed: Last,
    /// The last answer in which something stood in for a step.
    stood_in: Last,
}

/// What the times of [`Last`] are counted from.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When something was so last, why, and how many calls had been answered by then. Its parts are written one after another: two at once
/// may mix, and each part is then of one of them.
#[derive(Default)]
struct Last {
    /// Milliseconds from the beginning, and one more; 0 where it never was.
    at: AtomicU64,
    ok: AtomicU64,
    code: AtomicUsize,
}

/// A reading of a [`Last`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    /// So long ago.
    pub ago: Duration,
    pub code: ErrorCode,
    /// Calls that were answered since.
    pub answered_since: u64,
}

impl Last {
    fn note(&self, code: ErrorCode, ok: u64) {
        self.code.store(code as usize, Ordering::Relaxed);
        self.ok.store(ok, Ordering::Relaxed);
        let at = u64::try_from(BEGAN.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1;
        self.at.store(at, Ordering::Relaxed);
    }

    fn read(&self, ok: u64) -> Option<Lapse> {
        let at = self.at.load(Ordering::Relaxed).checked_sub(1)?;
        let code = self.code.load(Ordering::Relaxed);
        Some(Lapse {
            ago: BEGAN.elapsed().saturating_sub(Duration::from_millis(at)),
            code: ErrorCode::ALL.into_iter().find(|known| *known as usize == code).unwrap_or(ErrorCode::Internal),
            answered_since: ok.saturating_sub(self.ok.load(Ordering::Relaxed)),
        })
    }
}

/// A reading of a [`Meter`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub ok: u64,
    /// Calls that failed, by code; those that never happened are left out.
    pub errors: Vec<(ErrorCode, u64)>,
    /// Calls by how long they took, beside [`BOUNDS_US`] and one more.
    pub buckets: Vec<u64>,
    pub micros: u64,
    /// Beside [`CacheResult::ALL`].
    pub cache: [u64; CacheResult::ALL.len()],
    /// Of those that were answered, in which something stood in for a step of a Union.
    pub degraded: u64,
}

impl Meter {
    pub(crate) fn count(&self, error: Option<ErrorCode>, micros: u64) {
        match error {
            None => self.ok.fetch_add(1, Ordering::Relaxed),
            Some(code) => {
                if code.status() >= 500 {
                    self.failed.note(code, self.ok.load(Ordering::Relaxed));
                }
                self.codes[code as usize].fetch_add(1, Ordering::Relaxed)
            }
        };
        let bucket = BOUNDS_US.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS_US.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn count_cache(&self, result: CacheResult) {
        self.cache[result as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A response in which something stood in for a step, and what the step had failed with. It is counted as a response, too.
    pub(crate) fn count_degraded(&self, code: ErrorCode) {
        self.degraded.fetch_add(1, Ordering::Relaxed);
        // The response itself is counted once it is sent.
        self.stood_in.note(code, self.ok.load(Ordering::Relaxed) + 1);
    }

    /// The last failure that was not its caller's, and the last answer with something that stood in.
    #[must_use]
    pub fn lapses(&self) -> [Option<Lapse>; 2] {
        let ok = self.ok.load(Ordering::Relaxed);
        [self.failed.read(ok), self.stood_in.read(ok)]
    }

    #[must_use]
    pub fn read(&self) -> Figures {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let errors = ErrorCode::ALL.into_iter().map(|code| (code, load(&self.codes[code as usize]))).filter(|(_, calls)| *calls > 0);
        Figures {
            ok: load(&self.ok),
            errors: errors.collect(),
            buckets: self.buckets.iter().map(load).collect(),
            micros: load(&self.micros),
            cache: std::array::from_fn(|index| load(&self.cache[index])),
            degraded: load(&self.degraded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_read() {
        let meter = Meter::default();
        meter.count(None, 40);
        meter.count(Some(ErrorCode::NotFound), 700);
        meter.count(None, 99_000_000);
        meter.count_cache(CacheResult::L2);
        let figures = meter.read();
        assert_eq!((figures.ok, figures.micros), (2, 99_000_740));
        assert_eq!(figures.errors, [(ErrorCode::NotFound, 1)]);
        assert_eq!((figures.buckets[0], figures.buckets[4], figures.buckets[16]), (1, 1, 1));
        assert_eq!(figures.cache, [0, 1, 0, 0]);
    }

    #[test]
    fn the_last_lapse_says_what_was_answered_since() {
        let meter = Meter::default();
        meter.count(Some(ErrorCode::NotFound), 1);
        assert_eq!(meter.lapses(), [None, None], "a caller's own fault is none");
        meter.count(None, 1);
        meter.count(Some(ErrorCode::SourceUnavailable), 1);
        let [failed, _] = meter.lapses();
        assert_eq!(failed.map(|lapse| (lapse.code, lapse.answered_since)), Some((ErrorCode::SourceUnavailable, 0)));
        meter.count_degraded(ErrorCode::SourceTimeout);
        meter.count(None, 1);
        let [failed, stood_in] = meter.lapses();
        assert_eq!(failed.map(|lapse| lapse.answered_since), Some(1));
        assert_eq!(stood_in.map(|lapse| (lapse.code, lapse.answered_since)), Some((ErrorCode::SourceTimeout, 0)));
        assert_eq!(meter.read().degraded, 1);
    }
}
