//! Which value a metric has in an interval, and the lines of a chart.

use model::ErrorCode;
use model::clock::SECOND;
use model::view::{ChartLine, Metric};
use observe::{Counter, Gauge, Interval, Point, SeriesKind, State};

/// What is counted of a series: requests, and what comes nearest to them where there are none.
pub(super) fn requests(kind: SeriesKind, point: &Point) -> u64 {
    match kind {
        SeriesKind::Source => point.counter(Counter::Statements),
        SeriesKind::Dataset | SeriesKind::Job => point.counter(Counter::Rows),
        SeriesKind::Api | SeriesKind::AppApi | SeriesKind::Compartment | SeriesKind::Node => all_requests(point),
    }
}

fn all_requests(point: &Point) -> u64 {
    point.counter(Counter::Ok).saturating_add(point.errors())
}

/// Requests that failed through no fault of their caller.
pub(super) fn failed(point: &Point) -> u64 {
    if point.errors() == 0 {
        return 0;
    }
    let codes = ErrorCode::ALL.into_iter().filter(|code| code.status() >= 500);
    codes.fold(0, |sum, code| sum.saturating_add(point.counter(Counter::Error(code))))
}

/// How many responses came from a cache, and of how many for which one is kept.
pub(super) fn cached(point: &Point) -> (u64, u64) {
    let answered = [Counter::CacheL1, Counter::CacheL2, Counter::CacheStale].map(|counter| point.counter(counter)).iter().sum::<u64>();
    (answered, answered.saturating_add(point.counter(Counter::CacheMiss)))
}

/// Nothing without any.
pub(super) fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Milliseconds of microseconds.
pub(super) fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

/// Counts become what there was a second, and gauges what there was at the most; a number of slots and a revision are the last ones.
pub(super) fn value(metric: Metric, interval: &Interval) -> Option<f64> {
    let per_second = |counter: Counter| interval.per_second(counter);
    let percentile = |percent: f64| interval.percentile(percent).map(millis);
    let cache = |counter: Counter| interval.point().and_then(|point| share(point.counter(counter), cached(point).1));
    let mean = |counter: Counter| {
        interval.point().and_then(|point| share(point.counter(counter), all_requests(point))).map(|micros| micros / 1_000.0)
    };
    let most = |gauge: Gauge, unit: f64| interval.point().and_then(|point| point.gauge(gauge)).map(|range| range.max as f64 / unit);
    let last = |gauge: Gauge| interval.point().and_then(|point| point.gauge(gauge)).map(|range| range.last as f64);
    match metric {
        Metric::Requests => rate(interval, all_requests),
        Metric::Errors => rate(interval, Point::errors),
        Metric::ErrorShare => interval.point().and_then(|point| share(failed(point), all_requests(point))),
        Metric::LatencyP50 => percentile(50.0),
        Metric::LatencyP95 => percentile(95.0),
        Metric::LatencyP99 => percentile(99.0),
        Metric::LatencyMax => percentile(100.0),
        Metric::CacheL1 => cache(Counter::CacheL1),
        Metric::CacheL2 => cache(Counter::CacheL2),
        Metric::CacheStale => cache(Counter::CacheStale),
        Metric::CacheMiss => cache(Counter::CacheMiss),
        Metric::BytesOut => per_second(Counter::BytesOut),
        Metric::LimitHits => per_second(Counter::LimitHit),
        Metric::Degraded => per_second(Counter::Degraded),
        Metric::GatewayTime => mean(Counter::GatewayMicros),
        Metric::CacheTime => mean(Counter::CacheMicros),
        Metric::SourceTime => mean(Counter::SourceMicros),
        Metric::Statements => per_second(Counter::Statements),
        Metric::Running => most(Gauge::Running, 1.0),
        Metric::Waiting => most(Gauge::Waiting, 1.0),
        Metric::PoolSize => last(Gauge::PoolSize),
        Metric::Refused => per_second(Counter::Refused),
        Metric::Rows => per_second(Counter::Rows),
        Metric::RejectedRows => per_second(Counter::RejectedRows),
        Metric::Lag => most(Gauge::LagMillis, 1_000.0),
        Metric::Freshness => most(Gauge::FreshnessMillis, 1_000.0),
        Metric::VersionAge => most(Gauge::VersionAgeMillis, 1_000.0),
        Metric::Cpu => most(Gauge::CpuPermille, 1_000.0),
        Metric::Memory => most(Gauge::MemoryBytes, 1.0),
        Metric::OpenFiles => most(Gauge::OpenFiles, 1.0),
        Metric::LoopDelay => most(Gauge::LoopDelayMicros, 1_000.0),
        Metric::Revision => last(Gauge::Revision),
        Metric::BreakerOpen => most(Gauge::BreakerOpen, 1.0),
    }
}

/// As [`Interval::per_second`], of a sum of counters.
fn rate(interval: &Interval, count: impl Fn(&Point) -> u64) -> Option<f64> {
    match &interval.state {
        State::Gap => None,
        State::Quiet => Some(0.0),
        State::Happened(point) => {
            let span = interval.lasted + interval.at.saturating_sub(point.since).max(0);
            Some(count(point) as f64 * SECOND as f64 / span.max(SECOND) as f64)
        }
    }
}

/// A line for each metric, in their order; errors by code, where that is asked for.
pub(super) fn lines(metrics: &[Metric], by_code: bool, present: &[Interval], earlier: Option<&[Interval]>) -> Vec<ChartLine> {
    let mut lines: Vec<ChartLine> = Vec::new();
    for metric in metrics {
        if lines.iter().any(|line| line.metric == *metric) {
            continue;
        }
        lines.push(line(*metric, None, present, earlier, &|interval| value(*metric, interval)));
        if *metric == Metric::Errors && by_code {
            let occurred = |code: &ErrorCode| {
                let counter = Counter::Error(*code);
                present.iter().chain(earlier.unwrap_or_default()).filter_map(Interval::point).any(|point| point.counter(counter) > 0)
            };
            let codes = ErrorCode::ALL.into_iter().filter(occurred);
            lines.extend(
                codes.map(|code| line(*metric, Some(code), present, earlier, &|interval| interval.per_second(Counter::Error(code)))),
            );
        }
    }
    lines
}

fn line(
    metric: Metric,
    code: Option<ErrorCode>,
    present: &[Interval],
    earlier: Option<&[Interval]>,
    value: &dyn Fn(&Interval) -> Option<f64>,
) -> ChartLine {
    ChartLine {
        metric,
        code,
        values: present.iter().map(value).collect(),
        earlier: earlier.map(|intervals| intervals.iter().map(value).collect()),
    }
}

#[cfg(test)]
mod tests {
    use model::clock::MINUTE;

    use super::*;

    fn interval(counts: &[(Counter, u64)]) -> Interval {
        let mut point = Point::empty(0);
        for (counter, count) in counts {
            point.counters.insert(counter.number(), *count);
        }
        Interval { at: 0, lasted: MINUTE, is_open: false, state: State::Happened(point) }
    }

    #[test]
    fn counts_become_rates_and_shares() {
        let errors = [ErrorCode::NotFound, ErrorCode::SourceTimeout].map(Counter::Error);
        let busy = interval(&[
            (Counter::Ok, 90),
            (errors[0], 20),
            (errors[1], 10),
            (Counter::CacheL1, 60),
            (Counter::CacheMiss, 20),
            (Counter::SourceMicros, 1_200_000),
        ]);
        let of = |metric: Metric| value(metric, &busy);
        assert_eq!((of(Metric::Requests), of(Metric::Errors), of(Metric::ErrorShare)), (Some(2.0), Some(0.5), Some(10.0 / 120.0)));
        assert_eq!((of(Metric::CacheL1), of(Metric::CacheMiss), of(Metric::CacheL2)), (Some(0.75), Some(0.25), Some(0.0)));
        assert_eq!((of(Metric::SourceTime), of(Metric::LatencyP95), of(Metric::Running)), (Some(10.0), None, None));
        let quiet = Interval { state: State::Quiet, ..busy.clone() };
        let gap = Interval { state: State::Gap, ..busy.clone() };
        assert_eq!([&quiet, &gap].map(|interval| value(Metric::Requests, interval)), [Some(0.0), None]);
        assert_eq!([&quiet, &gap].map(|interval| value(Metric::ErrorShare, interval)), [None, None]);
        let intervals = [busy, quiet, gap];
        let lines = lines(&[Metric::Errors, Metric::Requests, Metric::Errors], true, &intervals, Some(&intervals[..1]));
        let codes: Vec<_> = lines.iter().map(|line| (line.metric, line.code, line.values[0])).collect();
        let expected = [
            (Metric::Errors, None, Some(0.5)),
            (Metric::Errors, Some(ErrorCode::NotFound), Some(20.0 / 60.0)),
            (Metric::Errors, Some(ErrorCode::SourceTimeout), Some(10.0 / 60.0)),
            (Metric::Requests, None, Some(2.0)),
        ];
        assert_eq!(codes, expected);
        assert_eq!(lines[3].earlier, Some(vec![Some(2.0)]));
    }
}
