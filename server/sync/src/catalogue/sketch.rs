//! What is counted of the rows of a sample, as they come: sketches of each column, in memory that does not grow with the rows.
//!
//! Different values are counted by HyperLogLog, the most frequent ones by a frequent-items sketch, and how values are spread by a KLL
//! sketch, all of Apache DataSketches. A column of few values is counted exactly.

use arrow_array::{Array, RecordBatch};
use connect::text::write_text_cell;
use connect::unreadable::Unreadable;
use datasketches::error::Error;
use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use datasketches::hll::{HllSketch, HllType};
use model::catalogue::{ColumnProfile, TOP_VALUES, TopValue};
use model::{DataType, Field};

use crate::catalogue::sample::MAX_TEXT;
use crate::catalogue::spread::{Spread, place_of};

/// 4,096 registers: different values are told with an error of 1.6 %.
const HLL_SIZE: u8 = 12;
/// Values that are counted by themselves, in a table of few columns and in one of many.
const COUNTED: (usize, usize) = (512, 64);
/// A table with more columns is one of many.
const MANY_COLUMNS: usize = 200;
/// Values that all columns together keep for the rules that suggest tags.
const KEPT_VALUES: usize = 200_000;
/// The fewest and the most of them that one column keeps.
const KEPT_OF_COLUMN: (usize, usize) = (20, 1_000);

/// The columns of a sample.
pub(crate) struct TableSketch {
    columns: Vec<ColumnSketch>,
    rows: i64,
}

/// One column of a sample, at its end.
pub(crate) struct SketchedColumn {
    pub(crate) profile: ColumnProfile,
    /// Values in the order of the rows, evenly taken.
    pub(crate) values: Vec<Option<String>>,
}

impl TableSketch {
    /// # Errors
    /// Where the library refuses a size.
    pub(crate) fn new(fields: &[Field]) -> Result<Self, Error> {
        let is_wide = fields.len() > MANY_COLUMNS;
        let kept = (KEPT_VALUES / fields.len().max(1)).clamp(KEPT_OF_COLUMN.0, KEPT_OF_COLUMN.1);
        let columns = fields.iter().map(|field| ColumnSketch::new(field, is_wide, kept)).collect::<Result<_, _>>()?;
        Ok(Self { columns, rows: 0 })
    }

    /// Rows so far.
    pub(crate) fn rows(&self) -> i64 {
        self.rows
    }

    /// Adds all rows of a batch. Cells that could not be read stand in it as NULL, and are named beside it.
    pub(crate) fn add(&mut self, batch: &RecordBatch, unreadable: &[Unreadable]) {
        for (place, column) in self.columns.iter_mut().enumerate() {
            column.add(batch.column(place));
        }
        for cell in unreadable {
            if let Some(column) = self.columns.get_mut(cell.column) {
                column.unreadable += 1;
            }
        }
        self.rows += i64::try_from(batch.num_rows()).unwrap_or(0);
    }

    /// What the columns have come to.
    ///
    /// # Errors
    /// Where the library refuses the bars of a histogram.
    pub(crate) fn finish(self) -> Result<Vec<SketchedColumn>, Error> {
        self.columns.into_iter().map(ColumnSketch::finish).collect()
    }
}

struct ColumnSketch {
    name: String,
    data_type: DataType,
    nulls: i64,
    unreadable: i64,
    distinct: HllSketch,
    top: FrequentItemsSketch<String>,
    /// A value was longer than what is counted of it: values that are alike so far may differ.
    has_cut: bool,
    spread: Spread,
    values: EvenValues,
    /// The cell under the pen.
    text: Vec<u8>,
}

impl ColumnSketch {
    fn new(field: &Field, is_wide: bool, kept: usize) -> Result<Self, Error> {
        let counted = if is_wide { COUNTED.1 } else { COUNTED.0 };
        Ok(Self {
            name: field.name.clone(),
            data_type: field.data_type,
            nulls: 0,
            unreadable: 0,
            distinct: HllSketch::new(HLL_SIZE, HllType::Hll4)?,
            top: FrequentItemsSketch::new(counted)?,
            has_cut: false,
            spread: Spread::new(is_wide)?,
            values: EvenValues::new(kept),
            text: Vec::new(),
        })
    }

    fn add(&mut self, cells: &dyn Array) {
        for row in 0..cells.len() {
            if cells.is_null(row) {
                self.nulls += 1;
                self.values.push(|| None);
                continue;
            }
            self.text.clear();
            write_text_cell(&mut self.text, cells, row, self.data_type);
            self.distinct.update(self.text.as_slice());
            // Bytes are no text that anybody reads.
            if self.data_type == DataType::Bytes {
                continue;
            }
            let Ok(text) = std::str::from_utf8(&self.text) else { continue };
            let short = beginning(text);
            self.has_cut |= short.len() < text.len();
            self.top.update_ref(short);
            self.values.push(|| Some(short.to_owned()));
            match place_of(cells, row, self.data_type) {
                Some(place) => self.spread.add(place),
                None => self.spread.add_text(text, self.data_type),
            }
        }
    }

    fn finish(self) -> Result<SketchedColumn, Error> {
        let is_counted = self.data_type != DataType::Bytes && !self.has_cut && self.top.maximum_error() == 0;
        let counted = if is_counted { self.top.num_active_items() as u64 } else { rounded(self.distinct.estimate()) };
        let (least, greatest) = self.spread.ends(self.data_type);
        let profile = ColumnProfile {
            nulls: (self.nulls - self.unreadable).max(0),
            unreadable: self.unreadable,
            distinct: i64::try_from(counted).unwrap_or(i64::MAX),
            distinct_exact: is_counted,
            least: least.map(|text| beginning(&text).to_owned()),
            greatest: greatest.map(|text| beginning(&text).to_owned()),
            top: top_of(&self.top),
            bars: self.spread.bars(self.data_type)?,
            masked: false,
            name: self.name,
            data_type: self.data_type,
        };
        Ok(SketchedColumn { profile, values: self.values.kept })
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // an estimate of at most 100,000 rows
fn rounded(estimate: f64) -> u64 {
    estimate.round().max(0.0) as u64
}

/// The values that more than one row has, the most frequent first; of a column of few values, all of them.
fn top_of(sketch: &FrequentItemsSketch<String>) -> Vec<TopValue> {
    let few = sketch.num_active_items() <= TOP_VALUES;
    let mut found = sketch.frequent_items(ErrorType::NoFalsePositives);
    found.retain(|item| few || item.lower_bound() > 1);
    // Of those that are as frequent, always the same ones.
    found.sort_by(|a, b| b.lower_bound().cmp(&a.lower_bound()).then_with(|| a.item().cmp(b.item())));
    let value = |item: &datasketches::frequencies::Row<String>| TopValue {
        value: item.item().clone(),
        rows: i64::try_from(item.lower_bound()).unwrap_or(i64::MAX),
    };
    found.iter().take(TOP_VALUES).map(value).collect()
}

/// The first [`MAX_TEXT`] characters.
fn beginning(text: &str) -> &str {
    // A text of as many bytes has no more characters.
    if text.len() <= MAX_TEXT {
        return text;
    }
    text.char_indices().nth(MAX_TEXT).map_or(text, |(end, _)| &text[..end])
}

/// Values that are taken evenly from rows whose number is not known before: every other one is dropped when there are too many.
struct EvenValues {
    kept: Vec<Option<String>>,
    most: usize,
    step: usize,
    seen: usize,
}

impl EvenValues {
    fn new(most: usize) -> Self {
        Self { kept: Vec::new(), most, step: 1, seen: 0 }
    }

    fn push(&mut self, value: impl FnOnce() -> Option<String>) {
        if self.seen.is_multiple_of(self.step) {
            self.kept.push(value());
        }
        self.seen += 1;
        if self.kept.len() > self.most {
            let mut place = 0;
            self.kept.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.step *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Value;

    use super::*;
    use crate::samples::batch;

    fn sketched(data_type: DataType, values: &[Value]) -> SketchedColumn {
        let fields = [Field::plain("c", data_type)];
        let mut sketch = TableSketch::new(&fields).unwrap();
        for rows in values.chunks(1_000) {
            let rows: Vec<Vec<Value>> = rows.iter().map(|value| vec![value.clone()]).collect();
            sketch.add(&batch(&fields, &rows), &[]);
        }
        sketch.finish().unwrap().remove(0)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn a_column_of_few_values_is_counted_exactly() {
        let mut values = vec![text("UA"); 5];
        values.extend([text("DL"), text("AA"), text("AA"), Value::Null, Value::Null]);
        let SketchedColumn { profile, values } = sketched(DataType::String, &values);
        assert_eq!((profile.nulls, profile.distinct, profile.distinct_exact), (2, 3, true));
        assert_eq!((profile.least.as_deref(), profile.greatest.as_deref()), (Some("AA"), Some("UA")));
        let top: Vec<(&str, i64)> = profile.top.iter().map(|top| (top.value.as_str(), top.rows)).collect();
        assert_eq!(top, [("UA", 5), ("AA", 2), ("DL", 1)]);
        assert!(profile.bars.is_empty(), "texts are not spread over a line");
        assert_eq!((values.len(), values.last()), (10, Some(&None)));
    }

    #[test]
    fn many_values_are_estimated_and_frequent_ones_are_found_among_them() {
        let values: Vec<Value> = (0..50_000).map(|number| Value::Int(if number % 10 == 0 { -1 } else { number })).collect();
        let SketchedColumn { profile, values } = sketched(DataType::Int64, &values);
        let truth = 45_001.0;
        #[allow(clippy::cast_precision_loss)] // some thousands
        let error = (profile.distinct as f64 - truth).abs() / truth;
        assert!(!profile.distinct_exact && error < 0.05, "{}", profile.distinct);
        assert_eq!((profile.least.as_deref(), profile.greatest.as_deref()), (Some("-1"), Some("49999")));
        let first = &profile.top[0];
        assert!(first.value == "-1" && first.rows > 4_000 && first.rows <= 5_000, "{first:?}");
        assert!(values.len() <= KEPT_OF_COLUMN.1 && values.len() > KEPT_OF_COLUMN.1 / 2, "{}", values.len());
        let rows: i64 = profile.bars.iter().map(|bar| bar.rows).sum();
        assert!((49_900..=50_100).contains(&rows), "{rows}");
    }

    #[test]
    fn cells_that_cannot_be_read_are_no_nulls() {
        let fields = [Field::plain("a", DataType::Int32), Field::plain("b", DataType::Int32)];
        let mut sketch = TableSketch::new(&fields).unwrap();
        let rows = [vec![Value::Null, Value::Null], vec![Value::Int(1), Value::Null]];
        sketch.add(&batch(&fields, &rows), &[Unreadable { row: 0, column: 1, reason: String::new() }]);
        assert_eq!(sketch.rows(), 2);
        let columns = sketch.finish().unwrap();
        let counts: Vec<(i64, i64)> = columns.iter().map(|column| (column.profile.nulls, column.profile.unreadable)).collect();
        assert_eq!(counts, [(1, 0), (1, 1)]);
    }

    #[test]
    fn long_texts_are_cut_and_told_apart_all_the_same() {
        let long = "é".repeat(MAX_TEXT);
        let values: Vec<Value> = (0..9).map(|number| text(&format!("{long}{number}"))).collect();
        let SketchedColumn { profile, .. } = sketched(DataType::String, &values);
        assert_eq!((profile.distinct, profile.distinct_exact), (9, false));
        assert_eq!(profile.top[0].value.chars().count(), MAX_TEXT);
        assert_eq!(profile.least.unwrap().chars().count(), MAX_TEXT);
    }

    #[test]
    fn bytes_are_counted_and_never_shown() {
        let values = vec![Value::Bytes(vec![1, 2]), Value::Bytes(vec![3]), Value::Bytes(vec![3]), Value::Null];
        let SketchedColumn { profile, .. } = sketched(DataType::Bytes, &values);
        assert_eq!((profile.nulls, profile.distinct), (1, 2));
        assert!(profile.top.is_empty() && profile.least.is_none() && profile.bars.is_empty());
    }
}
