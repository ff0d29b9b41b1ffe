//! What the pages of alerts show: the server has put it together and into words, so that the browser has little to do.

use model::alert::{Acknowledgement, Phase};
use model::clock::Millis;
use model::view::{MaintenanceView, NoticeView, ObjectiveView, ReceiverView, RiskView, SilenceView, Subject};
use serde::{Deserialize, Serialize};

/// An alert that is pending, fires, or was resolved not long ago.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertLine {
    pub id: String,
    /// Empty for what a node watches of itself.
    pub domain: String,
    /// The rule or the objective.
    pub name: String,
    /// The page that has it.
    pub link: String,
    /// `API travel/plane in prod`
    pub object: String,
    /// The page with the figures of the object; empty where it has none.
    pub figures: String,
    pub condition: String,
    /// With its unit; empty where none is known.
    pub value: String,
    pub phase: Phase,
    pub since: Millis,
    pub acknowledged: Option<Acknowledgement>,
    /// The end of the silence that holds its notices back.
    pub silenced_until: Option<Millis>,
    /// A maintenance window holds its notices back.
    pub in_maintenance: bool,
    /// Nothing where a newer program has written it.
    pub subject: Option<Subject>,
    /// Whether the reader may acknowledge and silence it.
    pub may_edit: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleLine {
    pub domain: String,
    pub name: String,
    pub object: String,
    pub condition: String,
    pub receivers: Vec<String>,
    /// How many of its objects fire.
    pub firing: u64,
}

/// A line of history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventLine {
    pub domain: String,
    pub name: String,
    pub object: String,
    /// `fired`, `resolved` or `acknowledged`.
    pub kind: String,
    pub at: Millis,
    pub by: Option<String>,
}

/// The page of alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertsShown {
    pub alerts: Vec<AlertLine>,
    pub rules: Vec<RuleLine>,
    /// Newest first.
    pub events: Vec<EventLine>,
    /// Whether the reader may make rules in any domain.
    pub may_edit: bool,
}

/// The page of silences and maintenance windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilencesShown {
    /// With what each silences, in words.
    pub silences: Vec<(SilenceView, String)>,
    pub windows: Vec<(MaintenanceView, String)>,
    pub now: Millis,
    /// Where the reader may change them.
    pub domains: Vec<String>,
    pub lists: MatcherLists,
}

/// What the forms of silences and maintenance windows are filled from, each with what it is: those of the domains that the reader may
/// change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatcherLists {
    /// Rules and objectives.
    pub rules: Vec<(String, String)>,
    pub objects: Vec<(String, String)>,
}

/// The page of receivers and notices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiversShown {
    pub receivers: Vec<ReceiverView>,
    /// Newest first, those that could not be sent before all others.
    pub notices: Vec<NoticeView>,
    /// Where the reader may change them.
    pub domains: Vec<String>,
}

/// The page of objectives and risks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectivesShown {
    /// With how fast each uses its error budget, where it has used any.
    pub objectives: Vec<(ObjectiveView, Option<f64>)>,
    pub risks: Vec<RiskView>,
    /// Where the reader may change them.
    pub domains: Vec<String>,
    /// APIs and datasets of these domains, each with what it is.
    pub objects: Vec<(String, String)>,
    /// Receivers of these domains, by path.
    pub receivers: Vec<String>,
}
