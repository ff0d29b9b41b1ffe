//! Tags, terms and entities, as the portal and `/admin/v1` show them.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::catalogue::{AssetPath, BusinessEntity, TagActs, TagDefinition, TermDefinition, ValueOrigin, Vocabulary};
use crate::clock::Millis;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VocabularyView {
    pub name: String,
    pub vocabulary: Vocabulary,
    /// How many tags it has.
    pub tags: u64,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TagView {
    pub id: String,
    pub tag: TagDefinition,
    /// How many assets that the reader may see carry it.
    pub assets: u64,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
    /// Whether the reader may change, merge and delete it.
    pub may_edit: bool,
    /// The domains in which the reader may set it.
    pub set_in: Vec<String>,
    /// What it is to do once two people have approved that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingTag>,
}

/// A change of what a tag does that waits for approvals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingTag {
    /// The id of the request.
    pub request: String,
    pub asked: TagActs,
    /// Who has approved it so far.
    pub approvals: Vec<String>,
}

/// What became of a tag that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TagSaved {
    pub id: String,
    /// The request for what two people must approve; the rest is saved.
    pub request: Option<String>,
}

/// What a merge would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MergePreview {
    /// The name of the tag that ends.
    pub from: String,
    /// The name of the tag that its assets carry then.
    pub into: String,
    /// How many assets carry the tag that ends.
    pub assets: u64,
    /// How many of them carry the other one already.
    pub both: u64,
    /// How many assets are masked by the other one from then on, and were not by the one that ends.
    pub masked: u64,
}

/// A tag that holds for an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EffectiveTagView {
    pub id: String,
    pub name: String,
    pub vocabulary: Option<String>,
    /// The key of its colour.
    pub colour: String,
    pub flows: bool,
    pub masks: bool,
    pub origin: ValueOrigin,
    /// Who set it.
    pub by: String,
    pub at: Millis,
    /// It flows from another asset.
    pub flowed: bool,
    /// That asset, where the reader may see it.
    pub from: Option<AssetPath>,
    /// Whether the reader may remove it.
    pub may_remove: bool,
    /// The request for its removal, where one waits.
    pub removal: Option<String>,
}

/// What holds for an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetTagsView {
    pub tags: Vec<EffectiveTagView>,
    /// Terms that the column is mapped to.
    pub terms: Vec<AssetTermView>,
    /// Whether its values are masked: by a tag of its own, of what it is part of, or of what it is made of.
    pub masked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetTermView {
    pub id: String,
    pub domain: String,
    pub name: String,
}

/// One tag on one asset, and why it is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaggingLine {
    /// The path of the asset.
    pub asset: String,
    /// The name of the tag.
    pub tag: String,
    pub reason: String,
}

/// What tagging would do or has done: tags on assets, counted one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaggingCounts {
    /// The assets that were found.
    pub assets: u64,
    pub added: u64,
    pub removed: u64,
    /// Removals of masking tags, which wait for two people.
    pub held: u64,
    /// What is so already.
    pub already: u64,
    pub refused: u64,
}

impl TaggingCounts {
    /// How many tags on assets are changed, at once or once it is approved.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.added + self.removed + self.held
    }
}

/// What tagging would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaggingPreview {
    pub counts: TaggingCounts,
    /// What is refused and why, the first hundred.
    pub refused: Vec<TaggingLine>,
    /// What is so already, the first hundred.
    pub already: Vec<TaggingLine>,
}

/// What tagging has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaggingDone {
    pub counts: TaggingCounts,
    /// By this it can be undone; nothing where nothing was changed at once.
    pub change: Option<String>,
    pub refused: Vec<TaggingLine>,
    /// The requests for removals that two people must approve, one for each tag and domain.
    pub requests: Vec<String>,
}

/// A change of tags that the reader can undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaggingView {
    pub id: String,
    pub at: Millis,
    /// How many tags on assets it changed.
    pub changes: u64,
}

/// What an undo has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UndoDone {
    /// Tags that were added and are removed again.
    pub removed: u64,
    /// Tags that were removed and are there again.
    pub restored: u64,
    /// What was changed since, and stays as it is.
    pub kept: u64,
    /// That with its reasons, the first hundred.
    pub kept_lines: Vec<TaggingLine>,
    /// Added masking tags whose removal two people must approve.
    pub held: u64,
    pub requests: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TermView {
    pub id: String,
    pub domain: String,
    pub term: TermDefinition,
    /// How many columns that the reader may see it is mapped to.
    pub columns: u64,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
    pub may_edit: bool,
}

/// A term with its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TermPage {
    pub view: TermView,
    /// The definition as HTML that a page may show as it is.
    pub definition_html: String,
    /// Those that the reader may see.
    pub columns: Vec<AssetPath>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityView {
    pub domain: String,
    pub name: String,
    pub entity: BusinessEntity,
    /// What of it does not fit the catalogue any more, such as a column that is gone.
    pub problems: Vec<FieldError>,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
    pub may_edit: bool,
}
