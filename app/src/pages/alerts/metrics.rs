//! What metrics and conditions are called, and values with their units.

use model::alert::{AlertRule, Operator, metrics_of};
use model::view::{Metric, SubjectKind};

use crate::ui::chart::{Unit, number};
use crate::words::words;

/// Those that a rule can watch, each once, with their names.
pub(super) fn choices() -> Vec<(String, String)> {
    let mut metrics: Vec<Metric> = SubjectKind::ALL.into_iter().flat_map(|kind| metrics_of(kind).iter().copied()).collect();
    metrics.sort_unstable();
    metrics.dedup();
    metrics.into_iter().map(|metric| (metric.key().to_owned(), name(metric).to_owned())).collect()
}

/// Its name; the word of addresses for one that no rule can watch.
pub(super) fn name(metric: Metric) -> &'static str {
    let say = &words().alert_metrics;
    match metric {
        Metric::Requests => say.requests,
        Metric::Errors => say.errors,
        Metric::ErrorShare => say.error_share,
        Metric::LatencyP50 => say.latency_p50,
        Metric::LatencyP95 => say.latency_p95,
        Metric::LatencyP99 => say.latency_p99,
        Metric::LatencyMax => say.latency_max,
        Metric::CacheMiss => say.cache_miss,
        Metric::BytesOut => say.bytes_out,
        Metric::LimitHits => say.limit_hits,
        Metric::Degraded => say.degraded,
        Metric::BreakerOpen => say.breaker_open,
        Metric::Statements => say.statements,
        Metric::Running => say.running,
        Metric::Waiting => say.waiting,
        Metric::Refused => say.refused,
        Metric::Rows => say.rows,
        Metric::RejectedRows => say.rejected_rows,
        Metric::Lag => say.lag,
        Metric::Freshness => say.freshness,
        Metric::VersionAge => say.version_age,
        Metric::Cpu => say.cpu,
        Metric::Memory => say.memory,
        Metric::OpenFiles => say.open_files,
        Metric::LoopDelay => say.loop_delay,
        other => other.key(),
    }
}

fn unit(metric: Metric) -> Unit {
    match metric {
        Metric::Requests
        | Metric::Errors
        | Metric::LimitHits
        | Metric::Degraded
        | Metric::Statements
        | Metric::Refused
        | Metric::Rows
        | Metric::RejectedRows => Unit::PerSecond,
        Metric::ErrorShare | Metric::CacheL1 | Metric::CacheL2 | Metric::CacheStale | Metric::CacheMiss | Metric::Cpu => Unit::Share,
        Metric::LatencyP50
        | Metric::LatencyP95
        | Metric::LatencyP99
        | Metric::LatencyMax
        | Metric::GatewayTime
        | Metric::CacheTime
        | Metric::SourceTime
        | Metric::LoopDelay => Unit::Milliseconds,
        Metric::BytesOut => Unit::BytesPerSecond,
        Metric::Memory => Unit::Bytes,
        Metric::Lag | Metric::Freshness | Metric::VersionAge => Unit::Seconds,
        Metric::Running | Metric::Waiting | Metric::PoolSize | Metric::OpenFiles | Metric::Revision | Metric::BreakerOpen => Unit::Count,
    }
}

/// A value with its unit, as large as it needs.
pub(super) fn value(metric: Metric, value: f64) -> String {
    let sized = unit(metric).sized(value.abs());
    let text = number(value * sized.factor);
    if sized.name.is_empty() { text } else { format!("{text} {}", sized.name) }
}

/// `Error share above 5 % over 5 min, for 2 min`
pub(super) fn condition(rule: &AlertRule) -> String {
    let say = &words().alerts;
    let told = match rule.operator {
        Operator::Above => say.condition_above,
        Operator::Below => say.condition_below,
    };
    let text = told(name(rule.metric), &value(rule.metric, rule.threshold), rule.window_minutes);
    if rule.for_minutes == 0 { text } else { (say.condition_for)(&text, rule.for_minutes) }
}

#[cfg(test)]
mod tests {
    use model::alert::Template;

    use super::*;

    #[test]
    fn each_metric_of_a_rule_has_a_name() {
        for (key, name) in choices() {
            assert_ne!(key, name, "a metric without a name");
        }
    }

    #[test]
    fn a_condition_reads_as_people_say_it() {
        let rule = Template::from_name("errors-p2").unwrap().rule(None, Vec::new());
        assert_eq!(condition(&rule), "Error share above 5 % over 15 min, for 10 min");
        assert_eq!(value(Metric::LatencyP95, 250.0), "250 ms");
    }
}
