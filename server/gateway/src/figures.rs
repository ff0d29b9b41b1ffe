//! Readings of what was counted, as `/metrics`, charts and the portal take them.

use std::sync::Arc;

use model::ErrorCode;
use model::snapshot::Environment;
use model::spec::ApiKind;
use observe::{Counter, Gauge, Latencies, Reading, SeriesKey, SeriesKind};

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

/// A reading of a meter: all since this process began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub ok: u64,
    /// Calls that failed, by code; those that never happened are left out.
    pub errors: Vec<(ErrorCode, u64)>,
    /// How long calls took, good and failed ones.
    pub latencies: Latencies,
    /// Beside [`CacheResult::ALL`].
    pub cache: [u64; CacheResult::ALL.len()],
    /// Of those that were answered, in which something stood in for a step of a Union.
    pub degraded: u64,
    /// Bytes of the bodies that were sent.
    pub bytes: u64,
    /// Requests that a rate limit refused.
    pub limit_hits: u64,
    /// Where the time of all calls went; together the sum of the latencies.
    pub gateway_micros: u64,
    pub cache_micros: u64,
    pub source_micros: u64,
}

impl Figures {
    /// Calls that failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.errors.iter().map(|(_, calls)| calls).sum()
    }

    /// Adds those of another API that had the same path.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (code, calls) in &other.errors {
            match self.errors.iter_mut().find(|(known, _)| known == code) {
                Some((_, sum)) => *sum += calls,
                None => self.errors.push((*code, *calls)),
            }
        }
        self.latencies.merge(&other.latencies);
        for (sum, more) in self.cache.iter_mut().zip(other.cache) {
            *sum += more;
        }
        self.ok += other.ok;
        self.degraded += other.degraded;
        self.bytes += other.bytes;
        self.limit_hits += other.limit_hits;
        self.gateway_micros += other.gateway_micros;
        self.cache_micros += other.cache_micros;
        self.source_micros += other.source_micros;
    }

    /// As the recorder of figures over time takes it.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let [l1, l2, miss, stale] = self.cache;
        let counters = [
            (Counter::CacheL1, l1),
            (Counter::CacheL2, l2),
            (Counter::CacheMiss, miss),
            (Counter::CacheStale, stale),
            (Counter::Degraded, self.degraded),
            (Counter::BytesOut, self.bytes),
            (Counter::LimitHit, self.limit_hits),
            (Counter::GatewayMicros, self.gateway_micros),
            (Counter::CacheMicros, self.cache_micros),
            (Counter::SourceMicros, self.source_micros),
        ];
        let reading = outcomes(self.ok, &self.errors).latencies(self.latencies.clone());
        counters.into_iter().fold(reading, |reading, (counter, count)| reading.counter(counter, count))
    }
}

fn outcomes(ok: u64, errors: &[(ErrorCode, u64)]) -> Reading {
    errors.iter().fold(Reading::default().counter(Counter::Ok, ok), |reading, (code, calls)| reading.counter(Counter::Error(*code), *calls))
}

/// The figures of one API in one environment.
pub struct ApiFigures {
    /// `travel/plane`
    pub api: Arc<str>,
    pub kind: ApiKind,
    pub environment: Environment,
    pub figures: Figures,
    /// Of a live Union: whether a breaker of one of its steps is open.
    pub breaker_open: Option<bool>,
}

impl ApiFigures {
    pub(crate) fn series(&self) -> (SeriesKey, Reading) {
        let reading = self.figures.reading();
        let reading = match self.breaker_open {
            Some(is_open) => reading.gauge(Gauge::BreakerOpen, is_open.into()),
            None => reading,
        };
        (SeriesKey::new(SeriesKind::Api, Some(self.environment), &*self.api), reading)
    }
}

/// What one app asked of one API in one environment.
pub struct AppFigures {
    /// `travel/website`
    pub app: Arc<str>,
    /// `travel/plane`
    pub api: Arc<str>,
    pub environment: Environment,
    pub ok: u64,
    /// Requests that failed, by code; those that never happened are left out.
    pub errors: Vec<(ErrorCode, u64)>,
}

impl AppFigures {
    pub(crate) fn series(&self) -> (SeriesKey, Reading) {
        let object = format!("{} {}", self.app, self.api);
        (SeriesKey::new(SeriesKind::AppApi, Some(self.environment), object), outcomes(self.ok, &self.errors))
    }
}
