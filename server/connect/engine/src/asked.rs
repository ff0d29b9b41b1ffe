//! Rows as the columns of an answer ask for them: a value that a type does not hold is told, and never becomes another one or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float16Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType as Arrow, SchemaRef, TimeUnit};
use connect::batch::arrow_type;
use connect::stream::missing;
use connect::{SourceError, SourceErrorKind};
use datafusion::arrow::compute::kernels::cmp::not_distinct;
use datafusion::arrow::compute::{CastOptions, cast, cast_with_options, filter_record_batch};
use model::Field;
use model::scalar::widened;

use crate::digits::{Digits, is_finer_than_micros, unscaled};

/// How much of a value is named.
const EXAMPLE: usize = 60;
/// What is done about a time that is between two microseconds.
const FINER: &str = " Times are stored in microseconds: set the type of the column to string in its source.";

/// Rows of a batch that cannot be taken, by their place in it, each with the reason.
pub(crate) type Bad = BTreeMap<usize, String>;

/// The columns that were asked for, as the types that were asked for, of the rows that have them.
///
/// # Errors
/// A column that is gone, or is of a type that cannot become the one that was asked for.
pub(crate) fn as_asked(batch: &RecordBatch, fields: &[Field], schema: &SchemaRef) -> Result<(RecordBatch, Bad), SourceError> {
    let mut bad = Bad::new();
    let mut columns = Vec::with_capacity(fields.len());
    for field in fields {
        let column = batch.column_by_name(&field.name).ok_or_else(|| missing(&field.name))?;
        columns.push(column_as(column, field, &mut bad)?);
    }
    let failed =
        |error: ArrowError| SourceError::new(SourceErrorKind::Mismatch, "The rows do not have the requested columns.").because(error);
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let rows = RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(failed)?;
    if bad.is_empty() {
        return Ok((rows, bad));
    }
    let good: BooleanArray = (0..rows.num_rows()).map(|row| Some(!bad.contains_key(&row))).collect();
    Ok((filter_record_batch(&rows, &good).map_err(failed)?, bad))
}

/// A column as the type of a field. Of a row whose value that type does not hold, `bad` gets the reason.
///
/// # Errors
/// A column of a type that cannot become the one that was asked for.
pub(crate) fn column_as(column: &ArrayRef, field: &Field, bad: &mut Bad) -> Result<ArrayRef, SourceError> {
    let wanted = arrow_type(field.data_type);
    if *column.data_type() == wanted {
        return Ok(column.clone());
    }
    if let Some(same) = as_written(column, &wanted) {
        return Ok(same);
    }
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    if let Ok(cast) = cast_with_options(column, &wanted, &strict) {
        name_lost(column, (&cast, field), bad);
        return Ok(cast);
    }
    let cast = cast(column, &wanted).map_err(|error| {
        let sentence = format!("Column {} is not a {} any more. Release a version that fits.", field.name, field.data_type.word());
        SourceError::new(SourceErrorKind::Mismatch, sentence).because(error)
    })?;
    name(column, field, bad, "", |row| column.is_valid(row) && cast.is_null(row));
    name_lost(column, (&cast, field), bad);
    Ok(cast)
}

/// Numbers of 64 bits that are as short as they are written in fewer: `0.1`.
fn as_written(column: &ArrayRef, wanted: &Arrow) -> Option<ArrayRef> {
    if *wanted != Arrow::Float64 {
        return None;
    }
    let single = column.as_primitive_opt::<Float32Type>().map(|floats| floats.unary::<_, Float64Type>(widened));
    let wide = single.or_else(|| Some(column.as_primitive_opt::<Float16Type>()?.unary::<_, Float64Type>(widened_half)))?;
    Some(Arc::new(wide))
}

type Half = <Float16Type as ArrowPrimitiveType>::Native;

/// With as few digits behind the point as tell it from all others of 16 bits.
fn widened_half(number: Half) -> f64 {
    let exact = number.to_f64();
    if exact.fract() == 0.0 {
        return exact;
    }
    let short = |digits: usize| format!("{exact:.digits$e}").parse::<f64>().ok().filter(|short| Half::from_f64(*short) == number);
    (0..5).find_map(short).unwrap_or(exact)
}

/// Names the rows whose values would be rounded or cut.
fn name_lost(column: &ArrayRef, (cast_to, field): (&ArrayRef, &Field), bad: &mut Bad) {
    let (from, to) = (column.data_type(), cast_to.data_type());
    let may_lose = match (from, to) {
        (Arrow::Decimal128(_, from), Arrow::Decimal128(_, to)) => to < from,
        (Arrow::Timestamp(..), Arrow::Date32) => true,
        (from, to) if from.is_floating() => to.is_integer() || matches!(to, Arrow::Decimal128(..)),
        (Arrow::Decimal128(..), to) => to.is_integer(),
        (Arrow::Int64 | Arrow::UInt64, to) => to.is_floating(),
        (from, to) => is_cut(from, to),
    };
    if !may_lose {
        return name_cut_texts(column, (cast_to, field), bad);
    }
    let same = cast(cast_to, from).and_then(|back| not_distinct(&back, column));
    let Ok(same) = same else { return };
    let hint = if is_cut(from, to) { FINER } else { "" };
    name(column, field, bad, hint, |row| cast_to.is_valid(row) && !same.value(row));
}

/// Whether nanoseconds become microseconds, as which all times are given.
fn is_cut(from: &Arrow, to: &Arrow) -> bool {
    matches!(
        (from, to),
        (Arrow::Timestamp(TimeUnit::Nanosecond, _), Arrow::Timestamp(..)) | (Arrow::Time64(TimeUnit::Nanosecond), Arrow::Time64(_))
    )
}

/// The same of texts: what they become is not compared with them, since one value is written in many ways.
fn name_cut_texts(column: &ArrayRef, (cast_to, field): (&ArrayRef, &Field), bad: &mut Bad) {
    let is_text = matches!(column.data_type(), Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View);
    let Some(Ok(texts)) = is_text.then(|| cast(column, &Arrow::Utf8)) else { return };
    let texts = texts.as_string::<i32>();
    match cast_to.data_type() {
        Arrow::Timestamp(..) | Arrow::Time64(_) => {
            name(column, field, bad, FINER, |row| cast_to.is_valid(row) && is_finer_than_micros(texts.value(row)));
        }
        Arrow::Decimal128(precision, scale) => name(column, field, bad, "", |row| {
            let text = texts.value(row).trim();
            cast_to.is_valid(row) && Digits::of(text).is_some() && unscaled(text, *precision, *scale).is_none()
        }),
        _ => {}
    }
}

fn name(column: &ArrayRef, field: &Field, bad: &mut Bad, hint: &str, is_bad: impl Fn(usize) -> bool) {
    let mut texts: Option<Option<ArrayRef>> = None;
    for row in (0..column.len()).filter(|row| is_bad(*row)) {
        let texts = texts.get_or_insert_with(|| cast(column, &Arrow::Utf8).ok());
        let text = texts.as_ref().map_or("something else", |texts| texts.as_string::<i32>().value(row));
        let text: String = text.chars().take(EXAMPLE).collect();
        bad.entry(row).or_insert_with(|| format!("{} should be a {}, but the value is {text}.{hint}", field.name, field.data_type.word()));
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{
        DurationMicrosecondArray, Float16Array, Float32Array, Float64Array, StringArray, Time64NanosecondArray, TimestampNanosecondArray,
        UInt64Array,
    };
    use connect::batch::schema_of;
    use model::{DataType, Value};

    use super::*;

    fn asked(column: ArrayRef, data_type: DataType) -> (Vec<Value>, Vec<usize>) {
        let batch = RecordBatch::try_from_iter_with_nullable([("c", column, true)]).unwrap();
        let fields = [Field::plain("c", data_type)];
        let (rows, bad) = as_asked(&batch, &fields, &schema_of(&fields)).unwrap();
        let values = (0..rows.num_rows()).map(|row| connect::proto::value_of(&rows, 0, row, data_type)).collect();
        (values, bad.into_keys().collect())
    }

    #[test]
    fn a_value_that_its_type_does_not_hold_is_told() {
        let text = |text: &str| Value::Text(text.into());
        let large = Arc::new(UInt64Array::from(vec![Some(u64::MAX), Some(5), None]));
        let decimal = DataType::Decimal { precision: 20, scale: 0 };
        assert_eq!(asked(large.clone(), decimal), (vec![text("18446744073709551615"), text("5"), Value::Null], vec![]));
        assert_eq!(asked(large, DataType::Int64), (vec![Value::Int(5), Value::Null], vec![0]));
        let floats = Arc::new(Float32Array::from(vec![0.1, 1e38]));
        assert_eq!(asked(floats, DataType::Float64), (vec![Value::Float(0.1), Value::Float(1e38)], vec![]));
        let halves = Arc::new(Float16Array::from_iter_values([0.1, 65_504.0, -0.5, 6e-8].map(Half::from_f64)));
        let wide = [0.1, 65_504.0, -0.5, 6e-8].map(Value::Float);
        assert_eq!(asked(halves, DataType::Float64), (wide.to_vec(), vec![]));
        let numbers = Arc::new(Float64Array::from(vec![1.5, 2.0]));
        assert_eq!(asked(numbers, DataType::Int64), (vec![Value::Int(2)], vec![0]));
        let texts = Arc::new(StringArray::from(vec!["1", "A17"]));
        assert_eq!(asked(texts, DataType::Int64), (vec![Value::Int(1)], vec![1]));
        let lengths = Arc::new(DurationMicrosecondArray::from(vec![93_784_500_000, -1_000_000]));
        assert_eq!(asked(lengths, DataType::String), (vec![text("PT93784.5S"), text("-PT1S")], vec![]));
        let texts = Arc::new(StringArray::from(vec!["12.500", "12.345", "7"]));
        assert_eq!(asked(texts, DataType::Decimal { precision: 10, scale: 2 }), (vec![text("12.50"), text("7.00")], vec![1]));
    }

    #[test]
    fn nanoseconds_are_not_cut_off_unseen() {
        let text = |text: &str| Value::Text(text.into());
        let kept = vec![text("2013-01-01T10:00:00.000001Z"), Value::Null];
        let nanos = TimestampNanosecondArray::from(vec![Some(1_357_034_400_123_456_789), Some(1_357_034_400_000_001_000), None, Some(-1)]);
        assert_eq!(asked(Arc::new(nanos.clone()), DataType::Timestamp), (kept.clone(), vec![0, 3]));
        assert_eq!(asked(Arc::new(nanos.with_timezone("Europe/Berlin")), DataType::Timestamp), (kept.clone(), vec![0, 3]));
        let times = Time64NanosecondArray::from(vec![1_000, 1_001]);
        assert_eq!(asked(Arc::new(times), DataType::Time), (vec![text("00:00:00.000001")], vec![1]));
        let texts = vec![Some("2013-01-01T10:00:00.0000011Z"), Some("2013-01-01T10:00:00.000001000Z"), None];
        assert_eq!(asked(Arc::new(StringArray::from(texts)), DataType::Timestamp), (kept, vec![0]));
        let batch = RecordBatch::try_from_iter([("c", Arc::new(Time64NanosecondArray::from(vec![1])) as ArrayRef)]).unwrap();
        let fields = [Field::plain("c", DataType::Time)];
        let (_, bad) = as_asked(&batch, &fields, &schema_of(&fields)).unwrap();
        assert!(
            bad[&0].starts_with("c should be a time, but the value is 00:00:00.000000001. Times are stored in microseconds"),
            "{bad:?}"
        );
    }
}
