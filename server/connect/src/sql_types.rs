//! What every SQL driver shares: binding our values.

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
