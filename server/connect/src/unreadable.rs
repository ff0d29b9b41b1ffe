//! Cells that a source holds and nobody can read by their column's type: a date of month 0, an infinite time. Who reads whole tables gets
//! them empty, and is told of each beside its batch, so that one cell does not take the table away and is no NULL that was not there.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use serde::{Deserialize, Serialize};

/// Under which name a batch carries them.
const NOTES: &str = "sluice.unreadable";

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// In its batch.
    pub row: usize,
    pub column: usize,
    /// A sentence that names the row of the answer, the column and the value.
    pub reason: String,
}

/// The schema of a batch that has such cells.
pub(crate) fn noted(schema: &SchemaRef, cells: &[Unreadable]) -> SchemaRef {
    // Numbers and texts are always JSON.
    let notes = serde_json::to_string(cells).unwrap_or_default();
    Arc::new(Schema::clone(schema).with_metadata(HashMap::from([(NOTES.to_owned(), notes)])))
}

/// A batch as any other, and the cells of it that could not be read.
#[must_use]
pub fn take(mut batch: RecordBatch) -> (RecordBatch, Vec<Unreadable>) {
    if batch.schema_ref().metadata().is_empty() {
        return (batch, Vec::new());
    }
    let notes = batch.schema_metadata_mut().remove(NOTES).unwrap_or_default();
    (batch, serde_json::from_str(&notes).unwrap_or_default())
}
