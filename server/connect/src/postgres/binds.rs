//! What is bound, as PostgreSQL names it.

use model::{DataType, Value};
use sqlx::postgres::PgTypeInfo;

/// The types that our binds declare, so that preparing sees what running sees.
pub(super) fn bind_types(binds: &[(DataType, Value)]) -> Vec<PgTypeInfo> {
    binds
        .iter()
        .map(|(data_type, _)| {
            PgTypeInfo::with_name(match data_type {
                DataType::Bool => "BOOL",
                DataType::Int32 => "INT4",
                DataType::Int64 => "INT8",
                DataType::Float64 => "FLOAT8",
                DataType::Bytes => "BYTEA",
                _ => "TEXT",
            })
        })
        .collect()
}
