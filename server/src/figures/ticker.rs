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
    use super::*;

    #[test]
    fn it_is_read_just_behind_the_full_ten_seconds() {
        let times = [0, 1, 9_999, 10_000, 1_357_034_407_250, -1].map(wait);
        assert_eq!(times.map(|wait| wait.as_millis()), [10_050, 10_049, 51, 10_050, 2_800, 51]);
    }

    #[test]
    fn all_givers_are_read_at_the_same_time() {
        let giver = |object: &'static str| -> Giver {
            Box::new(move |now| {
                let key = SeriesKey::new(observe::SeriesKind::Node, None, object);
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
