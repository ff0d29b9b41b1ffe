//! Rows on their way from what a message or a line holds into columns: only what is wanted of them, and texts without a copy.

use std::borrow::Cow;
use std::fmt::Write as _;

use arrow_array::RecordBatch;
use connect::batch::BatchBuilder;
use connect::{Origin, SourceError, SourceErrorKind, Spoiled};
use model::data_type::ANY_DECIMAL;
use model::scalar::{decimal_text, timestamp_text};
use model::{DataType, Field, Value};
use serde::de::DeserializeSeed;
use serde_json::{Number, Value as Json};

use crate::digits::{Digits, epoch_micros, is_exact_float, is_finer_than_micros, unscaled};
use crate::evidence::{Row, json_row};
use crate::json_cells::Object;

/// How much of a value is named.
const EXAMPLE: usize = 60;

/// What one row has in one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'v> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'v, str>),
    /// What is no text, where a text would be usual. A column of bytes keeps it, and every other one refuses it with its place.
    Bytes(Cow<'v, [u8]>),
    /// An array or an object: in a box, for cells are many and these are few.
    Own(Box<Json>),
    /// A number, an array or an object as it is written, with all its digits.
    Written(Cow<'v, str>),
}

impl<'v> Cell<'v> {
    /// Bytes that should be a text in UTF-8. They are never made one by putting other letters in their place: what differs stays different.
    #[must_use]
    pub fn of_bytes(bytes: &'v [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(Cow::Borrowed(text)),
            Err(_) => Self::Bytes(Cow::Borrowed(bytes)),
        }
    }

    /// The same on its own.
    #[must_use]
    pub fn into_own(self) -> Cell<'static> {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(yes) => Cell::Bool(yes),
            Self::Number(number) => Cell::Number(number),
            Self::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Cell::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Own(nested) => Cell::Own(nested),
            Self::Written(text) => Cell::Written(Cow::Owned(text.into_owned())),
        }
    }

    /// As a value of a column.
    #[must_use]
    pub fn value(&self, data_type: DataType) -> Value {
        match (self, data_type) {
            (Self::Null, _) => Value::Null,
            (Self::Text(text), DataType::Bool) if text == "true" => Value::Bool(true),
            (Self::Text(text), DataType::Bool) if text == "false" => Value::Bool(false),
            (Self::Text(text), DataType::Json) => Value::Text(Json::String(text.clone().into_owned()).to_string()),
            (Self::Text(text), _) => Value::Text(text.clone().into_owned()),
            // What is kept as text or digits is kept as it was written.
            (Self::Bool(yes), DataType::String | DataType::Json | DataType::Decimal { .. }) => Value::Text(yes.to_string()),
            (Self::Number(number), DataType::String | DataType::Json | DataType::Decimal { .. }) => Value::Text(number.to_string()),
            (Self::Bool(yes), _) => Value::Bool(*yes),
            (Self::Number(number), _) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => Value::Int(int),
                (None, Some(float)) => Value::Float(float),
                (None, None) => Value::Text(number.to_string()),
            },
            (Self::Bytes(bytes), _) => Value::Bytes(bytes.clone().into_owned()),
            (Self::Own(nested), _) => Value::Text(nested.to_string()),
            (Self::Written(text), _) => Value::Text(text.clone().into_owned()),
        }
    }
}

impl From<Json> for Cell<'_> {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(yes) => Self::Bool(yes),
            Json::Number(number) => Self::Number(number),
            Json::String(text) => Self::Text(Cow::Owned(text)),
            nested => Self::Own(Box::new(nested)),
        }
    }
}

/// Bytes in hexadecimal behind `0x`, where a text has to stand for them: different ones stay different.
#[must_use]
pub fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Appends a cell to a column under construction, with every digit that it was written with.
///
/// # Errors
/// What is not of the column's type, or has more digits than that holds.
pub(crate) fn append(builder: &mut BatchBuilder, (index, field): (usize, &Field), cell: &Cell<'_>) -> Result<(), SourceError> {
    let lost = |text: &str| {
        let sentence = format!(
            "A row has the value {} in {}, which has more digits than a {} can store. Set the type of the column to string, or to a wider decimal.",
            text.chars().take(EXAMPLE).collect::<String>(),
            field.column,
            field.data_type.word()
        );
        Err(SourceError::new(SourceErrorKind::Mismatch, sentence))
    };
    match (cell, field.data_type) {
        (Cell::Text(text), DataType::String) => builder.append_text(index, text),
        (Cell::Written(text), DataType::String | DataType::Json) => builder.append_text(index, text),
        // Of any size: as it is written.
        (cell, ANY_DECIMAL) => builder.append(index, cell.value(ANY_DECIMAL)),
        (cell, DataType::Decimal { precision, scale }) => match cell.value(field.data_type) {
            Value::Text(text) if Digits::of(&text).is_some() => match unscaled(&text, precision, scale) {
                Some(number) => builder.append(index, Value::Text(decimal_text(number, scale))),
                None => lost(&text),
            },
            value => builder.append(index, value),
        },
        (Cell::Number(number), DataType::Float64) if !is_exact_float(&number.to_string()) => lost(&number.to_string()),
        (Cell::Written(text), DataType::Float64) if Digits::of(text).is_some() && !is_exact_float(text) => lost(text),
        (Cell::Text(text), DataType::Timestamp | DataType::Time) if is_finer_than_micros(text) => lost(text),
        (cell, DataType::Timestamp) => {
            let value = cell.value(field.data_type);
            let count = match &value {
                Value::Int(count) => Some(*count),
                Value::Text(text) => text.parse().ok(),
                _ => None,
            };
            match count.and_then(epoch_micros).map(timestamp_text) {
                Some(time) => builder.append(index, Value::Text(time)),
                None => builder.append(index, value),
            }
        }
        (cell, data_type) => builder.append(index, cell.value(data_type)),
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl<'v> From<Cow<'v, str>> for Cell<'v> {
    fn from(text: Cow<'v, str>) -> Self {
        Self::Text(text)
    }
}

/// The columns that are wanted of rows.
#[derive(Debug, Clone)]
pub struct RowFields {
    fields: Vec<Field>,
    /// Their columns, each once, and which of them each field is.
    columns: Vec<String>,
    of_field: Vec<usize>,
    /// How each column is read.
    reads: Vec<Reads>,
}

/// How the values of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reads {
    Value,
    /// As a value; where that is a number with a point or an exponent, the whole row once more, as it is written.
    Text,
    Written,
}

impl Reads {
    fn of(data_type: DataType) -> Self {
        match data_type {
            DataType::Json | DataType::Decimal { .. } => Self::Written,
            DataType::String => Self::Text,
            _ => Self::Value,
        }
    }
}

impl RowFields {
    #[must_use]
    pub fn new(fields: Vec<Field>) -> Self {
        let mut columns: Vec<String> = Vec::new();
        let mut of_field = Vec::new();
        let mut reads = Vec::new();
        for field in &fields {
            let at = columns.iter().position(|column| column == &field.column).unwrap_or_else(|| {
                columns.push(field.column.clone());
                reads.push(Reads::Value);
                columns.len() - 1
            });
            reads[at] = reads[at].max(Reads::of(field.data_type));
            of_field.push(at);
        }
        Self { fields, columns, of_field, reads }
    }

    /// Whether none is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(crate) fn reads(&self, at: usize) -> Reads {
        self.reads[at]
    }

    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.at(column).is_some()
    }

    pub(crate) fn at(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known == column)
    }
}

/// Rows of what is wanted; what a row does not have is empty.
pub struct CellRows<'w, 'v> {
    wanted: &'w RowFields,
    /// One row behind the other.
    cells: Vec<Cell<'v>>,
}

impl<'w, 'v> CellRows<'w, 'v> {
    #[must_use]
    pub fn new(wanted: &'w RowFields, rows: usize) -> Self {
        Self { wanted, cells: Vec::with_capacity(rows * wanted.columns.len()) }
    }

    /// A row of what `put` puts into it; none where it cannot.
    ///
    /// # Errors
    /// What `put` says.
    pub fn take<T>(&mut self, put: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.begin();
        let taken = put(self);
        if taken.is_err() {
            let begin = self.begin_of_last();
            self.cells.truncate(begin);
        }
        taken
    }

    fn begin(&mut self) {
        let empty = std::iter::repeat_with(|| Cell::Null).take(self.wanted.columns.len());
        self.cells.extend(empty);
    }

    fn begin_of_last(&self) -> usize {
        self.cells.len().saturating_sub(self.wanted.columns.len())
    }

    fn row(&mut self) -> &mut [Cell<'v>] {
        let begin = self.begin_of_last();
        &mut self.cells[begin..]
    }

    /// Puts a cell into the row that was begun last, where it is wanted.
    pub fn put(&mut self, column: &str, cell: Cell<'v>) {
        if let Some(at) = self.wanted.at(column) {
            self.row()[at] = cell;
        }
    }

    /// Puts what is wanted of a row.
    pub fn put_row(&mut self, row: Row) {
        for (column, cell) in row {
            self.put(&column, cell);
        }
    }

    /// Puts what is wanted of a JSON object.
    ///
    /// # Errors
    /// Why it is none, as a sentence.
    pub fn put_json(&mut self, value: &'v [u8]) -> Result<(), String> {
        let wanted = self.wanted;
        for as_written in [false, true] {
            let mut reader = serde_json::Deserializer::from_slice(value);
            let read = Object { wanted, row: self.row(), as_written }.deserialize(&mut reader);
            match read.and_then(|lost_digits| reader.end().map(|()| lost_digits)) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(_) => break,
            }
        }
        // It is said why by whoever reads all of it.
        self.put_row(json_row(value)?);
        Ok(())
    }

    /// Rows as a batch, but for those that are not of their columns' types; of those, why, at their places. Nothing is said where all are
    /// good.
    ///
    /// # Errors
    /// Only where the good ones make no batch either.
    pub fn finish(self) -> Result<(RecordBatch, Vec<Option<String>>), SourceError> {
        let rows: Vec<&[Cell<'v>]> = self.cells.chunks(self.wanted.columns.len().max(1)).collect();
        if let Ok(all) = self.wanted.batch(&rows) {
            return Ok((all, Vec::new()));
        }
        // One of them at least is bad: each is tried by itself.
        let bad: Vec<Option<String>> = rows.iter().map(|row| self.wanted.batch(&[row]).err().map(|error| error.sentence)).collect();
        let mut good = rows;
        keep_good(&mut good, &bad);
        Ok((self.wanted.batch(&good)?, bad))
    }
}

impl RowFields {
    fn batch(&self, rows: &[&[Cell<'_>]]) -> Result<RecordBatch, SourceError> {
        let mut builder = BatchBuilder::new(&self.fields);
        for row in rows {
            for (index, (field, at)) in self.fields.iter().zip(&self.of_field).enumerate() {
                append(&mut builder, (index, field), &row[*at])?;
            }
        }
        builder.finish()
    }
}

/// What rows were made of, each with why it could not be read as one, apart: of those that are rows, and of those that are not. `bad` is as
/// [`CellRows::finish`] says.
#[must_use]
pub fn apart(read: impl Iterator<Item = (Origin, Option<String>)>, bad: &[Option<String>]) -> (Vec<Origin>, Vec<Spoiled>) {
    let (mut origins, mut spoiled) = (Vec::new(), Vec::new());
    for (origin, reason) in read {
        match reason {
            None => origins.push(origin),
            Some(reason) => spoiled.push(origin.spoiled(reason)),
        }
    }
    spoiled.extend(bad.iter().zip(&origins).filter_map(|(reason, origin)| Some(origin.spoiled(reason.clone()?))));
    keep_good(&mut origins, bad);
    (origins, spoiled)
}

/// Those of which nothing bad was said.
pub fn keep_good<T>(all: &mut Vec<T>, bad: &[Option<String>]) {
    let mut bad = bad.iter();
    all.retain(|_| bad.next().is_none_or(Option::is_none));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::batch;

    fn wanted() -> Vec<Field> {
        let types = [DataType::String, DataType::Json, DataType::Float64, DataType::Int64, DataType::Bool];
        types
            .iter()
            .zip(["a", "b", "c", "d", "a"])
            .map(|(data_type, column)| Field { column: column.into(), ..Field::plain(column, *data_type) })
            .collect()
    }

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            prop_oneof!["true|false", "[a-c\"\\\\\u{e9}\n]{0,6}"].prop_map(Json::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
                proptest::collection::vec(("[a-e]", inner), 0..3).prop_map(|fields| Json::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// What is read straight from the bytes is what is read by way of a map.
        #[test]
        fn objects_are_read_as_maps_of_them_are(objects in proptest::collection::vec(proptest::collection::vec(("[a-e]", json()), 0..5), 1..4)) {
            let wanted = RowFields::new(wanted());
            let texts: Vec<Vec<u8>> = objects.into_iter().map(|fields| Json::Object(fields.into_iter().collect()).to_string().into_bytes()).collect();
            let mut cells = CellRows::new(&wanted, texts.len());
            for text in &texts {
                prop_assert_eq!(cells.take(|cells| cells.put_json(text)), Ok(()));
            }
            let (read, bad) = cells.finish().unwrap();
            let rows: Vec<Row> = texts.iter().map(|text| json_row(text).unwrap()).collect();
            let alone = |row: &Row| batch(&wanted.fields, std::slice::from_ref(row));
            let good: Vec<Row> = rows.iter().filter(|row| alone(row).is_ok()).cloned().collect();
            prop_assert_eq!(&read, &batch(&wanted.fields, &good).unwrap());
            if good.len() < rows.len() {
                // The words may differ: a number is told as it was written, or as it was read.
                let told: Vec<bool> = bad.iter().map(Option::is_some).collect();
                prop_assert_eq!(told, rows.iter().map(|row| alone(row).is_err()).collect::<Vec<_>>());
            } else {
                prop_assert!(bad.is_empty());
            }
        }
    }

    #[test]
    fn numbers_keep_the_digits_that_they_are_written_with() {
        let decimal = DataType::Decimal { precision: 20, scale: 0 };
        let types = [
            ("text", DataType::String),
            ("json", DataType::Json),
            ("u", decimal),
            ("money", DataType::Decimal { precision: 38, scale: 2 }),
        ];
        let wanted = RowFields::new(types.iter().map(|(name, data_type)| Field::plain(*name, *data_type)).collect());
        let mut cells = CellRows::new(&wanted, 3);
        let json = r#"{"price": 1.10, "n": 12345678901234567890123, "a": 1, "a": 2}"#;
        for (u, money) in [("18446744073709551615", "12345678901234567.89"), ("18446744073709551614", "0.1"), ("1", "0.005")] {
            let line = format!(r#"{{"text": 1.10, "json": {json}, "u": {u}, "money": {money}}}"#);
            cells.take(|cells| cells.put_json(Box::leak(line.into_boxed_str()).as_bytes())).unwrap();
        }
        let (rows, bad) = cells.finish().unwrap();
        let of = |column, row, data_type| match connect::proto::value_of(&rows, column, row, data_type) {
            Value::Text(text) => text,
            other => format!("{other:?}"),
        };
        assert_eq!((of(0, 0, DataType::String), of(1, 0, DataType::Json)), ("1.10".to_owned(), json.to_owned()));
        assert_eq!((of(2, 0, decimal), of(2, 1, decimal)), ("18446744073709551615".to_owned(), "18446744073709551614".to_owned()));
        assert_eq!(of(3, 0, types[3].1), "12345678901234567.89");
        assert!(bad[..2].iter().all(Option::is_none) && bad[2].as_ref().unwrap().contains("0.005 in money"), "{bad:?}");
    }

    #[test]
    fn what_is_no_object_is_refused_and_the_last_of_a_name_counts() {
        let wanted = RowFields::new(wanted());
        let mut cells = CellRows::new(&wanted, 1);
        let deep = format!("{{\"z\": {}{}}}", "[".repeat(200), "]".repeat(200));
        let unwanted: [&[u8]; 4] = [b"{\"z\": 1e999}", b"{\"z\": \"\xff\"}", b"{\"z\": \"\\ud800\"}", deep.as_bytes()];
        for bad in [&b"[1]"[..], b"{", b"{}x", b"", b"{\"d\": 1e999}", b"\"a\""].into_iter().chain(unwanted) {
            assert!(cells.take(|cells| cells.put_json(bad)).is_err(), "{:?}", String::from_utf8_lossy(bad));
        }
        cells.take(|cells| cells.put_json(br#" {"d": 1, "other": {"d": 3}, "d": 2} "#)).unwrap();
        let (rows, _) = cells.finish().unwrap();
        assert_eq!((rows.num_rows(), connect::proto::value_of(&rows, 3, 0, DataType::Int64)), (1, Value::Int(2)));
    }
}
