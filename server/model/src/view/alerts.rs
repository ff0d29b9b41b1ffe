//! Alerts, objectives, silences and receivers, as the portal and `/admin/v1` show them.

use serde::{Deserialize, Serialize};

use crate::alert::{
    Acknowledgement, AlertRule, Budget, Burning, Episode, MaintenanceWindow, Notice, Objective, Phase, ReceiverChannel, RiskKind, Silence,
};
use crate::clock::Millis;
use crate::view::SubjectKind;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertRuleView {
    pub domain: String,
    pub name: String,
    pub rule: AlertRule,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObjectiveView {
    pub domain: String,
    pub name: String,
    pub objective: Objective,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
    /// Nothing where the figures cannot be read.
    pub budget: Option<Budget>,
    /// How fast it is used now; empty where the figures cannot be read.
    #[serde(default)]
    pub burning: Vec<Burning>,
}

impl ObjectiveView {
    /// With a smaller share of its error budget, an objective is at risk.
    pub const LITTLE: f64 = 0.25;

    /// Whether its error budget is nearly used up, or used too fast.
    #[must_use]
    pub fn is_at_risk(&self) -> bool {
        self.budget.is_some_and(|budget| budget.left < Self::LITTLE) || self.burning.iter().any(|burning| burning.fires)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MaintenanceView {
    pub domain: String,
    pub name: String,
    pub window: MaintenanceWindow,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SilenceView {
    pub id: String,
    pub domain: String,
    pub silence: Silence,
}

/// An alert that is pending, fires, or was resolved not long ago.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertView {
    pub id: String,
    /// Empty for what a node watches of itself: no rule of a domain is behind it.
    pub domain: String,
    /// The rule or the objective; `figures-unwritten` for a node that cannot write its figures.
    pub name: String,
    /// `api:prod:travel/plane`; of an objective with its burn rate.
    pub series: String,
    pub phase: Phase,
    pub since: Millis,
    pub value: Option<f64>,
    pub acknowledged: Option<Acknowledgement>,
    /// Receivers were told that it fires.
    pub is_told: bool,
}

/// A line of history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertEventView {
    pub alert_id: String,
    pub name: String,
    pub series: String,
    /// `fired`, `resolved` or `acknowledged`.
    pub kind: String,
    pub at: Millis,
    pub value: Option<f64>,
    pub by: Option<String>,
}

/// When a rule would have fired in the past week, for one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertPreview {
    pub series: String,
    pub episodes: Vec<Episode>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiverView {
    pub domain: String,
    pub name: String,
    pub channel: ReceiverChannel,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
    /// Failed attempts one after another.
    pub failures: i64,
    /// Nothing is sent before this time, because of them.
    pub open_until: Option<Millis>,
}

/// What a receiver was saved as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiverSaved {
    /// Of a webhook that has a new one: shown this once.
    pub secret: Option<String>,
}

/// A notice to one receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoticeView {
    pub id: String,
    pub domain: String,
    /// Its name; empty where it was deleted.
    pub receiver: String,
    pub notice: Notice,
    /// `waiting`, `sent` or `dead`.
    pub state: String,
    pub created_at: Millis,
    pub attempts: i64,
    pub next_at: Millis,
    /// Why the last attempt failed; empty otherwise.
    pub reason: String,
    pub done_at: Option<Millis>,
}

/// Something that is live and lacks what protects it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RiskView {
    pub kind: RiskKind,
    /// An API or a source.
    pub subject: SubjectKind,
    pub domain: String,
    /// `travel/plane`, or the name of a source.
    pub path: String,
}
