//! Sources and APIs as documents for files and git: what `sluice apply` reads and `sluice export` writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::snapshot::Environment;
use crate::spec::ApiSpec;

/// One YAML document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "document", rename_all = "lowercase")]
#[allow(clippy::large_enum_variant)] // documents are read one after another
pub enum Document {
    Source(SourceDocument),
    Api(ApiDocument),
}

impl Document {
    /// What it is about, for plans and messages: `source flights-db`, `api travel/plane`.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Source(source) => format!("source {}", source.name),
            Self::Api(api) => format!("api {}/{}", api.domain, api.name),
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiDocument {
    pub name: String,
    pub domain: String,
    pub spec: ApiSpec,
}
