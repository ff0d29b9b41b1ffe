//! A cell of MySQL by the type that the server says it has, out of its binary form. What the driver would drop, a date of month 0 or the sign
//! of a time, is read here.

use model::scalar::widened;
use model::{DataType, Value};
use sqlx::mysql::{MySql, MySqlRow, MySqlTypeInfo};
use sqlx::{Row, TypeInfo, ValueRef};

use super::errors::read_error;
use crate::{SourceError, SourceErrorKind};

/// Bytes of a cell as they came.
pub(super) fn size(row: &MySqlRow, index: usize) -> usize {
    row.try_get_unchecked::<Option<&[u8]>, _>(index).ok().flatten().map_or(0, <[u8]>::len)
}

pub(super) fn cell(row: &MySqlRow, index: usize) -> Result<Value, SourceError> {
    let raw = row.try_get_raw(index).map_err(|error| read_error(&error))?;
    let info = raw.type_info();
    let kind = info.name();
    let is_date = matches!(kind, "DATE" | "DATETIME" | "TIMESTAMP");
    // The driver takes a date without year, month and day for NULL.
    if raw.is_null() && !is_date {
        return Ok(Value::Null);
    }
    let Ok(bytes) = row.try_get_unchecked::<&[u8], _>(index) else { return Ok(Value::Null) };
    let read = match kind {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" if is_unsigned(&info) => unsigned(bytes),
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" | "YEAR" => unsigned(bytes),
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => signed(bytes),
        "BIT" => bits(bytes),
        "FLOAT" => bytes.try_into().ok().map(|bytes| Value::Float(widened(f32::from_le_bytes(bytes)))),
        "DOUBLE" => bytes.try_into().ok().map(|bytes| Value::Float(f64::from_le_bytes(bytes))),
        "DATE" => date(bytes).map(Value::Text),
        "DATETIME" | "TIMESTAMP" => date_and_time(bytes).map(Value::Text),
        "TIME" => time(bytes).map(Value::Text),
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" | "GEOMETRY" if !is_text(&info) => {
            Some(Value::Bytes(bytes.to_vec()))
        }
        // Decimals are sent as they are written.
        _ => std::str::from_utf8(bytes).ok().map(|text| Value::Text(text.to_owned())),
    };
    read.ok_or_else(|| {
        let kind = kind.to_lowercase();
        let sentence = format!("The result has values of the type {kind} that cannot be read. Cast them to CHAR in the statement.");
        SourceError::new(SourceErrorKind::Mismatch, sentence)
    })
}

/// Texts that are compared by their bytes are named like bytes; only the character set tells them apart.
pub(super) fn is_text(info: &MySqlTypeInfo) -> bool {
    <str as sqlx::Type<MySql>>::compatible(info)
}

/// A `tinyint(1)` has one name, with a sign and without.
fn is_unsigned(info: &MySqlTypeInfo) -> bool {
    <u64 as sqlx::Type<MySql>>::compatible(info)
}

fn unsigned(bytes: &[u8]) -> Option<Value> {
    let mut wide = [0; 8];
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    let number = u64::from_le_bytes(wide);
    Some(i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Int))
}

fn signed(bytes: &[u8]) -> Option<Value> {
    let fill = if bytes.last()? & 0x80 == 0 { 0 } else { 0xff };
    let mut wide = [fill; 8];
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(Value::Int(i64::from_le_bytes(wide)))
}

/// The number that some bits are, the first of them the highest.
fn bits(bytes: &[u8]) -> Option<Value> {
    let mut turned = bytes.to_vec();
    turned.reverse();
    unsigned(&turned)
}

/// Behind its length: year, month and day, or nothing where all are 0.
fn date(bytes: &[u8]) -> Option<String> {
    let (_, rest) = bytes.split_first()?;
    let (year, month, day) = match rest {
        [] => (0, 0, 0),
        [low, high, month, day, ..] => (u16::from_le_bytes([*low, *high]), *month, *day),
        _ => return None,
    };
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// Behind the date: hour, minute and second, and microseconds, each only where something is left to say.
fn date_and_time(bytes: &[u8]) -> Option<String> {
    let date = date(bytes)?;
    let time = match bytes.get(5..).unwrap_or_default() {
        [] => "00:00:00".to_owned(),
        [hour, minute, second, micros @ ..] => format!("{hour:02}:{minute:02}:{second:02}{}", fraction(micros)?),
        _ => return None,
    };
    Some(format!("{date}T{time}Z"))
}

/// Behind its length: a sign, days, then as of a date. It may be longer than a day.
fn time(bytes: &[u8]) -> Option<String> {
    match bytes.get(1..)? {
        [] => Some("00:00:00".to_owned()),
        [sign, a, b, c, d, hour, minute, second, micros @ ..] => {
            let hours = u64::from(u32::from_le_bytes([*a, *b, *c, *d])) * 24 + u64::from(*hour);
            let sign = if *sign == 0 { "" } else { "-" };
            Some(format!("{sign}{hours:02}:{minute:02}:{second:02}{}", fraction(micros)?))
        }
        _ => None,
    }
}

fn fraction(micros: &[u8]) -> Option<String> {
    if micros.is_empty() {
        return Some(String::new());
    }
    let micros = u32::from_le_bytes(micros.try_into().ok()?);
    let digits = format!(".{micros:06}");
    Some(digits.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// A timestamp as the server reads it: without the signs of ISO 8601.
pub(super) fn as_bound(binds: &[(DataType, Value)]) -> Vec<(DataType, Value)> {
    let plain = |(data_type, value): &(DataType, Value)| match (data_type, value) {
        (DataType::Timestamp, Value::Text(text)) => (*data_type, Value::Text(text.replace('T', " ").trim_end_matches('Z').to_owned())),
        (data_type, value) => (*data_type, value.clone()),
    };
    binds.iter().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_as_they_stand() {
        assert_eq!(date(&[4, 0xdd, 0x07, 0, 15]).as_deref(), Some("2013-00-15"));
        assert_eq!(date(&[0]).as_deref(), Some("0000-00-00"));
        assert_eq!(date_and_time(&[0]).as_deref(), Some("0000-00-00T00:00:00Z"));
        assert_eq!(date_and_time(&[4, 0xdd, 0x07, 1, 2]).as_deref(), Some("2013-01-02T00:00:00Z"));
        assert_eq!(date_and_time(&[7, 0x0f, 0x27, 12, 31, 23, 59, 59]).as_deref(), Some("9999-12-31T23:59:59Z"));
        assert_eq!(date_and_time(&[11, 0xdd, 0x07, 1, 2, 3, 4, 5, 0x20, 0xa1, 7, 0]).as_deref(), Some("2013-01-02T03:04:05.5Z"));
        assert_eq!(time(&[8, 1, 0, 0, 0, 0, 1, 30, 0]).as_deref(), Some("-01:30:00"));
        assert_eq!(time(&[8, 0, 4, 0, 0, 0, 4, 0, 0]).as_deref(), Some("100:00:00"));
        assert_eq!((time(&[0]).as_deref(), time(&[3, 1]), time(&[])), (Some("00:00:00"), None, None));
    }

    #[test]
    fn numbers_keep_their_sign_and_their_size() {
        assert_eq!((signed(&[0xff]), unsigned(&[200]), signed(&[2])), (Some(Value::Int(-1)), Some(Value::Int(200)), Some(Value::Int(2))));
        assert_eq!(unsigned(&[0xff; 8]), Some(Value::Text("18446744073709551615".into())));
        assert_eq!((bits(&[2, 1]), bits(&[1])), (Some(Value::Int(513)), Some(Value::Int(1))));
        assert_eq!((signed(&[]), unsigned(&[0; 9])), (None, None));
    }
}
