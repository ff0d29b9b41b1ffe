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
            (SourceErrorKind::Mismatch, "A file became shorter while it was read. Read it again once it is whole.".into())
        }
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, .. } => {
                (SourceErrorKind::Missing, format!("There is no column {}. It may have been renamed or dropped.", field.name))
            }
            _ => (SourceErrorKind::Statement, "A column is named twice. Write the table before it.".to_owned()),
        },
        DataFusionError::SQL(..) => (SourceErrorKind::Statement, "This statement cannot be read. Check it near where it was changed last.".into()),
        DataFusionError::Plan(text) if text.contains("table") && text.contains("not found") => {
            (SourceErrorKind::Missing, "There is no such table. It may have been renamed or removed.".into())
        }
        DataFusionError::Plan(text) if text.contains("not allowed") || text.contains("not supported") && text.contains("DDL") => {
            (SourceErrorKind::Statement, "Only reading is allowed.".into())
        }
        DataFusionError::Plan(_) | DataFusionError::NotImplemented(_) => {
            (SourceErrorKind::Statement, "This question cannot be asked of this source. The log has the reason under this request's id.".into())
        }
        DataFusionError::ParquetError(_) if said.contains("unsupported data type") || said.contains("NYI") => {
            (SourceErrorKind::Mismatch, "A Parquet file holds a column in a form that is not read. Write the column as a plain type, or leave it out of the file.".into())
        }
        DataFusionError::ParquetError(_) => {
            (SourceErrorKind::Mismatch, "A Parquet file cannot be read: it is cut short or damaged. Write it anew.".into())
        }
        DataFusionError::ArrowError(..) => (
            SourceErrorKind::Mismatch,
            "A row of a file is not as the first ones are: it has other columns, or a value of another type. Mend the file, or set the column's type to string.".into(),
        ),
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => {
            (SourceErrorKind::Unreachable, "A file cannot be read. It may have been moved, or Sluice may not read it.".into())
        }
        DataFusionError::ResourcesExhausted(_) => {
            (SourceErrorKind::Busy, "This question needs more memory than the questions of one source may take. Narrow it, or build a dataset.".into())
        }
        _ => (SourceErrorKind::Other, "It could not answer. The log has the reason under this request's id.".into()),
    };
    SourceError::new(kind, sentence).because(said)
}
