use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::connector::{MAY_WRITE, WRITE};
use crate::dialect::Dialect;
use crate::load_limits::SourceLoad;
use crate::snapshot::Environment;
use crate::table::TableInfo;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceView {
    pub name: String,
    pub domain: String,
    pub driver: String,
    pub driver_title: String,
    /// How SQL for it is written; nothing where this program does not know the driver.
    #[serde(default)]
    pub dialect: Option<Dialect>,
    pub about: String,
    /// What an editor saves against; another's save in between is noticed.
    pub edit: i64,
    pub bindings: BTreeMap<Environment, BindingView>,
    pub updated_at: Millis,
    /// The load limits of all runs together.
    #[serde(rename = "load_limits", alias = "load")]
    pub load: SourceLoad,
    /// It did not answer this node when it was asked last, which was not long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<SourceAway>,
}

/// A source that did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceAway {
    pub environment: Environment,
    pub at: Millis,
    pub reason: String,
}

impl SourceView {
    /// Whether datasets may be written into it.
    #[must_use]
    pub fn may_be_written_into(&self, environment: Environment) -> bool {
        let said = self.bindings.get(&environment).and_then(|binding| binding.config.get(WRITE));
        said.is_some_and(|said| said == MAY_WRITE)
    }
}

/// What became of a save of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceSaved {
    /// The request that now waits for somebody else, where the settings of production are used by something live.
    pub request: Option<String>,
    /// The edit that the source has now: what its next save is made against.
    pub edit: i64,
}

/// The settings of one environment; of secrets, only which are set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BindingView {
    pub config: BTreeMap<String, String>,
    pub secrets_set: Vec<String>,
}

/// The tables of a source as it told them when it was asked last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTables {
    pub tables: Vec<TableInfo>,
    pub at: Millis,
}

/// The source that the home page offers tables of, with what is known of them without asking it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeSource {
    pub name: String,
    pub environment: Environment,
    pub known: Option<KnownTables>,
}
