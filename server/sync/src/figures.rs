//! What the work on datasets has come to, and how old what is live is: for figures over time.
//!
//! Only the process that does the work counts it. Ages are told by whoever follows a version, and of one that nobody follows by every
//! worker alike: figures that go up and down are merged by their extremes, so nothing is doubled.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::ErrorCode;
use model::clock::{MINUTE, Millis};
use model::snapshot::Environment;
use observe::{Counter, Gauge, LiveErrors, Reading, SeriesKey, SeriesKind};
use store::{DataVersionRow, DatasetRow, IncrementalRow};

/// The work on one dataset in all environments, since this process began.
#[derive(Debug, Default)]
pub(crate) struct Work {
    read: AtomicU64,
    written: AtomicU64,
    rejected: AtomicU64,
    errors: LiveErrors,
}

impl Work {
    /// More rows were read, or more changes taken.
    pub(crate) fn read(&self, rows: i64) {
        more(&self.read, rows);
    }

    /// More rows were written into a version, or deleted from it.
    pub(crate) fn written(&self, rows: i64) {
        more(&self.written, rows);
    }

    pub(crate) fn rejected(&self, rows: i64) {
        more(&self.rejected, rows);
    }

    /// An attempt of a run, or a turn of incremental sync, failed.
    pub(crate) fn failed(&self, code: ErrorCode) {
        self.errors.add(code);
    }

    fn reading(&self, rows: &AtomicU64) -> Reading {
        let reading = Reading::default()
            .counter(Counter::Rows, rows.load(Ordering::Relaxed))
            .counter(Counter::RejectedRows, self.rejected.load(Ordering::Relaxed));
        self.errors.within(reading)
    }
}

fn more(count: &AtomicU64, by: i64) {
    count.fetch_add(u64::try_from(by).unwrap_or(0), Ordering::Relaxed);
}

/// A dataset as it was seen last.
#[derive(Debug)]
struct Seen {
    id: String,
    /// `travel/planes`
    path: String,
    live: Option<LiveSince>,
}

/// Times of a live version, from which its ages are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LiveSince {
    /// Its build ended.
    built: Millis,
    /// When incremental sync last applied a change. Before the first one, when the build was asked for: it reads rows as they are after
    /// that. Times that stand in rows are not looked at.
    newest: Option<Millis>,
    /// Incremental sync last found nothing more to take. Nothing where there is no incremental sync.
    caught_up: Option<Millis>,
}

impl LiveSince {
    fn of(version: &DataVersionRow, sync: Option<&IncrementalRow>) -> Self {
        let asked = version.asked_at;
        let (newest, caught_up) = match sync.map(IncrementalRow::decoded_figures) {
            None => (Some(asked), None),
            Some(Ok(figures)) => (Some(figures.changed_at.unwrap_or(asked).max(asked)), Some(figures.caught_up_at.unwrap_or(asked))),
            // How far it is cannot be read, so nothing is said of it here; whoever follows it says why.
            Some(Err(_)) => (None, None),
        };
        Self { built: version.finished_at.unwrap_or(asked), newest, caught_up }
    }
}

/// The work of one worker, and what it has seen.
#[derive(Debug, Default)]
pub struct Figures {
    work: Mutex<HashMap<String, Arc<Work>>>,
    seen: Mutex<Vec<Seen>>,
}

impl Figures {
    /// Where work on a dataset is counted.
    pub(crate) fn of(&self, dataset_id: &str) -> Arc<Work> {
        lock(&self.work).entry(dataset_id.to_owned()).or_default().clone()
    }

    /// All datasets, their live versions, and how those are followed. `me` is the worker that looks.
    pub(crate) fn saw<'r>(
        &self,
        me: &str,
        datasets: impl Iterator<Item = &'r DatasetRow>,
        live: &[DataVersionRow],
        syncs: &[IncrementalRow],
    ) {
        let syncs: HashMap<&str, &IncrementalRow> = syncs.iter().map(|row| (row.version_id.as_str(), row)).collect();
        let mut chosen: HashMap<&str, &DataVersionRow> = HashMap::new();
        // A dataset has one series. Its ages are those of what its consumers get.
        for version in live {
            let known = chosen.entry(&version.dataset_id).or_insert(version);
            if version.environment == Environment::Prod.key() {
                *known = version;
            }
        }
        let since = |version: &DataVersionRow| {
            let sync = syncs.get(version.id.as_str()).copied();
            let is_told_by_another = sync.and_then(|row| row.worker.as_deref()).is_some_and(|worker| worker != me);
            (!is_told_by_another).then(|| LiveSince::of(version, sync))
        };
        let seen =
            datasets.map(|row| Seen { id: row.id.clone(), path: path_of(row), live: chosen.get(row.id.as_str()).copied().and_then(since) });
        *lock(&self.seen) = seen.collect();
    }

    /// A dataset that may be new since all of them were seen: work that ends before the next look has a name.
    pub(crate) fn knows(&self, dataset: &DatasetRow) {
        let mut seen = lock(&self.seen);
        if seen.iter().all(|known| known.id != dataset.id) {
            seen.push(Seen { id: dataset.id.clone(), path: path_of(dataset), live: None });
        }
    }

    /// What was counted of each dataset since this process began, and how old what is live is now. Rows of a dataset are those that were
    /// written; rows of its job are those that were read for that.
    #[must_use]
    pub fn readings(&self, now: Millis) -> Vec<(SeriesKey, Reading)> {
        let (seen, work) = (lock(&self.seen), lock(&self.work));
        let mut all = BTreeMap::new();
        for Seen { id, path, live } in &*seen {
            let work = work.get(id);
            if let Some(work) = work {
                all.insert(SeriesKey::new(SeriesKind::Job, None, path), work.reading(&work.read));
            }
            if work.is_none() && live.is_none() {
                continue;
            }
            let mut reading = work.map(|work| work.reading(&work.written)).unwrap_or_default();
            if let Some(LiveSince { built, newest, caught_up }) = *live {
                let ages = [(Gauge::VersionAgeMillis, Some(built)), (Gauge::FreshnessMillis, newest), (Gauge::LagMillis, caught_up)];
                for (gauge, since) in ages {
                    if let Some(since) = since {
                        reading = reading.gauge(gauge, age(since, now));
                    }
                }
            }
            all.insert(SeriesKey::new(SeriesKind::Dataset, None, path), reading);
        }
        all.into_iter().collect()
    }
}

fn path_of(dataset: &DatasetRow) -> String {
    format!("{}/{}", dataset.domain, dataset.name)
}

/// In whole minutes beyond the first: what is left alone would otherwise be written anew each ten seconds.
fn age(since: Millis, now: Millis) -> i64 {
    let age = now.saturating_sub(since).max(0);
    if age < MINUTE { age } else { age - age % MINUTE }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use model::clock::SECOND;
    use model::dataset::DataVersionState;

    use super::*;
    use crate::samples::version;

    fn dataset() -> DatasetRow {
        DatasetRow {
            id: "planes".into(),
            domain: "travel".into(),
            name: "planes".into(),
            spec: "{}".into(),
            owner_id: "owner".into(),
            created_at: 0,
        }
    }

    fn followed_by(worker: Option<&str>, figures: &str) -> IncrementalRow {
        IncrementalRow {
            version_id: "version-1".into(),
            turn: 1,
            worker: worker.map(Into::into),
            beat_at: None,
            due_at: 0,
            figures: figures.into(),
            reason: String::new(),
            backfill: None,
        }
    }

    fn texts(figures: &Figures, now: Millis) -> BTreeMap<String, Reading> {
        figures.readings(now).into_iter().map(|(key, reading)| (key.to_string(), reading)).collect()
    }

    #[test]
    fn work_is_counted_for_the_dataset_and_its_job_once_its_name_is_known() {
        let figures = Figures::default();
        let work = figures.of("planes");
        work.read(7);
        work.written(5);
        work.written(-1);
        work.rejected(2);
        figures.of("planes").failed(ErrorCode::SourceTimeout);
        assert!(figures.readings(0).is_empty());
        figures.knows(&dataset());
        figures.knows(&dataset());
        let of = |rows| {
            let reading = Reading::default().counter(Counter::Rows, rows).counter(Counter::RejectedRows, 2);
            reading.counter(Counter::Error(ErrorCode::SourceTimeout), 1)
        };
        let wanted = [("dataset::travel/planes", of(5)), ("job::travel/planes", of(7))];
        assert_eq!(texts(&figures, 0), BTreeMap::from(wanted.map(|(key, reading)| (key.to_owned(), reading))));
    }

    #[test]
    fn ages_are_those_of_what_is_live_in_prod_and_are_told_by_who_follows_it() {
        let figures = Figures::default();
        let live = |number, environment: &str, finished_at| DataVersionRow {
            environment: environment.into(),
            asked_at: SECOND,
            finished_at: Some(finished_at),
            ..version(number, DataVersionState::Live)
        };
        let versions = [live(2, "test", 9 * SECOND), live(1, "prod", 3 * SECOND), live(3, "test", 9 * SECOND)];
        let gauges = |built, newest| Reading::default().gauge(Gauge::VersionAgeMillis, built).gauge(Gauge::FreshnessMillis, newest);
        let told = |syncs: &[IncrementalRow], now| {
            figures.saw("me", [dataset()].iter(), &versions, syncs);
            texts(&figures, now).remove("dataset::travel/planes")
        };
        assert_eq!(told(&[], 10 * SECOND), Some(gauges(7 * SECOND, 9 * SECOND)));
        let followed =
            r#"{"position":"","changed_rows":1,"deleted_rows":0,"dirty_rows":0,"changed_at":4000,"caught_up_at":8000,"reading":false}"#;
        let with_lag = gauges(7 * SECOND, 6 * SECOND).gauge(Gauge::LagMillis, 2 * SECOND);
        assert_eq!(told(&[followed_by(Some("me"), followed)], 10 * SECOND), Some(with_lag));
        assert_eq!(told(&[followed_by(Some("another"), followed)], 10 * SECOND), None);
        let unreadable = Reading::default().gauge(Gauge::VersionAgeMillis, 7 * SECOND);
        assert_eq!(told(&[followed_by(Some("me"), "{")], 10 * SECOND), Some(unreadable));
        let minutes = gauges(3 * MINUTE, 3 * MINUTE).gauge(Gauge::LagMillis, 3 * MINUTE);
        assert_eq!(told(&[followed_by(None, followed)], 3 * MINUTE + 30 * SECOND), Some(minutes), "in whole minutes");
    }
}
