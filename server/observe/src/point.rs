//! What happened to one series in one interval.

use std::collections::BTreeMap;

use model::clock::Millis;

use crate::series::ERRORS;
use crate::{Counter, Gauge, Latencies};

/// A gauge within an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaugeRange {
    /// When `last` was read.
    pub at: Millis,
    pub last: i64,
    pub min: i64,
    pub max: i64,
}

impl GaugeRange {
    #[must_use]
    pub fn once(at: Millis, value: i64) -> Self {
        Self { at, last: value, min: value, max: value }
    }

    fn merge(&mut self, other: &Self) {
        // Of two at the same time the larger one, so that the order of merging does not matter.
        (self.at, self.last) = (self.at, self.last).max((other.at, other.last));
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}

/// By their stored numbers, so that those of a newer program are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What the counters count began here: the beginning of the interval, or earlier where readings were missed.
    pub since: Millis,
    /// No count is 0.
    pub counters: BTreeMap<u16, u64>,
    pub gauges: BTreeMap<u16, GaugeRange>,
    pub latencies: Option<Latencies>,
}

impl Point {
    #[must_use]
    pub fn empty(since: Millis) -> Self {
        Self { since, counters: BTreeMap::new(), gauges: BTreeMap::new(), latencies: None }
    }

    /// Adds another part of the same interval, earlier, later or of another node: counters and latencies are added, gauges have their
    /// extremes and the last value of the latest. Associative and commutative.
    pub fn merge(&mut self, other: &Self) {
        self.since = self.since.min(other.since);
        for (number, count) in &other.counters {
            let sum = self.counters.entry(*number).or_default();
            *sum = sum.saturating_add(*count);
        }
        for (number, range) in &other.gauges {
            self.gauges.entry(*number).and_modify(|own| own.merge(range)).or_insert(*range);
        }
        if let Some(more) = &other.latencies {
            self.latencies.get_or_insert_default().merge(more);
        }
    }

    /// 0 where nothing was counted.
    #[must_use]
    pub fn counter(&self, counter: Counter) -> u64 {
        self.counters.get(&counter.number()).copied().unwrap_or(0)
    }

    /// Requests that failed, whatever their code.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.counters.range(ERRORS + 1..).fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    #[must_use]
    pub fn gauge(&self, gauge: Gauge) -> Option<GaugeRange> {
        self.gauges.get(&gauge.number()).copied()
    }

    /// Whether nothing was counted. Gauges alone count as nothing.
    #[must_use]
    pub fn is_still(&self) -> bool {
        self.counters.is_empty() && self.latencies.as_ref().is_none_or(Latencies::is_empty)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::seeded::Seeded;

    /// Of an interval of a tier; with numbers that this program does not know.
    pub(crate) fn any(chance: &mut Seeded, start: Millis) -> Point {
        let mut point = Point::empty(start - 10_000 * chance.below(3) as Millis);
        for _ in 0..chance.below(6) {
            point.counters.insert(1 + chance.below(2_000) as u16, 1 + chance.below(100_000));
        }
        for _ in 0..chance.below(4) {
            let at = start + 1_000 * chance.below(10) as Millis;
            let mut range = GaugeRange::once(at, chance.below(1_000) as i64 - 500);
            range.min -= chance.below(50) as i64;
            range.max += chance.below(50) as i64;
            point.gauges.insert(1 + chance.below(300) as u16, range);
        }
        if chance.below(3) > 0 {
            let times = chance.times(60);
            if !times.is_empty() {
                times.iter().for_each(|micros| point.latencies.get_or_insert_default().add(*micros));
            }
        }
        point
    }

    #[test]
    fn merging_does_not_depend_on_the_order() {
        let mut chance = Seeded::new(11);
        for _ in 0..300 {
            let parts: [Point; 3] = std::array::from_fn(|_| any(&mut chance, 60_000));
            let merged = |order: [usize; 3]| {
                let mut all = parts[order[0]].clone();
                all.merge(&parts[order[1]]);
                all.merge(&parts[order[2]]);
                all
            };
            let mut last_two = parts[1].clone();
            last_two.merge(&parts[2]);
            let mut grouped = parts[0].clone();
            grouped.merge(&last_two);
            assert_eq!(merged([0, 1, 2]), grouped);
            assert_eq!(merged([0, 1, 2]), merged([2, 1, 0]));
        }
    }

    #[test]
    fn a_gauge_has_its_extremes_and_the_last_of_the_latest() {
        let mut later = GaugeRange::once(20, 5);
        later.merge(&GaugeRange::once(10, 9));
        later.merge(&GaugeRange::once(15, -2));
        assert_eq!(later, GaugeRange { at: 20, last: 5, min: -2, max: 9 });
    }
}
