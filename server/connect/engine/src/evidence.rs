//! The types of columns that nobody declared, read from a sample of rows, with what speaks for each.

use arrow_array::RecordBatch;
use connect::SourceError;
use connect::batch::BatchBuilder;
use model::scalar::{days, micros};
use model::table::Column;
use model::{DataType, Field, Value};
use serde_json::{Map, Value as Json};

use crate::cells::Cell;
use crate::types::Overrides;

/// A row as a service gives it.
pub type Row = Map<String, Json>;

/// What the values of one column were seen to be.
#[derive(Default)]
struct Seen {
    values: usize,
    bools: usize,
    ints: usize,
    numbers: usize,
    dates: usize,
    times: usize,
    nested: usize,
}

impl Seen {
    fn add(&mut self, value: &Json, texts_speak: bool) {
        self.values += 1;
        match value {
            Json::Null => self.values -= 1,
            Json::Bool(_) => self.bools += 1,
            Json::Number(number) => {
                self.numbers += 1;
                self.ints += usize::from(number.is_i64());
            }
            Json::Array(_) | Json::Object(_) => self.nested += 1,
            Json::String(text) => self.add_text(text, texts_speak),
        }
    }

    /// Dates and times are texts everywhere; numbers only where there is nothing but texts.
    fn add_text(&mut self, text: &str, texts_speak: bool) {
        // What begins with a date and goes on is a time.
        if text.len() == "yyyy-mm-dd".len() && days(text).is_some() {
            self.dates += 1;
        } else if micros(text).is_some() {
            self.times += 1;
        } else if texts_speak {
            // `007` is no number: it would not come back as it was.
            let int = text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = digits.split('.').count() == 2
                && digits.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
            let float = plain && (!digits.starts_with('0') || digits.starts_with("0."));
            self.ints += usize::from(int);
            self.numbers += usize::from(int || float);
            self.bools += usize::from(matches!(text, "true" | "false"));
        }
    }

    /// The narrowest type that holds all of them, and how many were just that.
    fn verdict(&self) -> (DataType, usize) {
        let all = self.values;
        match () {
            () if all == 0 => (DataType::String, 0),
            () if self.bools == all => (DataType::Bool, all),
            () if self.ints == all => (DataType::Int64, all),
            () if self.numbers == all => (DataType::Float64, all),
            () if self.dates == all => (DataType::Date, all),
            () if self.dates + self.times == all => (DataType::Timestamp, all),
            () if self.nested > 0 => (DataType::Json, self.nested),
            () => (DataType::String, all - self.bools - self.numbers - self.dates - self.times),
        }
    }
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
            builder.append(index, row.get(&field.column).map_or(Value::Null, |value| Cell::of(value).value(field.data_type)))?;
        }
    }
    builder.finish()
}

/// A row out of a JSON object, as messages and lines are.
///
/// # Errors
/// Why it is none, as a sentence.
pub fn json_row(value: &[u8]) -> Result<Row, String> {
    match serde_json::from_slice(value) {
        Ok(Json::Object(row)) => Ok(row),
        Ok(_) => Err("It is JSON, but not an object with fields.".into()),
        Err(_) => Err("It is not JSON.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[&str]) -> Vec<Row> {
        texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
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
        // In JSON, a text of digits is a text.
        let json = rows(&[r#"{"n": 7, "code": "12", "in": {"a": 1}}"#, r#"{"n": 7.5, "code": "13", "in": null}"#]);
        let types: Vec<DataType> = columns(&json, &[], "t", &Overrides::default(), false).iter().map(|column| column.data_type).collect();
        assert_eq!(types, [DataType::Float64, DataType::String, DataType::Json]);
    }
}
