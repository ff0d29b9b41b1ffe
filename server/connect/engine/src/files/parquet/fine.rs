//! Times of nanoseconds: columns that hold some between two microseconds are texts with all their digits, since no type of ours holds them.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, StringArray};
use arrow_schema::{ArrowError, DataType as Arrow, Schema, TimeUnit};
use datafusion::arrow::compute::cast;
use datafusion::parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use datafusion::parquet::file::statistics::Statistics;
use model::scalar::{time_text, timestamp_text};

/// Nanoseconds of a microsecond.
const PER_MICRO: i64 = 1_000;

pub(super) fn has_nanos(kind: &Arrow) -> bool {
    matches!(kind, Arrow::Timestamp(TimeUnit::Nanosecond, _) | Arrow::Time64(TimeUnit::Nanosecond))
}

/// The columns of a file whose first or last value is between two microseconds, as far as the file says it: a column of such values has two ends
/// that are whole by chance once in a million files. What is not seen here is told where it is read.
pub(super) fn finer(schema: &Schema, metadata: &ParquetMetaData) -> BTreeSet<String> {
    let chunks = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let fine = chunks.filter(|chunk| ends(chunk.statistics()).any(|end| end % PER_MICRO != 0));
    let names = fine.filter_map(|chunk| match chunk.column_path().parts() {
        [name] => Some(name),
        _ => None,
    });
    names.filter(|name| schema.field_with_name(name).is_ok_and(|field| has_nanos(field.data_type()))).cloned().collect()
}

fn ends(statistics: Option<&Statistics>) -> impl Iterator<Item = i64> {
    let of = match statistics {
        Some(Statistics::Int64(of)) => Some(of),
        _ => None,
    };
    of.into_iter().flat_map(|of| [of.min_opt(), of.max_opt()]).flatten().copied()
}

/// Times as they are given everywhere, with up to nine digits behind the point.
///
/// # Errors
/// Where the column is none of times.
pub(super) fn texts(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let is_time = matches!(column.data_type(), Arrow::Time64(_));
    let counts = cast(column, &Arrow::Int64)?;
    let texts = counts.as_primitive::<Int64Type>().iter().map(|count| text(count?, is_time));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

fn text(nanos: i64, is_time: bool) -> Option<String> {
    let micros = nanos.div_euclid(PER_MICRO);
    let write = |micros| if is_time { time_text(micros) } else { Some(timestamp_text(micros)) };
    if nanos % PER_MICRO == 0 {
        return write(micros);
    }
    let second = write(micros - micros.rem_euclid(1_000_000))?;
    let (whole, zone) = second.strip_suffix('Z').map_or((second.as_str(), ""), |whole| (whole, "Z"));
    let part = format!("{:09}", nanos.rem_euclid(1_000_000_000));
    Some(format!("{whole}.{}{zone}", part.trim_end_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_all_their_digits() {
        for (nanos, is_time, written) in [
            (1_357_034_400_123_456_789, false, "2013-01-01T10:00:00.123456789Z"),
            (1_357_034_400_000_001_000, false, "2013-01-01T10:00:00.000001Z"),
            (-1, false, "1969-12-31T23:59:59.999999999Z"),
            (-1_000_000_000, false, "1969-12-31T23:59:59Z"),
            (100, false, "1970-01-01T00:00:00.0000001Z"),
            (86_399_999_999_999, true, "23:59:59.999999999"),
            (0, true, "00:00:00"),
        ] {
            assert_eq!(text(nanos, is_time).as_deref(), Some(written), "{nanos}");
        }
    }
}
