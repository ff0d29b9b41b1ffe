//! How rows of a table become pairs of a key and a message.

use accel::key;
use arrow_array::RecordBatch;
use connect::proto::{ProtoColumn, value_of, write_message};
use model::DataType;
use model::dataset::DatasetSpec;

pub(crate) struct Encoder {
    columns: Vec<ProtoColumn>,
    key: Vec<(usize, DataType)>,
}

impl Encoder {
    pub(crate) fn new(spec: &DatasetSpec) -> Self {
        let columns: Vec<ProtoColumn> = spec
            .written()
            .enumerate()
            .map(|(column, field)| ProtoColumn { number: field.number, column, data_type: field.data_type })
            .collect();
        let at = |name: &String| {
            let index = spec.written().position(|field| &field.column == name)?;
            Some((index, spec.field(name)?.data_type))
        };
        Self { key: spec.key.iter().filter_map(at).collect(), columns }
    }

    /// The fields of the key as a message, for examples.
    pub(crate) fn key_alone(&self, batch: &RecordBatch, row: usize) -> Vec<u8> {
        let of_key = |column: &&ProtoColumn| self.key.iter().any(|(index, _)| *index == column.column);
        let columns: Vec<ProtoColumn> = self.columns.iter().filter(of_key).copied().collect();
        let mut message = Vec::new();
        write_message(&mut message, batch, row, &columns);
        message
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
