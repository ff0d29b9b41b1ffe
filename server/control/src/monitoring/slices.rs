//! Slices of all series of a kind, and what is kept of them in memory.
//!
//! A list over all APIs is made of each chunk of each of them: a month of a thousand is 30,000 chunks from each process. Once its time is
//! over, a chunk does not change any more, so what lists need of it ([`Slice`]) is kept, within a bound of bytes. A slice that is still
//! written is read again after some seconds; meanwhile its readers get the one before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use model::Problem;
use model::clock::{MINUTE, Millis};
use moka::future::Cache;
use observe::{HELD_FOR, SeriesKind};
use store::SeriesStore;

use super::compute::{compute, unavailable};
use super::points::Window;
use super::slice::{Slice, SliceKey};

/// Slices that do not change any more take so much memory at the most.
const CLOSED_BYTES: u64 = 96 << 20;
/// What came later than anything should is seen after so long.
const CLOSED_FOR: Duration = Duration::from_secs(3_600);
/// Slices that are still written: few, because only the latest chunk of a tier is.
const OPEN_BYTES: u64 = 16 << 20;
/// Figures come each ten seconds: a slice that is as old as that may miss some, and is read again.
const OPEN_FRESH: Duration = Duration::from_secs(5);
/// Older than that it is not shown: its reader waits for the next. A page that asks for each new figure must not be one behind.
const OPEN_FOR: Duration = Duration::from_secs(9);
/// A process writes a chunk so long after its end at the latest.
pub(super) const LATEST: Millis = HELD_FOR + MINUTE;

/// A slice that goes on.
struct Open {
    slice: Arc<Slice>,
    read: Instant,
    /// Somebody reads the next one.
    is_replaced: AtomicBool,
}

#[derive(Clone)]
pub(super) struct Slices {
    store: SeriesStore,
    closed: Cache<SliceKey, Arc<Slice>>,
    open: Cache<SliceKey, Arc<Open>>,
}

impl Slices {
    pub(super) fn new(store: SeriesStore) -> Self {
        let closed = Cache::builder().max_capacity(CLOSED_BYTES).weigher(|_, slice: &Arc<Slice>| slice.weight());
        let open = Cache::builder().max_capacity(OPEN_BYTES).weigher(|_, open: &Arc<Open>| open.slice.weight());
        Self { store, closed: closed.time_to_live(CLOSED_FOR).build(), open: open.time_to_live(OPEN_FOR).build() }
    }

    /// All slices of a kind within a window, in their order.
    pub(super) async fn of(&self, kind: SeriesKind, window: &Window) -> Result<Vec<Arc<Slice>>, Problem> {
        let mut slices = Vec::new();
        for key in SliceKey::of(kind, window) {
            let is_closed = key.to.saturating_add(LATEST) < window.now;
            slices.push(if is_closed { self.closed(key, window.now).await? } else { self.open(key, window.now).await? });
        }
        Ok(slices)
    }

    async fn closed(&self, key: SliceKey, now: Millis) -> Result<Arc<Slice>, Problem> {
        let read = async { read(&self.store, &key, now).await };
        self.closed.try_get_with(key.clone(), read).await.map_err(|problem| (*problem).clone())
    }

    async fn open(&self, key: SliceKey, now: Millis) -> Result<Arc<Slice>, Problem> {
        let known = self.open.try_get_with(key.clone(), opened(&self.store, &key, now)).await.map_err(|problem| (*problem).clone())?;
        if known.read.elapsed() >= OPEN_FRESH && !known.is_replaced.swap(true, Ordering::Relaxed) {
            let (slices, known) = (self.clone(), known.clone());
            tokio::spawn(async move {
                match opened(&slices.store, &key, now).await {
                    Ok(next) => slices.open.insert(key, next).await,
                    // It is logged, and the next reader tries again.
                    Err(_) => known.is_replaced.store(false, Ordering::Relaxed),
                }
            });
        }
        Ok(known.slice.clone())
    }
}

async fn opened(store: &SeriesStore, key: &SliceKey, now: Millis) -> Result<Arc<Open>, Problem> {
    // Before it is read: what comes meanwhile may be missing.
    let began = Instant::now();
    let slice = read(store, key, now).await?;
    Ok(Arc::new(Open { slice, read: began, is_replaced: AtomicBool::new(false) }))
}

async fn read(store: &SeriesStore, key: &SliceKey, now: Millis) -> Result<Arc<Slice>, Problem> {
    let start = key.tier.chunk(key.from);
    let rows = store.chunks_of_kind(key.kind.key(), key.tier.number().into(), start, start + 1).await;
    let (rows, key) = (rows.map_err(|error| unavailable(&error))?, key.clone());
    compute(move || Arc::new(Slice::new(&key, &rows, now))).await
}
