//! Rows as protobuf messages, by our types and the numbers of a register or an API: absent is NULL, present is written
//! whatever its value (explicit presence). Times, decimals and uuids travel as the texts that JSON has.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use model::wire::{BYTES, Fields, Wire, put_bytes, put_double, put_int, put_tag};
use model::{DataType, Value};

use crate::batch::BatchBuilder;
use crate::text::write_text_cell;
use crate::{SourceError, SourceErrorKind};

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
                put_text(out, *number, |out| write_text_cell(out, cells, row, *data_type));
            }
        }
    }
}

/// Appends a row again that [`write_message`] wrote; what the message does not have is empty.
///
/// # Errors
/// Bytes that are not such a message.
pub fn read_message(rows: &mut BatchBuilder, columns: &[ProtoColumn], message: &[u8]) -> Result<(), SourceError> {
    let broken = || SourceError::new(SourceErrorKind::Other, "A row that was put aside cannot be read again. Build it again.");
    let mut values = vec![Value::Null; columns.len()];
    for field in Fields::new(message) {
        let field = field.map_err(|_| broken())?;
        let Some(at) = columns.iter().position(|column| column.number == field.number) else { continue };
        values[at] = match (field.value, columns[at].data_type) {
            (Wire::Varint(number), DataType::Bool) => Value::Bool(number != 0),
            #[allow(clippy::cast_possible_wrap)] // two's complement is the wire's own form
            (Wire::Varint(number), _) => Value::Int(number as i64),
            (Wire::Fixed64(bits), _) => Value::Float(f64::from_bits(bits)),
            (Wire::Bytes(bytes), DataType::Bytes) => Value::Bytes(bytes.to_vec()),
            (Wire::Bytes(bytes), _) => Value::Text(std::str::from_utf8(bytes).map_err(|_| broken())?.to_owned()),
            (Wire::Fixed32(_), _) => return Err(broken()),
        };
    }
    for (column, value) in columns.iter().zip(values) {
        rows.append(column.column, value)?;
    }
    Ok(())
}

/// Appends a text of less than 128 bytes as it is written; nothing where that is nothing.
fn put_text(out: &mut Vec<u8>, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
    let before = out.len();
    put_tag(out, number, BYTES);
    out.push(0);
    let begin = out.len();
    write(out);
    match u8::try_from(out.len() - begin) {
        Ok(0) => out.truncate(before),
        Ok(length) if length < 0x80 => out[begin - 1] = length,
        _ => {
            let text = out.split_off(begin);
            out.truncate(before);
            put_bytes(out, number, &text);
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
