//! The same time some days earlier, by the clocks of the reader's zone.

use std::collections::BTreeSet;

use model::clock::{HOUR, Millis};
use model::view::CompareWith;
use model::wall_clock::WallClock;
use observe::{Interval, Plan, State};

use super::points::{Points, Window};
use super::range::domain_step;

/// Where the intervals of a chart began some days earlier; nothing where the clocks were put forward over that time.
pub(super) struct Earlier {
    starts: Vec<Option<Millis>>,
    /// How long each lasted.
    span: Millis,
    pub(super) window: Window,
}

impl Earlier {
    /// Nothing where the chart has no intervals. A zone that is not known is UTC.
    pub(super) fn of(plan: &Plan, with: CompareWith, zone: &str, is_of_domains: bool) -> Option<Self> {
        let clock = WallClock::of(zone).or_else(|| WallClock::of(""))?;
        let days = match with {
            CompareWith::Yesterday => 1,
            CompareWith::LastWeek => 7,
        };
        let count = ((plan.to - plan.from) / plan.step).max(0);
        let starts: Vec<Option<Millis>> = (0..count).map(|index| clock.days_before(plan.from + index * plan.step, days)).collect();
        let from = starts.iter().flatten().min()?.max(&0);
        let to = starts.iter().flatten().max()?.saturating_add(plan.step);
        // What is kept of that time may be coarser than what is kept of now.
        let tier = Plan::new(*from, to, Some(plan.step), plan.now).tier.max(plan.tier);
        let least = if is_of_domains { domain_step(tier) } else { tier.step() };
        // Days differ by an hour where the clocks were changed, so that longer intervals are made of hours.
        let step = least.max(plan.step.min(HOUR));
        let window = Window { tier, from: from - from % step, to: to + (step - to % step) % step, step, now: plan.now };
        Some(Self { starts, span: step.max(plan.step), window })
    }

    /// One interval for each of the chart, of points of the window.
    pub(super) fn intervals(&self, points: &Points, alive: &BTreeSet<Millis>) -> Vec<Interval> {
        self.starts.iter().map(|start| self.interval(*start, points, alive)).collect()
    }

    fn interval(&self, start: Option<Millis>, points: &Points, alive: &BTreeSet<Millis>) -> Interval {
        let Some(start) = start else { return Interval { at: 0, lasted: self.span, is_open: false, state: State::Gap } };
        let at = self.window.interval(start);
        let within = at..at.saturating_add(self.span);
        let mut parts = points.range(within.clone()).map(|(_, point)| point);
        let state = match parts.next() {
            Some(first) => {
                let mut all = first.clone();
                parts.for_each(|point| all.merge(point));
                all.since = all.since.min(at);
                State::Happened(all)
            }
            None if alive.range(within).next().is_some() => State::Quiet,
            None => State::Gap,
        };
        Interval { at, lasted: (self.window.now - at).clamp(0, self.span), is_open: false, state }
    }
}

#[cfg(test)]
mod tests {
    use model::clock::{DAY, MINUTE, parse_time};
    use observe::{Counter, Point};

    use super::*;

    fn at(text: &str) -> Millis {
        parse_time(text).unwrap()
    }

    /// A point in each hour, which counts the hours since the beginning of 1970.
    fn hours(from: &str, to: &str) -> Points {
        let hours = (at(from) / HOUR)..(at(to) / HOUR);
        let point = |hour: i64| {
            let mut point = Point::empty(hour * HOUR);
            point.counters.insert(Counter::Ok.number(), hour.unsigned_abs());
            (hour * HOUR, point)
        };
        hours.map(point).collect()
    }

    /// Which hour stands beside each hour of a day.
    fn beside(day: &str, next: &str, with: CompareWith) -> Vec<Option<String>> {
        let now = at(next) + DAY;
        let plan = Plan::new(at(day), at(next), Some(HOUR), now);
        let earlier = Earlier::of(&plan, with, "Europe/Berlin", false).unwrap();
        assert_eq!((earlier.window.step, earlier.window.tier.step()), (HOUR, HOUR));
        let intervals = earlier.intervals(&hours("2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z"), &BTreeSet::new());
        let hour = |interval: &Interval| {
            let count = interval.point()?.counter(Counter::Ok);
            Some(model::clock::rfc3339(i64::try_from(count).unwrap() * HOUR))
        };
        intervals.iter().map(hour).collect()
    }

    #[test]
    fn hours_stand_beside_those_of_the_same_time_over_a_change_to_summer_time() {
        // March 29th has 23 hours in Berlin, from 23:00Z to 22:00Z.
        let day = beside("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", CompareWith::Yesterday);
        assert_eq!((day.len(), day[0].as_deref(), day[1].as_deref()), (23, Some("2026-03-27T23:00:00Z"), Some("2026-03-28T00:00:00Z")));
        // It is 03:00 then, an hour after 01:00.
        assert_eq!((day[2].as_deref(), day[22].as_deref()), (Some("2026-03-28T02:00:00Z"), Some("2026-03-28T22:00:00Z")));
        // The day after has 24, of which one was left out the day before.
        let day = beside("2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", CompareWith::Yesterday);
        assert_eq!((day.len(), day.iter().filter(|hour| hour.is_none()).count()), (24, 1));
        assert_eq!(
            (day[1].as_deref(), day[2].as_deref(), day[3].as_deref()),
            (Some("2026-03-29T00:00:00Z"), None, Some("2026-03-29T01:00:00Z"))
        );
        let week = beside("2026-04-01T22:00:00Z", "2026-04-02T22:00:00Z", CompareWith::LastWeek);
        assert_eq!((week[0].as_deref(), week[23].as_deref()), (Some("2026-03-25T23:00:00Z"), Some("2026-03-26T22:00:00Z")));
    }

    #[test]
    fn hours_stand_beside_those_of_the_same_time_over_the_end_of_summer_time() {
        // October 25th has 25 hours in Berlin, from 22:00Z to 23:00Z.
        let day = beside("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", CompareWith::Yesterday);
        assert_eq!((day.len(), day[24].as_deref()), (25, Some("2026-10-24T21:00:00Z")));
        // It is 02:00 twice, and was once.
        assert_eq!((day[2].as_deref(), day[3].as_deref()), (Some("2026-10-24T00:00:00Z"), Some("2026-10-24T00:00:00Z")));
        let day = beside("2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z", CompareWith::Yesterday);
        assert_eq!((day.len(), day[1].as_deref()), (24, Some("2026-10-24T23:00:00Z")));
        assert_eq!((day[2].as_deref(), day[3].as_deref()), (Some("2026-10-25T00:00:00Z"), Some("2026-10-25T02:00:00Z")));
    }

    #[test]
    fn what_is_kept_more_coarsely_of_then_stands_beside_each_of_its_parts() {
        let now = at("2026-06-01T12:00:00Z");
        let plan = Plan::new(now - HOUR, now, Some(10_000), now);
        let earlier = Earlier::of(&plan, CompareWith::Yesterday, "UTC", false).unwrap();
        assert_eq!((earlier.window.step, earlier.window.from), (MINUTE, now - HOUR - DAY));
        let mut point = Point::empty(now - DAY - MINUTE);
        point.counters.insert(Counter::Ok.number(), 120);
        let alive = BTreeSet::from([now - DAY - 2 * MINUTE]);
        let intervals = earlier.intervals(&Points::from([(now - DAY - MINUTE, point)]), &alive);
        let rates: Vec<Option<f64>> = intervals.iter().rev().step_by(6).take(3).map(|interval| interval.per_second(Counter::Ok)).collect();
        assert_eq!((intervals.len(), rates), (360, vec![Some(2.0), Some(0.0), None]));
        assert!(Earlier::of(&Plan::new(now, now, None, now), CompareWith::LastWeek, "UTC", false).is_none());
    }
}
