//! From files to tables of the engine, by what they hold.

use std::sync::Arc;

use connect::SourceError;
use model::DataType;
use model::table::Column;

use super::discover::{Format, TableFiles, refuse};
use super::parquet;
use super::place::Place;
use super::text::{Settings, TextTable};
use crate::catalogue::Tables;
use crate::errors::mismatch;
use crate::rows::Described;
use crate::types::Overrides;

/// Columns of one table.
pub(crate) const MAX_COLUMNS: usize = 2_000;

/// How what people set by hand applies to tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByHand {
    pub(crate) overrides: Overrides,
    pub(crate) settings: Settings,
}

/// A table, and where its types are learnt from its rows, the same as what can be read with other types.
///
/// # Errors
/// Why these files are no table.
pub(crate) async fn table_of(
    place: &Place,
    by_hand: &ByHand,
    tables: &Tables,
    (files, bytes): (&TableFiles, usize),
) -> Result<(Described, Option<TextTable>), SourceError> {
    refuse(files)?;
    if files.format == Format::Parquet {
        return Ok((parquet::table_of(place, &by_hand.overrides, tables, files).await?, None));
    }
    let text = TextTable::learn(place, by_hand, files, bytes).await?;
    Ok(((text.info(), Arc::new(text.clone())), Some(text)))
}

/// # Errors
/// Where a table has none, or too many.
pub(crate) fn check_columns(name: &str, count: usize) -> Result<(), SourceError> {
    if (1..=MAX_COLUMNS).contains(&count) {
        return Ok(());
    }
    Err(mismatch(format!("{name}: the file has {count} columns; a table has from 1 to {MAX_COLUMNS}.")))
}

/// The column of a folder's name.
pub(crate) fn partition(name: &str) -> Column {
    Column { name: name.to_owned(), data_type: DataType::String, nullable: true, native: "a folder's name".to_owned() }
}
