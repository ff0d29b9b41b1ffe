//! Arrow columns for our types, filled cell by cell.

use std::any::Any;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder, Int64Builder,
    StringBuilder, Time64MicrosecondBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType as ArrowType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use model::data_type::ANY_DECIMAL;
use model::json_text::{float_word, is_float_word};
use model::scalar::{days, decimal_parts, micros, micros_of_day, scaled, scaled_float};
use model::{DataType, Field, Value};

use crate::unreadable::{Unreadable, noted};
use crate::{BATCH_BYTES, BATCH_ROWS, Purpose, SourceError, SourceErrorKind, Statement};

/// The Arrow type of one of ours.
#[must_use]
pub fn arrow_type(data_type: DataType) -> ArrowType {
    match data_type {
        DataType::String | DataType::Uuid | DataType::Json | ANY_DECIMAL => ArrowType::Utf8,
        DataType::Bool => ArrowType::Boolean,
        DataType::Int32 => ArrowType::Int32,
        DataType::Int64 => ArrowType::Int64,
        DataType::Float64 => ArrowType::Float64,
        DataType::Decimal { precision, scale } => ArrowType::Decimal128(precision, scale),
        DataType::Date => ArrowType::Date32,
        DataType::Time => ArrowType::Time64(TimeUnit::Microsecond),
        DataType::Timestamp => ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::Bytes => ArrowType::Binary,
    }
}

/// The Arrow schema of an answer's rows.
#[must_use]
pub fn schema_of(fields: &[Field]) -> SchemaRef {
    // Nullable throughout: a source may send NULL where it promised none, and that is for the reader to say.
    Arc::new(Schema::new(fields.iter().map(|field| ArrowField::new(&field.name, arrow_type(field.data_type), true)).collect::<Vec<_>>()))
}

/// One column under construction.
pub(crate) enum Cells {
    Text(StringBuilder),
    /// Decimals of any size.
    Digits(StringBuilder),
    Bool(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float(Float64Builder),
    Decimal(Decimal128Builder, i8),
    Date(Date32Builder),
    Time(Time64MicrosecondBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    Bytes(BinaryBuilder),
}

impl Cells {
    fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::String | DataType::Uuid | DataType::Json => Self::Text(StringBuilder::new()),
            ANY_DECIMAL => Self::Digits(StringBuilder::new()),
            DataType::Bool => Self::Bool(BooleanBuilder::new()),
            DataType::Int32 => Self::Int32(Int32Builder::new()),
            DataType::Int64 => Self::Int64(Int64Builder::new()),
            DataType::Float64 => Self::Float(Float64Builder::new()),
            DataType::Decimal { precision, scale } => {
                Self::Decimal(Decimal128Builder::new().with_data_type(ArrowType::Decimal128(precision, scale)), scale)
            }
            DataType::Date => Self::Date(Date32Builder::new()),
            DataType::Time => Self::Time(Time64MicrosecondBuilder::new()),
            DataType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            DataType::Bytes => Self::Bytes(BinaryBuilder::new()),
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Text(cells) | Self::Digits(cells) => cells.append_null(),
            Self::Bool(cells) => cells.append_null(),
            Self::Int32(cells) => cells.append_null(),
            Self::Int64(cells) => cells.append_null(),
            Self::Float(cells) => cells.append_null(),
            Self::Decimal(cells, _) => cells.append_null(),
            Self::Date(cells) => cells.append_null(),
            Self::Time(cells) => cells.append_null(),
            Self::Timestamp(cells) => cells.append_null(),
            Self::Bytes(cells) => cells.append_null(),
        }
    }

    /// Appends a value, read by the column's type; `None`, and nothing appended, where it cannot be of that type.
    fn append(&mut self, value: &Value) -> Option<()> {
        match (self, value) {
            (cells, Value::Null) => cells.append_null(),
            (Self::Text(cells), Value::Text(text)) => cells.append_value(text),
            (Self::Text(cells), Value::Int(number)) => cells.append_value(number.to_string()),
            (Self::Text(cells), Value::Float(number)) => match float_word(*number) {
                Some(word) => cells.append_value(word),
                None => cells.append_value(number.to_string()),
            },
            (Self::Digits(cells), Value::Text(text)) if is_decimal(text) => cells.append_value(text),
            (Self::Digits(cells), Value::Int(number)) => cells.append_value(number.to_string()),
            (Self::Digits(cells), Value::Float(number)) if number.is_finite() => cells.append_value(number.to_string()),
            (Self::Bool(cells), Value::Bool(yes)) => cells.append_value(*yes),
            (Self::Bool(cells), Value::Int(number @ 0..=1)) => cells.append_value(*number == 1),
            (Self::Int32(cells), Value::Int(number)) => cells.append_value(i32::try_from(*number).ok()?),
            (Self::Int64(cells), Value::Int(number)) => cells.append_value(*number),
            // Sums come as decimals from some sources.
            (Self::Int32(cells), Value::Text(text)) => cells.append_value(text.parse().ok()?),
            (Self::Int64(cells), Value::Text(text)) => cells.append_value(text.parse().ok()?),
            (Self::Float(cells), Value::Text(text)) => cells.append_value(text.parse().ok()?),
            (Self::Float(cells), Value::Float(number)) => cells.append_value(*number),
            #[allow(clippy::cast_precision_loss)] // a float column was asked for
            (Self::Float(cells), Value::Int(number)) => cells.append_value(*number as f64),
            (Self::Decimal(cells, scale), Value::Text(text)) => cells.append_value(scaled(text, *scale)?),
            (Self::Decimal(cells, scale), Value::Int(number)) => cells.append_value(scaled(&number.to_string(), *scale)?),
            (Self::Decimal(cells, scale), Value::Float(number)) => cells.append_value(scaled_float(*number, *scale)?),
            (Self::Date(cells), Value::Text(text)) => cells.append_value(days(text)?),
            (Self::Time(cells), Value::Text(text)) => cells.append_value(micros_of_day(text)?),
            (Self::Timestamp(cells), Value::Text(text)) => cells.append_value(micros(text)?),
            (Self::Timestamp(cells), Value::Int(seconds)) => cells.append_value(seconds.checked_mul(1_000_000)?),
            (Self::Bytes(cells), Value::Bytes(bytes)) => cells.append_value(bytes),
            (Self::Bytes(cells), Value::Text(text)) => cells.append_value(text.as_bytes()),
            _ => return None,
        }
        Some(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) | Self::Digits(cells) => Arc::new(cells.finish()),
            Self::Bool(cells) => Arc::new(cells.finish()),
            Self::Int32(cells) => Arc::new(cells.finish()),
            Self::Int64(cells) => Arc::new(cells.finish()),
            Self::Float(cells) => Arc::new(cells.finish()),
            Self::Decimal(cells, _) => Arc::new(cells.finish()),
            Self::Date(cells) => Arc::new(cells.finish()),
            Self::Time(cells) => Arc::new(cells.finish()),
            Self::Timestamp(cells) => Arc::new(cells.finish()),
            Self::Bytes(cells) => Arc::new(cells.finish()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(cells) | Self::Digits(cells) => cells.len(),
            Self::Bool(cells) => cells.len(),
            Self::Int32(cells) => cells.len(),
            Self::Int64(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Decimal(cells, _) => cells.len(),
            Self::Date(cells) => cells.len(),
            Self::Time(cells) => cells.len(),
            Self::Timestamp(cells) => cells.len(),
            Self::Bytes(cells) => cells.len(),
        }
    }
}

/// What stands in a column of decimals: digits, or one of the values that PostgreSQL has beside them.
fn is_decimal(text: &str) -> bool {
    decimal_parts(text).is_some() || is_float_word(text)
}

/// A batch under construction.
pub struct BatchBuilder {
    schema: SchemaRef,
    fields: Vec<Field>,
    columns: Vec<Cells>,
    /// Bytes of the texts and bytes in it; what has a fixed size is bounded by the number of rows.
    bytes: usize,
    /// How many of them there were before the row under construction.
    row_began: usize,
    /// Rows of the batches before.
    finished: usize,
    /// What its rows are for: how large their cells may be, and whether those that cannot be read are left empty and told beside the rows,
    /// see [`Unreadable`]. Nothing where somebody else looks at that.
    purpose: Option<Purpose>,
    /// A row is under construction.
    is_in_row: bool,
    unreadable: Vec<Unreadable>,
}

impl BatchBuilder {
    #[must_use]
    pub fn new(fields: &[Field]) -> Self {
        Self {
            schema: schema_of(fields),
            fields: fields.to_vec(),
            columns: fields.iter().map(|field| Cells::new(field.data_type)).collect(),
            bytes: 0,
            row_began: 0,
            finished: 0,
            purpose: None,
            is_in_row: false,
            unreadable: Vec::new(),
        }
    }

    /// For the rows of a statement.
    #[must_use]
    pub(crate) fn of(statement: &Statement) -> Self {
        Self { purpose: Some(statement.purpose), ..Self::new(&statement.fields) }
    }

    /// Whether it is time to finish the batch.
    pub(crate) fn is_full(&self) -> bool {
        self.rows() >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// What is appended from now on is of one row.
    pub(crate) fn begin_row(&mut self) {
        self.is_in_row = true;
        self.row_began = self.bytes;
    }

    /// The row is whole.
    pub(crate) fn end_row(&mut self) {
        self.is_in_row = false;
    }

    /// What is said of a panic while this was filled, after so many rows: in the middle of a row, at which of its values it was.
    pub(crate) fn died(&self, panic: &(dyn Any + Send), sent: u64) -> SourceError {
        let rows = self.columns.iter().map(Cells::len).min().unwrap_or(0);
        let next = self.columns.iter().position(|cells| cells.len() == rows).and_then(|index| self.fields.get(index));
        match next.filter(|_| self.is_in_row) {
            Some(field) => SourceError::unreadable(panic, self.finished + rows + 1, &field.name),
            None => SourceError::died(panic, sent),
        }
    }

    /// Whether a cell is too large to be taken, asked before it is copied: then it is left empty, and told beside the rows.
    ///
    /// # Errors
    /// Where such a cell ends the statement.
    pub(crate) fn leaves_out(&mut self, column: usize, bytes: usize) -> Result<bool, SourceError> {
        let Some(purpose) = self.purpose else { return Ok(false) };
        let row = self.columns[column].len();
        let place = (self.finished + row + 1, self.fields[column].name.as_str());
        let Some(reason) = purpose.too_large(place, (bytes, self.bytes - self.row_began)) else { return Ok(false) };
        if !purpose.is_lenient() {
            return Err(SourceError::new(SourceErrorKind::TooLarge, reason));
        }
        self.columns[column].append_null();
        self.unreadable.push(Unreadable { row, column, reason });
        Ok(true)
    }

    /// Appends a row of which nothing can be taken: it is empty, and told beside the rows.
    pub(crate) fn append_unreadable_row(&mut self, reason: String) {
        let row = self.rows();
        self.columns.iter_mut().for_each(Cells::append_null);
        self.unreadable.push(Unreadable { row, column: 0, reason });
    }

    /// Appends one cell of the row under construction.
    ///
    /// # Errors
    /// Where the value cannot be of the column's type, or is larger than a cell may be.
    #[allow(clippy::needless_pass_by_value)] // readers make the value for it
    pub fn append(&mut self, column: usize, value: Value) -> Result<(), SourceError> {
        let bytes = match &value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        if self.leaves_out(column, bytes)? {
            return Ok(());
        }
        self.bytes += bytes;
        if self.columns[column].append(&value).is_some() {
            return Ok(());
        }
        self.misfit(column, &value)
    }

    /// A value that is not of its column's type.
    fn misfit(&mut self, column: usize, value: &Value) -> Result<(), SourceError> {
        let field = &self.fields[column];
        let row = self.columns[column].len();
        let place = format!("{} of row {}", field.column, self.finished + row + 1);
        let reason = format!("{place} has {}, which {}.", shown(value), unlike(field.data_type, value));
        if self.purpose.is_some_and(Purpose::takes_misfits) {
            self.columns[column].append_null();
            self.unreadable.push(Unreadable { row, column, reason });
            return Ok(());
        }
        let what_to_do = "Correct the row, read the column as text in the statement, or release a version that fits.";
        Err(SourceError::new(SourceErrorKind::Mismatch, format!("{reason} {what_to_do}")))
    }

    /// Appends a whole number.
    ///
    /// # Errors
    /// As for [`Self::append`].
    pub(crate) fn append_int(&mut self, column: usize, number: i64) -> Result<(), SourceError> {
        match (&mut self.columns[column], i32::try_from(number)) {
            (Cells::Int32(cells), Ok(number)) => cells.append_value(number),
            (Cells::Int64(cells), _) => cells.append_value(number),
            _ => return self.append(column, Value::Int(number)),
        }
        Ok(())
    }

    /// Appends a text without a copy of its own where the column is one.
    ///
    /// # Errors
    /// As for [`Self::append`].
    pub fn append_text(&mut self, column: usize, text: &str) -> Result<(), SourceError> {
        if matches!(self.columns[column], Cells::Text(_)) {
            if self.leaves_out(column, text.len())? {
                return Ok(());
            }
            self.bytes += text.len();
        }
        if let Cells::Text(cells) = &mut self.columns[column] {
            cells.append_value(text);
            return Ok(());
        }
        self.append(column, Value::Text(text.to_owned()))
    }

    /// Appends a point in time, in microseconds since 1970; `false` where the column is of another type.
    pub(crate) fn append_micros(&mut self, column: usize, micros: i64) -> bool {
        let Cells::Timestamp(cells) = &mut self.columns[column] else { return false };
        cells.append_value(micros);
        true
    }

    /// Appends a date, in days since 1970; `false` where the column is of another type.
    pub(crate) fn append_days(&mut self, column: usize, days: i32) -> bool {
        let Cells::Date(cells) = &mut self.columns[column] else { return false };
        cells.append_value(days);
        true
    }

    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Cells::len)
    }

    /// The batch of the rows so far; the builder begins again.
    ///
    /// # Errors
    /// Where the columns differ in length: a row was left half appended.
    pub fn finish(&mut self) -> Result<RecordBatch, SourceError> {
        self.finished += self.rows();
        (self.bytes, self.row_began) = (0, 0);
        let columns = self.columns.iter_mut().map(Cells::finish).collect();
        let schema =
            if self.unreadable.is_empty() { self.schema.clone() } else { noted(&self.schema, &std::mem::take(&mut self.unreadable)) };
        RecordBatch::try_new(schema, columns)
            .map_err(|error| SourceError::new(SourceErrorKind::Other, "The rows of the source could not be combined.").because(error))
    }
}

/// Why a value is not of a type, for a person.
fn unlike(data_type: DataType, value: &Value) -> String {
    let is_number = match value {
        Value::Int(_) => true,
        Value::Float(number) => number.is_finite(),
        Value::Text(text) => decimal_parts(text).is_some(),
        _ => false,
    };
    match data_type {
        DataType::Decimal { precision, scale } if is_number => format!("has more digits than a decimal({precision},{scale}) can store"),
        other => format!("is not a {}", other.word()),
    }
}

/// The beginning of a value, for a person.
fn shown(value: &Value) -> String {
    /// Characters of it.
    const SHOWN: usize = 40;
    match value {
        Value::Null => "no value".to_owned(),
        Value::Bool(yes) => format!("the value {yes}"),
        Value::Int(number) => format!("the value {number}"),
        Value::Float(number) => format!("the value {number}"),
        Value::Text(text) => format!("the value “{}”", text.chars().take(SHOWN).collect::<String>()),
        Value::Bytes(bytes) => format!("a value of {} bytes", bytes.len()),
        Value::List(items) => format!("a list of {} values", items.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::data_type::WIDE_DECIMAL;

    use super::*;
    use crate::{MAX_BUILD_CELL_BYTES, MAX_CELL_BYTES};

    fn builder(fields: &[Field], purpose: Purpose) -> BatchBuilder {
        let fields = fields.to_vec();
        BatchBuilder::of(&Statement { sql: String::new(), binds: Vec::new(), fields, timeout: Duration::ZERO, max_rows: 10, purpose })
    }

    #[test]
    fn a_batch_ends_early_by_its_bytes_and_a_cell_that_is_too_large_is_named() {
        let texts = ["a", "b"].map(|name| Field::plain(name, DataType::String));
        let mut rows = builder(&texts, Purpose::Response);
        let mut most = 0;
        for _ in 0..3 {
            rows.begin_row();
            rows.append(0, Value::Text("x".repeat(BATCH_BYTES / 2))).unwrap();
            rows.append_text(1, "y").unwrap();
            most = most.max(rows.rows());
            if rows.is_full() {
                rows.finish().unwrap();
            }
        }
        assert_eq!((most, rows.rows()), (2, 1));
        rows.begin_row();
        rows.append(0, Value::Null).unwrap();
        let error = rows.append(1, Value::Text("x".repeat(MAX_CELL_BYTES + 1))).unwrap_err();
        assert_eq!(error.kind, SourceErrorKind::TooLarge);
        assert!(error.sentence.starts_with("Row 4 has 17 MiB in b;"), "{error}");
        // A build takes more. Of a cell beyond the bound of a build or a sample, the others in its row are kept.
        for (purpose, most) in [(Purpose::Build, MAX_BUILD_CELL_BYTES), (Purpose::Sample, MAX_CELL_BYTES)] {
            let mut rows = builder(&texts, purpose);
            for size in [most, most + 1] {
                rows.begin_row();
                rows.append_text(0, "x").unwrap();
                rows.append_text(1, &"x".repeat(size)).unwrap();
            }
            let (batch, unreadable) = crate::unreadable::take(rows.finish().unwrap());
            assert_eq!((batch.num_rows(), batch.column(0).null_count(), batch.column(1).null_count()), (2, 0, 1), "{purpose:?}");
            assert_eq!(unreadable.iter().map(|cell| (cell.row, cell.column)).collect::<Vec<_>>(), [(1, 1)], "{purpose:?}");
            assert!(unreadable[0].reason.starts_with("Row 2 has"), "{unreadable:?}");
        }
    }

    #[test]
    fn a_row_of_many_cells_is_bounded_too() {
        let texts: Vec<Field> = (0..5).map(|n| Field::plain(format!("c{n}"), DataType::String)).collect();
        let mut rows = builder(&texts, Purpose::Response);
        // What stands in the rows before has no say.
        rows.begin_row();
        (0..5).for_each(|column| rows.append_text(column, &"x".repeat(1 << 20)).unwrap());
        rows.begin_row();
        let full = "x".repeat(MAX_CELL_BYTES);
        (0..4).for_each(|column| rows.append_text(column, &full).unwrap());
        let error = rows.append_text(4, "x").unwrap_err();
        assert!(error.kind == SourceErrorKind::TooLarge && error.sentence.starts_with("Row 2 is larger than 64 MiB, at c4."), "{error}");
    }

    #[test]
    fn what_cannot_be_read_is_an_error_with_its_place_or_told_beside_the_rows() {
        let fields = [Field::plain("id", DataType::Int64), Field::plain("day", DataType::Date), Field::plain("n", ANY_DECIMAL)];
        let text = |text: &str| Value::Text(text.into());
        let mut strict = builder(&fields, Purpose::Response);
        let error = strict.append(1, text("0000-00-00")).unwrap_err();
        assert!(error.sentence.starts_with("day of row 1 has the value “0000-00-00”, which is not a date."), "{error}");
        let mut lenient = builder(&fields, Purpose::Build);
        for (id, day, n) in [(1, "2013-01-01", "0.000000000012345"), (2, "infinity", "NaN"), (3, "9999-12-31", "=1+1")] {
            lenient.append(0, Value::Int(id)).unwrap();
            lenient.append(1, text(day)).unwrap();
            lenient.append(2, text(n)).unwrap();
        }
        let (batch, unreadable) = crate::unreadable::take(lenient.finish().unwrap());
        assert_eq!(unreadable.iter().map(|cell| (cell.row, cell.column)).collect::<Vec<_>>(), [(1, 1), (2, 2)]);
        assert!(unreadable[0].reason.contains("“infinity”") && batch.schema().metadata().is_empty());
        assert_eq!(batch.column(1).null_count(), 1);
        assert!(crate::unreadable::take(batch).1.is_empty());
    }

    #[test]
    fn a_decimal_keeps_its_digits_or_is_told() {
        let text = |text: &str| Value::Text(text.into());
        for (data_type, value, told) in [
            (
                DataType::Decimal { precision: 10, scale: 2 },
                text("12.345"),
                "“12.345”, which has more digits than a decimal(10,2) can store.",
            ),
            (DataType::Decimal { precision: 10, scale: 2 }, Value::Float(12.345), "12.345, which has more digits"),
            (DataType::Decimal { precision: 10, scale: 2 }, text(""), "“”, which is not a decimal."),
            (WIDE_DECIMAL, text("0.000000000012345"), "“0.000000000012345”, which has more digits than a decimal(38,10) can store."),
        ] {
            let error = BatchBuilder::new(&[Field::plain("price", data_type)]).append(0, value).unwrap_err();
            assert!(error.sentence.starts_with(&format!("price of row 1 has the value {told}")), "{error}");
        }
        let mut rows = BatchBuilder::new(&[Field::plain("price", DataType::Decimal { precision: 10, scale: 2 })]);
        for value in [text("12.500"), Value::Float(12.35), Value::Float(0.1 + 0.2), Value::Int(7)] {
            rows.append(0, value).unwrap();
        }
        let batch = rows.finish().unwrap();
        let texts = (0..4).map(|row| crate::proto::value_of(&batch, 0, row, DataType::Decimal { precision: 10, scale: 2 }));
        assert_eq!(texts.collect::<Vec<_>>(), ["12.50", "12.35", "0.30", "7.00"].map(text));
    }
}
