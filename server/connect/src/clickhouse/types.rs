//! Our types for those of ClickHouse, and a cell out of its JSON.

use model::table::Column;
use model::{DataType, Value};
use serde_json::Value as Json;

use crate::sql_types::declared;
use crate::{SourceError, SourceErrorKind};

/// A column with its type as the server writes it: `LowCardinality(Nullable(String))`.
pub(super) fn column(name: &str, native: &str) -> Column {
    let (plain, nullable) = unwrapped(native);
    Column { name: name.into(), data_type: type_of(plain), nullable, native: native.into() }
}

fn unwrapped(native: &str) -> (&str, bool) {
    let inner = |text: &str, of: &str| -> Option<usize> { text.strip_prefix(of).map(|_| of.len()) };
    let (mut text, mut nullable) = (native.trim(), false);
    loop {
        let (skip, is_null) = match (inner(text, "Nullable("), inner(text, "LowCardinality(")) {
            (Some(skip), _) => (skip, true),
            (None, Some(skip)) => (skip, false),
            (None, None) => return (text, nullable),
        };
        text = text[skip..].strip_suffix(')').unwrap_or(&text[skip..]);
        nullable |= is_null;
    }
}

fn type_of(plain: &str) -> DataType {
    let base = plain.split('(').next().unwrap_or_default();
    match base {
        "Bool" => DataType::Bool,
        "Int8" | "Int16" | "Int32" | "UInt8" | "UInt16" => DataType::Int32,
        // Counts are UInt64: a number beyond 63 bits is told when it is met.
        "Int64" | "UInt32" | "UInt64" => DataType::Int64,
        "Int128" | "UInt128" | "Int256" | "UInt256" => DataType::String,
        "Float32" | "Float64" => DataType::Float64,
        "Decimal" => declared(plain),
        "Date" | "Date32" => DataType::Date,
        "DateTime" | "DateTime64" => DataType::Timestamp,
        "UUID" => DataType::Uuid,
        "Array" | "Map" | "Tuple" | "JSON" | "Object" | "Nested" | "Variant" | "Dynamic" => DataType::Json,
        _ => DataType::String,
    }
}

/// A cell by the type that is expected of it. Numbers come as text where JSON would lose digits.
pub(super) fn cell(json: &Json, data_type: DataType) -> Result<Value, SourceError> {
    let misfit = || {
        SourceError::new(SourceErrorKind::Mismatch, format!("It holds a value that is not {} {}.", article(data_type), data_type.word()))
            .because(json.to_string().chars().take(200).collect::<String>())
    };
    Ok(match (json, data_type) {
        (Json::Null, _) => Value::Null,
        (Json::Bool(yes), _) => Value::Bool(*yes),
        (Json::String(text), DataType::Int32 | DataType::Int64) => Value::Int(text.parse().map_err(|_| misfit())?),
        (Json::Number(number), DataType::Int32 | DataType::Int64) => Value::Int(number.as_i64().ok_or_else(misfit)?),
        (Json::Number(number), DataType::Bool) => Value::Bool(number.as_i64() != Some(0)),
        (Json::Number(number), DataType::Float64) => Value::Float(number.as_f64().ok_or_else(misfit)?),
        (Json::String(text), DataType::Float64) => Value::Float(text.parse().map_err(|_| misfit())?),
        (Json::Number(number), _) => Value::Text(number.to_string()),
        (Json::String(text), DataType::Bytes) => Value::Bytes(text.clone().into_bytes()),
        (Json::String(text), _) => Value::Text(text.clone()),
        (Json::Array(_) | Json::Object(_), _) => Value::Text(json.to_string()),
    })
}

fn article(data_type: DataType) -> &'static str {
    if data_type.word().starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// A value as a parameter of the HTTP interface reads it; `None` for NULL, which stands in the text.
pub(super) fn parameter(data_type: DataType, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null | Value::List(_) => return None,
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) if data_type == DataType::Timestamp => text.replace('T', " ").trim_end_matches('Z').to_owned(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    };
    // The interface reads these as its own tab-separated format does.
    Some(text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_through_their_wrappings() {
        let of = |native: &str| {
            let column = column("c", native);
            (column.data_type, column.nullable)
        };
        assert_eq!(of("LowCardinality(Nullable(String))"), (DataType::String, true));
        assert_eq!(of("Nullable(Decimal(10, 2))"), (DataType::Decimal { precision: 10, scale: 2 }, true));
        assert_eq!(of("DateTime64(6, 'UTC')"), (DataType::Timestamp, false));
        assert_eq!(of("Array(String)"), (DataType::Json, false));
        assert_eq!(cell(&Json::from("9007199254740993"), DataType::Int64).unwrap(), Value::Int(9_007_199_254_740_993));
        assert!(cell(&Json::from("18446744073709551615"), DataType::Int64).is_err());
    }
}
