//! Cells as plain text, by our types: what CSV holds, what JSON quotes, what protobuf sends of dates and decimals.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::DataType;
use model::json_text::write_float;
use model::scalar::decimal_text;

/// Whether cells of this type hold what a person wrote.
#[must_use]
pub fn is_text(data_type: DataType) -> bool {
    matches!(data_type, DataType::String | DataType::Json)
}

/// Appends one cell that is not NULL. A time outside the years that can be written is nothing.
pub fn write_text_cell(out: &mut Vec<u8>, column: &dyn Array, row: usize, data_type: DataType) {
    use std::io::Write;
    // Writing to a Vec cannot fail.
    let _ = match data_type {
        DataType::String | DataType::Uuid | DataType::Json => out.write_all(column.as_string::<i32>().value(row).as_bytes()),
        DataType::Bool => out.write_all(if column.as_boolean().value(row) { b"true" } else { b"false" }),
        DataType::Int32 => write!(out, "{}", column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => write!(out, "{}", column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => {
            write_float(out, column.as_primitive::<Float64Type>().value(row));
            Ok(())
        }
        DataType::Decimal { scale, .. } => {
            out.write_all(decimal_text(column.as_primitive::<Decimal128Type>().value(row), scale).as_bytes())
        }
        DataType::Date => write!(out, "{}", date_of(column.as_primitive::<Date32Type>().value(row))),
        DataType::Time => write!(out, "{}", time_of(column.as_primitive::<Time64MicrosecondType>().value(row))),
        DataType::Timestamp => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            jiff::Timestamp::from_microsecond(micros).map_or(Ok(()), |time| write!(out, "{time}"))
        }
        DataType::Bytes => out.write_all(STANDARD.encode(column.as_binary::<i32>().value(row)).as_bytes()),
    };
}

fn date_of(days: i32) -> jiff::civil::Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).unwrap_or(jiff::civil::Date::MAX)
}

fn time_of(micros: i64) -> jiff::civil::Time {
    let midnight = jiff::civil::Time::midnight();
    midnight.checked_add(jiff::Span::new().try_microseconds(micros).unwrap_or_default()).unwrap_or(jiff::civil::Time::MAX)
}
