//! The catalogue: what is an asset, how it is named, what is said of it and which of several values holds. Pure: columns that were seen and
//! columns that are known are handed in.

mod asset;
mod columns;
mod defined;
mod link;
mod path;
mod scan;
mod status;
mod text;
mod value;

pub use crate::load_limits::Tier;
pub use asset::AssetKind;
pub use columns::{ColumnMatches, ColumnSeen, match_columns};
pub use defined::{columns_of_api, columns_of_dataset};
pub use link::AssetLink;
pub use path::{AssetPath, BadPath};
pub use scan::{ScanCounts, ScanSpec, ScanState, is_suspicious};
pub use status::AssetStatus;
pub use text::{MAX_DESCRIPTION, MAX_LINKS, MAX_PERSON, can_be_registered, has_hidden_characters, label_error, text_error};
pub use value::{AssetField, ValueOrigin, holding};
