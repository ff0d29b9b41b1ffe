//! The form of an objective.

use leptos::prelude::*;
use model::alert::{Objective, ObjectiveKind};
use model::view::ObjectiveView;

use super::api::SetObjective;
use super::frame::{error_at, some_environment};
use crate::ui::{FormAction, NumberField, SaveForm, SelectField, TextField, as_they_are};
use crate::words::words;

/// What stands in its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) kind: String,
    pub(super) environment: String,
    pub(super) path: String,
    pub(super) target: String,
    /// Milliseconds of a latency, minutes of a freshness.
    pub(super) within: String,
    pub(super) period_days: String,
    pub(super) min_bad: String,
    pub(super) also_bad: String,
    pub(super) receivers: String,
}

const AVAILABILITY: &str = "availability";
const LATENCY: &str = "latency";
const FRESHNESS: &str = "freshness";

impl Typed {
    fn new() -> Self {
        let text = str::to_owned;
        Self {
            kind: text(AVAILABILITY),
            environment: text("prod"),
            target: text("99.9"),
            period_days: text("30"),
            min_bad: text("5"),
            ..Self::default()
        }
    }

    fn of(objective: &Objective) -> Self {
        let (kind, within) = match objective.kind {
            ObjectiveKind::Availability => (AVAILABILITY, String::new()),
            ObjectiveKind::Latency { within_ms } => (LATENCY, within_ms.to_string()),
            ObjectiveKind::Freshness { within_minutes } => (FRESHNESS, within_minutes.to_string()),
        };
        let codes: Vec<&str> = objective.also_bad.iter().map(|code| code.key()).collect();
        Self {
            kind: kind.to_owned(),
            environment: objective.subject.environment.map(|environment| environment.key().to_owned()).unwrap_or_default(),
            path: objective.subject.path.clone(),
            target: objective.target.to_string(),
            within,
            period_days: objective.period_days.to_string(),
            min_bad: objective.min_bad.to_string(),
            also_bad: codes.join(", "),
            receivers: objective.notify.receivers.join(", "),
        }
    }
}

#[cfg(feature = "ssr")]
pub(super) use self::reading::read;

#[cfg(feature = "ssr")]
mod reading {
    use model::alert::{NotificationPolicy, Objective, ObjectiveKind};
    use model::number;
    use model::view::{Subject, SubjectKind};
    use model::{ErrorCode, FieldError, Problem};

    use super::{AVAILABILITY, FRESHNESS, LATENCY, Typed};
    use crate::pages::alerts::typed;
    use crate::words::words;

    const MAX_WITHIN: u32 = 1_000_000;

    /// # Errors
    /// Each field that cannot be read.
    pub(in crate::pages::alerts) fn read(of: &Typed) -> Result<Objective, Problem> {
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
        Ok(Objective {
            subject: Subject::new(of_subject, environment, of.path.trim()),
            kind,
            target,
            period_days,
            also_bad,
            min_bad,
            notify,
        })
    }
}

/// Of a new objective, or of the one that is changed.
pub(super) fn form(domains: &[String], changed: Option<&ObjectiveView>, set: FormAction<SetObjective>) -> AnyView {
    let say = &words().objectives;
    let title = if changed.is_some() { say.change } else { say.create };
    let typed = changed.map_or_else(Typed::new, |of| Typed::of(&of.objective));
    let kinds = [(AVAILABILITY, say.availability), (LATENCY, say.latency), (FRESHNESS, say.freshness)];
    let kinds = kinds.map(|(key, name)| (key.to_owned(), name.to_owned())).to_vec();
    let named = named(domains, changed, set);
    view! {
        <section class="card card-pad stack" id="objective-form">
            <h2>{title}</h2>
            <p class="t-2 s13">{say.create_about}</p>
            <SaveForm action=set save=title saved=say.saved>
                {named}
                <div class="form-row">
                    <SelectField id="kind" label=say.kind name="kind" choices=kinds value=typed.kind error=error_at(set, &["kind", "subject.kind"])/>
                    <TextField id="path" label=say.object help=say.object_help name="path" value=typed.path required=true error=error_at(set, &["subject.path", "path"])/>
                    <SelectField id="environment" label=say.environment help=say.environment_help name="environment" choices=some_environment(words().alert_rule.no_environment) value=typed.environment error=error_at(set, &["subject.environment", "environment"])/>
                </div>
                <div class="form-row">
                    <TextField id="target" label=say.target help=say.target_help name="target" value=typed.target required=true error=error_at(set, &["target"])/>
                    <NumberField id="within" label=say.within help=say.within_help name="within" value=typed.within error=error_at(set, &["within", "kind.latency", "kind.freshness"])/>
                    <NumberField id="period_days" label=say.period unit=say.days name="period_days" value=typed.period_days error=error_at(set, &["period_days"])/>
                </div>
                <div class="form-row">
                    <NumberField id="min_bad" label=say.min_bad help=say.min_bad_help name="min_bad" value=typed.min_bad error=error_at(set, &["min_bad"])/>
                    <TextField id="also_bad" label=say.also_bad note=say.optional help=say.also_bad_help name="also_bad" value=typed.also_bad error=error_at(set, &["also_bad"])/>
                    <TextField id="receivers" label=say.receivers note=say.optional help=say.receivers_help name="receivers" value=typed.receivers error=error_at(set, &["notify.receivers"])/>
                </div>
            </SaveForm>
        </section>
    }
    .into_any()
}

fn named(domains: &[String], changed: Option<&ObjectiveView>, set: FormAction<SetObjective>) -> AnyView {
    let say = &words().objectives;
    match changed {
        Some(of) => view! {
            <p class="medium">{format!("{}/{}", of.domain, of.name)}</p>
            <input type="hidden" name="domain" value=of.domain.clone()/><input type="hidden" name="name" value=of.name.clone()/>
            <input type="hidden" name="edit" value=of.edit.to_string()/>
        }
        .into_any(),
        None => view! {
            <div class="form-row">
                <SelectField id="domain" label=say.domain name="domain" choices=as_they_are(domains.to_vec())/>
                <TextField id="name" label=say.name help=say.name_help name="name" error=error_at(set, &["name", "domain"]) required=true/>
            </div>
        }
        .into_any(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use model::ErrorCode;
    use model::alert::NotificationPolicy;
    use model::snapshot::Environment;
    use model::view::{Subject, SubjectKind};

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
