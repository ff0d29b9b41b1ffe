//! The types of columns that nobody declared, read from a sample of rows, with what speaks for each.

use arrow_array::RecordBatch;
use connect::SourceError;
use connect::batch::BatchBuilder;
use indexmap::IndexMap;
use model::json_text::is_float_word;
use model::scalar::{days, micros};
use model::table::Column;
use model::{DataType, Field};
use serde_json::{Map, Value as Json};

use crate::cells::{Cell, append};
use crate::digits::{Digits, is_exact_float, is_finer_than_micros};
pub use crate::json_cells::normal as normal_json;
use crate::json_cells::own_row;
use crate::types::Overrides;

/// A row as a service gives it: what it has in each of its columns, with every digit.
pub type Row = IndexMap<String, Cell<'static>>;

/// Bytes of rows that are enough to read types from, however few rows they are.
pub const SAMPLE_BYTES: usize = 16 << 20;
/// The digits that a decimal of ours holds.
const MOST_DIGITS: i64 = 38;

/// What the values of one column were seen to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) values: usize,
    pub(crate) bools: usize,
    ints: usize,
    /// Whole numbers that are larger than an integer is.
    large: usize,
    pub(crate) numbers: usize,
    /// Numbers that come back as they were written when they are kept as floats.
    floats: usize,
    dates: usize,
    times: usize,
    nested: usize,
    /// What is no text, where a text would be usual.
    bytes: usize,
    /// Texts that stand for floats which no JSON has.
    beyond_numbers: usize,
    /// The most digits before the point and behind it.
    whole: i64,
    fraction: i64,
}

impl Seen {
    pub(crate) fn add(&mut self, cell: &Cell<'_>, texts_speak: bool) {
        match cell {
            Cell::Null => return,
            Cell::Bool(_) => self.bools += 1,
            Cell::Number(number) => self.add_number(&number.to_string()),
            Cell::Written(text) => return self.add_written(text),
            Cell::Own(_) => self.nested += 1,
            Cell::Bytes(_) => self.bytes += 1,
            Cell::Text(text) if !texts_speak && is_float_word(text) => self.beyond_numbers += 1,
            Cell::Text(text) => self.add_text(text, texts_speak),
        }
        self.values += 1;
    }

    /// A value as it is written in JSON; whether it can be read is asked by others.
    pub(crate) fn add_written(&mut self, value: &str) {
        match value.as_bytes().first() {
            Some(b'n') | None => return,
            Some(b't' | b'f') => self.bools += 1,
            Some(b'{' | b'[') => self.nested += 1,
            Some(b'"') => self.add_text(&serde_json::from_str::<String>(value).unwrap_or_default(), false),
            Some(_) => self.add_number(value),
        }
        self.values += 1;
    }

    /// A number as it is written.
    pub(crate) fn add_number(&mut self, text: &str) {
        self.numbers += 1;
        // Most are small, and are counted without a look at their digits.
        if let Some(number) = text.parse::<i64>().ok().filter(|number| number.unsigned_abs() <= 1 << 53) {
            let digits = number.unsigned_abs().checked_ilog10().map_or(1, |log| i64::from(log) + 1);
            (self.ints, self.floats, self.whole) = (self.ints + 1, self.floats + 1, self.whole.max(digits));
            return;
        }
        self.floats += usize::from(is_exact_float(text));
        let Some(digits) = Digits::of(text) else { return };
        self.whole = self.whole.max(digits.whole());
        self.fraction = self.fraction.max(digits.fraction());
        if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            let fits = text.parse::<i64>().is_ok();
            self.ints += usize::from(fits);
            self.large += usize::from(!fits);
        }
    }

    /// Dates and times are texts everywhere; numbers only where there is nothing but texts.
    pub(crate) fn add_text(&mut self, text: &str, texts_speak: bool) {
        let is_dated = text.as_bytes().get(4) == Some(&b'-');
        // What begins with a date and goes on is a time.
        if is_dated && text.len() == "yyyy-mm-dd".len() && days(text).is_some() {
            self.dates += 1;
        } else if is_dated && text.len() > "yyyy-mm-dd".len() && micros(text).is_some() && !is_finer_than_micros(text) {
            self.times += 1;
        } else if texts_speak {
            if is_number(text) {
                self.add_number(text);
            }
            self.bools += usize::from(matches!(text, "true" | "false"));
        }
    }

    /// Whether so many before may all have been numbers, times or truths.
    pub(crate) fn may_be_typed(&self, before: usize) -> bool {
        [self.numbers, self.dates + self.times, self.bools].contains(&before)
    }

    /// The narrowest type that holds all of them as they were written, and how many were just that.
    pub(crate) fn verdict(&self) -> (DataType, usize) {
        self.verdict_of(self.values)
    }

    /// The same, of so many of them.
    pub(crate) fn verdict_of(&self, all: usize) -> (DataType, usize) {
        let precision = (self.whole + self.fraction).max(20);
        match () {
            () if all == 0 => (DataType::String, 0),
            // A few are that row's fault, and are told with it.
            () if self.bytes * 2 > all => (DataType::Bytes, self.bytes),
            () if self.bools == all => (DataType::Bool, all),
            () if self.ints == all => (DataType::Int64, all),
            // Beside numbers, their words are floats as Avro and Protobuf have them; texts alone are texts.
            () if self.floats > 0 && self.floats + self.beyond_numbers == all => (DataType::Float64, all),
            () if self.numbers == all && precision <= MOST_DIGITS => (self.decimal(all), all),
            () if self.numbers == all => (DataType::String, all),
            () if self.dates == all => (DataType::Date, all),
            () if self.dates + self.times == all => (DataType::Timestamp, all),
            () if self.nested > 0 => (DataType::Json, self.nested),
            () => (DataType::String, all - self.bools - self.numbers - self.dates - self.times - self.bytes),
        }
    }

    /// With all the room that there is before the point: what comes later may be larger.
    fn decimal(&self, all: usize) -> DataType {
        let precision = if self.ints + self.large == all { self.whole.max(20) } else { MOST_DIGITS };
        DataType::Decimal { precision: u8::try_from(precision).unwrap_or(38), scale: i8::try_from(self.fraction).unwrap_or(0) }
    }
}

/// Whether a text is a number that comes back as it was: `007` and `1e5` are none.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // `.097` has nothing before its point, as statistics are often written.
    (all_digits(whole) || digits.starts_with('.')) && all_digits(part) && (!whole.starts_with('0') || whole == "0") && text != "-0"
}

/// The columns of a sample in the order in which they were first seen; `first` come before them. Where all values are
/// texts, as in a hash of Redis, `texts_speak` of numbers too.
#[must_use]
pub fn columns(rows: &[Row], first: &[String], table: &str, overrides: &Overrides, texts_speak: bool) -> Vec<Column> {
    let mut seen: Vec<(&str, Seen)> = first.iter().map(|name| (name.as_str(), Seen::default())).collect();
    for (name, value) in rows.iter().flatten() {
        let at = seen.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            seen.push((name, Seen::default()));
            seen.len() - 1
        });
        // What stands in a key or a path is a text, whatever it is.
        seen[at].1.add(value, texts_speak || at < first.len());
    }
    let column = |(name, seen): (&str, Seen)| {
        let (data_type, native) = match (overrides.of(table, name), seen.verdict()) {
            (Some(wanted), _) => (wanted, "as set by hand".to_owned()),
            (None, (found, _)) if seen.values == 0 => (found, format!("empty in {} rows", rows.len())),
            (None, (found, fits)) => (found, format!("{} in {fits} of {} rows", found.word(), rows.len())),
        };
        Column { name: name.to_owned(), data_type, nullable: !first.iter().any(|known| known == name), native }
    };
    seen.into_iter().map(column).collect()
}

/// Rows as a batch of these fields; what a row does not have is empty.
///
/// # Errors
/// A value that is not of its column's type.
pub fn batch(fields: &[Field], rows: &[Row]) -> Result<RecordBatch, SourceError> {
    let mut builder = BatchBuilder::new(fields);
    for row in rows {
        for (index, field) in fields.iter().enumerate() {
            append(&mut builder, (index, field), row.get(&field.column).unwrap_or(&Cell::Null))?;
        }
    }
    builder.finish()
}

/// About how many bytes a row has.
#[must_use]
pub fn bytes_of(row: &Row) -> usize {
    row.iter().map(|(name, cell)| name.len() + bytes_of_cell(cell)).sum()
}

fn bytes_of_cell(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Text(text) | Cell::Written(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
        Cell::Own(value) => bytes_of_value(value),
        Cell::Null | Cell::Bool(_) | Cell::Number(_) => size_of::<Cell<'_>>(),
    }
}

fn bytes_of_value(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len(),
        Json::Array(items) => items.iter().map(bytes_of_value).sum(),
        Json::Object(fields) => fields.iter().map(|(name, value)| name.len() + bytes_of_value(value)).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) => size_of::<Json>(),
    }
}

/// A row out of a JSON object, as messages and lines are.
///
/// # Errors
/// Why it is none, as a sentence.
pub fn json_row(value: &[u8]) -> Result<Row, String> {
    own_row(value).map_err(|_| match serde_json::from_slice::<Json>(value) {
        Ok(_) => "The value is JSON, but not an object with fields.".to_owned(),
        Err(_) if std::str::from_utf8(value).is_err() => NO_TEXT.to_owned(),
        Err(_) => "The value is not JSON.".to_owned(),
    })
}

/// Why bytes are no text.
pub const NO_TEXT: &str = "The value is not UTF-8 text.";

/// A row of what a schema says that there is.
#[must_use]
pub fn row_of(fields: Map<String, Json>) -> Row {
    fields.into_iter().map(|(name, value)| (name, value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[&str]) -> Vec<Row> {
        texts.iter().map(|text| json_row(text.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn a_number_keeps_its_digits_in_the_type_that_it_gets() {
        let of = |texts: &[&str], texts_speak: bool| {
            let mut seen = Seen::default();
            for text in texts {
                seen.values += usize::from(texts_speak);
                if texts_speak { seen.add_text(text, true) } else { seen.add_written(text) }
            }
            seen.verdict().0
        };
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        for texts_speak in [true, false] {
            assert_eq!(of(&["9223372036854775807", "-1"], texts_speak), DataType::Int64);
            assert_eq!(of(&["18446744073709551615", "18446744073709551614"], texts_speak), decimal(20, 0));
            assert_eq!(of(&["19.99", "0.1", "5"], texts_speak), DataType::Float64);
            assert_eq!(of(&["0.1", "12345678901234567.89"], texts_speak), decimal(38, 2));
            assert_eq!(of(&["123456789012345678901234567890123456789012"], texts_speak), DataType::String);
        }
        assert_eq!(of(&["1e5", "2E3"], true), DataType::String);
        assert_eq!(of(&["1e5", "1.5"], false), DataType::Float64);
        assert_eq!(of(&["02134"], true), DataType::String);
        let u64s = rows(&[r#"{"u": 18446744073709551615}"#, r#"{"u": 1}"#]);
        assert_eq!(columns(&u64s, &[], "t", &Overrides::default(), false)[0].data_type, decimal(20, 0));
        let wider = rows(&[r#"{"u": 123456789012345678901234567890}"#]);
        assert_eq!(columns(&wider, &[], "t", &Overrides::default(), false)[0].data_type, decimal(30, 0));
    }

    #[test]
    fn a_row_of_json_keeps_what_it_is_written_with() {
        let text = r#"{"price":12345678901234567.89,"n":12345678901234567890123,"j":{"p":1.10, "k":[18446744073709551616]},"s":"a\u00e9","i":7,"i":8}"#;
        let row = json_row(text.as_bytes()).unwrap();
        let fields: Vec<Field> = ["price", "n", "j", "s", "i"].iter().map(|name| Field::plain(*name, DataType::String)).collect();
        let kept = batch(&fields, std::slice::from_ref(&row)).unwrap();
        let texts: Vec<_> = (0..fields.len()).map(|column| connect::proto::value_of(&kept, column, 0, DataType::String)).collect();
        let wanted = ["12345678901234567.89", "12345678901234567890123", r#"{"p":1.10, "k":[18446744073709551616]}"#, "a\u{e9}", "8"];
        assert_eq!(texts, wanted.map(|text| model::Value::Text(text.into())));
        let types: Vec<DataType> =
            columns(&[row], &[], "t", &Overrides::default(), false).into_iter().map(|column| column.data_type).collect();
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        assert_eq!(types, [decimal(38, 2), decimal(23, 0), DataType::Json, DataType::String, DataType::Int64]);
        assert_eq!(json_row(b"[1]").unwrap_err(), "The value is JSON, but not an object with fields.");
        assert_eq!(json_row(b"{\"a\":\"\xff\"}").unwrap_err(), NO_TEXT);
        assert_eq!(
            normal_json(br#" {"b": 1.10, "a": [12345678901234567890123, "\u00e9"]} "#).unwrap(),
            "{\"b\":1.1,\"a\":[12345678901234567890123,\"\u{e9}\"]}"
        );
    }

    #[test]
    fn bytes_and_floats_beyond_numbers_have_a_type() {
        let of = |cells: &[Cell<'_>]| {
            let mut seen = Seen::default();
            cells.iter().for_each(|cell| seen.add(cell, false));
            seen.verdict().0
        };
        let (number, bytes) = (Cell::from(Json::from(1.5)), Cell::of_bytes(b"\xff\0"));
        let word = |word: &str| Cell::from(Json::from(word));
        assert_eq!(of(&[number.clone(), word("NaN"), word("-Infinity")]), DataType::Float64);
        assert_eq!((of(&[word("NaN")]), of(&[number, word("none")])), (DataType::String, DataType::String));
        assert_eq!(of(&[bytes.clone(), word("a"), bytes.clone()]), DataType::Bytes);
        assert_eq!(of(&[bytes, word("a"), word("b")]), DataType::String);
        assert_eq!(crate::cells::hex_text(&128_i64.to_be_bytes()), "0x0000000000000080");
    }

    #[test]
    fn the_bytes_of_a_row_are_those_of_its_texts_and_of_what_stands_in_others() {
        let of = |text: &str| bytes_of(&json_row(text.as_bytes()).unwrap());
        assert_eq!((of("{}"), of(r#"{"a": "four"}"#)), (0, 5));
        // Lists and objects are kept as they are written.
        assert_eq!(of(r#"{"a":["four",{"b":"four"}],"c":null}"#), 1 + r#"["four",{"b":"four"}]"#.len() + 1 + size_of::<Cell<'_>>());
    }

    #[test]
    fn a_type_is_what_every_row_agrees_on() {
        let sample = rows(&[
            r#"{"n": "7", "zip": "007", "x": "1.5", "day": "2013-01-01", "at": "2013-01-01T05:00:00Z", "ok": "true", "mixed": "1"}"#,
            r#"{"n": "-12", "zip": "123", "x": "2", "day": "2013-12-31", "at": "2013-12-31 23:59:59.5", "ok": "false", "mixed": "one"}"#,
        ]);
        let found = columns(&sample, &["id".into()], "t", &Overrides::default(), true);
        let types: Vec<(&str, DataType, &str)> =
            found.iter().map(|column| (column.name.as_str(), column.data_type, column.native.as_str())).collect();
        assert_eq!(
            types,
            [
                ("id", DataType::String, "empty in 2 rows"),
                ("n", DataType::Int64, "integer in 2 of 2 rows"),
                ("zip", DataType::String, "text in 1 of 2 rows"),
                ("x", DataType::Float64, "number in 2 of 2 rows"),
                ("day", DataType::Date, "date in 2 of 2 rows"),
                ("at", DataType::Timestamp, "timestamp in 2 of 2 rows"),
                ("ok", DataType::Bool, "yes/no in 2 of 2 rows"),
                ("mixed", DataType::String, "text in 1 of 2 rows"),
            ]
        );
        // A day among times is its midnight.
        let mixed = rows(&[r#"{"at": "2013-01-01"}"#, r#"{"at": "2013-01-01T05:00:00Z"}"#]);
        assert_eq!(columns(&mixed, &[], "t", &Overrides::default(), false)[0].data_type, DataType::Timestamp);
        assert_eq!(micros("2013-01-01"), micros("2013-01-01T00:00:00Z"));
        // Floats that are no numbers are so beside numbers alone.
        let floats = rows(&[r#"{"f": 1.5, "w": "NaN", "b": true}"#, r#"{"f": "NaN", "w": "Infinity", "b": "NaN"}"#]);
        let types: Vec<DataType> = columns(&floats, &[], "t", &Overrides::default(), false).iter().map(|column| column.data_type).collect();
        assert_eq!(types, [DataType::Float64, DataType::String, DataType::String]);
        // In JSON, a text of digits is a text.
        let json = rows(&[r#"{"n": 7, "code": "12", "in": {"a": 1}}"#, r#"{"n": 7.5, "code": "13", "in": null}"#]);
        let types: Vec<DataType> = columns(&json, &[], "t", &Overrides::default(), false).iter().map(|column| column.data_type).collect();
        assert_eq!(types, [DataType::Float64, DataType::String, DataType::Json]);
    }
}
