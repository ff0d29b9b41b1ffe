//! Readings of what was counted, as `/metrics`, charts and the portal take them.

use std::sync::Arc;

use model::ErrorCode;
use model::snapshot::Environment;
use model::spec::ApiKind;
use observe::{Counter, Gauge, Latencies, Reading, SeriesKey, SeriesKind};

use crate::metrics::CacheResult;

/// A reading of a [`Meter`](crate::metrics::Meter): all since this process began.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Meter, Spent};

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
