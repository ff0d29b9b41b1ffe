//! What an alert rule is, and what is wrong with one.

use serde::{Deserialize, Serialize};

use super::policy::NotificationPolicy;
use super::sample::Sample;
use super::selector::{Selector, metrics_of};
use super::state::{Timing, Verdict};
use crate::FieldError;
use crate::clock::{MINUTE, Millis};
use crate::view::Metric;

/// Three days: the longest window of a burn rate over 30 days.
const MAX_WINDOW: u32 = 3 * 24 * 60;
/// A day.
const MAX_TIME: u32 = 24 * 60;
const MAX_TEMPLATE: usize = 63;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Operator {
    Above,
    Below,
}

impl Operator {
    #[must_use]
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Above => value > threshold,
            Self::Below => value < threshold,
        }
    }
}

/// What the state of a series does where nothing is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoData {
    /// As if the condition was met.
    Fire,
    /// As if the condition was not met.
    Ok,
    /// The state stands still: nothing begins to fire, and nothing is resolved.
    #[default]
    Keep,
}

/// A condition on a metric over a window, for each series that it watches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    pub watch: Selector,
    pub metric: Metric,
    pub operator: Operator,
    /// In the unit of the metric: milliseconds for a latency, 0 to 1 for a share.
    pub threshold: f64,
    /// The metric is taken over so long.
    pub window_minutes: u32,
    /// The condition must be met for so long before the alert fires.
    #[serde(default)]
    pub for_minutes: u32,
    /// The alert fires on until the condition was not met for so long.
    #[serde(default)]
    pub keep_minutes: u32,
    /// With fewer failed requests (for a share of errors) or requests (for a latency or another share) in the window, the condition is
    /// not met.
    #[serde(default)]
    pub min_events: u64,
    #[serde(default)]
    pub no_data: NoData,
    #[serde(default)]
    pub notify: NotificationPolicy,
    /// The template that it was made from, such as `errors-p0`; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
}

impl AlertRule {
    #[must_use]
    pub fn window(&self) -> Millis {
        Millis::from(self.window_minutes) * MINUTE
    }

    #[must_use]
    pub fn timing(&self) -> Timing {
        Timing { hold: Millis::from(self.for_minutes) * MINUTE, keep: Millis::from(self.keep_minutes) * MINUTE }
    }

    /// What a sample says of the condition.
    #[must_use]
    pub fn verdict(&self, sample: Sample) -> Verdict {
        match (sample.value, self.no_data) {
            (Some(value), _) => {
                let is_enough = sample.events >= self.min_events || !counts_events(self.metric);
                if is_enough && self.operator.holds(value, self.threshold) { Verdict::Met } else { Verdict::NotMet }
            }
            (None, NoData::Fire) => Verdict::Met,
            (None, NoData::Ok) => Verdict::NotMet,
            (None, NoData::Keep) => Verdict::Unknown,
        }
    }

    /// `error-share above 0.05 over 5 min, for 2 min`
    #[must_use]
    pub fn words(&self) -> String {
        let operator = match self.operator {
            Operator::Above => "above",
            Operator::Below => "below",
        };
        let held = if self.for_minutes == 0 { String::new() } else { format!(", for {} min", self.for_minutes) };
        format!("{} {operator} {} over {} min{held}", self.metric.key(), self.threshold, self.window_minutes)
    }

    /// What is wrong with it, for a rule of a domain. Whether its object and its receivers exist is for the server to know.
    #[must_use]
    pub fn errors(&self, domain: &str) -> Vec<FieldError> {
        let mut errors = self.watch.errors(domain);
        if errors.iter().all(|error| error.field != "watch.kind") && !metrics_of(self.watch.kind).contains(&self.metric) {
            let message = format!("A {} has no metric {}. Choose another metric.", self.watch.kind.key(), self.metric.key());
            errors.push(FieldError::new("metric", message));
        }
        errors.extend(self.threshold_error());
        if !(1..=MAX_WINDOW).contains(&self.window_minutes) {
            errors.push(FieldError::new("window_minutes", format!("Enter between 1 and {MAX_WINDOW} minutes.")));
        }
        for (field, minutes) in [("for_minutes", self.for_minutes), ("keep_minutes", self.keep_minutes)] {
            if minutes > MAX_TIME {
                errors.push(FieldError::new(field, format!("Enter at most {MAX_TIME} minutes.")));
            }
        }
        if self.min_events > 0 && !counts_events(self.metric) {
            let message = "Only shares and latencies have a minimum of requests. Enter 0.";
            errors.push(FieldError::new("min_events", message));
        }
        if self.template.len() > MAX_TEMPLATE {
            errors.push(FieldError::new("template", format!("At most {MAX_TEMPLATE} characters.")));
        }
        errors.extend(self.notify.errors());
        errors
    }

    fn threshold_error(&self) -> Option<FieldError> {
        let message = match (is_share(self.metric), self.threshold) {
            (_, value) if !value.is_finite() => "Enter a number.",
            (_, value) if value < 0.0 => "Enter a number of at least 0.",
            (true, value) if value > 1.0 => "Enter a share between 0 and 1: 0.05 is 5 %.",
            (_, value) if value <= 0.0 && self.operator == Operator::Below => "No value is below 0. Enter a larger number.",
            _ => return None,
        };
        Some(FieldError::new("threshold", message))
    }
}

fn is_share(metric: Metric) -> bool {
    matches!(metric, Metric::ErrorShare | Metric::CacheL1 | Metric::CacheL2 | Metric::CacheStale | Metric::CacheMiss)
}

/// Whether the samples of a metric say how many requests they rest on.
fn counts_events(metric: Metric) -> bool {
    is_share(metric) || matches!(metric, Metric::LatencyP50 | Metric::LatencyP95 | Metric::LatencyP99 | Metric::LatencyMax)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::snapshot::Environment;
    use crate::view::SubjectKind;

    /// More than 5 % of the requests of five minutes fail, for two minutes.
    pub(crate) fn errors_rule() -> AlertRule {
        AlertRule {
            watch: Selector::all(SubjectKind::Api, Some(Environment::Prod)),
            metric: Metric::ErrorShare,
            operator: Operator::Above,
            threshold: 0.05,
            window_minutes: 5,
            for_minutes: 2,
            keep_minutes: 5,
            min_events: 3,
            no_data: NoData::Keep,
            notify: NotificationPolicy::default(),
            template: String::new(),
        }
    }

    fn fields(rule: &AlertRule) -> Vec<String> {
        rule.errors("travel").into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let rule = errors_rule();
        assert!(fields(&rule).is_empty());
        for (field, wrong) in [
            ("metric", AlertRule { metric: Metric::CacheL1, ..rule.clone() }),
            ("threshold", AlertRule { threshold: 5.0, ..rule.clone() }),
            ("threshold", AlertRule { threshold: f64::NAN, ..rule.clone() }),
            ("threshold", AlertRule { threshold: -0.1, ..rule.clone() }),
            ("threshold", AlertRule { threshold: 0.0, operator: Operator::Below, ..rule.clone() }),
            ("window_minutes", AlertRule { window_minutes: 0, ..rule.clone() }),
            ("window_minutes", AlertRule { window_minutes: 4_321, ..rule.clone() }),
            ("for_minutes", AlertRule { for_minutes: 1_441, ..rule.clone() }),
            ("keep_minutes", AlertRule { keep_minutes: 1_441, ..rule.clone() }),
            ("min_events", AlertRule { metric: Metric::Requests, ..rule.clone() }),
        ] {
            assert_eq!(fields(&wrong), [field], "{wrong:?}");
        }
        let notify = NotificationPolicy { receivers: vec!["a".into(), "a".into()], repeat_minutes: Some(1), skip_resolved: false };
        assert_eq!(fields(&AlertRule { notify, ..rule.clone() }), ["notify.receivers.1", "notify.repeat_minutes"]);
        let calls = AlertRule { watch: Selector::all(SubjectKind::AppApi, None), ..rule.clone() };
        assert_eq!(fields(&calls), ["watch.kind"], "one error is enough");
        let nodes = AlertRule { watch: Selector::all(SubjectKind::Node, None), min_events: 0, ..rule };
        assert_eq!(fields(&nodes), ["metric"], "a node has no requests");
        assert!(fields(&AlertRule { metric: Metric::Cpu, threshold: 1.5, ..nodes }).is_empty(), "more than one core");
    }

    #[test]
    fn a_verdict_goes_by_the_threshold_the_minimum_and_what_is_done_without_data() {
        let rule = errors_rule();
        let sample = |value, events| Sample { value: Some(value), events };
        assert_eq!(rule.verdict(sample(0.2, 3)), Verdict::Met);
        assert_eq!(rule.verdict(sample(0.05, 30)), Verdict::NotMet, "above is not at");
        assert_eq!(rule.verdict(sample(1.0, 2)), Verdict::NotMet, "two failures are too few");
        for (no_data, verdict) in [(NoData::Fire, Verdict::Met), (NoData::Ok, Verdict::NotMet), (NoData::Keep, Verdict::Unknown)] {
            assert_eq!(AlertRule { no_data, ..rule.clone() }.verdict(Sample::default()), verdict);
        }
        let rate = AlertRule { metric: Metric::Requests, operator: Operator::Below, threshold: 1.0, min_events: 0, ..rule };
        assert_eq!(rate.verdict(sample(0.0, 0)), Verdict::Met);
    }

    #[test]
    fn a_rule_is_read_from_few_words() {
        let text =
            r#"{"watch":{"kind":"api","environment":"prod"},"metric":"latency-p95","operator":"above","threshold":200,"window_minutes":5}"#;
        let rule: AlertRule = serde_json::from_str(text).unwrap();
        assert!(fields(&rule).is_empty());
        assert_eq!((rule.no_data, rule.for_minutes, rule.notify.repeat_after()), (NoData::Keep, 0, None));
        assert!(serde_json::from_str::<AlertRule>(&text.replace("\"threshold\"", "\"treshold\"")).is_err());
    }
}
