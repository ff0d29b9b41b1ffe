//! Objectives: what share of requests or of time must be good over a period, and what is left of the error budget.

use serde::{Deserialize, Serialize};

use super::policy::NotificationPolicy;
use super::selector::is_in;
use crate::snapshot::Environment;
use crate::view::{Subject, SubjectKind};
use crate::{ErrorCode, FieldError};

/// Below, the fastest burn rate could not be reached: with a budget of a twentieth, everything that fails burns it twenty times too fast.
const LEAST_TARGET: f64 = 95.0;
const MOST_TARGET: f64 = 99.999;
const MAX_MIN_BAD: u64 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ObjectiveKind {
    /// Of an API: requests that do not fail.
    Availability,
    /// Of an API: requests that take no longer.
    Latency { within_ms: u32 },
    /// Of a dataset: minutes in which its newest row is no older.
    Freshness { within_minutes: u32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Objective {
    pub subject: Subject,
    pub kind: ObjectiveKind,
    /// Percent of requests, or of minutes, that must be good: 99.9.
    pub target: f64,
    #[serde(default = "thirty")]
    pub period_days: u32,
    /// Errors that count as bad beside those that always do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_bad: Vec<ErrorCode>,
    /// Nobody is told for fewer bad requests, or minutes, in the longer window of a burn rate.
    #[serde(default = "five")]
    pub min_bad: u64,
    #[serde(default)]
    pub notify: NotificationPolicy,
}

fn thirty() -> u32 {
    30
}

fn five() -> u64 {
    5
}

/// Whether a response with this code uses the error budget of an API: each that is no fault of its caller (status 500 and above), and those
/// that the objective names. Every other response is good, as it was answered.
#[must_use]
pub fn counts_as_bad(code: ErrorCode, also_bad: &[ErrorCode]) -> bool {
    code.status() >= 500 || also_bad.contains(&code)
}

/// How many of how many were bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcomes {
    pub total: u64,
    pub bad: u64,
}

impl Outcomes {
    pub fn add(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.bad = self.bad.saturating_add(other.bad);
    }

    /// How many times faster than the whole period allows the budget is used; 0 where nothing happened.
    #[must_use]
    pub fn burn_rate(self, target: f64) -> f64 {
        if self.total == 0 { 0.0 } else { self.bad as f64 / self.total as f64 / (1.0 - target / 100.0) }
    }
}

/// The error budget of a period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Budget {
    pub outcomes: Outcomes,
    /// Bad ones that the target allows, of as many as there were.
    pub allowed: f64,
    /// The share that is left: 1 is all of it, below 0 the objective is missed.
    pub left: f64,
}

impl Objective {
    #[must_use]
    pub fn budget(&self, outcomes: Outcomes) -> Budget {
        let allowed = outcomes.total as f64 * (1.0 - self.target / 100.0);
        let left = if outcomes.total == 0 { 1.0 } else { 1.0 - outcomes.bad as f64 / allowed };
        Budget { outcomes, allowed, left }
    }

    /// `99.9 % of requests within 200 ms over 30 days`
    #[must_use]
    pub fn words(&self) -> String {
        let what = match self.kind {
            ObjectiveKind::Availability => "of requests without failure".to_owned(),
            ObjectiveKind::Latency { within_ms } => format!("of requests within {within_ms} ms"),
            ObjectiveKind::Freshness { within_minutes } => format!("of the time no older than {within_minutes} min"),
        };
        format!("{} % {what} over {} days", self.target, self.period_days)
    }

    /// What is wrong with it, in a domain. Whether its object and its receivers exist is for the server to know.
    #[must_use]
    pub fn errors(&self, domain: &str) -> Vec<FieldError> {
        let mut errors = self.subject_errors(domain);
        if !(LEAST_TARGET..=MOST_TARGET).contains(&self.target) {
            errors.push(FieldError::new("target", format!("Enter between {LEAST_TARGET} and {MOST_TARGET} percent.")));
        }
        if !(7..=90).contains(&self.period_days) {
            errors.push(FieldError::new("period_days", "Enter between 7 and 90 days."));
        }
        if !(1..=MAX_MIN_BAD).contains(&self.min_bad) {
            errors.push(FieldError::new("min_bad", format!("Enter between 1 and {MAX_MIN_BAD}.")));
        }
        if matches!(self.kind, ObjectiveKind::Latency { within_ms: 0 }) {
            errors.push(FieldError::new("kind.latency.within_ms", "Enter at least 1 ms."));
        }
        if matches!(self.kind, ObjectiveKind::Freshness { within_minutes: 0 }) {
            errors.push(FieldError::new("kind.freshness.within_minutes", "Enter at least 1 minute."));
        }
        if self.kind != ObjectiveKind::Availability && !self.also_bad.is_empty() {
            errors.push(FieldError::new("also_bad", "Only availability goes by errors. Leave empty."));
        }
        errors.extend(self.notify.errors());
        errors
    }

    fn subject_errors(&self, domain: &str) -> Vec<FieldError> {
        let (kind, environment) = match self.kind {
            ObjectiveKind::Availability | ObjectiveKind::Latency { .. } => (SubjectKind::Api, true),
            ObjectiveKind::Freshness { .. } => (SubjectKind::Dataset, false),
        };
        let mut errors = Vec::new();
        if self.subject.kind != kind {
            errors.push(FieldError::new("subject.kind", format!("This objective is one of a kind: {}.", kind.key())));
        }
        if self.subject.environment.is_some() != environment {
            let names = Environment::ALL.map(Environment::key).join(" or ");
            let message = if environment { format!("Choose the environment: {names}.") } else { "Leave empty.".to_owned() };
            errors.push(FieldError::new("subject.environment", message));
        }
        if !is_in(&self.subject.path, domain) {
            errors.push(FieldError::new("subject.path", format!("Enter a path of this domain, such as {domain}/name.")));
        }
        errors
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn availability(target: f64) -> Objective {
        Objective {
            subject: Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane"),
            kind: ObjectiveKind::Availability,
            target,
            period_days: 30,
            also_bad: Vec::new(),
            min_bad: 5,
            notify: NotificationPolicy::default(),
        }
    }

    #[test]
    fn what_uses_the_budget_is_stated() {
        let bad: Vec<ErrorCode> = ErrorCode::ALL.into_iter().filter(|code| counts_as_bad(*code, &[])).collect();
        assert!(bad.contains(&ErrorCode::Internal) && bad.contains(&ErrorCode::SourceTimeout) && bad.contains(&ErrorCode::Overloaded));
        assert!(!bad.contains(&ErrorCode::TooManyRequests) && !bad.contains(&ErrorCode::NotFound));
        assert!(counts_as_bad(ErrorCode::TooManyRequests, &[ErrorCode::TooManyRequests]));
    }

    #[test]
    fn a_budget_is_used_up_by_what_the_target_allows() {
        let objective = availability(99.9);
        let left = |total, bad| objective.budget(Outcomes { total, bad }).left;
        for (total, bad, wanted) in [(0, 0, 1.0), (1_000_000, 0, 1.0), (1_000_000, 500, 0.5), (1_000_000, 1_000, 0.0), (1_000, 2, -1.0)] {
            assert!((left(total, bad) - wanted).abs() < 1e-6, "{total} {bad}");
        }
        assert!((Outcomes { total: 1_000, bad: 1 }.burn_rate(99.9) - 1.0).abs() < 1e-6);
        assert!(Outcomes::default().burn_rate(99.9).abs() < f64::EPSILON);
        assert_eq!(objective.words(), "99.9 % of requests without failure over 30 days");
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let fields = |objective: &Objective| objective.errors("travel").into_iter().map(|error| error.field).collect::<Vec<_>>();
        let fine = availability(99.9);
        assert!(fields(&fine).is_empty());
        let dataset = Subject::new(SubjectKind::Dataset, None, "travel/planes");
        for (field, wrong) in [
            ("target", availability(100.0)),
            ("target", availability(f64::NAN)),
            ("period_days", Objective { period_days: 1, ..fine.clone() }),
            ("min_bad", Objective { min_bad: 0, ..fine.clone() }),
            ("kind.latency.within_ms", Objective { kind: ObjectiveKind::Latency { within_ms: 0 }, ..fine.clone() }),
            ("subject.path", Objective { subject: Subject { path: "finance/x".into(), ..fine.subject.clone() }, ..fine.clone() }),
        ] {
            assert_eq!(fields(&wrong), [field], "{wrong:?}");
        }
        let fresh = Objective { kind: ObjectiveKind::Freshness { within_minutes: 60 }, subject: dataset, ..fine.clone() };
        assert!(fields(&fresh).is_empty());
        assert_eq!(fields(&Objective { subject: fine.subject, ..fresh }), ["subject.kind", "subject.environment"]);
    }
}
