//! How rows of a table become pairs of a key and a message.

use accel::key::NoKey;
use accel::row_json::{JsonField, RowJson};
use accel::{Checksum, key};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
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
            if push_cell(&mut key, batch, (*column, row), *data_type).is_err() {
                return (None, message);
            }
        }
        key::close(&mut key);
        (Some(key), message)
    }
}

/// A cell as part of a key; the usual types without a value of their own in between.
fn push_cell(key: &mut Vec<u8>, batch: &RecordBatch, (column, row): (usize, usize), data_type: DataType) -> Result<(), NoKey> {
    let cells = batch.column(column);
    if cells.is_null(row) {
        return Err(NoKey);
    }
    match data_type {
        DataType::String => key::push_text(key, cells.as_string::<i32>().value(row)),
        DataType::Int32 => key::push_int(key, cells.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => key::push_int(key, cells.as_primitive::<Int64Type>().value(row)),
        DataType::Date => key::push_int(key, cells.as_primitive::<Date32Type>().value(row).into()),
        DataType::Timestamp => key::push_int(key, cells.as_primitive::<TimestampMicrosecondType>().value(row)),
        _ => return key::push(key, data_type, &value_of(batch, column, row, data_type)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use connect::batch::BatchBuilder;
    use model::{Field, Value};

    use super::*;

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
            push_cell(&mut by_cell, &batch, (0, 0), data_type).unwrap();
            key::push(&mut by_value, data_type, &value).unwrap();
            assert_eq!(by_cell, by_value, "{data_type:?}");
            assert_eq!(push_cell(&mut by_cell, &batch, (0, 1), data_type), Err(NoKey));
        }
    }
}
