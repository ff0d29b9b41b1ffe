//! Our types for those of MySQL, and a cell by the type that the server says it has.

use model::{DataType, Value};
use sqlx::mysql::{MySql, MySqlRow, MySqlTypeInfo};
use sqlx::types::{BigDecimal, chrono};
use sqlx::{Row, TypeInfo, ValueRef};

use super::read_error;
use crate::sql_types::declared;
use crate::{SourceError, SourceErrorKind};

/// Digits enough for every unsigned number of 64 bits.
const UNSIGNED: DataType = DataType::Decimal { precision: 20, scale: 0 };

/// Our type for a column as the catalogue writes it (`bigint(20) unsigned`), or as a prepared statement names it.
pub(super) fn type_of(native: &str) -> DataType {
    let lower = native.trim().to_ascii_lowercase();
    let base = lower.split(['(', ' ']).next().unwrap_or_default();
    let unsigned = lower.contains("unsigned");
    match base {
        "boolean" => DataType::Bool,
        "tinyint" if lower.starts_with("tinyint(1)") => DataType::Bool,
        "bigint" if unsigned => UNSIGNED,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => DataType::Int64,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" | "geometry" => DataType::Bytes,
        _ => declared(&lower),
    }
}

/// Bytes of a cell as they came.
pub(super) fn size(row: &MySqlRow, index: usize) -> usize {
    row.try_get_unchecked::<Option<&[u8]>, _>(index).ok().flatten().map_or(0, <[u8]>::len)
}

pub(super) fn cell(row: &MySqlRow, index: usize) -> Result<Value, SourceError> {
    let raw = row.try_get_raw(index).map_err(|error| read_error(&error))?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let info = raw.type_info();
    let kind = info.name();
    let decoded = match kind {
        "BOOLEAN" => row.try_get::<i8, _>(index).map(|number| Value::Bool(number != 0)),
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => row.try_get(index).map(Value::Int),
        "BIGINT UNSIGNED" => row.try_get::<u64, _>(index).map(|number| Value::Text(number.to_string())),
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "YEAR" => {
            row.try_get_unchecked::<u32, _>(index).map(|number| Value::Int(number.into()))
        }
        "FLOAT" => row.try_get::<f32, _>(index).map(|number| Value::Float(number.into())),
        "DOUBLE" => row.try_get(index).map(Value::Float),
        "DECIMAL" => row.try_get::<BigDecimal, _>(index).map(|number| Value::Text(number.to_plain_string())),
        "DATE" => row.try_get::<chrono::NaiveDate, _>(index).map(|date| Value::Text(date.to_string())),
        "TIME" => row.try_get::<chrono::NaiveTime, _>(index).map(|time| Value::Text(time.to_string())),
        "DATETIME" | "TIMESTAMP" => row
            .try_get_unchecked::<chrono::NaiveDateTime, _>(index)
            .map(|time| Value::Text(time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string())),
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" | "BIT" | "GEOMETRY" if !is_text(&info) => {
            row.try_get_unchecked(index).map(Value::Bytes)
        }
        _ => row.try_get_unchecked(index).map(Value::Text),
    };
    decoded.map_err(|error| {
        SourceError::new(
            SourceErrorKind::Mismatch,
            format!("It holds values of the type {} that cannot be read yet. Leave this column out.", kind.to_lowercase()),
        )
        .because(error)
    })
}

/// Texts that are compared by their bytes are named like bytes; only the character set tells them apart.
pub(super) fn is_text(info: &MySqlTypeInfo) -> bool {
    <str as sqlx::Type<MySql>>::compatible(info)
}

/// A timestamp as the server reads it: without the signs of ISO 8601.
pub(super) fn as_bound(binds: &[(DataType, Value)]) -> Vec<(DataType, Value)> {
    let plain = |(data_type, value): &(DataType, Value)| match (data_type, value) {
        (DataType::Timestamp, Value::Text(text)) => (*data_type, Value::Text(text.replace('T', " ").trim_end_matches('Z').to_owned())),
        (data_type, value) => (*data_type, value.clone()),
    };
    binds.iter().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_the_catalogue_and_by_prepared_statements() {
        assert_eq!(type_of("bigint(20) unsigned"), UNSIGNED);
        assert_eq!(type_of("tinyint(1)"), DataType::Bool);
        assert_eq!(type_of("INT UNSIGNED"), DataType::Int64);
        assert_eq!(type_of("decimal(10,2)"), DataType::Decimal { precision: 10, scale: 2 });
        assert_eq!(type_of("enum('a','b')"), DataType::String);
        assert_eq!(type_of("datetime(6)"), DataType::Timestamp);
        assert_eq!(type_of("varbinary(16)"), DataType::Bytes);
    }
}
