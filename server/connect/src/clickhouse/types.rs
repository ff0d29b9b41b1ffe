//! Our types for those of ClickHouse, and a cell out of its JSON.

use model::clickhouse::unwrapped;
use model::table::Column;
use model::{DataType, Value, source_types};
use serde_json::value::RawValue;

/// A column with its type as the server writes it: `LowCardinality(Nullable(String))`.
pub(super) fn column(name: &str, native: &str) -> Column {
    let (_, nullable) = unwrapped(native);
    Column { name: name.into(), data_type: source_types::clickhouse(native), nullable, native: native.into() }
}

/// A cell as it stands in a line of JSON. Numbers are taken as their digits, so that none is lost; what is not of the type that is expected of
/// it is a text, which the column refuses with its place.
pub(super) fn cell(json: &RawValue, data_type: DataType) -> Value {
    let raw = json.get();
    let text = || Value::Text(raw.to_owned());
    match (raw.as_bytes().first(), data_type) {
        (Some(b'n'), _) => Value::Null,
        (Some(b't'), _) => Value::Bool(true),
        (Some(b'f'), _) => Value::Bool(false),
        (Some(b'"'), _) => match (serde_json::from_str::<String>(raw), data_type) {
            (Ok(plain), DataType::Float64) => plain.parse().map_or(Value::Text(plain), Value::Float),
            (Ok(plain), DataType::Bytes) => Value::Bytes(plain.into_bytes()),
            (Ok(plain), _) => Value::Text(plain),
            (Err(_), _) => text(),
        },
        (_, DataType::Int32 | DataType::Int64) => raw.parse().map_or_else(|_| text(), Value::Int),
        (_, DataType::Bool) => Value::Bool(raw != "0"),
        (_, DataType::Float64) => raw.parse().map_or_else(|_| text(), Value::Float),
        // Arrays and objects are the server's own JSON.
        _ => text(),
    }
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
        Value::Bytes(bytes) => return Some(escaped(bytes)),
    };
    // The interface reads these as its own tab-separated format does.
    Some(text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"))
}

/// Bytes as the interface reads them: what is not plain ASCII by its number.
fn escaped(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        b' '..=b'~' if *byte != b'\\' => char::from(*byte).to_string(),
        byte => format!("\\x{byte:02X}"),
    };
    bytes.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use model::data_type::ANY_DECIMAL;

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
        assert_eq!(of("SimpleAggregateFunction(sum, UInt64)"), (DataType::Int64, false));
        assert_eq!(of("SimpleAggregateFunction(groupArrayArray(3), Nullable(Decimal(76, 5)))"), (ANY_DECIMAL, true));
    }

    #[test]
    fn bytes_are_sent_as_they_are() {
        let sent = parameter(DataType::Bytes, &Value::Bytes(b"a\\\xff\t".to_vec()));
        assert_eq!(sent.as_deref(), Some("a\\x5C\\xFF\\x09"));
    }

    #[test]
    fn cells_keep_their_digits() {
        let of = |json: &str, data_type| cell(serde_json::from_str(json).unwrap(), data_type);
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(of("9007199254740993", DataType::Int64), Value::Int(9_007_199_254_740_993));
        assert_eq!(of("18446744073709551615", DataType::Int64), text("18446744073709551615"));
        assert_eq!(of("[1,18446744073709551615]", DataType::Json), text("[1,18446744073709551615]"));
        assert_eq!(of("0.000000000012345", ANY_DECIMAL), text("0.000000000012345"));
        assert_eq!((of("1.5", DataType::Float64), of("\"-inf\"", DataType::Float64)), (Value::Float(1.5), Value::Float(f64::NEG_INFINITY)));
        assert_eq!(
            (of("null", DataType::Int64), of("false", DataType::Bool), of("\"a\\\"b\"", DataType::String)),
            (Value::Null, Value::Bool(false), text("a\"b"))
        );
    }
}
