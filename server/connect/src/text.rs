//! Cells as plain text, by our types: what CSV holds, what JSON quotes, what protobuf sends of dates and decimals.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::DataType;
use model::calendar::{push_date, push_time, push_timestamp};
use model::data_type::ANY_DECIMAL;
use model::json_text::{float_word, write_float};
use model::scalar::decimal_text;

/// Whether cells of this type hold what a person wrote.
#[must_use]
pub fn is_text(data_type: DataType) -> bool {
    matches!(data_type, DataType::String | DataType::Json)
}

/// Appends one cell that is not NULL.
pub fn write_text_cell(out: &mut Vec<u8>, column: &dyn Array, row: usize, data_type: DataType) {
    use std::io::Write;
    // Writing to a Vec cannot fail.
    let _ = match data_type {
        DataType::String | DataType::Uuid | DataType::Json | ANY_DECIMAL => out.write_all(column.as_string::<i32>().value(row).as_bytes()),
        DataType::Bool => out.write_all(if column.as_boolean().value(row) { b"true" } else { b"false" }),
        DataType::Int32 => write!(out, "{}", column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => write!(out, "{}", column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => {
            let number = column.as_primitive::<Float64Type>().value(row);
            match float_word(number) {
                Some(word) => out.write_all(word.as_bytes()),
                None => {
                    write_float(out, number);
                    Ok(())
                }
            }
        }
        DataType::Decimal { scale, .. } => {
            out.write_all(decimal_text(column.as_primitive::<Decimal128Type>().value(row), scale).as_bytes())
        }
        DataType::Date => {
            push_date(out, column.as_primitive::<Date32Type>().value(row).into());
            Ok(())
        }
        DataType::Time => {
            push_time(out, column.as_primitive::<Time64MicrosecondType>().value(row));
            Ok(())
        }
        DataType::Timestamp => {
            push_timestamp(out, column.as_primitive::<TimestampMicrosecondType>().value(row));
            Ok(())
        }
        DataType::Bytes => out.write_all(STANDARD.encode(column.as_binary::<i32>().value(row)).as_bytes()),
    };
}
