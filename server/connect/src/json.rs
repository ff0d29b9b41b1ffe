//! Rows as JSON text, by our types: decimals are strings, bytes base64, NULL is null, wide integers are numbers unless
//! the field asks for a string, and floats that are no numbers are their names.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, RecordBatch};
use model::data_type::ANY_DECIMAL;
use model::json_text::{write_float, write_json, write_text};
use model::{DataType, Field};

use crate::text::write_text_cell;

/// Writes `{"name": value, …}` for one row. `columns` says where each field's column stands in the batch.
pub fn write_row(out: &mut Vec<u8>, batch: &RecordBatch, row: usize, fields: &[(usize, &Field)]) {
    out.push(b'{');
    for (index, (column, field)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_text(out, &field.name);
        out.push(b':');
        write_cell(out, batch.column(*column), row, field);
    }
    out.push(b'}');
}

/// Writes one cell.
pub fn write_cell(out: &mut Vec<u8>, column: &dyn Array, row: usize, field: &Field) {
    if column.is_null(row) {
        return out.extend_from_slice(b"null");
    }
    match field.data_type {
        DataType::String | DataType::Uuid | ANY_DECIMAL => write_text(out, column.as_string::<i32>().value(row)),
        DataType::Json => write_json(out, column.as_string::<i32>().value(row)),
        DataType::Float64 => write_float(out, column.as_primitive::<Float64Type>().value(row)),
        DataType::Bool | DataType::Int32 => write_text_cell(out, column, row, field.data_type),
        DataType::Int64 if !field.as_string => write_text_cell(out, column, row, field.data_type),
        DataType::Int64 | DataType::Decimal { .. } | DataType::Date | DataType::Time | DataType::Timestamp | DataType::Bytes => {
            write_quoted(out, column, row, field.data_type);
        }
    }
}

/// A text that holds nothing to escape.
fn write_quoted(out: &mut Vec<u8>, column: &dyn Array, row: usize, data_type: DataType) {
    out.push(b'"');
    write_text_cell(out, column, row, data_type);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use model::Value;

    use super::*;
    use crate::batch::BatchBuilder;

    fn field(name: &str, data_type: DataType) -> Field {
        Field { name: name.into(), column: name.into(), data_type, ..Field::default() }
    }

    #[test]
    fn every_type_reads_back_as_what_it_was() {
        let fields = [
            field("s", DataType::String),
            field("b", DataType::Bool),
            field("i", DataType::Int32),
            Field { as_string: true, ..field("l", DataType::Int64) },
            field("f", DataType::Float64),
            field("d", DataType::Decimal { precision: 10, scale: 2 }),
            field("day", DataType::Date),
            field("t", DataType::Time),
            field("at", DataType::Timestamp),
            field("raw", DataType::Bytes),
            field("j", DataType::Json),
            field("none", DataType::String),
        ];
        let mut batch = BatchBuilder::new(&fields);
        let text = |text: &str| Value::Text(text.into());
        for (index, value) in [
            text("a \"quoted\"\n\u{1}"),
            Value::Bool(true),
            Value::Int(-7),
            Value::Int(9_007_199_254_740_993),
            Value::Float(1.5),
            text("-12.5"),
            text("2013-12-31"),
            text("05:06:07"),
            text("2013-01-01T10:00:00Z"),
            Value::Bytes(b"sluice".to_vec()),
            text("{\"a\":1}"),
            Value::Null,
        ]
        .into_iter()
        .enumerate()
        {
            batch.append(index, value).unwrap();
        }
        let batch = batch.finish().unwrap();
        let mut out = Vec::new();
        write_row(&mut out, &batch, 0, &fields.iter().enumerate().collect::<Vec<_>>());
        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            read,
            serde_json::json!({
                "s": "a \"quoted\"\n\u{1}", "b": true, "i": -7, "l": "9007199254740993", "f": 1.5, "d": "-12.50",
                "day": "2013-12-31", "t": "05:06:07", "at": "2013-01-01T10:00:00Z", "raw": "c2x1aWNl",
                "j": {"a": 1}, "none": null,
            })
        );
    }
}
