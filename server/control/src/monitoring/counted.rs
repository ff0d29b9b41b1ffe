//! Counts over parts of a time, as a diagnosis compares them.

use std::collections::BTreeMap;
use std::ops::Range;

use model::ErrorCode;
use model::clock::{MINUTE, Millis};
use model::diagnosis::{Counts, LATE_MS, ObservedNode, SourceCounts};
use observe::{Counter, Gauge, Plan, Point, SeriesKind};

use super::points::{Folds, Points, Window};
use super::values::{cached, millis, requests, share};

/// A time is looked at in so many parts, to say since when something is so. Shorter ones would have too few requests.
const PARTS: Millis = 30;
/// How long before and after a change is compared.
const AROUND: Millis = 15 * MINUTE;

/// The time that is asked about, and the time of the same length before it, in the intervals that are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) window: Window,
    /// Where the time before ends.
    pub(super) from: Millis,
    part: Millis,
    around: Millis,
}

impl Times {
    pub(super) fn of(from: Millis, to: Millis, now: Millis) -> Self {
        let to = to.min(now);
        let plan = Plan::new(from.saturating_sub(to.saturating_sub(from)), to, None, now);
        let window = Window::of(&plan);
        let from = window.interval(from.max(plan.from));
        let intervals = (window.to - from + plan.step - 1) / plan.step;
        let part = plan.step * ((intervals + PARTS - 1) / PARTS).max(1);
        Self { window, from, part, around: AROUND.max(2 * plan.step) }
    }

    pub(super) fn now(&self) -> Range<Millis> {
        self.from..self.window.to
    }

    pub(super) fn before(&self) -> Range<Millis> {
        self.window.from..self.from
    }

    fn parts(&self) -> impl Iterator<Item = Range<Millis>> + use<> {
        let (from, to, part) = (self.from, self.window.to, self.part);
        (0..).map(move |index| from + index * part).take_while(move |at| *at < to).map(move |at| at..(at + part).min(to))
    }

    /// Shortly before and shortly after a change. The interval in which it happened counts as after it, because errors begin there.
    pub(super) fn around(&self, at: Millis) -> [Range<Millis>; 2] {
        let at = self.window.interval(at);
        [at - self.around..at, at..at + self.around]
    }
}

/// All points within a time as one.
fn folded<'a>(all: impl Iterator<Item = &'a Points>, within: &Range<Millis>) -> Point {
    let mut folds = Folds::default();
    all.flat_map(|points| points.range(within.clone())).for_each(|(_, point)| folds.add(0, point.clone()));
    folds.points().into_values().next().unwrap_or_else(|| Point::empty(0))
}

/// Of an API, by node.
pub(super) type OfNodes = BTreeMap<String, Points>;

/// What was counted of an API within a time.
pub(super) fn counts(nodes: &OfNodes, within: &Range<Millis>) -> Counts {
    counts_of(&folded(nodes.values(), within))
}

fn counts_of(all: &Point) -> Counts {
    let count = requests(SeriesKind::Api, all);
    let mean = |counter: Counter| share(all.counter(counter), count).map_or(0.0, |micros| micros / 1_000.0);
    let (answered, cacheable) = cached(all);
    let errors = ErrorCode::ALL.into_iter().map(|code| (code, all.counter(Counter::Error(code)))).filter(|(_, count)| *count > 0);
    Counts {
        requests: count,
        errors: errors.collect(),
        p95: p95(all),
        gateway_ms: mean(Counter::GatewayMicros),
        cache_ms: mean(Counter::CacheMicros),
        source_ms: mean(Counter::SourceMicros),
        cached: answered,
        cacheable,
        limit_hits: all.counter(Counter::LimitHit),
    }
}

fn p95(point: &Point) -> Option<f64> {
    point.latencies.as_ref().and_then(|latencies| latencies.percentile(95.0)).map(millis)
}

/// By the beginning of the parts of the time that is asked about; those without a request are left out.
pub(super) fn parts(nodes: &OfNodes, times: &Times) -> Vec<(Millis, Counts)> {
    let all = times.parts().map(|part| (part.start, counts(nodes, &part)));
    all.filter(|(_, counts)| counts.requests > 0).collect()
}

/// What was counted of a source within a time.
pub(super) fn source_counts(points: &Points, within: &Range<Millis>) -> SourceCounts {
    let all = folded(std::iter::once(points), within);
    let most = |gauge: Gauge| all.gauge(gauge).map_or(0, |range| range.max);
    SourceCounts {
        statements: all.counter(Counter::Statements),
        refused: all.counter(Counter::Refused),
        p95: p95(&all),
        running: most(Gauge::Running),
        waiting: most(Gauge::Waiting),
        slots: most(Gauge::PoolSize),
    }
}

pub(super) fn source_parts(points: &Points, times: &Times) -> Vec<(Millis, SourceCounts)> {
    times.parts().map(|part| (part.start, source_counts(points, &part))).collect()
}

/// A counter within a time.
pub(super) fn counted(points: &Points, within: &Range<Millis>, counter: Counter) -> u64 {
    points.range(within.clone()).map(|(_, point)| point.counter(counter)).fold(0, u64::saturating_add)
}

/// A node with what it counted of an API, and how late its event loop was.
pub(super) fn node(name: &str, of_api: &Points, itself: &Points, within: &Range<Millis>) -> ObservedNode {
    let delays = itself.range(within.clone()).filter_map(|(at, point)| Some((*at, point.gauge(Gauge::LoopDelayMicros)?.max)));
    let delays: Vec<(Millis, f64)> = delays.map(|(at, micros)| (at, millis(micros.unsigned_abs()))).collect();
    let late: Vec<Millis> = delays.iter().filter(|(_, delay)| *delay >= LATE_MS).map(|(at, _)| *at).collect();
    let whole = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    ObservedNode {
        name: name.to_owned(),
        counts: counts_of(&folded(std::iter::once(of_api), within)),
        readings: whole(delays.len()),
        late: whole(late.len()),
        late_since: late.first().copied(),
        delay_ms: delays.iter().map(|(_, delay)| *delay).fold(0.0, f64::max),
    }
}

#[cfg(test)]
mod tests {
    use model::clock::{HOUR, SECOND};
    use model::snapshot::Environment;
    use observe::{LiveLatencies, Reading, SeriesKey, Tier};

    use super::*;
    use crate::monitoring::points::by_node;
    use crate::monitoring::samples::{BEGAN, STEP, Written};

    #[test]
    fn counts_are_those_of_their_time_and_of_all_nodes() {
        let key = SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane");
        let mut written = Written::default();
        for writer in ["a:1/x", "b:1/y"] {
            let (mut process, live) = (written.process(writer), LiveLatencies::default());
            for tick in 1..=60_u64 {
                (0..5).for_each(|_| live.add(20_000));
                let reading = Reading::default().counter(Counter::Ok, 4 * tick).counter(Counter::Error(ErrorCode::SourceTimeout), tick);
                let reading = reading.counter(Counter::SourceMicros, 75_000 * tick).latencies(live.read());
                process.tick(i64::try_from(tick).unwrap(), [(key.clone(), reading)]);
            }
        }
        let now = BEGAN + 60 * STEP;
        let times = Times::of(now - 5 * MINUTE, now, now);
        assert_eq!((times.now(), times.before()), (BEGAN + 5 * MINUTE..now, BEGAN..BEGAN + 5 * MINUTE));
        let nodes = by_node(&times.window, &written.rows(&key, Tier::TenSeconds)).0;
        let whole = counts(&nodes, &times.now());
        assert_eq!((whole.requests, whole.errors.as_slice()), (300, [(ErrorCode::SourceTimeout, 60)].as_slice()));
        assert_eq!((whole.source_ms, counts(&nodes, &times.before()).requests), (15.0, 300));
        assert!(whole.p95.is_some_and(|p95| (p95 - 20.0).abs() < 0.5), "{whole:?}");
        let parts = parts(&nodes, &times);
        assert_eq!((parts.len(), parts[0].0, parts[0].1.requests), (30, BEGAN + 5 * MINUTE, 10));
        // A change in the middle of an interval: that interval is after it.
        let [before, after] = times.around(BEGAN + MINUTE + 3 * SECOND);
        assert_eq!((counts(&nodes, &before).requests, after.start, after.end - after.start), (60, BEGAN + MINUTE, AROUND));
        let one = node("a:1", &nodes["a:1"], &Points::default(), &times.now());
        assert_eq!((one.counts.requests, one.readings, one.late_since), (150, 0, None));
    }

    #[test]
    fn long_times_are_compared_in_longer_intervals() {
        let now = BEGAN + 40 * 24 * HOUR;
        let times = Times::of(now - 20 * 24 * HOUR, now, now);
        assert_eq!(times.from % times.window.step, 0);
        assert!(times.parts().count() <= 30 && times.around >= 2 * times.window.step, "{times:?}");
        assert_eq!(times.parts().last().map(|part| part.end), Some(times.window.to));
    }
}
