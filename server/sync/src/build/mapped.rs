//! Rows on their way from what the source calls them to what the dataset does.

use arrow_array::RecordBatch;
use connect::MapRows;
use connect::unreadable::Unreadable;
use model::dataset::DatasetSpec;

use crate::Worker;
use crate::build::encoder::Encoder;
use crate::failed::Failed;

/// What becomes of rows by a dataset's mapping; nothing where they are copied.
pub(crate) struct Maps {
    rows: Option<Box<dyn MapRows>>,
    /// Rows as they were read.
    read: Encoder,
}

/// As many rows as were read, in their order.
pub(crate) struct MappedRows {
    read: RecordBatch,
    pub(crate) rows: RecordBatch,
    out: Vec<bool>,
    bad: Vec<Option<String>>,
}

impl Maps {
    /// # Errors
    /// A mapping that cannot be read any more.
    pub(crate) fn new(worker: &Worker, spec: &DatasetSpec) -> Result<Self, Failed> {
        let makes = spec.mapping.makes_rows();
        let rows = makes.then(|| worker.mapper.rows(spec)).transpose().map_err(|errors| {
            let first = errors.into_iter().next().map(|error| error.message).unwrap_or_default();
            Failed::new(format!("The mapping does not fit the table any more. {first} Change the mapping on the dataset's page."))
        })?;
        Ok(Self { rows, read: Encoder::as_read(spec) })
    }

    /// # Errors
    /// Only where a whole batch cannot be made.
    pub(crate) fn map(&self, read: &RecordBatch) -> Result<MappedRows, Failed> {
        let (read, unreadable) = connect::unreadable::take(read.clone());
        let Some(maps) = &self.rows else {
            let bad = unread(&read, unreadable, Vec::new());
            return Ok(MappedRows { rows: read.clone(), read, out: Vec::new(), bad });
        };
        let mapped = maps.map(&read).map_err(|error| {
            tracing::warn!(cause = %error.cause, "a mapping cannot be applied");
            Failed::new(error.to_string())
        })?;
        let bad = unread(&read, unreadable, mapped.bad);
        Ok(MappedRows { read, rows: mapped.rows, out: mapped.out, bad })
    }

    /// A row as it was read, to be kept for a person.
    pub(crate) fn spoiled(&self, rows: &MappedRows, row: usize, reason: String) -> connect::Spoiled {
        self.read.spoiled(&rows.read, row, reason)
    }
}

/// What could not be read cannot be made either: the reason that the source's cell gives comes first.
fn unread(read: &RecordBatch, cells: Vec<Unreadable>, mut bad: Vec<Option<String>>) -> Vec<Option<String>> {
    if !cells.is_empty() {
        bad.resize(read.num_rows(), None);
    }
    for cell in cells.into_iter().rev() {
        bad[cell.row] = Some(cell.reason);
    }
    bad
}

impl MappedRows {
    pub(crate) fn len(&self) -> usize {
        self.rows.num_rows()
    }

    /// Whether nobody wants this row.
    pub(crate) fn is_out(&self, row: usize) -> bool {
        self.out.get(row).copied().unwrap_or(false)
    }

    /// Why it could not be made.
    pub(crate) fn bad(&self, row: usize) -> Option<&str> {
        self.bad.get(row)?.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use model::{DataType, Field, Value};

    use super::*;
    use crate::samples::batch;

    #[test]
    fn the_reason_of_a_cell_comes_before_that_of_the_mapping() {
        let rows = batch(&[Field::plain("c", DataType::Int64)], &[vec![Value::Int(1)], vec![Value::Null], vec![Value::Int(3)]]);
        let cell = |row, reason: &str| Unreadable { row, column: 0, reason: reason.into() };
        let some = |text: &str| Some(text.to_owned());
        assert!(unread(&rows, Vec::new(), Vec::new()).is_empty(), "nothing is wrong with any");
        assert_eq!(unread(&rows, Vec::new(), vec![None, some("mapping"), None]), [None, some("mapping"), None]);
        // Of two cells of a row, the first is told.
        let cells = vec![cell(1, "first"), cell(1, "second"), cell(2, "last")];
        assert_eq!(unread(&rows, cells.clone(), Vec::new()), [None, some("first"), some("last")]);
        assert_eq!(unread(&rows, cells, vec![some("a"), some("b"), None]), [some("a"), some("first"), some("last")]);
    }

    #[test]
    fn a_row_that_nothing_is_said_of_is_wanted_and_whole() {
        let rows = batch(&[Field::plain("c", DataType::Int64)], &[vec![Value::Int(1)], vec![Value::Int(2)]]);
        let mapped = MappedRows { read: rows.clone(), rows, out: vec![true], bad: vec![None] };
        assert_eq!((mapped.len(), [0, 1, 2].map(|row| mapped.is_out(row))), (2, [true, false, false]));
        assert_eq!([0, 1, 2].map(|row| mapped.bad(row)), [None; 3]);
    }
}
