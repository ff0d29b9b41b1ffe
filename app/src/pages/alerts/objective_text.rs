//! An objective out of the texts of its form, and the other way round.

use model::alert::{Objective, ObjectiveKind};

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

pub(super) const AVAILABILITY: &str = "availability";
pub(super) const LATENCY: &str = "latency";
pub(super) const FRESHNESS: &str = "freshness";

impl Typed {
    pub(super) fn new() -> Self {
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

    pub(super) fn of(objective: &Objective) -> Self {
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
