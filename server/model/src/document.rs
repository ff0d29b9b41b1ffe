//! Sources, datasets and APIs as documents for files and git: what `sluice apply` reads and `sluice export` writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::alert::{AlertRule, MaintenanceWindow, Objective, ReceiverChannel};
use crate::dataset::{Compression, IntoTable, StoreKind};
use crate::documentation::DocumentationMark;
use crate::gates::Gates;
use crate::job::JobSpec;
use crate::load_limits::SourceLoad;
use crate::mapping::Mapping;
use crate::snapshot::Environment;
use crate::spec::ApiSpec;
use crate::table::TableRef;

/// One YAML document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "document", rename_all = "lowercase")]
#[allow(clippy::large_enum_variant)] // documents are read one after another
pub enum Document {
    Source(SourceDocument),
    Dataset(DatasetDocument),
    Api(ApiDocument),
    Receiver(ReceiverDocument),
    #[serde(rename = "alert-rule")]
    AlertRule(AlertRuleDocument),
    Objective(ObjectiveDocument),
    #[serde(rename = "maintenance-window")]
    MaintenanceWindow(MaintenanceDocument),
}

impl Document {
    /// What it is about, for plans and messages: `source flights-db`, `api travel/plane`.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Source(source) => format!("source {}", source.name),
            Self::Dataset(dataset) => format!("dataset {}/{}", dataset.domain, dataset.name),
            Self::Api(api) => format!("api {}/{}", api.domain, api.name),
            Self::Receiver(receiver) => format!("receiver {}/{}", receiver.domain, receiver.name),
            Self::AlertRule(rule) => format!("alert rule {}/{}", rule.domain, rule.name),
            Self::Objective(objective) => format!("objective {}/{}", objective.domain, objective.name),
            Self::MaintenanceWindow(window) => format!("maintenance window {}/{}", window.domain, window.name),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceDocument {
    pub name: String,
    pub domain: String,
    pub driver: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    pub bindings: BTreeMap<Environment, BindingDocument>,
    /// The load limits of all runs together; absent, they stay as they are.
    #[serde(default, rename = "load_limits", alias = "load", skip_serializing_if = "Option::is_none")]
    pub load: Option<SourceLoad>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BindingDocument {
    pub config: BTreeMap<String, String>,
    /// Written here only by hand; an export never has them. Absent ones stay as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
}

/// A dataset, with what its builds must pass and its schedule. Its rows are made by its first build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DatasetDocument {
    pub name: String,
    pub domain: String,
    pub source: String,
    pub table: TableRef,
    /// The columns that a row is looked up by; none takes the table's own key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
    #[serde(default)]
    pub store: StoreKind,
    #[serde(default)]
    pub compression: Compression,
    /// Where its table is, of a dataset that is kept in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<IntoTable>,
    /// What becomes of the table's rows. Absent, it stays as it is; so for the gates and the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Mapping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gates: Option<Gates>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobSpec>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiDocument {
    pub name: String,
    pub domain: String,
    /// Whether everybody can read its documentation; absent, that stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<DocumentationMark>,
    pub spec: ApiSpec,
}

/// Where notices of alerts go. The secret of a webhook is made by the server, and never in a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReceiverDocument {
    pub name: String,
    pub domain: String,
    pub channel: ReceiverChannel,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AlertRuleDocument {
    pub name: String,
    pub domain: String,
    pub rule: AlertRule,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectiveDocument {
    pub name: String,
    pub domain: String,
    pub objective: Objective,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MaintenanceDocument {
    pub name: String,
    pub domain: String,
    pub window: MaintenanceWindow,
}
