//! Reads the form of an objective.

use model::alert::{NotificationPolicy, Objective, ObjectiveKind};
use model::number;
use model::view::{Subject, SubjectKind};
use model::{ErrorCode, FieldError, Problem};

use super::objective_text::{AVAILABILITY, FRESHNESS, LATENCY, Typed};
use super::typed;
use crate::words::words;

const MAX_WITHIN: u32 = 1_000_000;

/// # Errors
/// Each field that cannot be read.
pub(super) fn read(of: &Typed) -> Result<Objective, Problem> {
    let mut errors = Vec::new();
    let is_timed = of.kind == LATENCY || of.kind == FRESHNESS;
    let within = if is_timed { number::whole(&of.within, &(1..=MAX_WITHIN)) } else { Ok(1) };
    let within = within.unwrap_or_else(|message| {
        errors.push(FieldError::new("within", message));
        1
    });
    let (kind, of_subject) = match of.kind.as_str() {
        LATENCY => (ObjectiveKind::Latency { within_ms: within }, SubjectKind::Api),
        FRESHNESS => (ObjectiveKind::Freshness { within_minutes: within }, SubjectKind::Dataset),
        AVAILABILITY => (ObjectiveKind::Availability, SubjectKind::Api),
        _ => {
            errors.push(FieldError::new("kind", words().alert_rule.bad_choice));
            (ObjectiveKind::Availability, SubjectKind::Api)
        }
    };
    let target = typed::decimal("target", &of.target).unwrap_or_else(|error| {
        errors.push(error);
        0.0
    });
    let period_days = number::whole(&of.period_days, &(7..=90)).unwrap_or_else(|message| {
        errors.push(FieldError::new("period_days", message));
        30
    });
    let min_bad = number::whole(&of.min_bad, &(1..=1_000_000_u64)).unwrap_or_else(|message| {
        errors.push(FieldError::new("min_bad", message));
        1
    });
    let mut also_bad = Vec::new();
    for key in typed::names(&of.also_bad) {
        match ErrorCode::ALL.into_iter().find(|code| code.key() == key) {
            Some(code) => also_bad.push(code),
            None => errors.push(FieldError::new("also_bad", (words().objectives.bad_code)(&key))),
        }
    }
    // A dataset belongs to no environment, whatever the form of an API had.
    let environment = if of_subject == SubjectKind::Api { typed::environment(&of.environment)? } else { None };
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let notify = NotificationPolicy { receivers: typed::names(&of.receivers), ..NotificationPolicy::default() };
    Ok(Objective { subject: Subject::new(of_subject, environment, of.path.trim()), kind, target, period_days, also_bad, min_bad, notify })
}

#[cfg(test)]
mod tests {
    use model::snapshot::Environment;

    use super::*;

    #[test]
    fn an_objective_comes_back_from_its_form() {
        let api = Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane");
        let dataset = Subject::new(SubjectKind::Dataset, None, "travel/aircraft");
        for (subject, kind) in [
            (api.clone(), ObjectiveKind::Availability),
            (api, ObjectiveKind::Latency { within_ms: 250 }),
            (dataset, ObjectiveKind::Freshness { within_minutes: 60 }),
        ] {
            let objective = Objective {
                subject,
                kind,
                target: 99.95,
                period_days: 28,
                also_bad: vec![ErrorCode::TooManyRequests],
                min_bad: 7,
                notify: NotificationPolicy { receivers: vec!["team".into()], ..NotificationPolicy::default() },
            };
            assert_eq!(read(&Typed::of(&objective)), Ok(objective));
        }
        let problem = read(&Typed { also_bad: "nothing-of-this-name".into(), ..Typed::new() }).unwrap_err();
        assert_eq!(problem.errors[0].field, "also_bad");
    }
}
