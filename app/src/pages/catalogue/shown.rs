//! What the pages of the catalogue show, where that is more than one view of the control plane: the server has put it together.

use model::Role;
use model::view::{AssetTagsView, StewardshipView, TagView, TaggingPreview, TaggingView, VocabularyView};
use serde::{Deserialize, Serialize};

/// What somebody can do with an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Right {
    See,
    ReadSample,
    SeeSql,
    Edit,
    Certify,
    /// Give apps the right to call an API.
    Grant,
}

/// Who has a right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightLine {
    pub right: Right,
    pub roles: Vec<Role>,
    /// The members of the domain with one of the roles, by e-mail address.
    pub people: Vec<String>,
    /// Whether the reader has it.
    pub mine: bool,
}

/// The part of the page of an asset that says who may see, change and call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessShown {
    pub domain: String,
    pub rights: Vec<RightLine>,
    /// The owners of the domain, who give roles in it.
    pub owners: Vec<String>,
    /// Of an API: the apps that may call it, and whether their grant has ended.
    pub apps: Option<Vec<(String, bool)>>,
}

/// The tags and terms of an asset, with those that the reader may add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelsShown {
    pub labels: AssetTagsView,
    /// Tags by their ids, with their names.
    pub tags: Vec<(String, String)>,
    /// The same of terms; none where the asset is no column.
    pub terms: Vec<(String, String)>,
    /// Whether the reader may map terms to it, and take them away.
    pub may_map: bool,
}

/// The page on which many assets are tagged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkShown {
    /// The domains in which the reader may set tags.
    pub domains: Vec<String>,
    /// Tags that the reader may set somewhere, by their ids, with their names.
    pub tags: Vec<(String, String)>,
    /// What would be done; nothing while no tag is chosen.
    pub preview: Option<TaggingPreview>,
    /// What the reader has done and can undo, the newest first.
    pub done: Vec<TaggingView>,
}

/// The page of tags and vocabularies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsShown {
    pub tags: Vec<TagView>,
    pub vocabularies: Vec<VocabularyView>,
}

/// The stewards' board, with the shape of each of its shares over time as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StewardsShown {
    pub board: StewardshipView,
    /// Of owned, described, tagged and certified.
    pub shapes: [String; 4],
}
