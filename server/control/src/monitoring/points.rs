//! From stored chunks of all processes to the points of a window of time.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use model::clock::Millis;
use observe::{Gauge, GaugeRange, Latencies, LatenciesSum, Plan, Point, Tier};
use store::SeriesChunkRow;

/// By the beginning of their intervals.
pub(super) type Points = BTreeMap<Millis, Point>;

/// What each node has some of: all nodes have the sum.
const SUMMED: [Gauge; 3] = [Gauge::Running, Gauge::Waiting, Gauge::PoolSize];

/// What is read: a tier, a time, and the length of the intervals that its points are put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) tier: Tier,
    pub(super) from: Millis,
    pub(super) to: Millis,
    pub(super) step: Millis,
    pub(super) now: Millis,
}

impl Window {
    pub(super) fn of(plan: &Plan) -> Self {
        Self { tier: plan.tier, from: plan.from, to: plan.to, step: plan.step, now: plan.now }
    }

    /// Where the chunks begin that it is made of.
    pub(super) fn chunks(&self) -> impl Iterator<Item = Millis> + use<> {
        let (first, span) = (self.tier.chunk(self.from), self.tier.chunk_span());
        let end = self.to.min(self.now.saturating_add(1));
        (0_i64..).map(move |index| first + index * span).take_while(move |start| *start < end)
    }

    /// Points of the future are not in it: the clock of whoever wrote them was wrong.
    pub(super) fn holds(&self, at: Millis) -> bool {
        (self.from..self.to).contains(&at) && at <= self.now
    }

    pub(super) fn interval(&self, at: Millis) -> Millis {
        at - at.rem_euclid(self.step)
    }
}

/// The node of the process that wrote a chunk. A node that was started again writes under another name.
pub(super) fn node_of(writer: &str) -> &str {
    writer.rsplit_once('/').map_or(writer, |(node, _)| node)
}

/// Reads a chunk. One that cannot be read is logged.
pub(super) fn read(tier: Tier, row: &SeriesChunkRow) -> Option<Points> {
    observe::decode(tier, row.start_ms, &row.bytes)
        .inspect_err(|cause| {
            let (series, start, writer) = (row.series.as_str(), row.start_ms, row.writer.as_str());
            tracing::warn!(series, start, writer, %cause, "a chunk of figures cannot be read; its time is a gap");
        })
        .ok()
}

/// In which intervals each node has reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Alive(BTreeMap<String, BTreeSet<Millis>>);

impl Alive {
    pub(super) fn add(&mut self, node: &str, intervals: impl Iterator<Item = Millis>) {
        match self.0.get_mut(node) {
            Some(known) => known.extend(intervals),
            None => drop(self.0.insert(node.to_owned(), intervals.collect())),
        }
    }

    /// In which any has.
    pub(super) fn any(&self) -> BTreeSet<Millis> {
        self.0.values().flatten().copied().collect()
    }

    fn has(&self, node: &str, at: Millis) -> bool {
        self.0.get(node).is_some_and(|intervals| intervals.contains(&at))
    }
}

/// The sum of histograms, of which there is often only one.
#[derive(Debug, Clone, Default)]
pub(super) enum Sum {
    #[default]
    Nothing,
    One(Latencies),
    Many(Box<LatenciesSum>),
}

impl Sum {
    pub(super) fn add(&mut self, more: &Latencies) {
        match self {
            Self::Nothing => *self = Self::One(more.clone()),
            Self::One(first) => {
                let mut sum = LatenciesSum::default();
                sum.add(first);
                sum.add(more);
                *self = Self::Many(Box::new(sum));
            }
            Self::Many(sum) => sum.add(more),
        }
    }

    pub(super) fn total(self) -> Option<Latencies> {
        match self {
            Self::Nothing => None,
            Self::One(only) => Some(only),
            Self::Many(sum) => Some(sum.total()),
        }
    }
}

/// Points that are put into longer intervals.
#[derive(Debug, Default)]
pub(super) struct Folds(BTreeMap<Millis, (Point, Sum)>);

impl Folds {
    pub(super) fn add(&mut self, interval: Millis, mut point: Point) {
        let (sum, latencies) = self.0.entry(interval).or_insert_with(|| (Point::empty(interval), Sum::default()));
        if let Some(more) = point.latencies.take() {
            latencies.add(&more);
        }
        sum.merge(&point);
    }

    pub(super) fn points(self) -> Points {
        self.0.into_iter().map(|(at, (point, latencies))| (at, Point { latencies: latencies.total(), ..point })).collect()
    }
}

/// The points of a window, and how many chunks of it could not be read.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) points: Points,
    pub(super) unreadable: u32,
}

/// Merges the chunks of all writers.
pub(super) fn gather(window: &Window, rows: &[SeriesChunkRow], alive: &Alive) -> Gathered {
    let (nodes, unreadable) = by_node(window, rows);
    let mut gathered = Gathered { unreadable, ..Gathered::default() };
    for (node, mut points) in nodes {
        carry_gauges(window, &mut points, |at| alive.has(&node, at));
        add_node(&mut gathered.points, points);
    }
    gathered
}

/// The points of each node by itself, and how many chunks could not be read.
pub(super) fn by_node(window: &Window, rows: &[SeriesChunkRow]) -> (BTreeMap<String, Points>, u32) {
    let mut unreadable = 0;
    let mut nodes: BTreeMap<&str, Folds> = BTreeMap::new();
    for row in rows {
        let Some(points) = read(window.tier, row) else {
            unreadable += 1;
            continue;
        };
        let folds = nodes.entry(node_of(&row.writer)).or_default();
        points.into_iter().filter(|(at, _)| window.holds(*at)).for_each(|(at, point)| folds.add(window.interval(at), point));
    }
    (nodes.into_iter().map(|(node, folds)| (node.to_owned(), folds.points())).collect(), unreadable)
}

/// A reading in which nothing has changed leaves no point: while the node lives, its gauges are those of its last one.
fn carry_gauges(window: &Window, points: &mut Points, is_alive: impl Fn(Millis) -> bool) {
    let Some(first) = points.iter().find(|(_, point)| !point.gauges.is_empty()).map(|(at, _)| *at) else { return };
    let mut last: BTreeMap<u16, i64> = BTreeMap::new();
    let mut at = first;
    while at < window.to && at <= window.now {
        match points.get(&at) {
            Some(point) => last = point.gauges.iter().map(|(number, range)| (*number, range.last)).collect(),
            None if is_alive(at) => {
                let gauges = last.iter().map(|(number, value)| (*number, GaugeRange::once(at, *value))).collect();
                points.insert(at, Point { gauges, ..Point::empty(at) });
            }
            None => last.clear(),
        }
        at += window.step;
    }
}

fn add_node(all: &mut Points, of_node: Points) {
    for (at, point) in of_node {
        match all.entry(at) {
            Entry::Vacant(place) => {
                place.insert(point);
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                let sums: Vec<(u16, GaugeRange)> = SUMMED
                    .into_iter()
                    .filter_map(|gauge| Some((gauge.number(), sum_of(&known.gauge(gauge)?, &point.gauge(gauge)?))))
                    .collect();
                known.merge(&point);
                known.gauges.extend(sums);
            }
        }
    }
}

/// Of two nodes. Their extremes need not be of the same moment, so this is what there was at the most.
fn sum_of(one: &GaugeRange, other: &GaugeRange) -> GaugeRange {
    GaugeRange {
        at: one.at.max(other.at),
        last: one.last.saturating_add(other.last),
        min: one.min.saturating_add(other.min),
        max: one.max.saturating_add(other.max),
    }
}

#[cfg(test)]
mod tests {
    use model::clock::{HOUR, MINUTE, SECOND};
    use model::snapshot::Environment;
    use observe::{Counter, Reading, SeriesKey, SeriesKind};

    use super::*;
    use crate::monitoring::samples::{BEGAN, STEP, Written};

    fn compartment() -> SeriesKey {
        SeriesKey::new(SeriesKind::Compartment, None, "travel/high")
    }

    fn slots(running: i64) -> Reading {
        Reading::default().gauge(Gauge::PoolSize, 10).gauge(Gauge::Running, running)
    }

    #[test]
    fn slots_are_those_of_all_nodes_while_nothing_changes_too() {
        let mut written = Written::default();
        for node in ["a:1/x", "b:1/y"] {
            let mut process = written.process(node);
            process.tick(1, [(compartment(), slots(2))]);
            process.tick(2, [(compartment(), slots(2))]);
            process.tick(3, [(compartment(), slots(5))]);
        }
        let window = Window { tier: Tier::TenSeconds, from: BEGAN, to: BEGAN + 4 * STEP, step: STEP, now: BEGAN + HOUR };
        let mut alive = Alive::default();
        alive.add("a:1", (0..3).map(|slot| BEGAN + slot * STEP));
        alive.add("b:1", [BEGAN, BEGAN + 2 * STEP].into_iter());
        let points = gather(&window, &written.rows(&compartment(), Tier::TenSeconds), &alive).points;
        let of = |gauge: Gauge| -> Vec<i64> { points.values().map(|point| point.gauge(gauge).unwrap().last).collect() };
        // In the second interval, one of the two nodes has not reported.
        assert_eq!((of(Gauge::PoolSize), of(Gauge::Running)), (vec![20, 10, 20], vec![4, 2, 10]));
    }

    #[test]
    fn longer_intervals_have_the_sum_and_what_cannot_be_read_is_counted() {
        let key = SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane");
        let mut written = Written::default();
        let mut process = written.process("a:1/x");
        for tick in 1..=12 {
            process.tick(tick, [(key.clone(), Reading::default().counter(Counter::Ok, 10 * tick.unsigned_abs()))]);
        }
        let mut rows = written.rows(&key, Tier::TenSeconds);
        rows.push(SeriesChunkRow { bytes: vec![9], ..rows[0].clone() });
        let window = Window { tier: Tier::TenSeconds, from: BEGAN, to: BEGAN + HOUR, step: MINUTE, now: BEGAN + 90 * SECOND };
        let gathered = gather(&window, &rows, &Alive::default());
        let counts: Vec<u64> = gathered.points.values().map(|point| point.counter(Counter::Ok)).collect();
        // What lies behind the present is left out.
        assert_eq!((counts, gathered.unreadable), (vec![60, 40], 1));
    }
}
