//! Suggested tags, as the portal and `/admin/v1` show them.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AssetPath, SuggestionEvidence, SuggestionState};
use crate::clock::Millis;

/// A tag that a rule suggests for a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestionView {
    pub id: String,
    pub asset: AssetPath,
    pub domain: String,
    /// The tag, by its id, its name and the key of its colour.
    pub tag_id: String,
    pub tag: String,
    pub colour: String,
    /// In per cent.
    pub confidence: u32,
    pub evidence: SuggestionEvidence,
    pub state: SuggestionState,
    pub found_at: Millis,
    pub decided_by: Option<String>,
    pub decided_at: Option<Millis>,
    /// Whether the reader may confirm or dismiss it.
    pub may_decide: bool,
}

/// What was decided of several suggestions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestionsDecided {
    pub decided: u64,
    /// Columns that got their tag. The others had it already.
    pub tagged: u64,
    /// The change of tags, by which it can be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// Why suggestions were left as they are.
    pub refused: Vec<SuggestionRefused>,
}

/// A suggestion that was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestionRefused {
    pub id: String,
    pub reason: String,
}
