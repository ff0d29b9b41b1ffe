//! A rule out of the texts of its form, and the other way round.

use model::alert::{AlertRule, NoData, NotificationPolicy, Operator, Selector};
use model::number::{self, Whole};
use model::snapshot::Environment;
use model::view::{Metric, SubjectKind};
use model::{FieldError, Problem};

use super::rule_fields::RuleFields;
use super::typed;
use crate::words::words;

/// The bounds that `AlertRule::errors` has: what is beyond is told by the field itself.
const MINUTES: std::ops::RangeInclusive<u32> = 0..=7 * 24 * 60;
const EVENTS: std::ops::RangeInclusive<u64> = 0..=1_000_000_000;

/// Collects what is wrong, so that all of it is told at once.
#[derive(Default)]
struct Reader {
    errors: Vec<FieldError>,
}

impl Reader {
    fn number<N: Whole + Default>(&mut self, field: &str, text: &str, bounds: &std::ops::RangeInclusive<N>) -> N {
        match number::whole(text, bounds) {
            Ok(number) => number,
            Err(message) => self.wrong(field, message),
        }
    }

    fn known<T>(&mut self, field: &str, found: Option<T>, otherwise: T, message: &'static str) -> T {
        if found.is_none() {
            self.errors.push(FieldError::new(field, message));
        }
        found.unwrap_or(otherwise)
    }

    fn wrong<T: Default>(&mut self, field: &str, message: String) -> T {
        self.errors.push(FieldError::new(field, message));
        T::default()
    }
}

/// # Errors
/// Each field that cannot be read, by the name that the rule has for it.
pub(super) fn read(fields: &RuleFields) -> Result<AlertRule, Problem> {
    let say = &words().alert_rule;
    let mut of = Reader::default();
    let environment = match Environment::from_key(&fields.environment) {
        None if !fields.environment.is_empty() => {
            of.errors.push(FieldError::new("watch.environment", words().monitoring.bad_environment));
            None
        }
        found => found,
    };
    let repeat_minutes = match number::optional(&fields.repeat_minutes, &MINUTES) {
        Ok(minutes) => minutes,
        Err(message) => of.wrong("notify.repeat_minutes", message),
    };
    let threshold = match typed::decimal("threshold", &fields.threshold) {
        Ok(number) => number,
        Err(error) => {
            of.errors.push(error);
            0.0
        }
    };
    let rule = AlertRule {
        watch: Selector {
            kind: of.known("watch.kind", SubjectKind::from_key(&fields.kind), SubjectKind::Api, say.bad_kind),
            environment,
            path: typed::some(&fields.path),
        },
        metric: of.known("metric", Metric::from_key(&fields.metric), Metric::Requests, say.bad_metric),
        operator: of.known("operator", operator(&fields.operator), Operator::Above, say.bad_choice),
        threshold,
        window_minutes: of.number("window_minutes", &fields.window_minutes, &MINUTES),
        for_minutes: of.number("for_minutes", &fields.for_minutes, &MINUTES),
        keep_minutes: of.number("keep_minutes", &fields.keep_minutes, &MINUTES),
        min_events: of.number("min_events", &fields.min_events, &EVENTS),
        no_data: of.known("no_data", no_data(&fields.no_data), NoData::Keep, say.bad_choice),
        notify: NotificationPolicy {
            receivers: typed::names(&fields.receivers),
            repeat_minutes,
            skip_resolved: fields.skip_resolved == "true",
        },
        template: fields.template.clone(),
    };
    if of.errors.is_empty() { Ok(rule) } else { Err(Problem::fields(of.errors)) }
}

/// # Errors
/// A text that is no edit.
pub(super) fn edit(text: &str) -> Result<Option<i64>, Problem> {
    number::optional(text, &(0..=i64::MAX)).map_err(|message| Problem::field("edit", message))
}

fn operator(key: &str) -> Option<Operator> {
    match key {
        "above" => Some(Operator::Above),
        "below" => Some(Operator::Below),
        _ => None,
    }
}

fn no_data(key: &str) -> Option<NoData> {
    match key {
        "fire" => Some(NoData::Fire),
        "ok" => Some(NoData::Ok),
        "keep" => Some(NoData::Keep),
        _ => None,
    }
}

/// What the fields of a rule hold.
pub(super) fn written((domain, name): (&str, &str), edit: Option<i64>, rule: &AlertRule) -> RuleFields {
    let operator = match rule.operator {
        Operator::Above => "above",
        Operator::Below => "below",
    };
    let no_data = match rule.no_data {
        NoData::Fire => "fire",
        NoData::Ok => "ok",
        NoData::Keep => "keep",
    };
    RuleFields {
        domain: domain.to_owned(),
        name: name.to_owned(),
        edit: edit.map(|edit| edit.to_string()).unwrap_or_default(),
        kind: rule.watch.kind.key().to_owned(),
        environment: rule.watch.environment.map_or("", Environment::key).to_owned(),
        path: rule.watch.path.clone().unwrap_or_default(),
        metric: rule.metric.key().to_owned(),
        operator: operator.to_owned(),
        threshold: rule.threshold.to_string(),
        window_minutes: rule.window_minutes.to_string(),
        for_minutes: rule.for_minutes.to_string(),
        keep_minutes: rule.keep_minutes.to_string(),
        min_events: rule.min_events.to_string(),
        no_data: no_data.to_owned(),
        receivers: rule.notify.receivers.join(", "),
        repeat_minutes: rule.notify.repeat_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        skip_resolved: if rule.notify.skip_resolved { "true" } else { "" }.to_owned(),
        template: rule.template.clone(),
    }
}

#[cfg(test)]
mod tests {
    use model::alert::Template;

    use super::*;

    #[test]
    fn a_rule_comes_back_from_its_form() {
        for template in Template::all() {
            let rule = template.rule(Some("travel/plane".into()), vec!["team".into(), "night".into()]);
            assert_eq!(read(&written(("travel", "errors"), Some(3), &rule)), Ok(rule));
        }
        assert_eq!(edit("3"), Ok(Some(3)));
        assert_eq!(edit(""), Ok(None));
    }

    #[test]
    fn all_that_cannot_be_read_is_told_at_once() {
        let problem =
            read(&RuleFields { environment: "moon".into(), repeat_minutes: "often".into(), ..RuleFields::default() }).unwrap_err();
        let fields: Vec<&str> = problem.errors.iter().map(|error| error.field.as_str()).collect();
        for field in
            ["watch.kind", "watch.environment", "metric", "operator", "threshold", "window_minutes", "notify.repeat_minutes", "no_data"]
        {
            assert!(fields.contains(&field), "{field}: {fields:?}");
        }
    }
}
