//! How databases declare columns so that every value of them is read back as it was written.

use model::DataType;
use model::data_type::ANY_DECIMAL;
use model::dialect::Dialect;

/// The longest text of a key where a database must know that before, in characters.
const KEY_TEXT: usize = 255;

/// Whether a column can be kept in a table of a database.
#[must_use]
pub fn takes(dialect: Dialect, data_type: DataType) -> bool {
    column_type(dialect, data_type, false).is_some()
}

/// How a database declares a column so that every value of it is read back as it was written.
pub(super) fn column_type(dialect: Dialect, data_type: DataType, in_key: bool) -> Option<String> {
    match dialect {
        Dialect::Postgres => Some(of_postgres(data_type)),
        Dialect::Mysql => Some(of_mysql(data_type, in_key)),
        Dialect::Clickhouse => of_clickhouse(data_type).map(|name| if in_key { name } else { format!("Nullable({name})") }),
        Dialect::Sqlite | Dialect::Datafusion => None,
    }
}

fn of_postgres(data_type: DataType) -> String {
    match data_type {
        DataType::String => "text".into(),
        DataType::Uuid => "uuid".into(),
        // As it was written: its binary kin puts the names into another order.
        DataType::Json => "json".into(),
        DataType::Bool => "boolean".into(),
        DataType::Int32 => "integer".into(),
        DataType::Int64 => "bigint".into(),
        DataType::Float64 => "double precision".into(),
        ANY_DECIMAL => "numeric".into(),
        DataType::Decimal { precision, scale } => format!("numeric({precision}, {scale})"),
        DataType::Date => "date".into(),
        DataType::Time => "time".into(),
        DataType::Timestamp => "timestamptz".into(),
        DataType::Bytes => "bytea".into(),
    }
}

fn of_mysql(data_type: DataType, in_key: bool) -> String {
    // Letters are told apart by their bytes, as everywhere else.
    let text = |kind: &str| format!("{kind} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    match data_type {
        // No number of theirs has as many digits as it may have.
        DataType::String | ANY_DECIMAL if in_key => text(&format!("VARCHAR({KEY_TEXT})")),
        DataType::String | DataType::Json | ANY_DECIMAL => text("LONGTEXT"),
        DataType::Uuid => text("VARCHAR(36)"),
        DataType::Bool => "BOOLEAN".into(),
        DataType::Int32 => "INT".into(),
        DataType::Int64 => "BIGINT".into(),
        DataType::Float64 => "DOUBLE".into(),
        DataType::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        DataType::Date => "DATE".into(),
        DataType::Time => "TIME(6)".into(),
        DataType::Timestamp => "DATETIME(6)".into(),
        DataType::Bytes if in_key => format!("VARBINARY({KEY_TEXT})"),
        DataType::Bytes => "LONGBLOB".into(),
    }
}

fn of_clickhouse(data_type: DataType) -> Option<String> {
    Some(match data_type {
        DataType::String | DataType::Json | DataType::Time | ANY_DECIMAL => "String".into(),
        DataType::Uuid => "UUID".into(),
        DataType::Bool => "Bool".into(),
        DataType::Int32 => "Int32".into(),
        DataType::Int64 => "Int64".into(),
        DataType::Float64 => "Float64".into(),
        DataType::Decimal { precision, scale } => format!("Decimal({precision}, {scale})"),
        DataType::Date => "Date32".into(),
        DataType::Timestamp => "DateTime64(6, 'UTC')".into(),
        // Its answers are JSON, which has no place for bytes that are not text.
        DataType::Bytes => return None,
    })
}
