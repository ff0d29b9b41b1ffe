//! The catalogue: what is an asset, how it is named, what is said of it and which of several values holds. Pure: columns that were seen and
//! columns that are known are handed in.

mod asset;
mod bulk;
mod columns;
mod defined;
mod entity;
mod entity_api;
mod entity_errors;
mod held_tag;
mod link;
mod path;
mod scan;
mod status;
mod tag;
mod tag_flow;
mod term;
mod text;
mod value;
mod vocabulary;

pub use crate::load_limits::Tier;
pub use asset::AssetKind;
pub use bulk::{
    AssetFilter, AssetSelection, MAX_TAGGED, MAX_TAGS_AT_ONCE, TagChoice, TagFate, TagMark, TagOutcome, TagTarget, TagUndo, TagsNow,
    tag_outcomes, tag_undo,
};
pub use columns::{ColumnMatches, ColumnSeen, match_columns};
pub use defined::{columns_of_api, columns_of_dataset};
pub use entity::{BusinessEntity, EntityAttribute, EntityJoin, EntityTable, KnownColumns};
pub use entity_errors::{MAX_ATTRIBUTES, MAX_ENTITY_TABLES};
pub use held_tag::{HeldAsset, HeldRemoval, HeldTag};
pub use link::AssetLink;
pub use path::{AssetPath, BadPath};
pub use scan::{ScanCounts, ScanSpec, ScanState, is_suspicious};
pub use status::AssetStatus;
pub use tag::{MAX_TAG_NAME, TagActs, TagColour, TagDefinition, name_key, tidy_name};
pub use tag_flow::{CarriedTag, HoldingTag, TagFlow, with_parents};
pub use term::{MAX_SYNONYMS, MAX_TERM_NAME, TermDefinition};
pub use text::{MAX_DESCRIPTION, MAX_LINKS, MAX_PERSON, can_be_registered, has_hidden_characters, label_error, text_error};
pub use value::{AssetField, ValueOrigin, holding};
pub use vocabulary::{Vocabulary, setters};
