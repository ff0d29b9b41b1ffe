//! What a source is asked, and what it answers.

use std::time::Duration;

use arrow_array::RecordBatch;
use futures::stream::BoxStream;
use model::{DataType, Field, Value};

use crate::{Purpose, SourceError};

/// A statement with its bound values and what is expected of it.
#[derive(Debug, Clone)]
pub struct Statement {
    pub sql: String,
    pub binds: Vec<(DataType, Value)>,
    /// The columns of the result in order; each must be there, by its field's name.
    pub fields: Vec<Field>,
    pub timeout: Duration,
    /// At most this many rows are read.
    pub max_rows: usize,
    pub purpose: Purpose,
}

/// Rows as they come, at most [`crate::BATCH_ROWS`] at a time, and few enough not to pass [`crate::BATCH_BYTES`] by more than a row.
pub type BatchStream = BoxStream<'static, Result<RecordBatch, SourceError>>;
