//! The catalogue: assets, what is said of them, their history, and the scans of sources. Sources, datasets, jobs, APIs and apps become
//! assets in the transactions that make them (`registered.rs`).
//!
//! A table of another subject that names assets says `REFERENCES assets (id)`: their rows are never deleted. What is missing has a time
//! since when, and comes back as the asset that it was.

mod asset_tags;
mod assets;
mod changes;
mod columns;
mod documents;
mod entities;
mod history;
mod lineage;
mod lineage_inputs;
mod masks;
mod meant;
mod profiles;
mod registered;
mod renames;
mod saved_views;
mod scans;
mod search;
mod stewardship;
mod suggestion_search;
mod suggestions;
mod tags;
mod terms;
mod undo;
mod values;
mod vocabularies;

pub use asset_tags::{AssetTagRow, TagOnRow};
pub use assets::AssetRow;
pub use changes::AssetChangeRow;
pub use columns::{ColumnChanges, ColumnInput, columns_are_known};
pub use documents::{SearchedColumnRow, SearchedTagRow, SearchedTermRow};
pub use entities::EntityRow;
pub use history::AssetEventRow;
pub use lineage::{DefinedLineage, LineageEnd, LineageLink};
pub use lineage_inputs::{LiveSpecRow, SourceKindRow};
pub use profiles::{ProfileRequestRow, ProfileRow};
pub use renames::ColumnRenameRow;
pub use saved_views::SavedViewRow;
pub use scans::{ScanEnd, SourceScanRow};
pub use search::{AssetOrder, AssetSearch};
pub use stewardship::{StewardshipDayRow, StewardshipRow};
pub use suggestion_search::{SuggestionOrder, SuggestionSearch};
pub use suggestions::{SuggestionOffer, SuggestionOnRow, SuggestionRow};
pub use tags::{TagRow, TagUseRow};
pub use terms::TermRow;
pub use undo::{TagChangeRow, TagChangeStepRow};
pub use values::AssetValueRow;
pub use vocabularies::VocabularyRow;

/// Rows of one statement that writes many: SQLite looks for each of its parameters among all before it.
const BATCH: usize = 100;

/// The places of many rows in a statement: `($1, $2), ($3, $4)`.
fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The places of a list of values behind the first ones: `$3, $4`.
fn listed(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_row_by_row() {
        assert_eq!(places(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(listed(3, 2), "$3, $4");
    }
}
