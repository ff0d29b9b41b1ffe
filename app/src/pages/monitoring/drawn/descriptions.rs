//! Which charts a page has.

use model::ErrorCode;
use model::view::{ChartView, Evidence, Metric, SubjectKind};

use crate::ui::chart::{Description, Form, LineOf, Unit};
use crate::words::words;

fn line(metric: Metric, name: &'static str, ink: &'static str) -> LineOf {
    LineOf { metric, code: None, name, ink }
}

fn of(key: &'static str, title: &'static str, unit: Unit, lines: Vec<LineOf>) -> Description {
    Description { key, title, unit, form: Form::Lines, lines, headline: 0, limit: None, none: None }
}

fn one(key: &'static str, title: &'static str, unit: Unit, metric: Metric) -> Description {
    of(key, title, unit, vec![line(metric, title, "1")])
}

fn requests() -> Description {
    one("requests", words().monitoring.requests, Unit::PerSecond, Metric::Requests)
}

fn errors() -> Description {
    let say = &words().monitoring;
    of("errors", say.errors, Unit::Share, vec![line(Metric::ErrorShare, say.errors_5xx, "bad")])
}

fn latency() -> Description {
    let say = &words().monitoring;
    let lines =
        vec![line(Metric::LatencyP50, say.p50, "1"), line(Metric::LatencyP95, say.p95, "3"), line(Metric::LatencyP99, say.p99, "5")];
    Description { form: Form::Latencies, headline: 1, ..of("latency", say.latency, Unit::Milliseconds, lines) }
}

fn responses() -> Description {
    let say = &words().monitoring;
    let lines = vec![
        line(Metric::CacheL1, say.cache_l1, "r1"),
        line(Metric::CacheL2, say.cache_l2, "r2"),
        line(Metric::CacheStale, say.cache_stale, "r3"),
        line(Metric::CacheMiss, say.cache_miss, "r4"),
    ];
    Description { form: Form::Stacked, none: Some(say.no_cache), ..of("responses", say.responses, Unit::Share, lines) }
}

fn time_split() -> Description {
    let say = &words().monitoring;
    let lines = vec![
        line(Metric::GatewayTime, say.in_gateway, "r1"),
        line(Metric::CacheTime, say.in_cache, "r2"),
        line(Metric::SourceTime, say.in_source, "r4"),
    ];
    Description { form: Form::Stacked, headline: 2, ..of("time", say.time_split, Unit::Milliseconds, lines) }
}

/// Concurrency slots and those who wait for one; how many slots there are is the limit.
fn slots() -> Description {
    let say = &words().monitoring;
    let lines = vec![line(Metric::Running, say.running, "1"), line(Metric::Waiting, say.waiting, "2")];
    Description { limit: Some(Metric::PoolSize), ..of("slots", say.slots, Unit::Count, lines) }
}

fn rows() -> Vec<Description> {
    let say = &words().monitoring;
    let rejected = of("rejected", say.rejected, Unit::PerSecond, vec![line(Metric::RejectedRows, say.rejected, "bad")]);
    vec![one("rows", say.rows, Unit::PerSecond, Metric::Rows), rejected]
}

/// Errors by their code, the most frequent ones. Colours can be told apart for so many lines.
pub(super) fn by_code(view: &ChartView) -> Option<Description> {
    const INKS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];
    let of_codes = view.lines.iter().filter_map(|line| line.code.map(|code| (code, line.values.iter().flatten().sum::<f64>())));
    let mut codes: Vec<_> = of_codes.filter(|(_, sum)| *sum > 0.0).collect();
    codes.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let line = |((code, _), ink)| LineOf { metric: Metric::Errors, code: Some(code), name: ErrorCode::key(code), ink };
    let lines: Vec<LineOf> = codes.into_iter().zip(INKS).map(line).collect();
    (!lines.is_empty()).then(|| of("codes", words().monitoring.errors_by_code, Unit::PerSecond, lines))
}

/// How the figures that a finding rests on are drawn. Their first metric says which chart it is.
pub(super) fn of_evidence(evidence: &Evidence) -> Option<Description> {
    let say = &words().monitoring;
    Some(match evidence.metrics.first()? {
        Metric::Requests => requests(),
        Metric::ErrorShare => errors(),
        Metric::LatencyP50 => latency(),
        Metric::CacheL1 => responses(),
        Metric::GatewayTime => time_split(),
        Metric::Running => slots(),
        Metric::LimitHits => one("limits", say.limited, Unit::PerSecond, Metric::LimitHits),
        Metric::LoopDelay => one("delay", say.loop_delay, Unit::Milliseconds, Metric::LoopDelay),
        _ => return None,
    })
}

pub(super) fn of_overview() -> Vec<Description> {
    vec![requests(), errors(), latency(), responses()]
}

/// None where a kind has no page of its own.
pub(super) fn of_kind(kind: SubjectKind) -> Option<Vec<Description>> {
    let say = &words().monitoring;
    Some(match kind {
        SubjectKind::Api => {
            let limits = vec![line(Metric::LimitHits, say.limited, "2"), line(Metric::Degraded, say.degraded, "4")];
            vec![
                requests(),
                errors(),
                latency(),
                responses(),
                time_split(),
                of("limits", say.limits, Unit::PerSecond, limits),
                one("bytes", say.bytes_out, Unit::BytesPerSecond, Metric::BytesOut),
            ]
        }
        SubjectKind::App => vec![requests(), errors()],
        SubjectKind::Source => {
            let errors = of("errors", say.errors, Unit::PerSecond, vec![line(Metric::Errors, say.errors, "bad")]);
            vec![one("statements", say.statements, Unit::PerSecond, Metric::Statements), errors, latency(), slots()]
        }
        SubjectKind::Dataset => {
            let ages = vec![line(Metric::Freshness, say.newest_row, "1"), line(Metric::VersionAge, say.version_age, "3")];
            let mut all = vec![of("freshness", say.freshness, Unit::Seconds, ages)];
            all.extend(rows());
            all
        }
        SubjectKind::Job => {
            let mut all = rows();
            all.push(one("lag", say.lag, Unit::Seconds, Metric::Lag));
            all
        }
        SubjectKind::Compartment => {
            let refused = of("refused", say.refused, Unit::PerSecond, vec![line(Metric::Refused, say.refused, "bad")]);
            vec![slots(), refused]
        }
        SubjectKind::Node => vec![
            one("cpu", say.cpu, Unit::Share, Metric::Cpu),
            one("memory", say.memory, Unit::Bytes, Metric::Memory),
            one("delay", say.loop_delay, Unit::Milliseconds, Metric::LoopDelay),
            one("files", say.open_files, Unit::Count, Metric::OpenFiles),
            one("revision", say.revision, Unit::Count, Metric::Revision),
        ],
        SubjectKind::AppApi | SubjectKind::Domain => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_kind_with_a_page_has_charts_of_different_keys() {
        for kind in SubjectKind::ALL {
            let Some(charts) = of_kind(kind) else { continue };
            let keys: BTreeSet<_> = charts.iter().map(|chart| chart.key).collect();
            assert_eq!(keys.len(), charts.len(), "{kind:?}");
            assert!(charts.iter().all(|chart| chart.headline < chart.lines.len()), "{kind:?}");
        }
    }
}
