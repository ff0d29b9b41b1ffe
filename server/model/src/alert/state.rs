//! The state of one series of a rule: ok, pending, firing, resolved. Time is what passes between two steps, so a clock that jumps, or
//! an evaluator that was away, neither fires nor resolves anything.

use serde::{Deserialize, Serialize};

use super::notice::NoticeKind;
use super::policy::NotificationPolicy;
use crate::clock::{MINUTE, Millis};

/// The most time that one step counts for, however long ago the step before was.
pub const MAX_STEP: Millis = MINUTE;
/// How long a resolved alert is shown as such.
pub const SHOWN_FOR: Millis = 15 * MINUTE;

/// What a sample says of the condition of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Met,
    NotMet,
    /// Nothing is known, and the rule keeps its state then.
    Unknown,
}

/// How long a condition is met before an alert fires, and not met before it is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    pub hold: Millis,
    pub keep: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    #[default]
    Ok,
    /// The condition is met, and not yet for long enough.
    Pending,
    Firing,
    /// It has fired not long ago. Everything else is as in `Ok`.
    Resolved,
}

impl Phase {
    pub const ALL: [Phase; 4] = [Self::Ok, Self::Pending, Self::Firing, Self::Resolved];

    /// Stored: a word is never given to another phase.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.key() == key)
    }
}

/// Somebody looks after a firing alert: it is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Acknowledgement {
    pub by: String,
    pub at: Millis,
    #[serde(default)]
    pub note: String,
}

/// What is worth a line of history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    Fired,
    Resolved,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct AlertState {
    pub phase: Phase,
    /// When the phase began.
    pub since: Millis,
    pub evaluated_at: Millis,
    /// How long the condition has been met, while pending.
    #[serde(default)]
    pub met_for: Millis,
    /// How long the condition has not been met, while firing; nothing while it is met.
    #[serde(default)]
    pub unmet_for: Option<Millis>,
    /// The last value that was known.
    #[serde(default)]
    pub value: Option<f64>,
    #[serde(default)]
    pub acknowledged: Option<Acknowledgement>,
    /// When receivers were told last that it fires; nothing where they do not know.
    #[serde(default)]
    pub notified_at: Option<Millis>,
    /// Who is told that it is resolved, where nothing else says it any more: its rule or its object may be gone by then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

impl AlertState {
    #[must_use]
    pub fn new(at: Millis) -> Self {
        Self { since: at, evaluated_at: at, ..Self::default() }
    }

    /// Goes on to a time. The same step again changes nothing.
    pub fn step(&mut self, timing: Timing, verdict: Verdict, at: Millis) -> Option<Transition> {
        let passed = at.saturating_sub(self.evaluated_at).clamp(0, MAX_STEP);
        self.evaluated_at = at;
        match (self.phase, verdict) {
            (_, Verdict::Unknown) => None,
            (Phase::Ok | Phase::Resolved, Verdict::Met) => {
                self.met_for = 0;
                self.enter(Phase::Pending, at);
                self.fire_if_due(timing, at)
            }
            (Phase::Pending, Verdict::Met) => {
                self.met_for += passed;
                self.fire_if_due(timing, at)
            }
            (Phase::Firing, Verdict::Met) => {
                self.unmet_for = None;
                None
            }
            (Phase::Ok, Verdict::NotMet) => None,
            (Phase::Resolved, Verdict::NotMet) => {
                if at.saturating_sub(self.since) >= SHOWN_FOR {
                    self.enter(Phase::Ok, at);
                }
                None
            }
            (Phase::Pending, Verdict::NotMet) => {
                self.enter(Phase::Ok, at);
                None
            }
            (Phase::Firing, Verdict::NotMet) => {
                let unmet_for = self.unmet_for.map_or(0, |time| time + passed);
                self.unmet_for = Some(unmet_for);
                (unmet_for >= timing.keep).then(|| self.resolve(at))
            }
        }
    }

    /// Ends it because nothing watches its series any more: the object or the rule is gone.
    pub fn end(&mut self, at: Millis) -> Option<Transition> {
        self.evaluated_at = at;
        (self.phase == Phase::Firing).then(|| self.resolve(at))
    }

    /// The notice that is due now, if any; from then on it counts as sent. A muted alert is told once it is muted no longer, if it fires
    /// still. Whoever was told that it fires is told that it is resolved, muted or not.
    pub fn take_notice(&mut self, policy: &NotificationPolicy, is_muted: bool, at: Millis) -> Option<NoticeKind> {
        match (self.phase, self.notified_at) {
            (Phase::Firing, _) if is_muted || self.acknowledged.is_some() => None,
            (Phase::Firing, None) => {
                self.notified_at = Some(at);
                self.told = if policy.skip_resolved { Vec::new() } else { policy.receivers.clone() };
                Some(NoticeKind::Firing)
            }
            (Phase::Firing, Some(told)) => {
                let is_due = policy.repeat_after().is_some_and(|after| at.saturating_sub(told) >= after);
                is_due.then(|| {
                    self.notified_at = Some(at);
                    NoticeKind::StillFiring
                })
            }
            (_, None) => None,
            (_, Some(_)) => {
                self.notified_at = None;
                self.told.clear();
                (!policy.skip_resolved).then_some(NoticeKind::Resolved)
            }
        }
    }

    fn enter(&mut self, phase: Phase, at: Millis) {
        (self.phase, self.since, self.unmet_for) = (phase, at, None);
    }

    fn fire_if_due(&mut self, timing: Timing, at: Millis) -> Option<Transition> {
        (self.met_for >= timing.hold).then(|| {
            self.enter(Phase::Firing, at);
            Transition::Fired
        })
    }

    fn resolve(&mut self, at: Millis) -> Transition {
        self.enter(Phase::Resolved, at);
        self.acknowledged = None;
        Transition::Resolved
    }
}

#[cfg(test)]
mod tests;
