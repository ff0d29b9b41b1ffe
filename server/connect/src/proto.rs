//! Rows as protobuf messages, by our types and the numbers of a register or an API: absent is NULL, present is written
//! whatever its value (explicit presence). Times, decimals and uuids travel as the texts that JSON has.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, BinaryArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use model::data_type::ANY_DECIMAL;
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

/// The cells of one column, as what they are: found out once for a batch, and not for each of its rows.
#[derive(Clone, Copy)]
pub enum Cells<'b> {
    Text(&'b StringArray),
    Bool(&'b BooleanArray),
    Int32(&'b Int32Array),
    Int64(&'b Int64Array),
    Float(&'b Float64Array),
    Bytes(&'b BinaryArray),
    Date(&'b Date32Array),
    Timestamp(&'b TimestampMicrosecondArray),
    /// Written as texts.
    Other(&'b dyn Array, DataType),
}

impl<'b> Cells<'b> {
    #[must_use]
    pub fn of(column: &'b dyn Array, data_type: DataType) -> Self {
        match data_type {
            DataType::String | DataType::Uuid | DataType::Json | ANY_DECIMAL => Self::Text(column.as_string()),
            DataType::Bool => Self::Bool(column.as_boolean()),
            DataType::Int32 => Self::Int32(column.as_primitive()),
            DataType::Int64 => Self::Int64(column.as_primitive()),
            DataType::Float64 => Self::Float(column.as_primitive()),
            DataType::Bytes => Self::Bytes(column.as_binary()),
            DataType::Date => Self::Date(column.as_primitive()),
            DataType::Timestamp => Self::Timestamp(column.as_primitive()),
            DataType::Decimal { .. } | DataType::Time => Self::Other(column, data_type),
        }
    }

    #[must_use]
    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Text(cells) => cells.is_null(row),
            Self::Bool(cells) => cells.is_null(row),
            Self::Int32(cells) => cells.is_null(row),
            Self::Int64(cells) => cells.is_null(row),
            Self::Float(cells) => cells.is_null(row),
            Self::Bytes(cells) => cells.is_null(row),
            Self::Date(cells) => cells.is_null(row),
            Self::Timestamp(cells) => cells.is_null(row),
            Self::Other(cells, _) => cells.is_null(row),
        }
    }

    /// Appends a cell as a field of a message; nothing where it is NULL.
    fn put(&self, out: &mut Vec<u8>, number: u32, row: usize) {
        if self.is_null(row) {
            return;
        }
        match self {
            Self::Text(cells) => put_bytes(out, number, cells.value(row).as_bytes()),
            Self::Bool(cells) => put_int(out, number, cells.value(row).into()),
            Self::Int32(cells) => put_int(out, number, cells.value(row).into()),
            Self::Int64(cells) => put_int(out, number, cells.value(row)),
            Self::Float(cells) => put_double(out, number, cells.value(row)),
            Self::Bytes(cells) => put_bytes(out, number, cells.value(row)),
            Self::Date(cells) => put_text(out, number, |out| write_text_cell(out, cells, row, DataType::Date)),
            Self::Timestamp(cells) => put_text(out, number, |out| write_text_cell(out, cells, row, DataType::Timestamp)),
            Self::Other(cells, data_type) => put_text(out, number, |out| write_text_cell(out, *cells, row, *data_type)),
        }
    }
}

/// Appends the message of one row. `columns` must be in the order of their numbers, as protobuf encoders write them.
pub fn write_message(out: &mut Vec<u8>, batch: &RecordBatch, row: usize, columns: &[ProtoColumn]) {
    for ProtoColumn { number, column, data_type } in columns {
        Cells::of(batch.column(*column), *data_type).put(out, *number, row);
    }
}

/// Writes the rows of one batch as messages.
pub struct Messages<'b>(Vec<(u32, Cells<'b>)>);

impl<'b> Messages<'b> {
    /// `columns` as for [`write_message`].
    #[must_use]
    pub fn of(batch: &'b RecordBatch, columns: &[ProtoColumn]) -> Self {
        Self(columns.iter().map(|column| (column.number, Cells::of(batch.column(column.column), column.data_type))).collect())
    }

    /// As [`write_message`].
    pub fn write(&self, out: &mut Vec<u8>, row: usize) {
        for (number, cells) in &self.0 {
            cells.put(out, *number, row);
        }
    }
}

/// Appends a row again that [`write_message`] wrote; what the message does not have is empty.
///
/// # Errors
/// Bytes that are not such a message.
pub fn read_message(rows: &mut BatchBuilder, columns: &[ProtoColumn], message: &[u8]) -> Result<(), SourceError> {
    let broken = || SourceError::new(SourceErrorKind::Other, "A rejected row cannot be read again. Build the dataset again.");
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

/// Appends a text of less than 128 bytes as it is written.
fn put_text(out: &mut Vec<u8>, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
    let before = out.len();
    put_tag(out, number, BYTES);
    out.push(0);
    let begin = out.len();
    write(out);
    match u8::try_from(out.len() - begin) {
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
        DataType::String | DataType::Uuid | DataType::Json | ANY_DECIMAL => Value::Text(cells.as_string::<i32>().value(row).to_owned()),
        DataType::Bool => Value::Bool(cells.as_boolean().value(row)),
        DataType::Int32 => Value::Int(cells.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Value::Int(cells.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Value::Float(cells.as_primitive::<Float64Type>().value(row)),
        DataType::Bytes => Value::Bytes(cells.as_binary::<i32>().value(row).to_vec()),
        DataType::Decimal { .. } | DataType::Date | DataType::Time | DataType::Timestamp => {
            let mut out = Vec::new();
            write_text_cell(&mut out, cells, row, data_type);
            Value::Text(String::from_utf8(out).unwrap_or_default())
        }
    }
}
