//! What is read of a table's columns for a profile, for the rules that suggest tags. Nothing of it is stored.

use model::DataType;

/// Sampled values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSample {
    /// The id of the column among the assets.
    pub asset: String,
    pub name: String,
    pub data_type: DataType,
    /// As texts, cut to [`MAX_TEXT`] characters; nothing where a row has NULL.
    pub values: Vec<Option<String>>,
    /// Rows that were read, of which the values are taken evenly.
    pub rows: i64,
}

/// Characters of a value in a sample and in a profile.
pub const MAX_TEXT: usize = 200;
