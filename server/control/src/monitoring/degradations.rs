//! Degradations on the time axis of a chart, out of its figures: circuit breakers that opened and closed, and when degraded or stale
//! responses begin and end.

use model::clock::{MINUTE, Millis};
use model::view::{Mark, MarkKind};
use observe::{Counter, Gauge, Interval, Point, State};

use super::values::cached;

/// Responses that are no further apart belong to one time.
const APART: Millis = 5 * MINUTE;

/// The marks of the intervals of a chart. The path is that of the thing, and stands before what happened; it may be empty.
pub(super) fn degradations(path: &str, intervals: &[Interval]) -> Vec<Mark> {
    let told =
        |(at, what): (Millis, &str)| Mark { at, kind: MarkKind::Degradation, text: format!("{path} {what}").trim_start().to_owned() };
    let degraded = times(intervals, ["degraded responses begin", "degraded responses end"], |point| point.counter(Counter::Degraded) > 0);
    let stale = times(intervals, ["stale responses begin", "stale responses end"], is_mostly_stale);
    breaker(intervals).into_iter().chain(degraded).chain(stale).map(told).collect()
}

/// Where a cache is refreshed behind a stale response, each refresh has one. A source that is away has nothing else.
fn is_mostly_stale(point: &Point) -> bool {
    point.counter(Counter::CacheStale) * 2 > cached(point).1
}

/// A breaker that is open from the beginning opened earlier.
fn breaker(intervals: &[Interval]) -> Vec<(Millis, &'static str)> {
    let is_open = |interval: &Interval| interval.point()?.gauge(Gauge::BreakerOpen).map(|range| range.max > 0);
    let mut was_open = intervals.first().and_then(is_open).unwrap_or(false);
    let mut changes = Vec::new();
    for interval in intervals {
        let Some(is_open) = is_open(interval).filter(|is_open| *is_open != was_open) else { continue };
        was_open = is_open;
        changes.push((interval.at, if is_open { "circuit breaker opened" } else { "circuit breaker closed" }));
    }
    changes
}

/// When something begins that is so in some intervals, and when it ends. It has ended once it is known not to be so for a while.
fn times(intervals: &[Interval], [begin, end]: [&'static str; 2], is_so: impl Fn(&Point) -> bool) -> Vec<(Millis, &'static str)> {
    let mut changes = Vec::new();
    let mut last: Option<Millis> = None;
    for interval in intervals {
        let is_now = interval.point().is_some_and(&is_so);
        match last {
            None if is_now => changes.push((interval.at, begin)),
            Some(until) if !is_now && interval.state != State::Gap && interval.at - until >= APART.max(interval.lasted) => {
                changes.push((until, end));
                last = None;
            }
            _ => {}
        }
        if is_now {
            last = Some(interval.at + interval.lasted);
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use observe::GaugeRange;

    use super::*;

    fn interval(minute: Millis, state: State) -> Interval {
        Interval { at: minute * MINUTE, lasted: MINUTE, is_open: false, state }
    }

    fn counted(minute: Millis, counts: &[(Counter, u64)]) -> Interval {
        let mut point = Point::empty(minute * MINUTE);
        for (counter, count) in counts {
            point.counters.insert(counter.number(), *count);
        }
        interval(minute, State::Happened(point))
    }

    fn told(intervals: &[Interval]) -> Vec<(Millis, String)> {
        degradations("travel/both", intervals).into_iter().map(|mark| (mark.at / MINUTE, mark.text)).collect()
    }

    #[test]
    fn degraded_responses_begin_and_end_once_for_all_that_are_close() {
        let is_degraded = |minute: Millis| [2, 3, 6, 20].contains(&minute);
        let all: Vec<Interval> =
            (0..22).map(|minute| counted(minute, &[(Counter::Ok, 9), (Counter::Degraded, is_degraded(minute).into())])).collect();
        let text = |what: &str| format!("travel/both degraded responses {what}");
        assert_eq!(told(&all), [(2, text("begin")), (7, text("end")), (20, text("begin"))], "the last one goes on");
        // Nobody knows what was in a gap.
        let gap: Vec<Interval> = (0..12).map(|minute| if minute < 3 { all[2].clone() } else { interval(minute, State::Gap) }).collect();
        assert_eq!(told(&gap).len(), 1);
        assert_eq!(degradations("", &all)[0].text, "degraded responses begin");
    }

    #[test]
    fn stale_responses_are_told_where_they_are_most_and_not_where_a_cache_is_refreshed() {
        let refreshed = counted(0, &[(Counter::CacheL1, 9), (Counter::CacheStale, 1)]);
        assert!(told(&[refreshed]).is_empty());
        let away = counted(0, &[(Counter::CacheL1, 1), (Counter::CacheStale, 9)]);
        assert_eq!(told(&[away]), [(0, "travel/both stale responses begin".to_owned())]);
        assert!(told(&[interval(0, State::Quiet), interval(1, State::Gap)]).is_empty());
    }

    #[test]
    fn a_breaker_is_told_when_it_changes() {
        let breaker = |minute: Millis, is_open: i64| {
            let mut point = Point::empty(minute * MINUTE);
            point.gauges.insert(Gauge::BreakerOpen.number(), GaugeRange::once(minute * MINUTE, is_open));
            interval(minute, State::Happened(point))
        };
        let all = [breaker(0, 0), interval(1, State::Quiet), breaker(2, 1), breaker(3, 1), breaker(4, 0)];
        let text = |what: &str| format!("travel/both circuit breaker {what}");
        assert_eq!(told(&all), [(2, text("opened")), (4, text("closed"))]);
        assert_eq!(told(&all[2..]), [(4, text("closed"))], "it opened before");
    }
}
