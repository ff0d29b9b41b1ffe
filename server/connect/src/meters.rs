//! What is counted of the statements of sources, alike for every connector: for each source in each environment, and for each compartment.
//! Meters stay when a pool goes, because what only grows must never become smaller.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use arrow_array::RecordBatch;
use model::snapshot::Environment;
use observe::{Counter, LiveErrors, LiveLatencies, Reading, SeriesKey, SeriesKind};

use crate::SourceError;
use crate::notes::Noted;

/// The statements of one source in one environment, since this process began.
#[derive(Default)]
pub(crate) struct Meter {
    statements: AtomicU64,
    rows: AtomicU64,
    refused: AtomicU64,
    errors: LiveErrors,
    /// Made for the first statement: most sources of a large installation are idle on most nodes.
    latencies: OnceLock<LiveLatencies>,
}

impl Meter {
    pub(crate) fn rows(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, error: &SourceError) {
        self.errors.add(error.code());
    }

    fn reading(&self) -> Reading {
        let reading = Reading::default()
            .counter(Counter::Statements, self.statements.load(Ordering::Relaxed))
            .counter(Counter::Rows, self.rows.load(Ordering::Relaxed))
            .counter(Counter::Refused, self.refused.load(Ordering::Relaxed));
        let reading = self.errors.within(reading);
        match self.latencies.get() {
            Some(latencies) => reading.latencies(latencies.read()),
            None => reading,
        }
    }
}

/// Where one pool counts.
#[derive(Clone, Default)]
pub(crate) struct PoolMeters {
    pub(crate) source: Arc<Meter>,
    /// Statements of the compartment that got no slot.
    compartment: Arc<AtomicU64>,
}

impl PoolMeters {
    /// A statement got no slot. It never reached the source, so it is none of its errors.
    pub(crate) fn refused(&self) {
        self.source.refused.fetch_add(1, Ordering::Relaxed);
        self.compartment.fetch_add(1, Ordering::Relaxed);
    }
}

/// One statement that is sent to its source, as it is counted. Its latency ends with its first rows, or with its end where there are none:
/// how soon the rest is taken is up to whoever reads it.
pub(crate) struct Asked {
    meter: Arc<Meter>,
    began: Instant,
    is_timed: bool,
    /// What of it is under way.
    noted: Noted,
}

impl Asked {
    pub(crate) fn of(meter: &Arc<Meter>, noted: Noted) -> Self {
        meter.statements.fetch_add(1, Ordering::Relaxed);
        Self { meter: meter.clone(), began: Instant::now(), is_timed: false, noted }
    }

    /// What was under way is over, and this has begun.
    pub(crate) fn goes_on(&mut self, noted: Noted) {
        self.noted.end(false);
        self.noted = noted;
    }

    /// The next step of its rows; nothing is their end.
    pub(crate) fn saw(&mut self, step: Option<&Result<RecordBatch, SourceError>>) {
        match step {
            Some(Ok(batch)) => {
                self.meter.rows(batch.num_rows());
                self.noted.rows(batch.num_rows());
                self.time();
            }
            Some(Err(error)) => self.failed(error),
            None => {
                self.noted.end(false);
                self.time();
            }
        }
    }

    pub(crate) fn failed(&mut self, error: &SourceError) {
        self.meter.failed(error);
        self.noted.end(true);
        self.time();
    }

    fn time(&mut self) {
        if !self.is_timed {
            self.is_timed = true;
            let micros = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.meter.latencies.get_or_init(LiveLatencies::default).add(micros);
        }
    }
}

/// The meters of one process.
#[derive(Default)]
pub(crate) struct Meters(Mutex<Known>);

#[derive(Default)]
struct Known {
    sources: BTreeMap<SeriesKey, Arc<Meter>>,
    compartments: BTreeMap<SeriesKey, Arc<AtomicU64>>,
}

impl Meters {
    /// Those of a pool, by its place.
    pub(crate) fn of(&self, place: &str) -> PoolMeters {
        let (source, compartment) = keys(place);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let source = known.sources.entry(source).or_default().clone();
        let compartment = compartment.map(|key| known.compartments.entry(key).or_default().clone());
        PoolMeters { source, compartment: compartment.unwrap_or_default() }
    }

    pub(crate) fn readings(&self) -> Vec<(SeriesKey, Reading)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = known.sources.iter().map(|(key, meter)| (key.clone(), meter.reading()));
        let refused = |count: &AtomicU64| Reading::default().counter(Counter::Refused, count.load(Ordering::Relaxed));
        sources.chain(known.compartments.iter().map(|(key, count)| (key.clone(), refused(count)))).collect()
    }
}

/// The series that a pool counts for, by its place: its source in its environment, and its compartment where it is of one. A compartment
/// has all environments together.
pub(crate) fn keys(place: &str) -> (SeriesKey, Option<SeriesKey>) {
    let mut parts = place.splitn(3, '/');
    let [source, environment, share] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let source = SeriesKey::new(SeriesKind::Source, Environment::from_key(environment), source);
    (source, share.contains('/').then(|| SeriesKey::new(SeriesKind::Compartment, None, share)))
}

#[cfg(test)]
mod tests {
    use model::ErrorCode;

    use super::*;
    use crate::SourceErrorKind;

    #[test]
    fn a_place_counts_for_its_source_and_its_compartment() {
        let texts = |place| {
            let (source, compartment) = keys(place);
            (source.to_string(), compartment.map(|key| key.to_string()))
        };
        let of = |source: &str, compartment: Option<&str>| (source.to_owned(), compartment.map(str::to_owned));
        assert_eq!(texts("flights-db/prod/travel/high"), of("source:prod:flights-db", Some("compartment::travel/high")));
        assert_eq!(texts("flights-db/test/builds"), of("source:test:flights-db", None));
        assert_eq!(texts("numbers/prod"), of("source:prod:numbers", None));
    }

    #[test]
    fn pools_of_one_source_count_together_and_nothing_is_lost_with_a_pool() {
        let meters = Meters::default();
        let (high, builds) = (meters.of("a/prod/travel/high"), meters.of("a/prod/builds"));
        drop(Asked::of(&high.source, Noted::default()));
        let mut failed = Asked::of(&builds.source, Noted::default());
        failed.failed(&SourceError::new(SourceErrorKind::Timeout, "late"));
        high.refused();
        builds.refused();
        drop((high, builds, failed));
        let all: BTreeMap<String, Reading> = meters.readings().into_iter().map(|(key, reading)| (key.to_string(), reading)).collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all["compartment::travel/high"], Reading::default().counter(Counter::Refused, 1));
        let latencies = meters.of("a/prod/portal").source.latencies.get().unwrap().read();
        assert_eq!(latencies.count(), 1, "one was dropped before anything came of it");
        let counted = Reading::default()
            .counter(Counter::Statements, 2)
            .counter(Counter::Rows, 0)
            .counter(Counter::Refused, 2)
            .counter(Counter::Error(ErrorCode::SourceTimeout), 1);
        assert_eq!(all["source:prod:a"], counted.latencies(latencies));
    }
}
