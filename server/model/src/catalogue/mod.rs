//! The catalogue: what is an asset, how it is named, what is said of it and which of several values holds. Pure: columns that were seen and
//! columns that are known are handed in.

mod asset;
mod bulk;
mod columns;
mod defined;
mod edge;
mod entity;
mod entity_api;
mod entity_errors;
pub mod graph;
mod held_tag;
pub mod impact;
pub mod layout;
mod link;
mod mask;
mod masked;
mod path;
mod profile;
mod quality;
mod scan;
mod status;
mod suggestion;
mod tag;
mod tag_flow;
mod term;
mod text;
mod trace;
mod trust;
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
pub use edge::{EdgeKind, EdgeKinds, LineageEdge, LineageUnknown, asset_of};
pub use entity::{BusinessEntity, EntityAttribute, EntityJoin, EntityTable, KnownColumns};
pub use entity_errors::{MAX_ATTRIBUTES, MAX_ENTITY_TABLES};
pub use held_tag::{HeldAsset, HeldRemoval, HeldTag};
pub use link::AssetLink;
pub use mask::{MASK, Masks, mask_cell, mask_members, mask_profile, mask_row_text, mask_sample, mask_sentence, mask_text, mask_whole};
pub use masked::{ApiMasks, MaskedTable, masks_of_api, masks_of_dataset, masks_of_union};
pub use path::{AssetPath, BadPath};
pub use profile::{
    Bar, ColumnFigures, ColumnProfile, ColumnTrend, CutBy, HISTOGRAM_BARS, MAX_PROFILE_ROWS, ProfileFigures, ProfileSample, ProfileTrend,
    REMEMBERED_PROFILES, SampleKind, TOP_VALUES, TableProfile, TopValue, TrendPoint, profile_trend,
};
pub use quality::{DatasetFreshness, LastBuild, QualityCheck, QualityCheckKind, dataset_checks};
pub use scan::{ScanCounts, ScanSpec, ScanState, is_suspicious};
pub use status::AssetStatus;
pub use suggestion::{SuggestionBasis, SuggestionEvidence, SuggestionState, ValueShape};
pub use tag::{MAX_TAG_NAME, TagActs, TagColour, TagDefinition, name_key, tidy_name};
pub use tag_flow::{CarriedTag, HoldingTag, TagFlow, with_parents};
pub use term::{MAX_SYNONYMS, MAX_TERM_NAME, TermDefinition};
pub use text::{MAX_DESCRIPTION, MAX_LINKS, MAX_PERSON, can_be_registered, has_hidden_characters, label_error, text_error};
pub use trace::trace;
pub use trust::{CheckCounts, Freshness, TrustFacts, TrustPart, TrustPartKind, TrustScore, trust};
pub use value::{AssetField, ValueOrigin, holding};
pub use vocabulary::{Vocabulary, setters};
