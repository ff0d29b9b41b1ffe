use serde::{Deserialize, Serialize};

use super::CheckReport;
use crate::clock::Millis;
use crate::snapshot::Environment;
use crate::spec::ApiSpec;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RequestState {
    Open,
    Approved,
    Rejected,
    Withdrawn,
}

impl RequestState {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Open, Self::Approved, Self::Rejected, Self::Withdrawn].into_iter().find(|state| state.key() == key)
    }
}

/// One request in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestView {
    pub id: String,
    pub domain: String,
    pub name: String,
    pub version: i64,
    pub environment: Environment,
    pub state: RequestState,
    pub author: String,
    pub reason: String,
    pub created_at: Millis,
    pub decided_by: Option<String>,
    pub decision: Option<String>,
    pub decided_at: Option<Millis>,
    /// Whether the one who asks may decide: an approver of the domain, and none of its authors.
    pub may_decide: bool,
    pub mine: bool,
}

/// What an approver needs to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestDetail {
    pub request: RequestView,
    pub spec: ApiSpec,
    /// The version that it would replace, where there is one.
    pub replaces: Option<i64>,
    pub diff: Vec<DiffLine>,
    /// What a caller of the replaced version would notice.
    pub breaks: Vec<String>,
    /// What the check found when it was sent.
    pub evidence: CheckReport,
    pub affected_apps: Vec<String>,
    /// Everybody who has written something of it since the release before it; nobody of them decides.
    pub authors: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DiffSide {
    Same,
    Gone,
    New,
}

/// One line of a diff with its number on either side, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiffLine {
    pub side: DiffSide,
    pub old: Option<u32>,
    pub new: Option<u32>,
    pub text: String,
}
