//! How rows of a table become pairs of a key and a message.

use accel::key::NoKey;
use accel::row_json::{JsonField, RowJson};
use accel::{Checksum, key};
use arrow_array::RecordBatch;
use connect::Spoiled;
use connect::proto::{Cells, Messages, ProtoColumn, value_of, write_message};
use model::DataType;
use model::dataset::DatasetSpec;

pub(crate) struct Encoder {
    columns: Vec<ProtoColumn>,
    key: Vec<(usize, DataType)>,
    /// Whole rows as people read them.
    json: RowJson,
}

impl Encoder {
    pub(crate) fn new(spec: &DatasetSpec) -> Self {
        let at = |name: &String| {
            let index = spec.written().position(|field| &field.column == name)?;
            Some((index, spec.field(name)?.data_type))
        };
        let written = spec.written().map(|field| (field.number, field.column.clone(), field.data_type));
        Self { key: spec.key.iter().filter_map(at).collect(), ..Self::of(written) }
    }

    /// Of rows as they are read, for people alone: without a key.
    pub(crate) fn as_read(spec: &DatasetSpec) -> Self {
        Self::of((1..).zip(spec.mapping.fields(spec)).map(|(number, field)| (number, field.name, field.data_type)))
    }

    /// Columns in their order, each with its number and name.
    fn of(columns: impl Iterator<Item = (u32, String, DataType)>) -> Self {
        let json = |(number, name, data_type)| JsonField { number, name, data_type, as_string: false, rows: None };
        let fields: Vec<JsonField> = columns.map(json).collect();
        let proto = |(column, field): (usize, &JsonField)| ProtoColumn { number: field.number, column, data_type: field.data_type };
        Self { columns: fields.iter().enumerate().map(proto).collect(), key: Vec::new(), json: RowJson::new(&fields) }
    }

    pub(crate) fn columns(&self) -> &[ProtoColumn] {
        &self.columns
    }

    /// The fields of the key as a message, for examples.
    pub(crate) fn key_alone(&self, batch: &RecordBatch, row: usize) -> Vec<u8> {
        let of_key = |column: &&ProtoColumn| self.key.iter().any(|(index, _)| *index == column.column);
        let columns: Vec<ProtoColumn> = self.columns.iter().filter(of_key).copied().collect();
        let mut message = Vec::new();
        write_message(&mut message, batch, row, &columns);
        message
    }

    /// A row that cannot be taken, and why. It stands nowhere but among its like, so it is known by what it is.
    pub(crate) fn spoiled(&self, batch: &RecordBatch, row: usize, reason: String) -> Spoiled {
        let mut message = Vec::new();
        write_message(&mut message, batch, row, &self.columns);
        let mut bytes = Vec::new();
        // It was written by the same columns a moment ago.
        let _ = self.json.write(&mut bytes, &message);
        let mut sum = Checksum::default();
        sum.add(&[], &message);
        Spoiled { place: format!("row {}", sum.hex()), reason, key: None, bytes: Some(bytes) }
    }

    /// The rows of one batch.
    pub(crate) fn rows<'b>(&self, batch: &'b RecordBatch) -> EncodedRows<'b> {
        let cells = |(column, data_type): &(usize, DataType)| {
            let cells = Cells::of(batch.column(*column), *data_type);
            KeyCells { batch, column: *column, data_type: *data_type, cells }
        };
        EncodedRows { messages: Messages::of(batch, &self.columns), key: self.key.iter().map(cells).collect() }
    }
}

/// Rows of one batch on their way.
pub(crate) struct EncodedRows<'b> {
    messages: Messages<'b>,
    key: Vec<KeyCells<'b>>,
}

impl EncodedRows<'_> {
    /// The key, where every part of it is there, and the row's message.
    pub(crate) fn encode(&self, row: usize) -> (Option<Vec<u8>>, Vec<u8>) {
        let mut message = Vec::with_capacity(192);
        self.messages.write(&mut message, row);
        let mut key = Vec::with_capacity(64);
        for cells in &self.key {
            if cells.push(&mut key, row).is_err() {
                return (None, message);
            }
        }
        key::close(&mut key);
        (Some(key), message)
    }
}

/// One column of a key.
struct KeyCells<'b> {
    batch: &'b RecordBatch,
    column: usize,
    data_type: DataType,
    cells: Cells<'b>,
}

impl KeyCells<'_> {
    /// Appends a cell as part of a key; the usual types without a value of their own in between.
    fn push(&self, key: &mut Vec<u8>, row: usize) -> Result<(), NoKey> {
        if self.cells.is_null(row) {
            return Err(NoKey);
        }
        match (self.cells, self.data_type) {
            (Cells::Text(cells), DataType::String) => key::push_text(key, cells.value(row)),
            (Cells::Int32(cells), _) => key::push_int(key, cells.value(row).into()),
            (Cells::Int64(cells), _) => key::push_int(key, cells.value(row)),
            (Cells::Date(cells), _) => key::push_int(key, cells.value(row).into()),
            (Cells::Timestamp(cells), _) => key::push_int(key, cells.value(row)),
            _ => return key::push(key, self.data_type, &value_of(self.batch, self.column, row, self.data_type)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use connect::batch::BatchBuilder;
    use model::{Field, Value};

    use super::*;
    use crate::samples::{batch, spec};

    #[test]
    fn a_cell_is_the_same_key_as_its_value() {
        let cells = [
            (DataType::String, Value::Text("a\0b".into())),
            (DataType::Int32, Value::Int(-7)),
            (DataType::Int64, Value::Int(i64::MIN)),
            (DataType::Date, Value::Text("1969-12-31".into())),
            (DataType::Timestamp, Value::Text("2013-01-01T10:00:00.000001Z".into())),
            (DataType::Bool, Value::Bool(true)),
        ];
        for (data_type, value) in cells {
            let mut rows = BatchBuilder::new(&[Field::plain("c", data_type)]);
            rows.append(0, value.clone()).unwrap();
            rows.append(0, Value::Null).unwrap();
            let batch = rows.finish().unwrap();
            let (mut by_cell, mut by_value) = (Vec::new(), Vec::new());
            let cells = KeyCells { batch: &batch, column: 0, data_type, cells: Cells::of(batch.column(0), data_type) };
            cells.push(&mut by_cell, 0).unwrap();
            key::push(&mut by_value, data_type, &value).unwrap();
            assert_eq!(by_cell, by_value, "{data_type:?}");
            assert_eq!(cells.push(&mut by_cell, 1), Err(NoKey));
        }
    }

    #[test]
    fn a_row_has_a_key_only_where_every_part_of_it_is_there() {
        let spec = spec(&[("a", DataType::String), ("b", DataType::Int64), ("c", DataType::Int64)], &["b", "a"]);
        let text = |text: &str| Value::Text(text.into());
        let rows = batch(
            &spec.written_fields(),
            &[
                vec![text("x"), Value::Int(1), Value::Null],
                vec![text("x"), Value::Null, Value::Int(1)],
                vec![Value::Null, Value::Int(1), Value::Int(1)],
                vec![text(""), Value::Int(i64::MAX), Value::Int(1)],
                vec![text("x"), Value::Int(1), Value::Int(2)],
            ],
        );
        let encoder = Encoder::new(&spec);
        let encoded = encoder.rows(&rows);
        let keys = [0, 1, 2, 3, 4].map(|row| encoded.encode(row).0);
        assert_eq!(keys.each_ref().map(Option::is_some), [true, false, false, true, true]);
        assert_eq!(keys[0], keys[4], "what is no part of the key does not change it");
        assert_ne!(encoded.encode(0).1, encoded.encode(4).1);
        // The order of keys is that of their values.
        assert!(keys[0] < keys[3]);
    }

    #[test]
    fn a_row_that_cannot_be_taken_is_known_by_what_it_is() {
        let spec = spec(&[("a", DataType::String), ("b", DataType::Int64)], &["a"]);
        let row = |number: i64| vec![Value::Null, Value::Int(number)];
        let rows = batch(&spec.written_fields(), &[row(1), row(1), row(i64::MAX)]);
        let spoiled = [0, 1, 2].map(|row| Encoder::new(&spec).spoiled(&rows, row, "why".into()));
        assert_eq!(spoiled[0], spoiled[1]);
        assert_ne!(spoiled[0].place, spoiled[2].place);
        assert!(String::from_utf8_lossy(spoiled[2].bytes.as_deref().unwrap()).contains("9223372036854775807"));
    }
}
