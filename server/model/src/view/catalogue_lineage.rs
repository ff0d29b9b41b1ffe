//! Lineage as people see it: what is near an asset, and what is affected if it goes.

use serde::{Deserialize, Serialize};

use crate::catalogue::impact::Effect;
use crate::catalogue::{AssetKind, AssetPath, EdgeKind};

/// The most steps that are shown to one side before somebody opens a box.
pub const MAX_LINEAGE_STEPS: u32 = 5;

/// What somebody looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageQuery {
    /// An asset, or one of its columns.
    pub asset: AssetPath,
    /// How many steps are shown against the data, and along it: at most 5.
    #[serde(default = "one")]
    pub up: u32,
    #[serde(default = "one")]
    pub down: u32,
    /// Assets of which everything is shown that they are made of.
    #[serde(default)]
    pub up_of: Vec<AssetPath>,
    /// Assets of which everything is shown that is made of them.
    #[serde(default)]
    pub down_of: Vec<AssetPath>,
    /// Assets whose columns are shown.
    #[serde(default)]
    pub columns_of: Vec<AssetPath>,
    /// The other end of the path that is highlighted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<AssetPath>,
    /// Words to find among all that lies before and behind the asset.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub find: String,
}

fn one() -> u32 {
    1
}

impl LineageQuery {
    /// One step to each side.
    #[must_use]
    pub fn of(asset: AssetPath) -> Self {
        Self { asset, up: 1, down: 1, up_of: Vec::new(), down_of: Vec::new(), columns_of: Vec::new(), to: None, find: String::new() }
    }
}

/// What is near an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageView {
    /// As it was asked for, with the path that the asset has now.
    pub query: LineageQuery,
    pub boxes: Vec<LineageBox>,
    pub links: Vec<LineageLink>,
    pub column_links: Vec<LineageColumnLink>,
    /// Assets that are shown, of those that are shown or next to one of these.
    pub shown: u32,
    pub of: u32,
    /// What the words find, the nearest first.
    pub found: Vec<LineageFound>,
    /// There is more than was looked through.
    pub is_cut: bool,
    /// No way leads to the other end of the path, or none through what was looked through.
    pub has_no_path: bool,
    /// What cannot be told of what is shown.
    pub unknown: Vec<LineageGap>,
}

/// An asset, or some of one kind that the reader may not see: those have neither names nor anything else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageBox {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<AssetPath>,
    pub kind: AssetKind,
    /// How many assets it stands for.
    pub count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Of an API and an app: the requests of the past 30 days in prod. Nothing where they are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// It is named by a definition, and is not there.
    pub is_missing: bool,
    /// Neighbours of each side that are not shown.
    pub more_up: u32,
    pub more_down: u32,
    /// On the highlighted path.
    pub is_on: bool,
    /// Those that are shown, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<LineageColumn>,
    /// More columns that it has.
    pub more_columns: u32,
    /// Why it is not known what all of it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

/// A column in a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageColumn {
    pub name: String,
    /// It is the column that is looked at, or before or behind it.
    pub is_on: bool,
}

/// A link of two boxes, by their places in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageLink {
    pub from: u32,
    pub to: u32,
    pub kinds: Vec<EdgeKind>,
    /// No value goes along it: it decides over rows alone.
    pub is_indirect: bool,
    /// Of an app: its requests to the API in the past 30 days in prod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    pub is_on: bool,
}

/// A link of columns that are shown. Without a column, it ends at the box itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageColumnLink {
    pub from: u32,
    pub from_column: Option<u32>,
    pub to: u32,
    pub to_column: Option<u32>,
    pub how: EdgeKind,
    pub is_on: bool,
}

/// An asset that words were found in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageFound {
    pub path: AssetPath,
    /// It lies before the asset; else behind it.
    pub is_before: bool,
}

/// What cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageGap {
    /// The column or the asset that it is not known of.
    pub place: AssetPath,
    pub reason: String,
}

/// What is affected if an asset or a column goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImpactView {
    pub asset: AssetPath,
    /// The surest first, and of those the nearest.
    pub affected: Vec<ImpactItem>,
    /// Assets that the reader may not see.
    pub hidden: Vec<ImpactHidden>,
    /// There is more than was looked through.
    pub is_cut: bool,
}

/// An asset that is affected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImpactItem {
    pub path: AssetPath,
    pub effect: Effect,
    /// Its columns that are affected, where these are known.
    pub columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Of an API and an app: the requests of the past 30 days in prod. Of an app, those to the APIs that are affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// From the asset to this one. Nothing stands for an asset that the reader may not see.
    pub route: Vec<Option<AssetPath>>,
}

/// How many assets of a kind are affected that the reader may not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImpactHidden {
    pub kind: AssetKind,
    pub count: u32,
}

impl ImpactView {
    /// How many assets of a kind are affected, those that the reader may not see among them.
    #[must_use]
    pub fn count(&self, kind: AssetKind) -> u32 {
        let seen = self.affected.iter().filter(|item| item.path.kind() == kind).count();
        let hidden: u32 = self.hidden.iter().filter(|hidden| hidden.kind == kind).map(|hidden| hidden.count).sum();
        u32::try_from(seen).unwrap_or(u32::MAX).saturating_add(hidden)
    }

    /// The requests of the past 30 days to the APIs that are affected, as far as they are known.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let of_apis = self.affected.iter().filter(|item| item.path.kind() == AssetKind::Api);
        of_apis.filter_map(|item| item.requests).fold(0, u64::saturating_add)
    }
}

/// The SQL behind an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageSql {
    /// Of an API its version; of a dataset the column that is computed.
    pub of: String,
    pub sql: String,
}
