//! What forms and programs send about assets.

use model::catalogue::{AssetLink, AssetPath, AssetStatus, ScanSpec};
use model::clock::Millis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person says of an asset. What is absent stays as it is. An empty text takes the person's value away: that of a rule or of the
/// source holds then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetValuesInput {
    /// The edit that was seen.
    pub edit: i64,
    /// Markdown.
    #[serde(default)]
    pub description: Option<String>,
    /// An e-mail address or the name of a team.
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub steward: Option<String>,
    /// `P0` to `P3`.
    #[serde(default)]
    pub tier: Option<String>,
    #[serde(default)]
    pub links: Option<Vec<AssetLink>>,
}

/// Whether an asset should be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetStatusInput {
    /// The edit that was seen.
    pub edit: i64,
    pub status: AssetStatus,
    /// Of a deprecated asset: what to use in its place.
    #[serde(default)]
    pub successor: Option<AssetPath>,
}

/// What of a source is registered, and when it is scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanInput {
    /// The edit that was seen; absent where the source is not scanned yet.
    #[serde(default)]
    pub edit: Option<i64>,
    pub spec: ScanSpec,
}

/// A decision on a scan that found far fewer tables than are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldScanInput {
    /// Whether the other tables are gone. The source is scanned again and, where no fewer tables are found, that is applied.
    pub accept: bool,
    /// When the scan that was seen ended.
    pub found_at: Millis,
}

/// Whether a column that vanished is the one that appeared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnRenameInput {
    pub id: String,
    pub accept: bool,
}
