//! Rows as protobuf messages, by our types and the numbers of a register or an API: absent is NULL, present is written
//! whatever its value (explicit presence). Times, decimals and uuids travel as the texts that JSON has.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use model::wire::{put_bytes, put_double, put_int};
use model::{DataType, Value};

use crate::text::write_text_cell;

/// Where a message field comes from: its number, the batch's column and the type.
#[derive(Debug, Clone, Copy)]
pub struct ProtoColumn {
    pub number: u32,
    pub column: usize,
    pub data_type: DataType,
}

/// Appends the message of one row. `columns` must be in the order of their numbers, as protobuf encoders write them.
pub fn write_message(out: &mut Vec<u8>, batch: &RecordBatch, row: usize, columns: &[ProtoColumn]) {
    for ProtoColumn { number, column, data_type } in columns {
        let cells = batch.column(*column);
        if cells.is_null(row) {
            continue;
        }
        match data_type {
            DataType::String | DataType::Uuid | DataType::Json => {
                put_bytes(out, *number, cells.as_string::<i32>().value(row).as_bytes());
            }
            DataType::Bool => put_int(out, *number, cells.as_boolean().value(row).into()),
            DataType::Int32 => put_int(out, *number, cells.as_primitive::<Int32Type>().value(row).into()),
            DataType::Int64 => put_int(out, *number, cells.as_primitive::<Int64Type>().value(row)),
            DataType::Float64 => put_double(out, *number, cells.as_primitive::<Float64Type>().value(row)),
            DataType::Bytes => put_bytes(out, *number, cells.as_binary::<i32>().value(row)),
            DataType::Decimal { .. } | DataType::Date | DataType::Time | DataType::Timestamp => {
                if let Some(text) = text_of(cells, row, *data_type) {
                    put_bytes(out, *number, text.as_bytes());
                }
            }
        }
    }
}

/// One cell as a value, as a caller's parameter of the same type would read; a key is made from it.
#[must_use]
pub fn value_of(batch: &RecordBatch, column: usize, row: usize, data_type: DataType) -> Value {
    let cells = batch.column(column);
    if cells.is_null(row) {
        return Value::Null;
    }
    match data_type {
        DataType::String | DataType::Uuid | DataType::Json => Value::Text(cells.as_string::<i32>().value(row).to_owned()),
        DataType::Bool => Value::Bool(cells.as_boolean().value(row)),
        DataType::Int32 => Value::Int(cells.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Value::Int(cells.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Value::Float(cells.as_primitive::<Float64Type>().value(row)),
        DataType::Bytes => Value::Bytes(cells.as_binary::<i32>().value(row).to_vec()),
        DataType::Decimal { .. } | DataType::Date | DataType::Time | DataType::Timestamp => {
            text_of(cells, row, data_type).map_or(Value::Null, Value::Text)
        }
    }
}

/// `None` for a time outside the years that can be written.
fn text_of(cells: &dyn Array, row: usize, data_type: DataType) -> Option<String> {
    let mut out = Vec::new();
    write_text_cell(&mut out, cells, row, data_type);
    String::from_utf8(out).ok().filter(|text| !text.is_empty())
}
