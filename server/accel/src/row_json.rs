//! From the protobuf bytes of a row to its JSON, by a plan made once: no message is decoded, no tree is built.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::DataType;
use model::json_text::{write_float, write_json, write_text};
use model::wire::{Broken, Fields, Wire};
use smallvec::SmallVec;

/// One field of the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonField {
    pub number: u32,
    pub name: String,
    pub data_type: DataType,
    /// An int64 as a JSON string.
    pub as_string: bool,
    /// Rows in its place, of which `data_type` says nothing then.
    pub rows: Option<JsonRows>,
}

/// Rows inside of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonRows {
    pub fields: Vec<JsonField>,
    /// As an array; else one object, or null.
    pub list: bool,
}

#[derive(Debug, Clone)]
struct Slot {
    number: u32,
    rows: Option<(RowJson, bool)>,
    /// `"name":`, with a comma before it from the second on.
    label: Box<[u8]>,
    data_type: DataType,
    as_string: bool,
}

/// The plan: fields in the order of the response, found by their number.
#[derive(Debug, Clone)]
pub struct RowJson {
    slots: Box<[Slot]>,
    /// By field number: the slot and one, or 0 where the response does not have it.
    slot_of: Box<[u16]>,
}

impl RowJson {
    /// At most 65,535 fields; `model::validate` allows far fewer.
    #[must_use]
    pub fn new(fields: &[JsonField]) -> Self {
        let highest = fields.iter().map(|field| field.number).max().unwrap_or(0) as usize;
        let mut slot_of = vec![0_u16; highest + 1];
        let mut slots = Vec::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            slot_of[field.number as usize] = u16::try_from(index + 1).unwrap_or(0);
            let mut label = if index > 0 { vec![b','] } else { Vec::new() };
            write_text(&mut label, &field.name);
            label.push(b':');
            slots.push(Slot {
                number: field.number,
                rows: field.rows.as_ref().map(|rows| (Self::new(&rows.fields), rows.list)),
                label: label.into(),
                data_type: field.data_type,
                as_string: field.as_string,
            });
        }
        Self { slots: slots.into(), slot_of: slot_of.into() }
    }

    /// Appends the object of one row; a field that is absent is null, a number that the response does not have is left out.
    ///
    /// # Errors
    /// Where the bytes are not a message of these fields; what was appended is taken back.
    pub fn write(&self, out: &mut Vec<u8>, row: &[u8]) -> Result<(), Broken> {
        let start = out.len();
        let written = self.try_write(out, row);
        if written.is_err() {
            out.truncate(start);
        }
        written
    }

    fn try_write(&self, out: &mut Vec<u8>, row: &[u8]) -> Result<(), Broken> {
        let mut values: SmallVec<[Option<Wire<'_>>; 24]> = SmallVec::from_elem(None, self.slots.len());
        for field in Fields::new(row) {
            let field = field?;
            // The last one counts, as protobuf has it.
            if let Some(slot @ 1..) = self.slot_of.get(field.number as usize) {
                values[usize::from(*slot) - 1] = Some(field.value);
            }
        }
        out.push(b'{');
        for (slot, value) in self.slots.iter().zip(&values) {
            out.extend_from_slice(&slot.label);
            match (&slot.rows, value) {
                (Some((rows, true)), _) => write_list(out, rows, slot.number, row)?,
                (_, None) => out.extend_from_slice(b"null"),
                (Some((one, false)), Some(Wire::Bytes(row))) => one.try_write(out, row)?,
                (_, Some(value)) => write_value(out, slot, *value)?,
            }
        }
        out.push(b'}');
        Ok(())
    }
}

/// Every row that a message has under a number.
fn write_list(out: &mut Vec<u8>, rows: &RowJson, number: u32, message: &[u8]) -> Result<(), Broken> {
    out.push(b'[');
    let mut first = true;
    for field in Fields::new(message) {
        let field = field?;
        if let (true, Wire::Bytes(row)) = (field.number == number, field.value) {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            rows.try_write(out, row)?;
        }
    }
    out.push(b']');
    Ok(())
}

#[allow(clippy::cast_possible_wrap, clippy::cast_possible_truncation)] // two's complement is the wire's own form
fn write_value(out: &mut Vec<u8>, slot: &Slot, value: Wire<'_>) -> Result<(), Broken> {
    match (slot.data_type, value) {
        (DataType::Bool, Wire::Varint(yes)) => out.extend_from_slice(if yes == 0 { b"false" } else { b"true" }),
        (DataType::Int32, Wire::Varint(number)) => out.extend_from_slice(itoa::Buffer::new().format(number as i32).as_bytes()),
        (DataType::Int64, Wire::Varint(number)) => {
            let mut digits = itoa::Buffer::new();
            let text = digits.format(number as i64).as_bytes();
            if slot.as_string {
                out.push(b'"');
                out.extend_from_slice(text);
                out.push(b'"');
            } else {
                out.extend_from_slice(text);
            }
        }
        (DataType::Float64, Wire::Fixed64(bits)) => write_float(out, f64::from_bits(bits)),
        (DataType::Bytes, Wire::Bytes(bytes)) => write_text(out, &STANDARD.encode(bytes)),
        (DataType::Json, Wire::Bytes(bytes)) => write_json(out, text(bytes)?),
        (
            DataType::String | DataType::Uuid | DataType::Decimal { .. } | DataType::Date | DataType::Time | DataType::Timestamp,
            Wire::Bytes(bytes),
        ) => write_text(out, text(bytes)?),
        _ => return Err(Broken),
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<&str, Broken> {
    std::str::from_utf8(bytes).map_err(|_| Broken)
}

#[cfg(test)]
mod tests {
    use model::wire::{put_bytes, put_double, put_int};

    use super::*;

    fn field(number: u32, name: &str, data_type: DataType) -> JsonField {
        JsonField { number, name: name.into(), data_type, as_string: false, rows: None }
    }

    #[test]
    fn fields_stand_in_the_order_of_the_answer_and_absent_ones_are_null() {
        let plan = RowJson::new(&[
            field(3, "maker", DataType::String),
            field(1, "seats", DataType::Int32),
            field(9, "gone", DataType::Date),
            field(2, "speed", DataType::Float64),
        ]);
        let mut row = Vec::new();
        put_int(&mut row, 1, -5);
        put_double(&mut row, 2, 1.5);
        put_bytes(&mut row, 3, "BO\"EING".as_bytes());
        put_int(&mut row, 77, 1);
        let mut out = Vec::new();
        plan.write(&mut out, &row).unwrap();
        assert_eq!(std::str::from_utf8(&out).unwrap(), r#"{"maker":"BO\"EING","seats":-5,"gone":null,"speed":1.5}"#);
    }

    #[test]
    fn rows_stand_inside_of_rows() {
        let inner = |number, name: &str, list| JsonField {
            rows: Some(JsonRows { fields: vec![field(7, "n", DataType::Int32)], list }),
            ..field(number, name, DataType::Json)
        };
        let plan = RowJson::new(&[inner(1, "one", false), inner(2, "many", true), inner(3, "none", false), inner(4, "nothing", true)]);
        let (mut a, mut b, mut row) = (Vec::new(), Vec::new(), Vec::new());
        put_int(&mut a, 7, 1);
        put_int(&mut b, 7, 2);
        put_bytes(&mut row, 2, &a);
        put_bytes(&mut row, 1, &a);
        put_bytes(&mut row, 2, &b);
        let mut out = Vec::new();
        plan.write(&mut out, &row).unwrap();
        assert_eq!(std::str::from_utf8(&out).unwrap(), r#"{"one":{"n":1},"many":[{"n":1},{"n":2}],"none":null,"nothing":[]}"#);
    }

    #[test]
    fn a_broken_row_leaves_nothing_behind() {
        let plan = RowJson::new(&[field(1, "name", DataType::String)]);
        let mut out = b"[".to_vec();
        for row in [&[0x0a, 1, 0xff][..], &[0x08, 1], &[0x0a, 9]] {
            assert!(plan.write(&mut out, row).is_err());
            assert_eq!(out, b"[");
        }
    }
}
