//! JSON out of stored bytes is JSON out of the source's row, for every type, with NULLs, extremes and any Unicode.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use accel::row_json::{JsonField, RowJson};
use connect::batch::BatchBuilder;
use connect::json::write_row;
use connect::proto::{ProtoColumn, write_message};
use model::data_type::ANY_DECIMAL;
use model::{DataType, Field, Value};
use proptest::prelude::*;

const DECIMAL: DataType = DataType::Decimal { precision: 38, scale: 10 };
/// With more digits than a number has.
const LONG: &str = "-123456789012345678901234567890123456789012345678.000000000012345";

fn fields() -> Vec<Field> {
    let mut fields: Vec<Field> = DataType::OFFERED
        .iter()
        .enumerate()
        .map(|(index, data_type)| Field {
            name: format!("f {index}\""),
            column: format!("c{index}"),
            data_type: *data_type,
            ..Field::default()
        })
        .collect();
    fields.push(Field { name: "decimal".into(), column: "decimal".into(), data_type: DECIMAL, ..Field::default() });
    fields.push(Field { name: "wide".into(), column: "wide".into(), data_type: DataType::Int64, as_string: true, ..Field::default() });
    fields
}

/// A value of a type, or NULL; the ends of each range come as often as what is between.
fn value(data_type: DataType) -> BoxedStrategy<Value> {
    let text = |options: &'static [&'static str]| proptest::sample::select(options).prop_map(|text| Value::Text(text.into())).boxed();
    let some = match data_type {
        DataType::String => prop_oneof![Just(String::new()), any::<String>(), Just("\0\u{1f}\"\\🛫".into())].prop_map(Value::Text).boxed(),
        DataType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        DataType::Int32 => {
            prop_oneof![Just(i32::MIN), Just(i32::MAX), Just(0), any::<i32>()].prop_map(|number| Value::Int(number.into())).boxed()
        }
        DataType::Int64 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0), any::<i64>()].prop_map(Value::Int).boxed(),
        DataType::Float64 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), Just(f64::MIN_POSITIVE), any::<f64>()]
            .prop_map(Value::Float)
            .boxed(),
        ANY_DECIMAL => text(&["0", "NaN", "1.50", LONG]),
        DataType::Decimal { .. } => text(&["0", "-0.0000000001", "9999999999999999999999999999.9999999999", "12.5", "-7"]),
        DataType::Date => text(&["0001-01-01", "1970-01-01", "2013-02-28", "9999-12-31"]),
        DataType::Time => text(&["00:00:00", "23:59:59.999999", "12:34:56.7"]),
        DataType::Timestamp => {
            text(&["1970-01-01T00:00:00Z", "2013-01-01T05:00:00.123456Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
        }
        DataType::Uuid => text(&["018f2f9e-8f3a-7c1e-9d5b-0242ac120002"]),
        DataType::Bytes => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes).boxed(),
        DataType::Json => text(&["null", "{\"a\":[1,2.50,\"ü\"]}", "[]", "\"\\u0000\"", "{broken", ""]),
    };
    prop_oneof![1 => Just(Value::Null), 4 => some].boxed()
}

fn row() -> impl Strategy<Value = Vec<Value>> {
    fields().into_iter().map(|field| value(field.data_type)).collect::<Vec<_>>()
}

proptest! {
    #[test]
    fn both_ways_read_the_same(row in row()) {
        let fields = fields();
        prop_assert!(fields.iter().any(|field| field.data_type == DECIMAL));
        let mut batch = BatchBuilder::new(&fields);
        for (index, value) in row.iter().enumerate() {
            batch.append(index, value.clone()).unwrap();
        }
        let batch = batch.finish().unwrap();
        let mut from_source = Vec::new();
        write_row(&mut from_source, &batch, 0, &fields.iter().enumerate().collect::<Vec<_>>());
        // Numbers with gaps, and in another order than the fields of the answer.
        let number = |index: usize| (fields.len() - index) as u32 * 3;
        let mut columns: Vec<ProtoColumn> =
            fields.iter().enumerate().map(|(column, field)| ProtoColumn { number: number(column), column, data_type: field.data_type }).collect();
        columns.sort_by_key(|column| column.number);
        let mut stored = Vec::new();
        write_message(&mut stored, &batch, 0, &columns);
        let shown: Vec<JsonField> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| JsonField { number: number(index), name: field.name.clone(), data_type: field.data_type, as_string: field.as_string, rows: None })
            .collect();
        let mut from_store = Vec::new();
        RowJson::new(&shown).write(&mut from_store, &stored).unwrap();
        prop_assert_eq!(String::from_utf8(from_store).unwrap(), String::from_utf8(from_source).unwrap());
    }
}
