//! What is counted of each request: atomic additions, no lock. Nothing is ever set back: readers take differences.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::Frame;
use model::ErrorCode;
use model::snapshot::Environment;
use observe::LiveLatencies;
use request_log::Sampler;

use crate::figures::{CacheResult, Figures};

/// Microseconds of a request, and how many of them a cache and the source took; the rest is the gateway's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) micros: u64,
    pub(crate) cache: u64,
    pub(crate) source: u64,
}

impl Spent {
    /// By the gateway alone.
    pub(crate) fn in_gateway(micros: u64) -> Self {
        Self { micros, cache: 0, source: 0 }
    }

    /// The gateway's part, the cache's and the source's: together the time that the request took.
    pub(crate) fn parts(self) -> (u64, u64, u64) {
        // Steps that ran beside each other may have taken longer together than the request did.
        let cache = self.cache.min(self.micros);
        let source = self.source.min(self.micros - cache);
        (self.micros - cache - source, cache, source)
    }
}

/// A counter for each error code.
type Codes = [AtomicU64; ErrorCode::ALL.len()];

/// The figures of one API in one environment. What a good and quick call adds to stands together at the beginning. What is large is made
/// at the first call, because most of ten thousand APIs are rarely called.
#[derive(Default)]
#[repr(C, align(64))]
pub struct Meter {
    ok: AtomicU64,
    bytes: AtomicU64,
    gateway: AtomicU64,
    called: OnceLock<Box<Called>>,
    at_cache: AtomicU64,
    at_source: AtomicU64,
    limit_hits: AtomicU64,
    codes: Codes,
    cache: [AtomicU64; CacheResult::ALL.len()],
    degraded: AtomicU64,
    /// The last failure that was not its caller's.
    failed: Last,
    /// The last answer in which something stood in for a step.
    stood_in: Last,
}

/// Of an API that was called.
#[derive(Default)]
struct Called {
    latencies: LiveLatencies,
    /// Which of its requests the request log keeps.
    kept: Sampler,
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

impl Meter {
    /// A request to its end, with the bytes of its body where these are known.
    pub(crate) fn count(&self, error: Option<ErrorCode>, spent: Spent, bytes: usize) {
        match error {
            None => self.ok.fetch_add(1, Ordering::Relaxed),
            Some(code) => {
                if code.status() >= 500 {
                    self.failed.note(code, self.ok.load(Ordering::Relaxed));
                }
                self.codes[code as usize].fetch_add(1, Ordering::Relaxed)
            }
        };
        let (gateway, cache, source) = spent.parts();
        self.gateway.fetch_add(gateway, Ordering::Relaxed);
        self.count_bytes(bytes);
        if cache > 0 {
            self.at_cache.fetch_add(cache, Ordering::Relaxed);
        }
        if source > 0 {
            self.at_source.fetch_add(source, Ordering::Relaxed);
        }
        self.called().latencies.add(spent.micros);
    }

    /// Which of its requests the request log keeps.
    pub(crate) fn kept(&self) -> &Sampler {
        &self.called().kept
    }

    fn called(&self) -> &Called {
        self.called.get_or_init(Box::default)
    }

    /// Bytes of a body that is sent.
    pub(crate) fn count_bytes(&self, bytes: usize) {
        if bytes > 0 {
            self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    /// A part of a body that is sent as it is made.
    pub(crate) fn count_frame(&self, frame: &Frame<Bytes>) {
        self.count_bytes(frame.data_ref().map_or(0, Bytes::len));
    }

    pub(crate) fn count_cache(&self, result: CacheResult) {
        self.cache[result as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A request that a rate limit refused. It is counted as a request, too.
    pub(crate) fn count_limit_hit(&self) {
        self.limit_hits.fetch_add(1, Ordering::Relaxed);
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

    /// Whether anything was counted; asked before a histogram is read.
    #[must_use]
    pub fn is_used(&self) -> bool {
        let mut counters = [&self.ok, &self.limit_hits].into_iter().chain(&self.codes);
        counters.any(|counter| counter.load(Ordering::Relaxed) > 0)
    }

    #[must_use]
    pub fn read(&self) -> Figures {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            ok: load(&self.ok),
            errors: errors_of(&self.codes),
            latencies: self.called.get().map(|called| called.latencies.read()).unwrap_or_default(),
            cache: std::array::from_fn(|index| load(&self.cache[index])),
            degraded: load(&self.degraded),
            bytes: load(&self.bytes),
            limit_hits: load(&self.limit_hits),
            gateway_micros: load(&self.gateway),
            cache_micros: load(&self.at_cache),
            source_micros: load(&self.at_source),
        }
    }
}

/// Those that happened.
fn errors_of(codes: &Codes) -> Vec<(ErrorCode, u64)> {
    let all = ErrorCode::ALL.into_iter().map(|code| (code, codes[code as usize].load(Ordering::Relaxed)));
    all.filter(|(_, calls)| *calls > 0).collect()
}

/// The requests of one app to one API.
#[derive(Default)]
pub(crate) struct AppMeter([OfApp; Environment::ALL.len()]);

/// In one environment. The codes are made at the first error.
#[derive(Default)]
struct OfApp {
    ok: AtomicU64,
    errors: OnceLock<Box<Codes>>,
}

impl AppMeter {
    pub(crate) fn count(&self, environment: Environment, error: Option<ErrorCode>) {
        let of = &self.0[environment as usize];
        match error {
            None => of.ok.fetch_add(1, Ordering::Relaxed),
            Some(code) => of.errors.get_or_init(Box::default)[code as usize].fetch_add(1, Ordering::Relaxed),
        };
    }

    /// The good requests, and those that failed by code.
    pub(crate) fn read(&self, environment: Environment) -> (u64, Vec<(ErrorCode, u64)>) {
        let of = &self.0[environment as usize];
        (of.ok.load(Ordering::Relaxed), of.errors.get().map(|codes| errors_of(codes)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use observe::{Counter, Latencies, Reading};

    use super::*;

    fn count(meter: &Meter, error: Option<ErrorCode>) {
        meter.count(error, Spent::in_gateway(1), 0);
    }

    #[test]
    fn what_is_counted_is_read() {
        let meter = Meter::default();
        assert!(!meter.is_used() && meter.called.get().is_none(), "an API that nobody calls has no histogram");
        meter.count(None, Spent::in_gateway(40), 7);
        meter.count(Some(ErrorCode::NotFound), Spent { micros: 700, cache: 200, source: 450 }, 3);
        meter.count(None, Spent { micros: 99_000_000, cache: 0, source: 100_000_000 }, 0);
        meter.count_cache(CacheResult::L2);
        meter.count_limit_hit();
        let figures = meter.read();
        assert!(meter.is_used());
        assert_eq!((figures.ok, figures.bytes, figures.limit_hits), (2, 10, 1));
        assert_eq!(figures.errors, [(ErrorCode::NotFound, 1)]);
        assert_eq!((figures.latencies.count(), figures.latencies.sum(), figures.latencies.max()), (3, 99_000_740, 99_000_000));
        assert_eq!((figures.latencies.count_up_to(40), figures.latencies.count_up_to(1_000)), (1, 2));
        assert_eq!((figures.gateway_micros, figures.cache_micros, figures.source_micros), (90, 200, 99_000_450));
        assert_eq!(figures.latencies.sum(), figures.gateway_micros + figures.cache_micros + figures.source_micros);
        assert_eq!(figures.cache, [0, 1, 0, 0]);
    }

    #[test]
    fn a_meter_of_an_api_that_nobody_calls_is_small() {
        assert!(size_of::<Meter>() <= 320, "{}", size_of::<Meter>());
    }

    #[test]
    fn an_app_is_counted_in_the_environment_of_its_key() {
        let meter = AppMeter::default();
        meter.count(Environment::Prod, None);
        meter.count(Environment::Prod, Some(ErrorCode::Invalid));
        meter.count(Environment::Test, None);
        assert_eq!(meter.read(Environment::Prod), (1, vec![(ErrorCode::Invalid, 1)]));
        assert_eq!(meter.read(Environment::Test), (1, Vec::new()));
    }

    #[test]
    fn the_last_lapse_says_what_was_answered_since() {
        let meter = Meter::default();
        count(&meter, Some(ErrorCode::NotFound));
        assert_eq!(meter.lapses(), [None, None], "a caller's own fault is none");
        count(&meter, None);
        count(&meter, Some(ErrorCode::SourceUnavailable));
        let [failed, _] = meter.lapses();
        assert_eq!(failed.map(|lapse| (lapse.code, lapse.answered_since)), Some((ErrorCode::SourceUnavailable, 0)));
        meter.count_degraded(ErrorCode::SourceTimeout);
        count(&meter, None);
        let [failed, stood_in] = meter.lapses();
        assert_eq!(failed.map(|lapse| lapse.answered_since), Some(1));
        assert_eq!(stood_in.map(|lapse| (lapse.code, lapse.answered_since)), Some((ErrorCode::SourceTimeout, 0)));
        assert_eq!(meter.read().degraded, 1);
    }

    #[test]
    fn a_reading_has_every_counter_under_its_own_name() {
        let meter = Meter::default();
        meter.count(None, Spent { micros: 900, cache: 100, source: 500 }, 64);
        meter.count(Some(ErrorCode::TooManyRequests), Spent::in_gateway(5), 32);
        meter.count_limit_hit();
        meter.count_degraded(ErrorCode::SourceTimeout);
        CacheResult::ALL.into_iter().for_each(|result| (0..=result as u8).for_each(|_| meter.count_cache(result)));
        let mut latencies = Latencies::default();
        [900, 5].into_iter().for_each(|micros| latencies.add(micros));
        let wanted = [
            (Counter::Ok, 1),
            (Counter::Error(ErrorCode::TooManyRequests), 1),
            (Counter::CacheL1, 1),
            (Counter::CacheL2, 2),
            (Counter::CacheMiss, 3),
            (Counter::CacheStale, 4),
            (Counter::Degraded, 1),
            (Counter::BytesOut, 96),
            (Counter::LimitHit, 1),
            (Counter::GatewayMicros, 305),
            (Counter::CacheMicros, 100),
            (Counter::SourceMicros, 500),
        ];
        let wanted = wanted.into_iter().fold(Reading::default(), |reading, (counter, count)| reading.counter(counter, count));
        assert_eq!(meter.read().reading(), wanted.latencies(latencies));
    }

    #[test]
    fn figures_of_two_apis_that_had_one_path_are_added() {
        let (first, second) = (Meter::default(), Meter::default());
        first.count(Some(ErrorCode::NotFound), Spent::in_gateway(10), 1);
        second.count(Some(ErrorCode::NotFound), Spent { micros: 20, cache: 0, source: 15 }, 2);
        second.count(Some(ErrorCode::Invalid), Spent::in_gateway(3), 0);
        let mut both = first.read();
        both.merge(&second.read());
        assert_eq!(both.errors, [(ErrorCode::NotFound, 2), (ErrorCode::Invalid, 1)]);
        assert_eq!((both.failed(), both.bytes, both.gateway_micros, both.source_micros), (3, 3, 18, 15));
        assert_eq!((both.latencies.count(), both.latencies.sum()), (3, 33));
    }
}
