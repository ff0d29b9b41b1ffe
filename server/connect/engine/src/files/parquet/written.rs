//! Columns that have no type of ours, as text: lists, structures and maps as JSON, lengths of time as ISO 8601 writes them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, LargeListArray, MapArray, StringArray, StructArray};
use arrow_schema::{ArrowError, DataType as Arrow, Field as ArrowField, TimeUnit};
use connect::SourceError;
use connect::json::write_cell;
use connect::text::write_text_cell;
use datafusion::arrow::compute::cast;
use datafusion::common::{Column, Result as Planned, TableReference};
use datafusion::datasource::{TableProvider, ViewTable, provider_as_source};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, Expr, LogicalPlanBuilder, ScalarUDF, Volatility, create_udf};
use model::json_text::write_text;
use model::{DataType, Field};

use super::fine::{self, has_nanos};
use super::widths::kept;
use crate::asked::{Bad, column_as};
use crate::errors::mismatch;
use crate::types::ours;

/// Levels of lists and structures in one another that are written.
const MAX_DEPTH: usize = 64;

/// What a column that is written becomes; nothing for one that is read as it is, or not at all. `fine` are those with times between two
/// microseconds.
pub(super) fn becomes(field: &ArrowField, fine: &BTreeSet<String>) -> Option<DataType> {
    if fine.contains(field.name()) { Some(DataType::String) } else { becomes_always(field.data_type()) }
}

fn becomes_always(kind: &Arrow) -> Option<DataType> {
    match kind {
        Arrow::Duration(_) => Some(DataType::String),
        _ if kind.is_nested() && is_writable(kind, MAX_DEPTH) => Some(DataType::Json),
        _ => None,
    }
}

/// Whether a column can be read in any way.
pub(super) fn is_readable(kind: &Arrow) -> bool {
    becomes_always(kind).is_some() || (ours(kind).is_some() && !is_of_packed_decimals(kind))
}

/// The reader of the files knows no such dictionaries.
fn is_of_packed_decimals(kind: &Arrow) -> bool {
    matches!(kind, Arrow::Dictionary(_, value) if value.is_decimal())
}

fn is_writable(kind: &Arrow, levels: usize) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return false };
    match kind {
        Arrow::List(inner) | Arrow::LargeList(inner) | Arrow::ListView(inner) | Arrow::LargeListView(inner) => {
            is_writable(inner.data_type(), levels)
        }
        Arrow::FixedSizeList(inner, _) | Arrow::Map(inner, _) => is_writable(inner.data_type(), levels),
        Arrow::Struct(fields) => fields.iter().all(|field| is_writable(field.data_type(), levels)),
        Arrow::Duration(_) => true,
        plain => ours(&kept(plain)).is_some() && !is_of_packed_decimals(plain),
    }
}

/// A type of a file as people are told of it.
pub(super) fn named(kind: &Arrow) -> String {
    match kind {
        Arrow::List(_) | Arrow::LargeList(_) | Arrow::ListView(_) | Arrow::LargeListView(_) | Arrow::FixedSizeList(..) => "list".to_owned(),
        Arrow::Struct(_) => "structure".to_owned(),
        Arrow::Map(..) => "map".to_owned(),
        plain => plain.to_string(),
    }
}

/// A table with its written columns as texts; the same where it has none.
///
/// # Errors
/// Never for columns that are said to be writable.
pub(super) fn view(name: &str, table: Arc<dyn TableProvider>, fine: &BTreeSet<String>) -> Planned<Arc<dyn TableProvider>> {
    let schema = table.schema();
    if schema.fields().iter().all(|field| becomes(field, fine).is_none()) {
        return Ok(table);
    }
    let of = TableReference::bare(name);
    let column = |field: &ArrowField| {
        let column = Expr::Column(Column::new(Some(of.clone()), field.name()));
        if becomes(field, fine).is_none() { column } else { writer(field.data_type()).call(vec![column]).alias(field.name()) }
    };
    let columns: Vec<Expr> = schema.fields().iter().map(|field| column(field)).collect();
    let plan = LogicalPlanBuilder::scan(of, provider_as_source(table), None)?.project(columns)?.build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// The function that writes columns of one type. No statement of a person reaches it.
fn writer(kind: &Arrow) -> ScalarUDF {
    create_udf("written", vec![kind.clone()], Arrow::Utf8, Volatility::Immutable, Arc::new(write))
}

fn write(columns: &[ColumnarValue]) -> Planned<ColumnarValue> {
    let columns = ColumnarValue::values_to_arrays(columns)?;
    let [column] = columns.as_slice() else { return Err(DataFusionError::Internal("one column is written at a time".to_owned())) };
    let texts = texts(column).map_err(|error| DataFusionError::External(Box::new(error)))?;
    Ok(ColumnarValue::Array(texts))
}

fn texts(column: &ArrayRef) -> Result<ArrayRef, SourceError> {
    match column.data_type() {
        Arrow::Duration(unit) => return durations(column, *unit),
        kind if has_nanos(kind) => return fine::texts(column).map_err(unwritable),
        _ => {}
    }
    let written = Written::of(column)?;
    let mut texts = StringBuilder::new();
    let mut text = Vec::new();
    for row in 0..column.len() {
        if column.is_null(row) {
            texts.append_null();
            continue;
        }
        text.clear();
        written.write(&mut text, row);
        texts.append_value(String::from_utf8_lossy(&text));
    }
    Ok(Arc::new(texts.finish()))
}

fn unwritable(error: ArrowError) -> SourceError {
    mismatch("A list or structure of a file cannot be converted to JSON.").because(error)
}

/// A column whose rows are written as JSON.
enum Written {
    /// Values of a type of ours. Decimals stay numbers, with all their digits.
    Plain {
        values: ArrayRef,
        field: Box<Field>,
        is_number: bool,
    },
    List(LargeListArray, Box<Self>),
    Struct(StructArray, Vec<Self>),
    Map(MapArray, Box<Self>, Box<Self>),
}

impl Written {
    fn of(column: &ArrayRef) -> Result<Self, SourceError> {
        Ok(match column.data_type() {
            Arrow::List(item)
            | Arrow::LargeList(item)
            | Arrow::ListView(item)
            | Arrow::LargeListView(item)
            | Arrow::FixedSizeList(item, _) => {
                let lists = cast(column, &Arrow::LargeList(item.clone())).map_err(unwritable)?;
                let lists = lists.as_list::<i64>().clone();
                let items = Self::of(lists.values())?;
                Self::List(lists, Box::new(items))
            }
            Arrow::Struct(_) => {
                let rows = column.as_struct().clone();
                let columns = rows.columns().iter().map(Self::of).collect::<Result<_, _>>()?;
                Self::Struct(rows, columns)
            }
            Arrow::Map(..) => {
                let maps = column.as_map().clone();
                let (keys, values) = (Self::of(maps.keys())?, Self::of(maps.values())?);
                Self::Map(maps, Box::new(keys), Box::new(values))
            }
            Arrow::Duration(unit) => {
                let field = Box::new(Field::plain("value", DataType::String));
                Self::Plain { values: durations(column, *unit)?, field, is_number: false }
            }
            nanos if has_nanos(nanos) => {
                let field = Box::new(Field::plain("value", DataType::String));
                Self::Plain { values: fine::texts(column).map_err(unwritable)?, field, is_number: false }
            }
            plain => Self::plain(column, plain)?,
        })
    }

    fn plain(column: &ArrayRef, kind: &Arrow) -> Result<Self, SourceError> {
        let field = Box::new(Field::plain("value", ours(&kept(kind)).unwrap_or_default()));
        let mut bad = Bad::new();
        let values = column_as(column, &field, &mut bad)?;
        if let Some(reason) = bad.into_values().next() {
            return Err(mismatch(reason));
        }
        let is_number = matches!(field.data_type, DataType::Decimal { .. }) || kind.is_decimal();
        Ok(Self::Plain { values, field, is_number })
    }

    fn write(&self, out: &mut Vec<u8>, row: usize) {
        match self {
            Self::Plain { values, field, is_number } if *is_number && values.is_valid(row) => {
                write_text_cell(out, values, row, field.data_type);
            }
            Self::Plain { values, field, .. } => write_cell(out, values, row, field),
            Self::List(lists, items) if lists.is_valid(row) => {
                out.push(b'[');
                for (index, at) in between(lists.value_offsets(), row).enumerate() {
                    comma(out, index);
                    items.write(out, at);
                }
                out.push(b']');
            }
            Self::Struct(rows, columns) if rows.is_valid(row) => {
                out.push(b'{');
                for (index, (field, column)) in rows.fields().iter().zip(columns).enumerate() {
                    comma(out, index);
                    write_text(out, field.name());
                    out.push(b':');
                    column.write(out, row);
                }
                out.push(b'}');
            }
            Self::Map(maps, keys, values) if maps.is_valid(row) => {
                out.push(b'{');
                for (index, at) in between(maps.value_offsets(), row).enumerate() {
                    comma(out, index);
                    keys.write_name(out, at);
                    out.push(b':');
                    values.write(out, at);
                }
                out.push(b'}');
            }
            Self::List(..) | Self::Struct(..) | Self::Map(..) => out.extend_from_slice(b"null"),
        }
    }

    /// A name in JSON is a text, whatever it was.
    fn write_name(&self, out: &mut Vec<u8>, row: usize) {
        let mut name = Vec::new();
        self.write(&mut name, row);
        if name.first() == Some(&b'"') {
            out.append(&mut name);
        } else {
            write_text(out, &String::from_utf8_lossy(&name));
        }
    }
}

fn comma(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

/// Where the items of a row stand.
fn between<O: Copy + TryInto<usize>>(offsets: &[O], row: usize) -> Range<usize> {
    let at = |index: usize| -> usize { offsets.get(index).and_then(|at| (*at).try_into().ok()).unwrap_or_default() };
    at(row)..at(row + 1)
}

fn durations(column: &ArrayRef, unit: TimeUnit) -> Result<ArrayRef, SourceError> {
    let counts = cast(column, &Arrow::Int64).map_err(unwritable)?;
    let texts = counts.as_primitive::<Int64Type>().iter().map(|count| count.map(|count| iso_duration(count, unit)));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

/// `-PT26H3M4.5S`: exact, where a day may have 23 hours.
fn iso_duration(count: i64, unit: TimeUnit) -> String {
    let (per, width) = match unit {
        TimeUnit::Second => (1, 0),
        TimeUnit::Millisecond => (1_000, 3),
        TimeUnit::Microsecond => (1_000_000, 6),
        TimeUnit::Nanosecond => (1_000_000_000, 9),
    };
    let (whole, rest) = (count.unsigned_abs() / per, count.unsigned_abs() % per);
    let part = |count: u64, unit: char| if count == 0 { String::new() } else { format!("{count}{unit}") };
    let seconds = match (whole % 60, rest) {
        (0, 0) => String::new(),
        (seconds, 0) => format!("{seconds}S"),
        (seconds, rest) => format!("{}S", format!("{seconds}.{rest:0width$}").trim_end_matches('0')),
    };
    let all = [part(whole / 3_600, 'H'), part(whole / 60 % 60, 'M'), seconds].concat();
    let sign = if count < 0 { "-" } else { "" };
    if all.is_empty() { "PT0S".to_owned() } else { format!("{sign}PT{all}") }
}

#[cfg(test)]
mod tests {
    use arrow_array::builder::{Decimal128Builder, Int64Builder, ListBuilder, MapBuilder};
    use arrow_array::types::Int32Type;
    use arrow_array::{DurationMillisecondArray, Float32Array, ListArray, TimestampMicrosecondArray, UInt64Array};

    use super::*;

    fn written(column: &ArrayRef) -> Vec<Option<String>> {
        assert!(becomes_always(column.data_type()).is_some(), "{}", column.data_type());
        let texts = texts(column).unwrap();
        texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn what_is_nested_is_json_with_all_its_digits() {
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None, Some(3)]), None, Some(vec![])]);
        assert_eq!(written(&(Arc::new(lists.slice(1, 2)) as ArrayRef)), [None, Some("[]".to_owned())]);
        assert_eq!(written(&(Arc::new(lists) as ArrayRef))[0].as_deref(), Some("[1,null,3]"));
        let columns: [(&str, ArrayRef); 4] = [
            ("u \"x\"", Arc::new(UInt64Array::from(vec![u64::MAX]))),
            ("f", Arc::new(Float32Array::from(vec![0.1]))),
            ("t", Arc::new(TimestampMicrosecondArray::from(vec![253_402_300_799_999_999]))),
            ("d", Arc::new(DurationMillisecondArray::from(vec![-1_500]))),
        ];
        let rows = StructArray::try_from(columns.to_vec()).unwrap();
        let wanted = r#"{"u \"x\"":18446744073709551615,"f":0.1,"t":"9999-12-31T23:59:59.999999Z","d":"-PT1.5S"}"#;
        assert_eq!(written(&(Arc::new(rows) as ArrayRef)), some(&[wanted]));
        let mut decimals = ListBuilder::new(Decimal128Builder::new().with_data_type(Arrow::Decimal128(38, 2)));
        decimals.append_value([Some(110), Some(-1_234_567_890_123_456_789_012_345_678_901_234_567)]);
        assert_eq!(written(&(Arc::new(decimals.finish()) as ArrayRef)), some(&["[1.10,-12345678901234567890123456789012345.67]"]));
        let mut maps = MapBuilder::new(None, Int64Builder::new(), Int64Builder::new());
        maps.keys().append_value(7);
        maps.values().append_null();
        maps.append(true).unwrap();
        assert_eq!(written(&(Arc::new(maps.finish()) as ArrayRef)), some(&[r#"{"7":null}"#]));
    }

    #[test]
    fn a_length_of_time_is_exact() {
        for (count, unit, text) in [
            (0, TimeUnit::Second, "PT0S"),
            (93_784, TimeUnit::Second, "PT26H3M4S"),
            (-1_500, TimeUnit::Millisecond, "-PT1.5S"),
            (1, TimeUnit::Nanosecond, "PT0.000000001S"),
            (60_000_000, TimeUnit::Microsecond, "PT1M"),
            (i64::MIN, TimeUnit::Second, "-PT2562047788015215H30M8S"),
        ] {
            assert_eq!(iso_duration(count, unit), text);
        }
    }

    #[test]
    fn what_no_reader_has_is_left_out() {
        let nested = |levels| (0..levels).fold(Arrow::Int64, |inner, _| Arrow::List(Arc::new(ArrowField::new("item", inner, true))));
        assert_eq!(becomes_always(&nested(5)), Some(DataType::Json));
        assert!(!is_readable(&nested(100)));
        let packed = Arrow::Dictionary(Box::new(Arrow::Int8), Box::new(Arrow::Decimal128(10, 2)));
        assert!(!is_readable(&packed) && is_readable(&Arrow::Dictionary(Box::new(Arrow::Int8), Box::new(Arrow::Utf8))));
        // A length of time of calendars is a text of the reader.
        assert!(becomes_always(&Arrow::Interval(arrow_schema::IntervalUnit::DayTime)).is_none());
    }
}
