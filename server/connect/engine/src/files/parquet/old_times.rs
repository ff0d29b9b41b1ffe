//! Times of 96 bits, which older programs write: a day, and the nanoseconds in it. Files say nothing of their first and last values, so that
//! the values of small columns are looked at: with parts of a microsecond they are texts with all their digits, where nanoseconds of 64 bits
//! hold each of them; else they are read to the microsecond, of every year, and what is cut off is told.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_schema::{SchemaRef, TimeUnit};
use bytes::{Buf, Bytes};
use datafusion::parquet::basic::Type;
use datafusion::parquet::column::reader::{ColumnReader, get_column_reader};
use datafusion::parquet::data_type::Int96;
use datafusion::parquet::errors::{ParquetError, Result as Read};
use datafusion::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use datafusion::parquet::file::reader::{ChunkReader, Length, SerializedPageReader};
use object_store::ObjectMeta;

use super::super::place::Place;

/// The largest columns of a file that are looked at, packed and together, in bytes.
const MOST: u64 = 4 << 20;
/// The day that they are counted from, before 1970.
const DAY_OF_1970: i128 = 2_440_588;
const NANOS_OF_A_DAY: i128 = 86_400_000_000_000;

/// What is known of the times of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Some are between two microseconds.
    pub(super) fine: bool,
    /// Each of them was looked at, and is one of 64 bits with all its digits.
    pub(super) fits: bool,
}

impl Seen {
    const UNKNOWN: Self = Self { fine: false, fits: false };

    pub(super) fn and(self, other: Self) -> Self {
        Self { fine: self.fine || other.fine, fits: self.fits && other.fits }
    }

    fn of(values: &[Int96]) -> Self {
        let nanos = values.iter().map(|value| match value.data() {
            [low, high, day] => {
                let in_day = i128::from((u64::from(*high) << 32) | u64::from(*low));
                // The day has a sign, whatever the type of its bits.
                (i128::from(day.cast_signed()) - DAY_OF_1970) * NANOS_OF_A_DAY + in_day
            }
            _ => i128::MAX,
        });
        nanos.fold(Self { fine: false, fits: true }, |seen, nanos| {
            seen.and(Self { fine: nanos % 1_000 != 0, fits: i64::try_from(nanos).is_ok() })
        })
    }
}

/// The columns of a table with such times.
pub(super) struct OldTimes(BTreeMap<String, Seen>);

/// What a file says of its columns, and what was seen of those with such times.
type OfFile = (SchemaRef, BTreeMap<String, Seen>);

impl OldTimes {
    /// Those of several files. A column that is of another type in one of them may reach further there.
    pub(super) fn of(files: &[OfFile]) -> Self {
        let mut all: BTreeMap<String, Seen> = BTreeMap::new();
        for (name, seen) in files.iter().flat_map(|(_, of_file)| of_file) {
            let known = all.get(name).copied();
            all.insert(name.clone(), known.map_or(*seen, |known| known.and(*seen)));
        }
        for (name, seen) in &mut all {
            let is_other = |(schema, of_file): &OfFile| !of_file.contains_key(name) && schema.field_with_name(name).is_ok();
            seen.fits &= !files.iter().any(is_other);
        }
        Self(all)
    }

    /// All of them are read as the same: to the nanosecond where one needs that, and each can be.
    pub(super) fn unit(&self) -> TimeUnit {
        let needs_nanos = self.0.values().any(|seen| seen.fine) && self.0.values().all(|seen| seen.fits);
        if needs_nanos { TimeUnit::Nanosecond } else { TimeUnit::Microsecond }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Those with times between two microseconds.
    pub(super) fn fine(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter(|(_, seen)| seen.fine).map(|(name, _)| name.clone())
    }

    /// Whether parts of a microsecond of a column are cut off, if it has any.
    pub(super) fn is_cut(&self, name: &str) -> bool {
        self.has(name) && self.unit() != TimeUnit::Nanosecond
    }

    /// Those that are known to be cut off, as a sentence; empty where there are none.
    pub(super) fn note(&self) -> String {
        let cut: Vec<String> = self.fine().filter(|name| self.is_cut(name)).collect();
        if cut.is_empty() { String::new() } else { format!("Parts of a microsecond are cut off in: {}.", cut.join(", ")) }
    }
}

/// The columns of a file that hold such times, by their names; those inside of others by the name of the outermost. Where they are not
/// looked at, because they are large or `looks` says so, nothing is known of them.
pub(super) async fn look(place: &Place, file: &ObjectMeta, metadata: &ParquetMetaData, looks: bool) -> BTreeMap<String, Seen> {
    let groups = metadata.row_groups();
    let chunks: Vec<(&ColumnChunkMetaData, &RowGroupMetaData)> = groups
        .iter()
        .flat_map(|group| group.columns().iter().map(move |chunk| (chunk, group)))
        .filter(|(chunk, _)| is_old(chunk))
        .collect();
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    if chunks.is_empty() {
        return seen;
    }
    let read = if looks { bytes_of(place, file, &chunks).await } else { None };
    for (at, (chunk, group)) in chunks.into_iter().enumerate() {
        let Some(name) = chunk.column_path().parts().first() else { continue };
        let is_inside = chunk.column_path().parts().len() > 1;
        let part = read.as_ref().and_then(|read| read.get(at)).filter(|_| !is_inside);
        let of_chunk = part.and_then(|part| values_of(part.clone(), chunk, group).ok()).map_or(Seen::UNKNOWN, |values| Seen::of(&values));
        let known = seen.get(name).copied();
        seen.insert(name.clone(), known.map_or(of_chunk, |known| known.and(of_chunk)));
    }
    seen
}

fn is_old(chunk: &ColumnChunkMetaData) -> bool {
    chunk.column_type() == Type::INT96
}

/// The bytes of some columns, where they are few.
async fn bytes_of(place: &Place, file: &ObjectMeta, chunks: &[(&ColumnChunkMetaData, &RowGroupMetaData)]) -> Option<Vec<Part>> {
    let ranges: Vec<Range<u64>> = chunks.iter().map(|(chunk, _)| range_of(chunk)).collect::<Option<_>>()?;
    let bytes: u64 = ranges.iter().map(|range| range.end - range.start).sum();
    if bytes > MOST || ranges.iter().any(|range| range.end > file.size) {
        return None;
    }
    let read = place.store.get_ranges(&file.location, &ranges).await.ok()?;
    Some(ranges.into_iter().zip(read).map(|(range, bytes)| Part { start: range.start, bytes }).collect())
}

/// Where a column stands in its file, as far as that can be.
fn range_of(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = u64::try_from(chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset())).ok()?;
    let length = u64::try_from(chunk.compressed_size()).ok()?;
    Some(start..start.checked_add(length)?)
}

fn values_of(part: Part, chunk: &ColumnChunkMetaData, group: &RowGroupMetaData) -> Read<Vec<Int96>> {
    let rows = usize::try_from(group.num_rows()).unwrap_or(0);
    let pages = SerializedPageReader::new(Arc::new(part), chunk, rows, None)?;
    let ColumnReader::Int96ColumnReader(mut reader) = get_column_reader(chunk.column_descr_ptr(), Box::new(pages)) else {
        return Ok(Vec::new());
    };
    let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    let (records, ..) = reader.read_records(rows, Some(&mut defined), Some(&mut repeated), &mut values)?;
    if records == rows { Ok(values) } else { Err(ParquetError::EOF("a column has fewer rows than its group".to_owned())) }
}

/// Some bytes of a file, at their place in it.
#[derive(Clone)]
struct Part {
    start: u64,
    bytes: Bytes,
}

impl Part {
    fn after(&self, start: u64) -> Read<Bytes> {
        let skipped = start.checked_sub(self.start).and_then(|skipped| usize::try_from(skipped).ok());
        let skipped = skipped.filter(|skipped| *skipped <= self.bytes.len());
        skipped.map(|skipped| self.bytes.slice(skipped..)).ok_or_else(|| ParquetError::EOF("outside of the column".to_owned()))
    }
}

impl Length for Part {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Part {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Read<Self::T> {
        Ok(self.after(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Read<Bytes> {
        let bytes = self.after(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF("outside of the column".to_owned()));
        }
        Ok(bytes.slice(..length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(day: u32, nanos: u64) -> Int96 {
        let mut value = Int96::new();
        value.set_data((nanos & u64::from(u32::MAX)) as u32, (nanos >> 32) as u32, day);
        value
    }

    #[test]
    fn times_are_seen_as_fine_and_as_far() {
        let of = |values: &[Int96]| Seen::of(values);
        // 2013-01-01 and 9999-12-31.
        let (near, far) = (2_456_294, 5_373_484);
        assert_eq!(of(&[]), Seen { fine: false, fits: true });
        assert_eq!(of(&[time(near, 1_000)]), Seen { fine: false, fits: true });
        assert_eq!(of(&[time(near, 86_399_999_999_999), time(near, 0)]), Seen { fine: true, fits: true });
        assert_eq!(of(&[time(near, 1), time(far, 0)]), Seen { fine: true, fits: false });
        assert_eq!(of(&[time(far, 0)]), Seen { fine: false, fits: false });
    }
}
