//! What a rule or an objective reads of the intervals of a window.

use model::ErrorCode;
use model::alert::{Objective, ObjectiveKind, Outcomes, Sample, counts_as_bad};
use model::clock::{MINUTE, Millis, SECOND};
use model::view::Metric;

use crate::{Counter, Gauge, Interval, Point, State};

/// A metric over a window, of all of its intervals together: percentiles and shares come from the sums, never from averages.
#[must_use]
pub fn sample(metric: Metric, intervals: &[Interval]) -> Sample {
    let known = intervals.iter().filter(|interval| interval.state != State::Gap);
    let lasted: Millis = known.map(|interval| interval.lasted).sum();
    if lasted <= 0 {
        return Sample::default();
    }
    let mut all = Point::empty(0);
    intervals.iter().filter_map(Interval::point).for_each(|point| all.merge(point));
    let rate = |count: u64| Sample { value: Some(count as f64 * SECOND as f64 / lasted as f64), events: 0 };
    let counter = |counter| rate(all.counter(counter));
    match metric {
        Metric::Requests => rate(requests(&all)),
        Metric::Errors => rate(failed(&all, |_| true)),
        Metric::ErrorShare => {
            let bad = failed(&all, |code| counts_as_bad(code, &[]));
            Sample { events: bad, ..share(bad, requests(&all)) }
        }
        Metric::LatencyP50 => percentile(&all, 50.0),
        Metric::LatencyP95 => percentile(&all, 95.0),
        Metric::LatencyP99 => percentile(&all, 99.0),
        Metric::LatencyMax => percentile(&all, 100.0),
        Metric::CacheL1 => cached(&all, Counter::CacheL1),
        Metric::CacheL2 => cached(&all, Counter::CacheL2),
        Metric::CacheStale => cached(&all, Counter::CacheStale),
        Metric::CacheMiss => cached(&all, Counter::CacheMiss),
        Metric::BytesOut => counter(Counter::BytesOut),
        Metric::LimitHits => counter(Counter::LimitHit),
        Metric::Degraded => counter(Counter::Degraded),
        Metric::GatewayTime => mean_time(&all, Counter::GatewayMicros),
        Metric::CacheTime => mean_time(&all, Counter::CacheMicros),
        Metric::SourceTime => mean_time(&all, Counter::SourceMicros),
        Metric::Statements => counter(Counter::Statements),
        Metric::Refused => counter(Counter::Refused),
        Metric::Rows => counter(Counter::Rows),
        Metric::RejectedRows => counter(Counter::RejectedRows),
        Metric::Running => most(&all, Gauge::Running, 1.0),
        Metric::Waiting => most(&all, Gauge::Waiting, 1.0),
        Metric::BreakerOpen => most(&all, Gauge::BreakerOpen, 1.0),
        Metric::LoopDelay => most(&all, Gauge::LoopDelayMicros, 1_000.0),
        Metric::PoolSize => last(&all, Gauge::PoolSize, 1.0),
        Metric::Lag => last(&all, Gauge::LagMillis, 1_000.0),
        Metric::Freshness => last(&all, Gauge::FreshnessMillis, 1_000.0),
        Metric::VersionAge => last(&all, Gauge::VersionAgeMillis, 1_000.0),
        Metric::Cpu => last(&all, Gauge::CpuPermille, 1_000.0),
        Metric::Memory => last(&all, Gauge::MemoryBytes, 1.0),
        Metric::OpenFiles => last(&all, Gauge::OpenFiles, 1.0),
        Metric::Revision => last(&all, Gauge::Revision, 1.0),
    }
}

/// How many requests, or minutes, of a window were bad. A request of a latency objective is judged by its time alone, to the width of a
/// bucket of the histogram.
#[must_use]
pub fn outcomes(objective: &Objective, intervals: &[Interval]) -> Outcomes {
    let mut sum = Outcomes::default();
    for interval in intervals {
        let Some(point) = interval.point() else { continue };
        sum.add(match objective.kind {
            ObjectiveKind::Availability => {
                Outcomes { total: requests(point), bad: failed(point, |code| counts_as_bad(code, &objective.also_bad)) }
            }
            ObjectiveKind::Latency { within_ms } => point.latencies.as_ref().map_or_else(Outcomes::default, |latencies| Outcomes {
                total: latencies.count(),
                bad: latencies.above(u64::from(within_ms) * 1_000),
            }),
            ObjectiveKind::Freshness { within_minutes } => fresh(point, interval.lasted, within_minutes),
        });
    }
    // Summed up in milliseconds, because intervals may be shorter than a minute.
    if matches!(objective.kind, ObjectiveKind::Freshness { .. }) {
        let minutes = |millis: u64| millis.div_ceil(MINUTE.unsigned_abs());
        sum = Outcomes { total: minutes(sum.total), bad: minutes(sum.bad) };
    }
    sum
}

/// The milliseconds of an interval in which the age of a dataset was read, and whether it was too large.
fn fresh(point: &Point, lasted: Millis, within_minutes: u32) -> Outcomes {
    let Some(age) = point.gauge(Gauge::FreshnessMillis) else { return Outcomes::default() };
    let lasted = lasted.max(0).unsigned_abs();
    Outcomes { total: lasted, bad: if age.last > Millis::from(within_minutes) * MINUTE { lasted } else { 0 } }
}

fn failed(point: &Point, counts: impl Fn(ErrorCode) -> bool) -> u64 {
    let codes = ErrorCode::ALL.into_iter().filter(|code| counts(*code));
    codes.fold(0, |sum: u64, code| sum.saturating_add(point.counter(Counter::Error(code))))
}

fn requests(point: &Point) -> u64 {
    point.counter(Counter::Ok).saturating_add(failed(point, |_| true))
}

/// Of nothing there is no share.
fn share(part: u64, all: u64) -> Sample {
    Sample { value: (all > 0).then(|| part as f64 / all as f64), events: all }
}

fn cached(point: &Point, layer: Counter) -> Sample {
    let layers = [Counter::CacheL1, Counter::CacheL2, Counter::CacheStale, Counter::CacheMiss];
    share(point.counter(layer), layers.into_iter().fold(0, |sum: u64, layer| sum.saturating_add(point.counter(layer))))
}

/// In milliseconds.
fn percentile(point: &Point, percent: f64) -> Sample {
    let Some(latencies) = &point.latencies else { return Sample::default() };
    Sample { value: latencies.percentile(percent).map(|micros| micros as f64 / 1_000.0), events: latencies.count() }
}

/// In milliseconds of the mean request.
fn mean_time(point: &Point, micros: Counter) -> Sample {
    let all = requests(point);
    Sample { value: (all > 0).then(|| point.counter(micros) as f64 / all as f64 / 1_000.0), events: all }
}

fn most(point: &Point, gauge: Gauge, unit: f64) -> Sample {
    Sample { value: point.gauge(gauge).map(|range| range.max as f64 / unit), events: 0 }
}

fn last(point: &Point, gauge: Gauge, unit: f64) -> Sample {
    Sample { value: point.gauge(gauge).map(|range| range.last as f64 / unit), events: 0 }
}

#[cfg(test)]
mod tests {
    use model::alert::NotificationPolicy;
    use model::snapshot::Environment;
    use model::view::{Subject, SubjectKind};

    use super::*;
    use crate::{GaugeRange, Latencies};

    const STEP: Millis = 10 * SECOND;

    fn interval(at: Millis, state: State) -> Interval {
        Interval { at, lasted: STEP, is_open: false, state }
    }

    fn counted(at: Millis, counts: &[(Counter, u64)]) -> Interval {
        let mut point = Point::empty(at);
        for (counter, count) in counts {
            point.counters.insert(counter.number(), *count);
        }
        interval(at, State::Happened(point))
    }

    #[test]
    fn shares_and_rates_come_from_the_sums_of_what_is_known() {
        let (timeout, limit) = (Counter::Error(ErrorCode::SourceTimeout), Counter::Error(ErrorCode::TooManyRequests));
        let intervals = [
            counted(0, &[(Counter::Ok, 90), (timeout, 10)]),
            interval(STEP, State::Quiet),
            interval(2 * STEP, State::Gap),
            counted(3 * STEP, &[(Counter::Ok, 195), (limit, 5)]),
        ];
        let of = |metric| sample(metric, &intervals);
        assert_eq!(of(Metric::ErrorShare), Sample { value: Some(10.0 / 300.0), events: 10 });
        assert_eq!(of(Metric::Requests).value, Some(10.0), "in the thirty seconds that are known");
        assert_eq!(of(Metric::Errors).value, Some(0.5));
        assert_eq!(of(Metric::LatencyP95).value, None);
        assert_eq!(sample(Metric::Requests, &intervals[1..2]).value, Some(0.0), "nobody called");
        assert_eq!(sample(Metric::ErrorShare, &intervals[1..2]).value, None, "of nothing there is no share");
        assert_eq!(sample(Metric::Requests, &intervals[2..3]), Sample::default(), "nobody knows");
        assert_eq!(sample(Metric::Requests, &[]), Sample::default());
    }

    #[test]
    fn percentiles_are_those_of_all_requests_together() {
        let with = |at, times: &[u64]| {
            let (mut point, mut latencies) = (Point::empty(at), Latencies::default());
            times.iter().for_each(|micros| latencies.add(*micros));
            point.latencies = Some(latencies);
            interval(at, State::Happened(point))
        };
        // The mean of the two medians would be 50 ms.
        let intervals = [with(0, &[1_000; 99]), with(STEP, &[99_000])];
        let median = sample(Metric::LatencyP50, &intervals);
        assert!(median.value.is_some_and(|value| (value - 1.0).abs() < 0.05) && median.events == 100, "{median:?}");
        assert_eq!(sample(Metric::LatencyMax, &intervals).value, Some(99.0));
        let objective = objective(ObjectiveKind::Latency { within_ms: 50 });
        assert_eq!(outcomes(&objective, &intervals), Outcomes { total: 100, bad: 1 });
    }

    fn objective(kind: ObjectiveKind) -> Objective {
        Objective {
            subject: Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane"),
            kind,
            target: 99.0,
            period_days: 30,
            also_bad: vec![ErrorCode::TooManyRequests],
            min_bad: 1,
            notify: NotificationPolicy::default(),
        }
    }

    #[test]
    fn what_is_bad_is_what_the_objective_says() {
        let codes = [ErrorCode::Internal, ErrorCode::TooManyRequests, ErrorCode::NotFound].map(|code| (Counter::Error(code), 2));
        let intervals = [counted(0, &codes), counted(STEP, &[(Counter::Ok, 94)])];
        assert_eq!(outcomes(&objective(ObjectiveKind::Availability), &intervals), Outcomes { total: 100, bad: 4 });
    }

    #[test]
    fn freshness_goes_by_the_time_in_which_it_is_known() {
        let aged = |at, minutes: Millis| {
            let mut point = Point::empty(at);
            point.gauges.insert(Gauge::FreshnessMillis.number(), GaugeRange::once(at, minutes * MINUTE));
            interval(at, State::Happened(point))
        };
        let ages = (0..60).map(|index| aged(index * STEP, if index < 48 { 30 } else { 61 }));
        let intervals: Vec<Interval> = ages.chain([interval(60 * STEP, State::Gap)]).collect();
        let fresh = objective(ObjectiveKind::Freshness { within_minutes: 60 });
        assert_eq!(outcomes(&fresh, &intervals), Outcomes { total: 10, bad: 2 });
        assert_eq!(sample(Metric::Freshness, &intervals).value, Some(61.0 * 60.0));
    }
}
