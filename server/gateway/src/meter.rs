//! What is counted of each call: one atomic addition a figure, no lock.

use std::sync::atomic::{AtomicU64, Ordering};

use model::ErrorCode;

/// Upper bounds of the histogram in microseconds; the last one is everything beyond.
pub const BOUNDS_US: [u64; 16] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000, 30_000_000];

/// Where an answer came from, where an API keeps answers.
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
}

impl Meter {
    pub(crate) fn count(&self, error: Option<ErrorCode>, micros: u64) {
        match error {
            None => self.ok.fetch_add(1, Ordering::Relaxed),
            Some(code) => self.codes[code as usize].fetch_add(1, Ordering::Relaxed),
        };
        let bucket = BOUNDS_US.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS_US.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn count_cache(&self, result: CacheResult) {
        self.cache[result as usize].fetch_add(1, Ordering::Relaxed);
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
}
