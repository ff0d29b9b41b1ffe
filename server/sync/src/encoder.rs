//! How rows of a table become pairs of a key and a message.

use accel::row_json::{JsonField, RowJson};
use accel::{Checksum, key};
use arrow_array::RecordBatch;
use connect::Spoiled;
use connect::proto::{ProtoColumn, value_of, write_message};
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
        let (_, message) = self.encode(batch, row);
        let mut bytes = Vec::new();
        // It was written by the same columns a moment ago.
        let _ = self.json.write(&mut bytes, &message);
        let mut sum = Checksum::default();
        sum.add(&[], &message);
        Spoiled { place: format!("row {}", sum.hex()), reason, key: None, bytes: Some(bytes) }
    }

    /// The key, where every part of it is there, and the row's message.
    pub(crate) fn encode(&self, batch: &RecordBatch, row: usize) -> (Option<Vec<u8>>, Vec<u8>) {
        let mut message = Vec::with_capacity(192);
        write_message(&mut message, batch, row, &self.columns);
        let mut key = Vec::with_capacity(32);
        for (column, data_type) in &self.key {
            if key::push(&mut key, *data_type, &value_of(batch, *column, row, *data_type)).is_err() {
                return (None, message);
            }
        }
        key::close(&mut key);
        (Some(key), message)
    }
}
