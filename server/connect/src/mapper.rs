//! Rows of a table becoming rows of a dataset, as a mapping says: declared here, done by who brings an engine for it.

use arrow_array::RecordBatch;
use model::FieldError;
use model::dataset::DatasetSpec;
use model::mapping::Mapping;
use model::table::TableInfo;

use crate::SourceError;

/// Reads mappings.
pub trait Mapper: Send + Sync {
    /// What a mapping makes of a table: the mapping with what it needs of it, and the columns that come of it.
    ///
    /// # Errors
    /// What makes no sense of this table, each at its place.
    fn plan(&self, mapping: &Mapping, table: &TableInfo) -> Result<(Mapping, TableInfo), Vec<FieldError>>;

    /// What makes the rows of a dataset out of batches of [`Mapping::fields`].
    ///
    /// # Errors
    /// What cannot be read any more, each at its place.
    fn rows(&self, spec: &DatasetSpec) -> Result<Box<dyn MapRows>, Vec<FieldError>>;
}

/// Makes rows.
pub trait MapRows: Send + Sync {
    /// Each row of a batch, made or not.
    ///
    /// # Errors
    /// Only where a whole batch is not as it was planned for.
    fn map(&self, read: &RecordBatch) -> Result<Mapped, SourceError>;
}

/// As many rows as were read, in their order.
#[derive(Debug)]
pub struct Mapped {
    /// The columns that the dataset writes, in the order of their numbers.
    pub rows: RecordBatch,
    /// Which rows are not wanted.
    pub out: Vec<bool>,
    /// Which rows could not be made, and why. What is not wanted is never among them.
    pub bad: Vec<Option<String>>,
}
