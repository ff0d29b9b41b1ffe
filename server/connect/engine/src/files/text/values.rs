//! Cells of text as columns: each as its column's type, or why it is none.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, StringArray,
    Time64MicrosecondArray, TimestampMicrosecondArray,
};
use connect::SourceError;
use model::DataType;
use model::data_type::ANY_DECIMAL;
use model::scalar::{days, decimal_parts, micros, micros_of_day};
use model::value::read_text;

use super::guess::{NOTHING, is_iso_date};
use super::settings::{DateOrder, Given};
use crate::digits::{epoch_micros, is_exact_float, is_finer_than_micros, unscaled};
use crate::errors::mismatch;

/// How much of a value is named.
const EXAMPLE: usize = 60;

/// What stands before the part of a number, and between its thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Numbers {
    decimal: Option<char>,
    thousands: Option<char>,
}

impl Numbers {
    /// `1.234,50`
    pub(crate) const COMMA: Self = Self { decimal: Some(','), thousands: Some('.') };
    /// `1,234.50`
    pub(crate) const POINT: Self = Self { decimal: Some('.'), thousands: Some(',') };

    /// As set by hand; where one of both is set, the other is what is usual beside it.
    pub(crate) fn given(given: &Given) -> Option<Self> {
        match (given.decimal, given.thousands) {
            (None, None) => None,
            (Some(','), None) => Some(Self::COMMA),
            (Some('.'), None) => Some(Self::POINT),
            (decimal, Some(',')) if decimal.is_none_or(|decimal| decimal == '.') => Some(Self::POINT),
            (decimal, Some('.')) if decimal.is_none_or(|decimal| decimal == ',') => Some(Self::COMMA),
            (decimal, thousands) => Some(Self { decimal: decimal.or(Some('.')), thousands }),
        }
    }

    /// As programs write it: without thousands, with a point. Nothing where it is not written so.
    pub(crate) fn plain<'t>(self, text: &'t str) -> Option<Cow<'t, str>> {
        let (Some(decimal), thousands) = (self.decimal, self.thousands) else { return Some(Cow::Borrowed(text)) };
        let (whole, part) = match text.split_once(decimal) {
            Some((whole, part)) => (whole, Some(part)),
            None => (text, None),
        };
        if part.is_some_and(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
            return None;
        }
        let groups: Vec<&str> = thousands.map_or_else(|| vec![whole], |thousands| whole.split(thousands).collect());
        let first = groups[0].strip_prefix('-').unwrap_or(groups[0]);
        let is_grouped = groups.len() == 1 || (first.len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
        let digits = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        if !is_grouped || !digits(&first) || !groups[1..].iter().all(digits) {
            return None;
        }
        Some(Cow::Owned(match part {
            Some(part) => format!("{}.{part}", groups.concat()),
            None => groups.concat(),
        }))
    }

    /// Whether a number that is written so cannot be written in the other way.
    pub(crate) fn is_certain(self, text: &str) -> bool {
        let others = [Self::COMMA, Self::POINT];
        others.iter().all(|other| *other == self || other.plain(text).is_none())
    }

    pub(crate) fn words(self) -> String {
        let one = |name: &str, value: Option<char>| value.map(|value| format!("{name}={value}"));
        [one("decimal", self.decimal), one("thousands", self.thousands)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reads {
    pub(crate) data_type: DataType,
    pub(crate) numbers: Numbers,
    pub(crate) dates: Option<DateOrder>,
    /// `NA` and its like are nothing.
    pub(crate) words_for_nothing: bool,
    /// Its type was set by hand: `007` is the number that somebody wants it to be.
    pub(crate) by_hand: bool,
}

/// A date in some order, with `/`, `.` or `-` between its parts; a year has four digits.
pub(crate) fn date_of(text: &str, order: DateOrder) -> Option<i32> {
    let between = text.bytes().find(|byte| !byte.is_ascii_digit()).filter(|byte| matches!(byte, b'/' | b'.' | b'-'))?;
    let mut parts = text.split(char::from(between));
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = match order {
        DateOrder::Ymd => (one, two, three),
        DateOrder::Dmy => (three, two, one),
        DateOrder::Mdy => (three, one, two),
    };
    let is_small = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || year.len() != 4 || !is_small(month) || !is_small(day) {
        return None;
    }
    days(&format!("{year}-{month:0>2}-{day:0>2}"))
}

impl Reads {
    /// A cell, or nothing where it is empty. `nulls` are the words for nothing that were set by hand.
    pub(crate) fn filled<'t>(&self, text: &'t str, nulls: Option<&[String]>) -> Option<&'t str> {
        let is_nothing = text.is_empty()
            || nulls.is_some_and(|nulls| nulls.iter().any(|null| null == text))
            || (self.words_for_nothing && NOTHING.contains(&text));
        (!is_nothing).then_some(text)
    }

    /// The cells of some rows as a column. Of a row with a cell that is not of its type, `bad` gets the reason.
    ///
    /// # Errors
    /// Only for a decimal that no column can hold.
    pub(crate) fn column(&self, name: &str, cells: &[Option<&str>], bad: &mut [Option<String>]) -> Result<ArrayRef, SourceError> {
        let mut rows = Rows { reads: self, name, cells, bad };
        let column: ArrayRef = match self.data_type {
            DataType::String => Arc::new(StringArray::from_iter(cells.iter().copied())),
            DataType::Uuid | DataType::Json => {
                let data_type = self.data_type;
                let texts = rows.read(|text| read_text(data_type, text).is_ok().then(|| text.to_owned()));
                Arc::new(StringArray::from_iter(texts))
            }
            DataType::Bool => Arc::new(BooleanArray::from(rows.read(bool_of))),
            DataType::Int32 => Arc::new(Int32Array::from(rows.read(|text| i32::try_from(self.int(text)?).ok()))),
            DataType::Int64 => Arc::new(Int64Array::from(rows.read(|text| self.int(text)))),
            DataType::Float64 => Arc::new(Float64Array::from(rows.read(|text| self.float(text)))),
            ANY_DECIMAL => {
                let texts = rows.read(|text| Some(self.number(text)?.into_owned()).filter(|number| decimal_parts(number).is_some()));
                Arc::new(StringArray::from_iter(texts))
            }
            DataType::Decimal { precision, scale } => {
                let numbers = rows.read(|text| unscaled(&self.number(text)?, precision, scale));
                let column = Decimal128Array::from(numbers).with_precision_and_scale(precision, scale);
                Arc::new(column.map_err(|error| mismatch(format!("{name} is not a supported decimal.")).because(error))?)
            }
            DataType::Date => Arc::new(Date32Array::from(rows.read(|text| self.date(text)))),
            DataType::Time => Arc::new(Time64MicrosecondArray::from(rows.read(time_of))),
            DataType::Timestamp => Arc::new(TimestampMicrosecondArray::from(rows.read(|text| self.timestamp(text))).with_timezone("UTC")),
            DataType::Bytes => Arc::new(BinaryArray::from_iter(cells.iter().map(|cell| cell.map(str::as_bytes)))),
        };
        Ok(column)
    }

    /// A number as programs write it. One with zeros before it would not come back as it was.
    fn number<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let plain = self.numbers.plain(text)?;
        let digits = plain.strip_prefix('-').unwrap_or(&plain).as_bytes();
        let is_padded = digits.first() == Some(&b'+') || (digits.first() == Some(&b'0') && digits.get(1).is_some_and(u8::is_ascii_digit));
        if is_padded && !self.by_hand { None } else { Some(plain) }
    }

    fn int(&self, text: &str) -> Option<i64> {
        self.number(text)?.parse().ok()
    }

    fn float(&self, text: &str) -> Option<f64> {
        let plain = self.number(text)?;
        let float = plain.parse().ok()?;
        is_exact_float(&plain).then_some(float)
    }

    fn date(&self, text: &str) -> Option<i32> {
        if is_iso_date(text) { days(text) } else { date_of(text, self.dates?) }
    }

    /// A time, a day as its midnight, or a count since 1970.
    fn timestamp(&self, text: &str) -> Option<i64> {
        if let Ok(count) = text.parse() {
            return epoch_micros(count);
        }
        if is_finer_than_micros(text) {
            return None;
        }
        micros(text).or_else(|| Some(i64::from(self.date(text)?) * 86_400_000_000))
    }
}

/// Microseconds since midnight; nothing where what is finer would be cut off.
fn time_of(text: &str) -> Option<i64> {
    micros_of_day(text).filter(|_| !is_finer_than_micros(text))
}

fn bool_of(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "on" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "off" => Some(false),
        _ => None,
    }
}

/// The cells of one column on their way.
struct Rows<'a> {
    reads: &'a Reads,
    name: &'a str,
    cells: &'a [Option<&'a str>],
    bad: &'a mut [Option<String>],
}

impl Rows<'_> {
    fn read<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
        let mut values = Vec::with_capacity(self.cells.len());
        for (cell, bad) in self.cells.iter().zip(self.bad.iter_mut()) {
            let value = cell.and_then(&read);
            if let (Some(text), None) = (cell, &value) {
                let text: String = text.chars().take(EXAMPLE).collect();
                bad.get_or_insert_with(|| format!("{} should be a {}, but the value is {text}.", self.name, self.reads.data_type.word()));
            }
            values.push(value);
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;

    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (numbers, text, plain) in [
            (Numbers::COMMA, "1,50", Some("1.50")),
            (Numbers::COMMA, "2.345,75", Some("2345.75")),
            (Numbers::COMMA, "-1.234.567", Some("-1234567")),
            (Numbers::COMMA, "2.34,5", None),
            (Numbers::COMMA, "1,5,6", None),
            (Numbers::POINT, "1,234.50", Some("1234.50")),
            (Numbers::POINT, "12,34", None),
            (Numbers::default(), "1.5", Some("1.5")),
        ] {
            assert_eq!(numbers.plain(text).as_deref(), plain, "{text}");
        }
        assert!(Numbers::COMMA.is_certain("1,5") && !Numbers::COMMA.is_certain("1,234") && Numbers::POINT.is_certain("1,234.5"));
    }

    #[test]
    fn a_cell_that_is_not_of_its_type_is_told_and_the_others_are_read() {
        let reads = Reads { data_type: DataType::Int64, ..Reads::default() };
        let cells = [Some("1"), None, Some("A17"), Some("9223372036854775808")];
        let mut bad = vec![None; 4];
        let column = reads.column("code", &cells, &mut bad).unwrap();
        assert_eq!((column.len(), column.null_count()), (4, 3));
        assert_eq!(bad[2].as_deref(), Some("code should be a integer, but the value is A17."));
        assert!(bad[0].is_none() && bad[1].is_none() && bad[3].is_some());
        let reads = Reads { data_type: DataType::Timestamp, dates: Some(DateOrder::Dmy), ..Reads::default() };
        for text in ["1704067200000", "1704067200", "2024-01-01", "2024-01-01T00:00:00Z", "01/01/2024", "2024-01-01 01:00:00+01:00"] {
            assert_eq!(reads.timestamp(text), Some(1_704_067_200_000_000), "{text}");
        }
        for text in ["2024-01-01T00:00:00.000000001Z", "1704067200000000001"] {
            assert_eq!(reads.timestamp(text), None, "{text}");
        }
        assert_eq!((time_of("10:00:00.000001000"), time_of("10:00:00.0000001")), (Some(36_000_000_001), None));
        assert_eq!(date_of("13/02/2013", DateOrder::Mdy), None);
        assert_eq!(date_of("2013/2/1", DateOrder::Ymd), days("2013-02-01"));
        assert_eq!(date_of("2013-02-30", DateOrder::Ymd), None);
    }
}
