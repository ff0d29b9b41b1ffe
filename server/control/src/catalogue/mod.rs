//! The catalogue: finding assets, saying what they are, certifying them, tags, terms and entities, and scans of sources. Sources are scanned
//! The catalogue: finding assets, saying what they are, certifying them, scans of sources, and masking by tag. Sources are scanned
//! by the worker (`sync/catalogue`); both meet in rows of the metadata.
//! The catalogue: finding assets, saying what they are, certifying them, scans of sources, profiles, quality and trust, and masking by tag.
//! Sources are scanned and profiled by the worker (`sync/catalogue`); both meet in rows of the metadata.

mod asset_tags;
mod assets;
mod defined;
mod entities;
mod held;
mod indexing;
mod inputs;
pub(crate) mod markdown;
mod merge;
mod masked_views;
mod masking;
mod needs;
mod own_schema;
mod page;
mod planned_tagging;
mod profiles;
mod quality;
mod renames;
mod rights;
mod said;
mod saved_views;
mod sample;
mod scan;
mod search;
mod searched;
mod status;
mod tag_views;
mod tagging;
mod tags;
mod terms;
mod undo;
mod trust;
mod usage;
mod values;
mod vocabularies;
mod written_tags;

pub use entities::EntityInput;
pub use inputs::{AssetStatusInput, AssetValuesInput, ColumnRenameInput, HeldScanInput, ScanInput};
pub use merge::MergeInput;
pub use planned_tagging::Tagging;
pub use tags::TagInput;
pub use terms::{TermInput, TermMapping};
pub(crate) use indexing::Indexing;
pub use saved_views::SavedViewInput;
pub(crate) use masked_views::mask_answer;
pub(crate) use values::values_errors;
pub use vocabularies::VocabularyInput;
