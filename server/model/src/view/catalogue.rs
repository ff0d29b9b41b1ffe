//! The catalogue, as the portal and `/admin/v1` show it.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AssetField, AssetKind, AssetLink, AssetPath, AssetStatus, ScanCounts, ScanSpec, ScanState, Tier, ValueOrigin};
use crate::clock::Millis;

/// An asset in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetSummary {
    pub id: String,
    pub path: AssetPath,
    pub kind: AssetKind,
    pub domain: String,
    pub name: String,
    /// The parts of its name, the widest first: the source, the table and the column.
    pub title: Vec<String>,
    /// Of a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    /// The beginning of its description, as plain text.
    pub about: String,
    pub owner: Option<String>,
    pub steward: Option<String>,
    pub tier: Option<Tier>,
    pub status: AssetStatus,
    pub tags: Vec<AssetTag>,
    /// Requests of the past 30 days: of an API its own, of what APIs read those of these APIs. Nothing where it is not known.
    pub usage: Option<u64>,
    /// How new its data is: of a dataset the time of its live build, of a table or a column the time of the last scan.
    pub fresh_at: Option<Millis>,
    /// Since when it is missing: from its source, its table or its definition.
    pub gone_at: Option<Millis>,
}

/// A tag on an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetTag {
    pub name: String,
    /// The key of its colour.
    pub colour: String,
}

/// An asset that another one names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetRef {
    pub id: String,
    pub path: AssetPath,
    pub name: String,
}

/// An asset with all that is said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetPage {
    pub summary: AssetSummary,
    /// What an editor saves against; another's save in between is noticed.
    pub edit: i64,
    pub created_at: Millis,
    /// When a scan or a definition had it last.
    pub seen_at: Millis,
    /// Every value that is known, those that hold and those that do not.
    pub values: Vec<AssetValue>,
    /// The description that holds, as Markdown.
    pub description: String,
    /// The same as HTML that a page may show as it is.
    pub description_html: String,
    pub links: Vec<AssetLink>,
    /// Of a deprecated asset, where the reader may see it.
    pub successor: Option<AssetRef>,
    pub parent: Option<AssetRef>,
    /// The first fifty; the others are asked for as a list.
    pub columns: Vec<AssetColumn>,
    pub column_count: u64,
    /// The newest fifty lines; the others are asked for as a list.
    pub history: Vec<AssetEvent>,
    /// Columns that may be others under a new name: a person decides.
    pub renames: Vec<ColumnRename>,
    /// Whether the reader may change what is said of it.
    pub may_edit: bool,
    /// Whether the reader may certify and deprecate it.
    pub may_certify: bool,
}

/// One value that is said of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetValue {
    pub field: AssetField,
    pub origin: ValueOrigin,
    pub value: String,
    /// Who wrote it: a person, the name of a rule, or the source.
    pub by: String,
    pub at: Millis,
    /// Whether it is the one that is shown: a person's before that of a rule before that of the source.
    pub holds: bool,
}

/// A column of a table, a dataset or an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetColumn {
    pub id: String,
    pub path: AssetPath,
    pub name: String,
    pub data_type: String,
    pub position: i64,
    /// The description that holds, as plain text.
    pub about: String,
    /// Where the description comes from.
    pub about_origin: Option<ValueOrigin>,
    pub status: AssetStatus,
    pub tags: Vec<AssetTag>,
    pub gone_at: Option<Millis>,
}

/// A line of the history of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetEvent {
    pub at: Millis,
    pub by: String,
    /// A field, or what became of the asset itself: `name`, `type`, `gone` or `back`.
    pub field: String,
    pub origin: ValueOrigin,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A column that vanished, and one that appeared: they may be the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnRename {
    pub id: String,
    /// The column that vanished, with its tags and its description.
    pub before: AssetRef,
    pub before_type: String,
    /// The column that appeared.
    pub after: AssetRef,
    pub after_type: String,
    pub at: Millis,
}

/// How a source is scanned, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceScanView {
    pub source: String,
    pub domain: String,
    pub spec: ScanSpec,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
    /// When the next scan begins, where one will.
    pub due_at: Option<Millis>,
    /// Of the last scan.
    pub state: ScanState,
    pub finished_at: Option<Millis>,
    pub counts: ScanCounts,
    /// Why it failed or is held; empty otherwise.
    pub reason: String,
    /// Of a held scan: the known tables that it did not find, the first hundred.
    pub missing: Vec<String>,
}

/// What of a source can be chosen for its scans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScanChoices {
    /// The schemas that the source has beside that of its settings; empty where it has no schemas.
    pub schemas: Vec<String>,
    pub tables: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_read_back_as_it_was_written() {
        let path = AssetPath::dataset("travel", "hangar").column("tailnum");
        let column = AssetColumn {
            id: "1".into(),
            name: path.name().into(),
            path,
            data_type: "string".into(),
            position: 0,
            about: String::new(),
            about_origin: Some(ValueOrigin::Source),
            status: AssetStatus::Draft,
            tags: Vec::new(),
            gone_at: None,
        };
        let text = serde_json::to_string(&column).unwrap();
        assert!(text.contains("\"column:dataset:travel/hangar#tailnum\"") && text.contains("\"source\""), "{text}");
        assert_eq!(serde_json::from_str::<AssetColumn>(&text).unwrap(), column);
    }
}
