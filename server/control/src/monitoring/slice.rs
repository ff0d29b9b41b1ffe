//! What lists need of all series of a kind within one chunk of time: much less than the chunks themselves.

use std::collections::{BTreeMap, HashMap};

use model::clock::Millis;
use model::snapshot::Environment;
use observe::{Counter, Latencies, PackedLatencies, Point, SeriesKey, SeriesKind, Tier};
use store::SeriesChunkRow;

use super::points::{Folds, Points, Sum, Window, node_of, read};
use super::range::domain_step;
use super::values::{cached, failed, requests};

/// Which slice: a kind, and a chunk of a tier or the part of it that is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SliceKey {
    pub(super) kind: SeriesKind,
    pub(super) tier: Tier,
    pub(super) from: Millis,
    pub(super) to: Millis,
}

impl SliceKey {
    /// Those that a window is made of. One that goes on to the present is not cut at its end, because nothing lies behind: readers of
    /// other moments share it.
    pub(super) fn of(kind: SeriesKind, window: &Window) -> impl Iterator<Item = SliceKey> + use<> {
        let Window { tier, from, to, now, .. } = *window;
        let end = if to > now { Millis::MAX } else { to };
        let cut = move |start: Millis| SliceKey { kind, tier, from: start.max(from), to: (start + tier.chunk_span()).min(end) };
        window.chunks().map(cut)
    }
}

/// The totals of a series within a slice.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) requests: u64,
    /// Through no fault of their caller.
    pub(super) failed: u64,
    pub(super) cached: u64,
    /// Of so many for which a cache is kept.
    pub(super) cacheable: u64,
    pub(super) refused: u64,
    pub(super) latencies: Option<PackedLatencies>,
    /// Requests in each interval of the slice.
    pub(super) by_step: Vec<u32>,
    /// The latest interval of the tier with a request.
    pub(super) last: Option<Millis>,
    /// The gauges of each node; of compartments alone.
    pub(super) nodes: BTreeMap<String, Point>,
}

/// A domain in an environment.
pub(super) type Domain = (Option<Environment>, String);

#[derive(Debug, Default)]
pub(super) struct Slice {
    pub(super) from: Millis,
    pub(super) parts: HashMap<SeriesKey, Part>,
    /// All APIs of each domain together.
    pub(super) domains: HashMap<Domain, Points>,
    pub(super) unreadable: u32,
}

/// The domain that the object of a series is of.
pub(super) fn domain_of(object: &str) -> &str {
    object.split_once('/').map_or(object, |(domain, _)| domain)
}

impl Slice {
    pub(super) fn new(key: &SliceKey, rows: &[SeriesChunkRow], now: Millis) -> Self {
        let window = Window { tier: key.tier, from: key.from, to: key.to, step: domain_step(key.tier), now };
        let slice = Self { from: key.from, ..Self::default() };
        let mut building = Building { window, slice, latencies: HashMap::new(), domains: HashMap::new() };
        for row in rows {
            let Some(series) = SeriesKey::parse(&row.series) else { continue };
            match read(key.tier, row) {
                Some(points) => building.add(series, node_of(&row.writer), points),
                None => building.slice.unreadable += 1,
            }
        }
        building.slice()
    }

    /// The bytes of memory that it takes, about.
    pub(super) fn weight(&self) -> u32 {
        const OF_ENTRY: usize = 120;
        let of_latencies = |latencies: Option<&Latencies>| latencies.map_or(0, Latencies::weight);
        let of_point =
            |point: &Point| OF_ENTRY + 16 * (point.counters.len() + 3 * point.gauges.len()) + of_latencies(point.latencies.as_ref());
        let of_part = |(key, part): (&SeriesKey, &Part)| {
            let nodes: usize = part.nodes.values().map(of_point).sum();
            2 * OF_ENTRY + key.object.len() + 4 * part.by_step.len() + part.latencies.as_ref().map_or(0, PackedLatencies::weight) + nodes
        };
        let parts: usize = self.parts.iter().map(of_part).sum();
        let domains: usize = self.domains.values().flat_map(Points::values).map(of_point).sum();
        u32::try_from(OF_ENTRY + parts + domains).unwrap_or(u32::MAX)
    }
}

struct Building {
    window: Window,
    slice: Slice,
    latencies: HashMap<SeriesKey, Sum>,
    domains: HashMap<Domain, Folds>,
}

impl Building {
    fn add(&mut self, series: SeriesKey, node: &str, points: Points) {
        let kind = series.kind;
        let domain = (series.environment, domain_of(&series.object).to_owned());
        let mut folds = if kind == SeriesKind::Api { Some(self.domains.entry(domain).or_default()) } else { None };
        let part = self.slice.parts.entry(series.clone()).or_default();
        let latencies = self.latencies.entry(series).or_default();
        for (at, mut point) in points {
            if !self.window.holds(at) {
                continue;
            }
            let interval = self.window.interval(at);
            add_totals(part, kind, &point, at);
            if let Some(more) = &point.latencies {
                latencies.add(more);
            }
            let count = u32::try_from(requests(kind, &point)).unwrap_or(u32::MAX);
            add_count(&mut part.by_step, (interval - self.slice.from) / self.window.step, count);
            if kind == SeriesKind::Compartment {
                part.nodes.entry(node.to_owned()).or_insert_with(|| Point::empty(at)).merge(&point);
            }
            if let Some(folds) = &mut folds {
                point.gauges.clear();
                folds.add(interval, point);
            }
        }
    }

    fn slice(mut self) -> Slice {
        for (series, latencies) in self.latencies {
            if let Some(part) = self.slice.parts.get_mut(&series) {
                part.latencies = latencies.total().as_ref().map(PackedLatencies::from);
            }
        }
        self.slice.domains = self.domains.into_iter().map(|(domain, folds)| (domain, folds.points())).collect();
        self.slice
    }
}

fn add_totals(part: &mut Part, kind: SeriesKind, point: &Point, at: Millis) {
    let count = requests(kind, point);
    let (answered, of) = cached(point);
    part.requests = part.requests.saturating_add(count);
    part.failed = part.failed.saturating_add(failed(point));
    part.cached = part.cached.saturating_add(answered);
    part.cacheable = part.cacheable.saturating_add(of);
    part.refused = part.refused.saturating_add(point.counter(Counter::Refused));
    if count > 0 {
        part.last = part.last.max(Some(at));
    }
}

fn add_count(by_step: &mut Vec<u32>, place: Millis, count: u32) {
    let Ok(place) = usize::try_from(place) else { return };
    if by_step.len() <= place {
        by_step.resize(place + 1, 0);
    }
    by_step[place] = by_step[place].saturating_add(count);
}

#[cfg(test)]
mod tests {
    use model::clock::{HOUR, MINUTE};
    use observe::{LiveLatencies, Reading};

    use super::*;
    use crate::monitoring::samples::{BEGAN, STEP, Written};

    #[test]
    fn a_slice_has_the_exact_totals_of_each_series_and_of_each_domain() {
        let key = |name: &str| SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), name);
        let (one, other, foreign) = (key("travel/one"), key("travel/other"), key("finance/one"));
        let mut written = Written::default();
        for writer in ["a:1/x", "b:1/y"] {
            let (mut process, live) = (written.process(writer), LiveLatencies::default());
            for tick in 1..=30_i64 {
                live.add(1_000);
                let count = tick.unsigned_abs();
                let reading = Reading::default().counter(Counter::Ok, count).counter(Counter::CacheL1, count).latencies(live.read());
                process.tick(tick, [&one, &other, &foreign].map(|series| (series.clone(), reading.clone())));
            }
        }
        let rows = written.of_tier(Tier::TenSeconds);
        let whole = SliceKey { kind: SeriesKind::Api, tier: Tier::TenSeconds, from: BEGAN, to: BEGAN + 10 * MINUTE };
        let slice = Slice::new(&whole, &rows, BEGAN + HOUR);
        let part = &slice.parts[&one];
        assert_eq!((part.requests, part.failed, part.cached, part.cacheable), (60, 0, 60, 60));
        assert_eq!((part.by_step.as_slice(), part.last), ([6; 10].as_slice(), Some(BEGAN + 29 * STEP)));
        assert_eq!(part.latencies.as_ref().map(|latencies| latencies.unpacked().count()), Some(60));
        let travel = &slice.domains[&(Some(Environment::Prod), "travel".to_owned())];
        assert_eq!(travel.values().map(|point| point.counter(Counter::Ok)).collect::<Vec<_>>(), [12; 10]);
        assert_eq!((slice.domains.len(), slice.unreadable), (2, 0));
        assert!(slice.weight() > 1_000);
        // A part of it has exactly what happened in that part, and nothing of the future.
        let cut = SliceKey { from: BEGAN + MINUTE, to: BEGAN + 2 * MINUTE, ..whole };
        assert_eq!(Slice::new(&cut, &rows, BEGAN + HOUR).parts[&one].by_step, [6, 6]);
        assert_eq!(Slice::new(&cut, &rows, BEGAN + MINUTE).parts[&one].requests, 2);
    }
}
