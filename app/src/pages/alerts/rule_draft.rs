//! The page of a rule: what stands in its form, and when it would have fired.

use model::Problem;
use serde::{Deserialize, Serialize};

use super::rule_fields::RuleFields;

/// The strip of a week is so many units wide; what is shorter than one is drawn as one.
pub(super) const STRIP: i64 = 1_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleDraft {
    pub fields: RuleFields,
    pub is_new: bool,
    pub may_edit: bool,
    /// Where the reader may make rules.
    pub domains: Vec<String>,
    /// Receivers of the domain, by name.
    pub receivers: Vec<String>,
    /// Whether the reader may watch nodes.
    pub may_watch_nodes: bool,
    /// What of the domain can be watched, by path, each with what it is.
    pub objects: Vec<(String, String)>,
    /// Metrics with their names.
    pub metrics: Vec<(String, String)>,
    /// Templates, by name.
    pub templates: Vec<String>,
    /// `Error share above 5 % over 5 min`; empty where the form cannot be read.
    pub condition: String,
    /// What it watches, in words; empty where the form cannot be read.
    pub object: String,
    /// What is wrong with the form.
    pub problem: Option<Problem>,
    /// Nothing as long as nobody has asked for it, or the form cannot be read.
    pub preview: Option<Vec<PreviewLine>>,
    /// Whether it can be saved as it is: also where the figures of the past week cannot be read.
    pub is_ready: bool,
    /// Objects that fire now.
    pub firing: u64,
}

/// When a rule would have fired for one object in the past week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewLine {
    pub object: String,
    /// Where it fires on the strip of the week, of [`STRIP`] units: the beginning and the length of each time.
    pub bars: Vec<(i64, i64)>,
    /// The same in a sentence or two.
    pub told: String,
}
