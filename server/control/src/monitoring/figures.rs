//! Reading stored figures, and what is kept of them in memory: of all series of a kind, their slices ([`Slices`]), and when nodes have
//! reported. A chart of one API reads its own chunks each time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::Problem;
use model::clock::{DAY, Millis};
use moka::future::Cache;
use observe::{Point, SeriesKey, SeriesKind, Tier};
use store::{SeriesChunkRow, SeriesStore};

use super::compute::{compute, unavailable};
use super::points::{Alive, Gathered, Points, Window, by_node, gather, node_of, read};
use super::slice::Slice;
use super::slices::{LATEST, Slices};

/// Of times that are over, as long as those of slices.
const ALIVE_FOR: Duration = Duration::from_secs(3_600);
/// Chunks of the series of nodes, of which only the times are kept: a year of hours, a fortnight of minutes, a day of ten seconds.
const ALIVE_CHUNKS: u64 = 1_024;
/// When each node has reported, by the beginning of the intervals of the tier.
type AliveChunk = Vec<(String, Vec<Millis>)>;

/// Stored figures, read through what is kept of them.
pub(crate) struct Figures {
    store: SeriesStore,
    slices: Slices,
    alive: Cache<(Tier, Millis), Arc<AliveChunk>>,
}

impl Figures {
    pub(crate) fn new(store: SeriesStore) -> Self {
        let alive = Cache::builder().max_capacity(ALIVE_CHUNKS).time_to_live(ALIVE_FOR).build();
        Self { slices: Slices::new(store.clone()), store, alive }
    }

    /// The points of some series together.
    pub(super) async fn gathered(&self, series: &[SeriesKey], window: &Window, alive: &Arc<Alive>) -> Result<Gathered, Problem> {
        let mut rows = Vec::new();
        for key in series {
            let of_one = self.store.chunks(&key.to_string(), window.tier.number().into(), window.tier.chunk(window.from), window.to).await;
            rows.extend(of_one.map_err(|error| unavailable(&error))?);
        }
        let (window, alive) = (*window, alive.clone());
        compute(move || gather(&window, &rows, &alive)).await
    }

    /// The points of a series, of each node by itself.
    pub(super) async fn by_node(&self, series: &SeriesKey, window: &Window) -> Result<BTreeMap<String, Points>, Problem> {
        let from = window.tier.chunk(window.from);
        let rows = self.store.chunks(&series.to_string(), window.tier.number().into(), from, window.to).await;
        let (rows, window) = (rows.map_err(|error| unavailable(&error))?, *window);
        compute(move || by_node(&window, &rows).0).await
    }

    /// All slices of a kind within a window, in their order.
    pub(super) async fn slices(&self, kind: SeriesKind, window: &Window) -> Result<Vec<Arc<Slice>>, Problem> {
        self.slices.of(kind, window).await
    }

    /// When each node has reported within a window.
    pub(super) async fn alive(&self, window: &Window) -> Result<Alive, Problem> {
        let (mut chunks, mut missing) = (Vec::new(), Vec::new());
        for start in window.chunks() {
            match self.alive.get(&(window.tier, start)).await {
                Some(chunk) => chunks.push(chunk),
                None => missing.push(start),
            }
        }
        if let (Some(first), Some(last)) = (missing.first().copied(), missing.last().copied()) {
            let rows = self.store.chunks_of_kind(SeriesKind::Node.key(), window.tier.number().into(), first, last + 1).await;
            let rows = rows.map_err(|error| unavailable(&error))?;
            let tier = window.tier;
            let mut found = compute(move || alive_chunks(tier, &rows)).await?;
            for start in missing {
                let chunk = Arc::new(found.remove(&start).unwrap_or_default());
                if start + tier.chunk_span() + LATEST < window.now {
                    self.alive.insert((tier, start), chunk.clone()).await;
                }
                chunks.push(chunk);
            }
        }
        let mut alive = Alive::default();
        for (node, times) in chunks.iter().flat_map(|chunk| chunk.iter()) {
            alive.add(node, times.iter().filter(|at| window.holds(**at)).map(|at| window.interval(*at)));
        }
        Ok(alive)
    }

    /// The series of a kind with the beginning of the latest chunk of each.
    pub(crate) async fn known(&self, kind: SeriesKind) -> Result<Vec<(SeriesKey, Millis)>, Problem> {
        let rows = self.store.known_series(kind.key()).await.map_err(|error| unavailable(&error))?;
        Ok(rows.into_iter().filter_map(|row| Some((SeriesKey::parse(&row.series)?, row.last_ms))).collect())
    }

    /// The last gauges of a series whose latest chunk begins at a time.
    pub(super) async fn latest(&self, series: &SeriesKey, last: Millis, now: Millis) -> Result<Option<Point>, Problem> {
        let from = Tier::Hour.chunk(last);
        let window = Window { tier: Tier::Hour, from, to: from + DAY, step: DAY, now };
        let gathered = self.gathered(std::slice::from_ref(series), &window, &Arc::default()).await?;
        Ok(gathered.points.into_values().next_back())
    }
}

fn alive_chunks(tier: Tier, rows: &[SeriesChunkRow]) -> BTreeMap<Millis, AliveChunk> {
    let mut chunks: BTreeMap<Millis, AliveChunk> = BTreeMap::new();
    for row in rows {
        let times = read(tier, row).unwrap_or_default().into_keys().collect();
        chunks.entry(row.start_ms).or_default().push((node_of(&row.writer).to_owned(), times));
    }
    chunks
}

#[cfg(test)]
mod tests {
    use model::clock::{HOUR, MINUTE};
    use model::snapshot::Environment;
    use observe::{Counter, Reading};

    use super::*;
    use crate::monitoring::samples::{BEGAN, STEP, Written};

    #[tokio::test]
    async fn what_is_over_is_kept_and_what_goes_on_is_read_again() {
        let folder = testkit::folder();
        let store = SeriesStore::open(&format!("sqlite://{}", folder.path().join("metadata.db").display())).unwrap();
        store.migrate().await.unwrap();
        let api = SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane");
        let node = SeriesKey::new(SeriesKind::Node, None, "a:1");
        let mut written = Written::default();
        let mut process = written.process("a:1/x");
        for tick in 1..=6_i64 {
            let reading = Reading::default().counter(Counter::Ok, tick.unsigned_abs());
            process.tick(tick, [(api.clone(), reading), (node.clone(), Reading::default())]);
        }
        for tier in Tier::ALL {
            store.put_chunks(&written.of_tier(tier)).await.unwrap();
        }
        let figures = Figures::new(store.clone());
        let window = Window { tier: Tier::TenSeconds, from: BEGAN, to: BEGAN + HOUR, step: STEP, now: BEGAN + 2 * HOUR };
        let counted = async |window: &Window| -> u64 {
            let slices = figures.slices(SeriesKind::Api, window).await.unwrap();
            slices.iter().filter_map(|slice| slice.parts.get(&api)).map(|part| part.requests).sum()
        };
        let alive = Arc::new(figures.alive(&window).await.unwrap());
        assert_eq!((counted(&window).await, alive.any().len()), (6, 6));
        let gathered = figures.gathered(std::slice::from_ref(&api), &window, &alive).await.unwrap();
        assert_eq!(gathered.points.values().map(|point| point.counter(Counter::Ok)).sum::<u64>(), 6);
        store.remove_chunks(Tier::TenSeconds.number().into(), BEGAN + HOUR).await.unwrap();
        assert_eq!((counted(&window).await, figures.alive(&window).await.unwrap()), (6, (*alive).clone()), "it is kept");
        let goes_on = Window { now: BEGAN + 5 * MINUTE, ..window };
        assert_eq!(counted(&goes_on).await, 0);
        assert_eq!(figures.known(SeriesKind::Api).await.unwrap(), [(api.clone(), BEGAN)]);
        assert!(figures.latest(&api, BEGAN, BEGAN + HOUR).await.unwrap().is_some());
    }
}
