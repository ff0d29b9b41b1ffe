//! DataFusion's own words, by what they mean for a person.

use connect::{SourceError, SourceErrorKind};
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

/// What is told of a file that became shorter while it was read, in an error of the store.
pub(crate) const CUT_SHORT: &str = "the file became shorter while it was read";

pub(crate) fn mismatch(sentence: impl Into<String>) -> SourceError {
    SourceError::new(SourceErrorKind::Mismatch, sentence)
}

pub(crate) fn read_error(error: &DataFusionError) -> SourceError {
    // What a service did wrong is in our words already.
    if let DataFusionError::External(ours) = error.find_root()
        && let Some(ours) = ours.downcast_ref::<SourceError>()
    {
        return ours.clone();
    }
    let said = error.to_string();
    let (kind, sentence) = match error.find_root() {
        _ if said.contains(CUT_SHORT) => {
            (SourceErrorKind::Mismatch, "A file became shorter while it was read. Try again when the file is complete.".into())
        }
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, .. } => {
                (SourceErrorKind::Missing, format!("Column {} does not exist. It may have been renamed or dropped.", field.name))
            }
            _ => (SourceErrorKind::Statement, "A column name is ambiguous. Write the table name before the column.".to_owned()),
        },
        DataFusionError::SQL(..) => (SourceErrorKind::Statement, "The statement cannot be parsed. Check the part that was changed last.".into()),
        DataFusionError::Plan(text) if text.contains("table") && text.contains("not found") => {
            (SourceErrorKind::Missing, "The table does not exist. It may have been renamed or removed.".into())
        }
        DataFusionError::Plan(text) if text.contains("not allowed") || text.contains("not supported") && text.contains("DDL") => {
            (SourceErrorKind::Statement, "Sources are read-only. Use SELECT.".into())
        }
        DataFusionError::Plan(_) | DataFusionError::NotImplemented(_) => {
            (SourceErrorKind::Statement, "This source does not support the query. The log has the cause under the id of this request.".into())
        }
        DataFusionError::ParquetError(_) if said.contains("unsupported data type") || said.contains("NYI") => {
            (SourceErrorKind::Mismatch, "A Parquet file has a column with an unsupported type. Write the column as a plain type, or remove the column from the file.".into())
        }
        DataFusionError::ParquetError(_) => {
            (SourceErrorKind::Mismatch, "A Parquet file cannot be read: it is incomplete or damaged. Write the file again.".into())
        }
        DataFusionError::ArrowError(..) => (
            SourceErrorKind::Mismatch,
            "A row of a file differs from the first rows: it has other columns, or a value of another type. Correct the file, or set the type of the column to string.".into(),
        ),
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => {
            (SourceErrorKind::Unreachable, "A file cannot be read. It may have been moved, or Sluice has no permission to read it.".into())
        }
        DataFusionError::ResourcesExhausted(_) => {
            (SourceErrorKind::Busy, "The query needs more memory than the queries of one source are allowed. Narrow the query, or build a dataset.".into())
        }
        _ => (SourceErrorKind::Other, "The query failed. The log has the cause under the id of this request.".into()),
    };
    SourceError::new(kind, sentence).because(said)
}
