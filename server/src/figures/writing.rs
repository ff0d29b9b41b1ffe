//! Writes what is new, and says once when that fails and once when it goes on. Meanwhile the recorder keeps ten minutes in memory, and
//! requests are answered as ever.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use control::ports::Outage;
use model::clock::Millis;
use observe::{Chunk, Tick};
use store::{SeriesChunkRow, SeriesStore, StoreError};

use super::retention::Retention;

/// A database that takes longer is taken as one that is away. What it may have written by then changes nothing when it is written again.
const WITHIN: Duration = Duration::from_secs(30);

/// What could not be written.
#[derive(Debug, Default)]
pub(crate) struct Unwritten {
    waiting: AtomicU64,
    dropped: AtomicU64,
    outage: Mutex<Option<Outage>>,
}

impl Unwritten {
    /// Chunks that wait because the last writing failed; 0 while figures are written.
    pub(crate) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Points that were dropped since this process began, because they could not be written in time.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The last time in which nothing could be written, also where it is over.
    pub(crate) fn outage(&self) -> Option<Outage> {
        *self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writing was tried, and failed or not.
    fn tried(&self, is_written: bool, now: Millis) {
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        let is_failing = outage.is_some_and(|outage| outage.ended.is_none());
        *outage = match (*outage, is_failing, is_written) {
            (Some(outage), true, true) => Some(Outage { ended: Some(now), ..outage }),
            (_, false, false) => Some(Outage { since: now, ended: None }),
            (outage, _, _) => outage,
        };
    }
}

pub(super) struct Writing {
    store: SeriesStore,
    retention: Retention,
    unwritten: Arc<Unwritten>,
    is_migrated: bool,
    is_failing: bool,
    is_dropping: bool,
}

impl Writing {
    pub(super) fn new(store: SeriesStore, unwritten: Arc<Unwritten>, now: Millis) -> Self {
        Self { store, retention: Retention::new(now), unwritten, is_migrated: false, is_failing: false, is_dropping: false }
    }

    /// Brings the database to this program's layout. Where that fails, each writing tries it again.
    pub(super) async fn prepare(&mut self, now: Millis) {
        let prepared = within(self.migrate()).await;
        self.say(prepared, now);
    }

    /// Whether all of it is written.
    pub(super) async fn write(&mut self, tick: &Tick, now: Millis) -> bool {
        let rows: Vec<SeriesChunkRow> = tick.chunks.iter().map(row).collect();
        let written = within(self.put(&rows)).await;
        let is_written = written.is_ok();
        let waiting = if is_written { 0 } else { rows.len() as u64 };
        self.unwritten.waiting.store(waiting, Ordering::Relaxed);
        self.unwritten.dropped.fetch_add(tick.dropped, Ordering::Relaxed);
        if tick.dropped > 0 && !self.is_dropping {
            tracing::error!(points = tick.dropped, "figures are lost from now on: they could not be written for ten minutes");
        }
        self.is_dropping = !is_written && (self.is_dropping || tick.dropped > 0);
        self.say(written, now);
        is_written
    }

    /// Deletes what is older than it is kept, now and then.
    pub(super) async fn remove_old(&mut self, now: Millis) {
        if let Err(cause) = within(self.retention.remove_old(&self.store, now)).await {
            tracing::warn!(cause, "old figures could not be deleted; it is tried again in an hour");
        }
    }

    async fn put(&mut self, rows: &[SeriesChunkRow]) -> Result<(), StoreError> {
        self.migrate().await?;
        self.store.put_chunks(rows).await
    }

    async fn migrate(&mut self) -> Result<(), StoreError> {
        if !self.is_migrated {
            self.store.migrate().await?;
            self.is_migrated = true;
        }
        Ok(())
    }

    /// Once for each change.
    fn say(&mut self, done: Result<(), String>, now: Millis) {
        self.unwritten.tried(done.is_ok(), now);
        match done {
            Ok(()) => {
                if std::mem::replace(&mut self.is_failing, false) {
                    tracing::info!("figures are written again");
                }
            }
            Err(cause) => {
                if !std::mem::replace(&mut self.is_failing, true) {
                    tracing::error!(cause, "figures cannot be written; those of the last ten minutes stay in memory");
                }
            }
        }
    }
}

async fn within(work: impl Future<Output = Result<(), StoreError>>) -> Result<(), String> {
    match tokio::time::timeout(WITHIN, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the database of figures did not answer within {} s", WITHIN.as_secs())),
    }
}

fn row(chunk: &Chunk) -> SeriesChunkRow {
    SeriesChunkRow {
        series: chunk.series.to_string(),
        tier: chunk.tier.number().into(),
        start_ms: chunk.start,
        writer: chunk.writer.clone(),
        tick: chunk.tick,
        bytes: chunk.bytes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use observe::{Gauge, Reading, Recorder, SeriesKey, SeriesKind, Tier};

    use super::*;

    fn node() -> SeriesKey {
        SeriesKey::new(SeriesKind::Node, None, "127.0.0.1:8080")
    }

    fn tick(recorder: &mut Recorder, now: Millis) -> Tick {
        recorder.tick(now, [(node(), Reading::default().gauge(Gauge::Revision, now))])
    }

    #[tokio::test]
    async fn what_cannot_be_written_waits_and_is_written_once_it_can() {
        let folder = tempfile::tempdir().unwrap();
        // A folder in the place of the file: as little can be written there as on a full disk, whoever runs the test.
        let file = folder.path().join("figures.db");
        std::fs::create_dir(&file).unwrap();
        let store = SeriesStore::open(&format!("sqlite://{}", folder.path().join("metadata.db").display())).unwrap();
        let unwritten = Arc::new(Unwritten::default());
        let (mut writing, mut recorder) = (Writing::new(store.clone(), unwritten.clone(), 0), Recorder::new("test", 0));
        assert_eq!(unwritten.outage(), None);
        writing.prepare(5_000).await;
        let first = tick(&mut recorder, 10_050);
        assert!(!writing.write(&first, 10_050).await);
        assert_eq!((unwritten.waiting(), writing.is_failing), (first.chunks.len() as u64, true));
        assert_eq!(unwritten.outage(), Some(Outage { since: 5_000, ended: None }), "since the first attempt");
        std::fs::remove_dir(&file).unwrap();
        let second = tick(&mut recorder, 20_050);
        assert!(writing.write(&second, 20_050).await);
        assert_eq!((unwritten.waiting(), unwritten.dropped(), writing.is_failing), (0, 0, false));
        assert_eq!(unwritten.outage(), Some(Outage { since: 5_000, ended: Some(20_050) }));
        assert!(writing.write(&tick(&mut recorder, 30_050), 30_050).await);
        assert_eq!(unwritten.outage(), Some(Outage { since: 5_000, ended: Some(20_050) }), "the end stays what it was");
        let stored = store.chunks(&node().to_string(), Tier::TenSeconds.number().into(), 0, 1).await.unwrap();
        let points = observe::decode(Tier::TenSeconds, 0, &stored[0].bytes).unwrap();
        assert_eq!((stored.len(), points.keys().copied().collect::<Vec<_>>()), (1, vec![0, 10_000, 20_000]), "all that was counted");
    }
}
