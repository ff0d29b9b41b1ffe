//! The rhythm: just behind each full ten seconds everything is read, and what is new is written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::clock::Millis;
use observe::{Reading, Recorder, SeriesKey, Tick};
use store::SeriesStore;
use tokio_util::sync::CancellationToken;

use super::writing::{Unwritten, Writing};

/// Gives what a part of this process has counted, at a time.
pub(crate) type Giver = Box<dyn Fn(Millis) -> Vec<(SeriesKey, Reading)> + Send + Sync>;

/// How far behind the full ten seconds is read: a clock that is set by a few milliseconds is not read on both sides of them.
const BEHIND: Duration = Duration::from_millis(50);
/// The longest wait, whatever the clock says.
const LONGEST: Duration = Duration::from_secs(10);

pub(crate) struct Ticker {
    host: Arc<dyn sync::Host>,
    counted: Arc<Counted>,
    writing: Writing,
}

struct Counted {
    recorder: Mutex<Recorder>,
    givers: Vec<Giver>,
}

impl Counted {
    fn tick(&self, now: Millis) -> Tick {
        let readings: Vec<(SeriesKey, Reading)> = self.givers.iter().flat_map(|give| give(now)).collect();
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner).tick(now, readings)
    }

    fn written(&self, tick: &Tick) {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner).written(tick);
    }
}

impl Ticker {
    /// `node` is the address of this process. Figures count from now on.
    ///
    /// What cannot be written is told to `unwritten`.
    pub(crate) fn new(
        host: Arc<dyn sync::Host>,
        givers: Vec<Giver>,
        (store, unwritten): (SeriesStore, Arc<Unwritten>),
        node: &str,
    ) -> Self {
        let now = host.now();
        let recorder = Mutex::new(Recorder::new(format!("{node}/{}", host.id()), now));
        Self { host, counted: Arc::new(Counted { recorder, givers }), writing: Writing::new(store, unwritten, now) }
    }

    /// Reads and writes until it is told to stop, and then a last time.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        // At once, so that charts can be read before the first ten seconds are over.
        self.writing.prepare(self.host.now()).await;
        loop {
            let is_last = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep(wait(self.host.now())) => false,
            };
            self.tick().await;
            if is_last {
                return;
            }
        }
    }

    async fn tick(&mut self) {
        let (now, counted) = (self.host.now(), self.counted.clone());
        // On a thread of its own: reading and compressing thousands of series takes longer than a request may wait.
        let tick = match tokio::task::spawn_blocking(move || counted.tick(now)).await {
            Ok(tick) => tick,
            Err(error) => {
                tracing::error!(cause = %error, "the figures of this process could not be read; the next reading has them");
                return;
            }
        };
        if self.writing.write(&tick, now).await {
            self.counted.written(&tick);
            self.writing.remove_old(now).await;
        }
    }
}

/// How long until the next full ten seconds of a clock.
fn wait(now: Millis) -> Duration {
    let until = u64::try_from(Recorder::next_at(now).saturating_sub(now)).unwrap_or(0);
    (Duration::from_millis(until) + BEHIND).min(LONGEST + BEHIND)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use model::snapshot::Environment;
    use observe::{Counter, SeriesKind, Tier};

    use super::*;

    /// 2013-01-01T10:00:00Z.
    const BEGAN: Millis = 1_357_034_400_000;
    const STEP: Millis = 10_000;

    /// It goes when it is told to.
    struct Clock(AtomicI64);

    impl sync::Host for Clock {
        fn now(&self) -> Millis {
            self.0.load(Ordering::Relaxed)
        }

        fn id(&self) -> String {
            "first".into()
        }
    }

    /// A ticker whose store is away until it comes back. Each ten seconds there is one request more.
    struct Away {
        folder: tempfile::TempDir,
        clock: Arc<Clock>,
        ticker: Ticker,
        store: SeriesStore,
        unwritten: Arc<Unwritten>,
    }

    impl Away {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            // A folder in the place of the file cannot be opened, whoever runs the test.
            std::fs::create_dir(folder.path().join("figures.db")).unwrap();
            let store = SeriesStore::open(&format!("sqlite://{}", folder.path().join("metadata.db").display())).unwrap();
            let (clock, unwritten) = (Arc::new(Clock(AtomicI64::new(BEGAN))), Arc::new(Unwritten::default()));
            let giver: Giver = Box::new(|now| {
                let requests = u64::try_from((now - BEGAN) / STEP).unwrap();
                vec![(plane(), Reading::default().counter(Counter::Ok, requests))]
            });
            let ticker = Ticker::new(clock.clone(), vec![giver], (store.clone(), unwritten.clone()), "127.0.0.1:8080");
            Self { folder, clock, ticker, store, unwritten }
        }

        async fn ticks(&mut self, count: i64) {
            for _ in 0..count {
                self.clock.0.fetch_add(STEP, Ordering::Relaxed);
                self.ticker.tick().await;
            }
        }

        fn comes_back(&self) {
            std::fs::remove_dir(self.folder.path().join("figures.db")).unwrap();
        }

        /// How many intervals are stored in a tier, and the requests in them.
        async fn stored(&self, tier: Tier) -> (u64, u64) {
            let rows = self.store.chunks(&plane().to_string(), tier.number().into(), 0, Millis::MAX).await.unwrap();
            let points: Vec<_> = rows.iter().flat_map(|row| observe::decode(tier, row.start_ms, &row.bytes).unwrap()).collect();
            (points.len() as u64, points.iter().map(|(_, point)| point.counter(Counter::Ok)).sum())
        }
    }

    fn plane() -> SeriesKey {
        SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane")
    }

    #[tokio::test]
    async fn a_store_that_is_away_for_ten_minutes_loses_nothing() {
        let mut away = Away::new();
        away.ticks(60).await;
        assert!(away.unwritten.waiting() > 0 && away.unwritten.dropped() == 0);
        away.comes_back();
        away.ticks(1).await;
        assert_eq!((away.unwritten.waiting(), away.unwritten.dropped()), (0, 0));
        assert_eq!([away.stored(Tier::TenSeconds).await, away.stored(Tier::Minute).await], [(61, 61), (11, 61)]);
        assert_eq!(away.stored(Tier::Hour).await, (1, 61));
    }

    #[tokio::test]
    async fn a_store_that_is_away_for_longer_loses_the_oldest_and_they_are_counted() {
        let mut away = Away::new();
        // Forty minutes. The chunk of ten minutes that ended last is held, and the ones before it are not.
        away.ticks(240).await;
        let waiting = away.unwritten.waiting();
        assert!(away.unwritten.dropped() > 0 && waiting <= 5, "{waiting} chunks wait");
        away.comes_back();
        away.ticks(1).await;
        let (ten, minutes) = (away.stored(Tier::TenSeconds).await, away.stored(Tier::Minute).await);
        assert!(ten.0 >= 61 && ten.0 == ten.1, "the last ten minutes are there: {ten:?}");
        assert_eq!(241 - ten.0 + 41 - minutes.0, away.unwritten.dropped(), "all others are counted: {ten:?} {minutes:?}");
        // Coarser intervals have what happened in them: their chunks have not ended.
        assert_eq!((minutes.1, away.stored(Tier::Hour).await), (241, (1, 241)));
        let lost = away.unwritten.dropped();
        away.ticks(5).await;
        assert_eq!((away.unwritten.dropped(), away.unwritten.waiting()), (lost, 0), "it goes on without a loss");
    }

    #[test]
    fn it_is_read_just_behind_the_full_ten_seconds() {
        let times = [0, 1, 9_999, 10_000, 1_357_034_407_250, -1].map(wait);
        assert_eq!(times.map(|wait| wait.as_millis()), [10_050, 10_049, 51, 10_050, 2_800, 51]);
    }

    #[test]
    fn all_givers_are_read_at_the_same_time() {
        let giver = |object: &'static str| -> Giver {
            Box::new(move |now| {
                let key = SeriesKey::new(SeriesKind::Node, None, object);
                vec![(key, Reading::default().gauge(observe::Gauge::Revision, now))]
            })
        };
        let counted = Counted { recorder: Mutex::new(Recorder::new("test", 0)), givers: vec![giver("a"), giver("b")] };
        let tick = counted.tick(10_050);
        let objects: std::collections::BTreeSet<&str> = tick.chunks.iter().map(|chunk| chunk.series.object.as_str()).collect();
        assert_eq!((objects.into_iter().collect::<Vec<_>>(), tick.dropped), (vec!["a", "b"], 0));
        assert_eq!(counted.tick(10_060).chunks.len(), tick.chunks.len(), "they stay until they are written");
        counted.written(&tick);
    }
}
