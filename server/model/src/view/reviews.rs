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
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "In review",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Open, Self::Approved, Self::Rejected, Self::Withdrawn].into_iter().find(|state| state.key() == key)
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// A version of an API is to go live.
    #[default]
    Version,
    /// A source is to have other settings in production.
    Binding,
    /// A dataset is to have other rows.
    Dataset,
}

impl RequestKind {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Binding => "binding",
            Self::Dataset => "dataset",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Version, Self::Binding, Self::Dataset].into_iter().find(|kind| kind.key() == key)
    }
}

/// One request in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestView {
    pub id: String,
    #[serde(default)]
    pub kind: RequestKind,
    pub domain: String,
    /// Of the API, the source or the dataset.
    pub name: String,
    /// Of the API; 0 for the others.
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

impl RequestView {
    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> String {
        match self.kind {
            RequestKind::Version => format!("{}/{} v{}", self.domain, self.name, self.version),
            RequestKind::Binding => format!("source {}", self.name),
            RequestKind::Dataset => format!("dataset {}/{}", self.domain, self.name),
        }
    }

    /// What is to be done, as the words after *asks to*.
    #[must_use]
    pub fn asks(&self) -> String {
        match self.kind {
            RequestKind::Version => format!("publish {}", self.subject()),
            RequestKind::Binding => format!("change the {} settings of {}", self.environment.key(), self.subject()),
            RequestKind::Dataset => format!("change {}", self.subject()),
        }
    }

    /// The same as a title.
    #[must_use]
    pub fn title(&self) -> String {
        match self.kind {
            RequestKind::Version => format!("Publish {}", self.subject()),
            RequestKind::Binding => format!("Change the {} settings of {}", self.environment.key(), self.subject()),
            RequestKind::Dataset => format!("Change {}", self.subject()),
        }
    }
}

/// A change of a source's settings or of a dataset, and whom it affects. Of secrets, only which are other ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldChange {
    pub changes: Vec<SettingChange>,
    /// The labels of secrets that were given again; told while it is open.
    pub secrets: Vec<String>,
    /// The live APIs that read the source or the dataset, with the Unions that call them.
    pub apis: Vec<String>,
    /// The live datasets that are made of it, or of a source, written into it.
    pub datasets: Vec<String>,
}

/// One setting under its label, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettingChange {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// What an approver needs to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestDetail {
    pub request: RequestView,
    /// Of the version that is to go live.
    pub spec: Option<ApiSpec>,
    /// Of the source or dataset that is to be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<HeldChange>,
    /// The version that it would replace, where there is one.
    pub replaces: Option<i64>,
    /// What differs from the version that it would replace, by setting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<SettingChange>,
    /// What was rejected before this was sent, where nothing was approved in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Rejection>,
    /// What differs from the version that was rejected, by setting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since_rejection: Vec<SettingChange>,
    /// The one who asks may go on with a draft of it: it was rejected or withdrawn, and nothing was sent since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_edit: bool,
    pub diff: Vec<DiffLine>,
    /// What a caller of the replaced version would notice.
    pub breaks: Vec<String>,
    /// What the check found when it was sent.
    pub evidence: CheckReport,
    pub affected_apps: Vec<String>,
    /// Everybody who has written something of it since the release before it; nobody of them decides.
    pub authors: Vec<String>,
}

/// A version that somebody rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rejection {
    pub version: i64,
    /// The id of its request.
    pub request: String,
    pub by: String,
    pub at: Millis,
    pub reason: String,
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
