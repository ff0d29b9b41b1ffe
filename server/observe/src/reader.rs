//! From stored chunks of all nodes to the intervals of a chart.

use std::collections::{BTreeMap, BTreeSet};

use model::clock::{DAY, HOUR, MINUTE, Millis, SECOND};

use crate::{Counter, Malformed, Point, Tier, decode};

/// The most intervals that a chart gets.
pub const MAX_POINTS: i64 = 1_500;
/// The lengths that intervals are given; beyond them, whole weeks are doubled.
const STEPS: [Millis; 11] =
    [10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY];

/// What is read for a range: which tier, and in which intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub tier: Tier,
    /// The beginning of the first interval. Chunks are needed from `tier.chunk(from)`.
    pub from: Millis,
    /// The end of the last interval, and never behind the present one.
    pub to: Millis,
    pub step: Millis,
    /// Finer intervals were asked for than are kept of that time, or than a chart can show.
    pub is_coarser: bool,
    pub now: Millis,
}

impl Plan {
    /// For a range of time, in intervals of `step` where that can be, and otherwise in the next longer ones that can.
    #[must_use]
    pub fn new(from: Millis, to: Millis, step: Option<Millis>, now: Millis) -> Self {
        let to = to.min(now).max(0);
        let from = from.clamp(0, to);
        let finest = Tier::ALL.into_iter().find(|tier| now.saturating_sub(from) <= tier.kept_for()).unwrap_or(Tier::Hour);
        let range = to - from;
        // One more, because the ends are moved to full intervals.
        let least = finest.step().max(step.unwrap_or(0)).max(range / (MAX_POINTS - 1) + 1);
        let chosen = STEPS.into_iter().find(|step| *step >= least).unwrap_or_else(|| weeks(least));
        let tier = Tier::ALL.into_iter().rfind(|tier| chosen % tier.step() == 0).unwrap_or(finest).max(finest);
        Self {
            tier,
            from: from - from % chosen,
            to: to + (chosen - to % chosen) % chosen,
            step: chosen,
            is_coarser: step.is_some_and(|step| step < chosen),
            now,
        }
    }
}

fn weeks(least: Millis) -> Millis {
    let mut step = 7 * DAY;
    while step < least {
        step = step.saturating_mul(2);
    }
    step
}

/// A chunk as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct StoredChunk<'a> {
    pub start: Millis,
    pub bytes: &'a [u8],
}

/// What is known of an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No node has reported: nothing is known.
    Gap,
    /// A node lived, and nothing happened.
    Quiet,
    Happened(Point),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    pub at: Millis,
    /// How long it has lasted so far.
    pub lasted: Millis,
    /// It goes on: its figures will change.
    pub is_open: bool,
    pub state: State,
}

impl Interval {
    #[must_use]
    pub fn point(&self) -> Option<&Point> {
        match &self.state {
            State::Happened(point) => Some(point),
            State::Gap | State::Quiet => None,
        }
    }

    /// Nothing in a gap. A point that counts since before its interval is divided by all of that time.
    #[must_use]
    pub fn per_second(&self, counter: Counter) -> Option<f64> {
        match &self.state {
            State::Gap => None,
            State::Quiet => Some(0.0),
            State::Happened(point) => {
                let span = self.lasted + self.at.saturating_sub(point.since).max(0);
                Some(point.counter(counter) as f64 * SECOND as f64 / span.max(SECOND) as f64)
            }
        }
    }

    /// In microseconds, of the merged latencies of all nodes.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<u64> {
        self.point()?.latencies.as_ref()?.percentile(percent)
    }
}

/// A chunk that could not be read. Its time is a gap, unless other nodes have points in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub start: Millis,
    pub cause: Malformed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// All intervals of the plan, in their order, gaps among them.
    pub intervals: Vec<Interval>,
    pub unreadable: Vec<Unreadable>,
}

/// Merges the chunks of one series by all its writers. `nodes` are chunks of the same tier and range of the series of nodes
/// ([`crate::SeriesKind::Node`]), which say when anybody has reported. Points behind the plan's `now` are left out: the clock of
/// whoever wrote them was wrong.
#[must_use]
pub fn read(plan: &Plan, chunks: &[StoredChunk<'_>], nodes: &[StoredChunk<'_>]) -> Chart {
    let mut unreadable = Vec::new();
    let mut points: BTreeMap<Millis, Point> = BTreeMap::new();
    for (at, point) in decoded(plan, chunks, &mut unreadable) {
        points.entry(at).and_modify(|own| own.merge(&point)).or_insert(point);
    }
    let alive: BTreeSet<Millis> = decoded(plan, nodes, &mut unreadable).into_iter().map(|(at, _)| at).collect();
    Chart { intervals: intervals(plan, points, &alive), unreadable }
}

/// All intervals of a plan, gaps among them. `points` and `alive` are by the beginning of the plan's intervals; what lies outside the
/// plan is left out.
#[must_use]
pub fn intervals(plan: &Plan, mut points: BTreeMap<Millis, Point>, alive: &BTreeSet<Millis>) -> Vec<Interval> {
    let count = ((plan.to - plan.from) / plan.step).max(0);
    let of_index = |index: i64| {
        let at = plan.from + index * plan.step;
        let state = match points.remove(&at) {
            Some(mut point) => {
                point.since = point.since.min(at);
                State::Happened(point)
            }
            None if alive.contains(&at) => State::Quiet,
            None => State::Gap,
        };
        Interval { at, lasted: (plan.now - at).clamp(0, plan.step), is_open: at + plan.step > plan.now, state }
    };
    (0..count).map(of_index).collect()
}

/// The points within the plan, by the beginning of the plan's intervals.
fn decoded(plan: &Plan, chunks: &[StoredChunk<'_>], unreadable: &mut Vec<Unreadable>) -> Vec<(Millis, Point)> {
    let within = plan.from..plan.to.min(plan.now.saturating_add(1));
    let mut all = Vec::new();
    for chunk in chunks {
        match decode(plan.tier, chunk.start, chunk.bytes) {
            Ok(points) => {
                let points = points.into_iter().filter(|(at, _)| within.contains(at));
                all.extend(points.map(|(at, point)| (at - at % plan.step, point)));
            }
            Err(cause) => unreadable.push(Unreadable { start: chunk.start, cause }),
        }
    }
    all
}

#[cfg(test)]
mod tests;
