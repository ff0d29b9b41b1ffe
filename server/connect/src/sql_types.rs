//! What every SQL driver shares: binding our values, and telling a column's type by its declared name.

use model::DataType;
use model::source_types::decimal;

/// Our type for a declared SQL type, by the name that a person gave it (`VARCHAR(20)`, `numeric(10,2)`).
pub(crate) fn declared(native: &str) -> DataType {
    let lower = native.trim().to_ascii_lowercase();
    let base = lower.split('(').next().unwrap_or_default().trim();
    match base {
        "boolean" | "bool" => DataType::Bool,
        "smallint" | "int2" | "int4" => DataType::Int32,
        "int" | "integer" | "bigint" | "int8" | "mediumint" | "tinyint" => DataType::Int64,
        "real" | "float" | "double" | "double precision" | "float4" | "float8" => DataType::Float64,
        "numeric" | "decimal" => decimal(&lower),
        "date" => DataType::Date,
        "time" | "time without time zone" => DataType::Time,
        "datetime" | "timestamp" | "timestamptz" | "timestamp with time zone" | "timestamp without time zone" => DataType::Timestamp,
        "uuid" => DataType::Uuid,
        "blob" | "bytea" => DataType::Bytes,
        "json" | "jsonb" => DataType::Json,
        _ => DataType::String,
    }
}

/// Binds our values to a query of any driver in their order. A macro, because drivers differ in their argument types.
macro_rules! bind_all {
    ($query:expr, $binds:expr) => {{
        let mut query = $query;
        for (data_type, value) in $binds {
            query = match value {
                model::Value::Bool(yes) => query.bind(*yes),
                model::Value::Int(number) if *data_type == model::DataType::Int32 => query.bind(i32::try_from(*number).unwrap_or(i32::MAX)),
                model::Value::Int(number) => query.bind(*number),
                model::Value::Float(number) => query.bind(*number),
                model::Value::Text(text) => query.bind(text.clone()),
                model::Value::Bytes(bytes) => query.bind(bytes.clone()),
                // A list is bound item by item before it comes here.
                model::Value::Null | model::Value::List(_) => match data_type {
                    model::DataType::Bool => query.bind(None::<bool>),
                    model::DataType::Int32 => query.bind(None::<i32>),
                    model::DataType::Int64 => query.bind(None::<i64>),
                    model::DataType::Float64 => query.bind(None::<f64>),
                    model::DataType::Bytes => query.bind(None::<Vec<u8>>),
                    _ => query.bind(None::<String>),
                },
            };
        }
        query
    }};
}
pub(crate) use bind_all;

#[cfg(test)]
mod tests {
    use model::data_type::ANY_DECIMAL;

    use super::*;

    #[test]
    fn declared_types_are_read_as_people_write_them() {
        assert_eq!(declared("VARCHAR(20)"), DataType::String);
        assert_eq!(declared("INTEGER"), DataType::Int64);
        assert_eq!(declared("int4"), DataType::Int32);
        assert_eq!(declared("numeric(10, 2)"), DataType::Decimal { precision: 10, scale: 2 });
        assert_eq!(declared("DECIMAL"), ANY_DECIMAL);
        assert_eq!(declared("double precision"), DataType::Float64);
        assert_eq!(declared("TIMESTAMP"), DataType::Timestamp);
    }
}
