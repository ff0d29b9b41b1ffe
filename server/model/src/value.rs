//! A value on its way from a caller to a bound parameter: read strictly, by type, from text or from JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::json_text::compact;
use crate::scalar::{date_text, timestamp_text, without_exponent};
use crate::{DataType, calendar};

/// The longest decimal of a caller, where its type sets no bound.
const MAX_DIGITS: usize = 200;

/// One typed value. Times and decimals keep their canonical text: a source parses them itself, with a cast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Text, and the text of decimals, dates, times, timestamps, uuids and JSON.
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Value>),
}

/// Reads one value of a type from the text of a query string or a form field.
///
/// # Errors
/// A sentence that says what was expected, with an example.
pub fn read_text(data_type: DataType, text: &str) -> Result<Value, String> {
    match data_type {
        DataType::String => Ok(Value::Text(text.to_owned())),
        DataType::Bool => match text {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => Err("Expected true or false.".into()),
        },
        DataType::Int32 => match text.parse::<i32>() {
            Ok(number) => Ok(Value::Int(number.into())),
            Err(_) => Err("Expected an integer between -2,147,483,648 and 2,147,483,647.".into()),
        },
        DataType::Int64 => match text.parse::<i64>() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => Err("Expected an integer, such as 12.".into()),
        },
        DataType::Float64 => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => Err("Expected a number, such as 12.5.".into()),
        },
        DataType::Decimal { precision, scale } => read_decimal(text, precision, scale),
        DataType::Date => match calendar::read_date(text) {
            Some((days, "")) => Ok(Value::Text(date_text(days))),
            _ => Err("Expected a date, such as 2013-01-31.".into()),
        },
        DataType::Time if text == "24:00:00" => Ok(Value::Text(text.to_owned())),
        DataType::Time => match text.parse::<jiff::civil::Time>() {
            Ok(time) if text.contains(':') => Ok(Value::Text(time.to_string())),
            _ => Err("Expected a time of day, such as 17:30:00.".into()),
        },
        DataType::Timestamp => match text.parse::<jiff::Timestamp>() {
            Ok(time) => Ok(Value::Text(time.to_string())),
            // The library ends before the sentinels of sources do.
            Err(_) => match calendar::read_timestamp(text).filter(|_| text.ends_with(['Z', 'z'])) {
                Some(micros) => Ok(Value::Text(timestamp_text(micros))),
                None => Err("Expected a time with its zone, such as 2013-01-31T17:30:00Z.".into()),
            },
        },
        DataType::Uuid => read_uuid(text),
        DataType::Bytes => decode_base64(text).map(Value::Bytes).ok_or_else(|| "Expected base64.".into()),
        DataType::Json => match serde_json::from_str::<Json>(text) {
            Ok(_) => Ok(Value::Text(compact(text))),
            Err(_) => Err("Expected JSON.".into()),
        },
    }
}

/// Reads one value of a type from a JSON body. Numbers are not taken for strings, nor strings for numbers.
///
/// # Errors
/// A sentence that says what was expected.
pub fn read_json(data_type: DataType, json: &Json) -> Result<Value, String> {
    match (data_type, json) {
        (_, Json::Null) => Ok(Value::Null),
        (DataType::Json, any) => Ok(Value::Text(any.to_string())),
        (DataType::Bool, Json::Bool(yes)) => Ok(Value::Bool(*yes)),
        (DataType::Bool, _) => Err("Expected true or false.".into()),
        (DataType::Int32 | DataType::Int64 | DataType::Float64 | DataType::Decimal { .. }, Json::Number(number)) => {
            read_text(data_type, &number.to_string())
        }
        // Wide integers and decimals may come as strings, because many JSON readers round them.
        (DataType::Int64 | DataType::Decimal { .. }, Json::String(text)) => read_text(data_type, text),
        (DataType::Int32, _) => Err("Expected an integer.".into()),
        (DataType::Int64, _) => Err("Expected an integer, such as 12.".into()),
        (DataType::Float64 | DataType::Decimal { .. }, _) => Err("Expected a number, such as 12.5.".into()),
        (_, Json::String(text)) => read_text(data_type, text),
        (other, _) => Err(format!("Expected a string that holds a {}.", other.word())),
    }
}

/// The same of a JSON value as it is written: its numbers keep all their digits.
///
/// # Errors
/// A sentence that says what was expected.
pub fn read_written(data_type: DataType, json: &RawValue) -> Result<Value, String> {
    let text = json.get();
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    match data_type {
        DataType::Json if text != "null" => read_text(data_type, text),
        DataType::Decimal { .. } if is_number => {
            read_text(data_type, &without_exponent(text, MAX_DIGITS).ok_or_else(|| format!("At most {MAX_DIGITS} digits."))?)
        }
        DataType::Int32 | DataType::Int64 | DataType::Float64 if is_number => read_text(data_type, text),
        _ => match serde_json::from_str(text) {
            Ok(json) => read_json(data_type, &json),
            Err(_) => Err("Expected JSON.".into()),
        },
    }
}

fn read_decimal(text: &str, precision: u8, scale: i8) -> Result<Value, String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let scale = usize::try_from(scale).unwrap_or(0);
    let room = usize::from(precision).saturating_sub(scale);
    if (whole.is_empty() && part.is_empty()) || !all_digits(whole) || !all_digits(part) {
        return Err("Expected a decimal number, such as 12.50.".into());
    }
    if precision == 0 {
        return if digits.len() > MAX_DIGITS {
            Err(format!("At most {MAX_DIGITS} digits."))
        } else {
            Ok(Value::Text(text.strip_prefix('+').unwrap_or(text).to_owned()))
        };
    }
    if part.len() > scale || whole.trim_start_matches('0').len() > room {
        return Err(format!("At most {room} digits before the point and {scale} after it."));
    }
    Ok(Value::Text(text.strip_prefix('+').unwrap_or(text).to_owned()))
}

fn read_uuid(text: &str) -> Result<Value, String> {
    let shape = |(i, c): (usize, char)| match i {
        8 | 13 | 18 | 23 => c == '-',
        _ => c.is_ascii_hexdigit(),
    };
    if text.len() == 36 && text.char_indices().all(shape) {
        Ok(Value::Text(text.to_ascii_lowercase()))
    } else {
        Err("Expected a uuid, such as 018f2f9e-8f3a-7c1e-9d5b-0242ac120002.".into())
    }
}

/// Standard base64 with or without padding; `None` for anything else.
#[must_use]
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u8);
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(((bits >> held) & 0xff) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_strictly() {
        assert_eq!(read_text(DataType::Int32, "12"), Ok(Value::Int(12)));
        for (data_type, bad) in [
            (DataType::Int32, "2147483648"),
            (DataType::Int64, "1.0"),
            (DataType::Int64, ""),
            (DataType::Float64, "inf"),
            (DataType::Bool, "yes"),
            (DataType::Date, "2013-02-30"),
            (DataType::Date, "20130130"),
            (DataType::Time, "25:00"),
            (DataType::Timestamp, "2013-01-01"),
            (DataType::Uuid, "123"),
            (DataType::Decimal { precision: 4, scale: 2 }, "123.4"),
            (DataType::Decimal { precision: 4, scale: 2 }, "1.234"),
            (DataType::Decimal { precision: 4, scale: 2 }, "1e2"),
            (DataType::Bytes, "*"),
        ] {
            assert!(read_text(data_type, bad).is_err(), "{data_type:?} took {bad:?}");
        }
        assert!(read_text(crate::data_type::ANY_DECIMAL, "1e2").is_err());
        for (data_type, text) in [
            (DataType::Timestamp, "9999-12-31T23:59:59.999999Z"),
            (DataType::Date, "9999-12-31"),
            (DataType::Date, "-000043-03-15"),
            (DataType::Time, "24:00:00"),
            (crate::data_type::ANY_DECIMAL, "123456789012345678901234567890123456789012345678.000000000012345"),
        ] {
            assert_eq!(read_text(data_type, text), Ok(Value::Text(text.into())));
        }
        assert_eq!(read_text(DataType::Timestamp, "2013-01-01T05:00:00-05:00"), Ok(Value::Text("2013-01-01T10:00:00Z".into())));
    }

    #[test]
    fn json_keeps_numbers_and_strings_apart() {
        assert!(read_json(DataType::Int32, &Json::from("1")).is_err());
        assert!(read_json(DataType::String, &Json::from(1)).is_err());
        assert_eq!(read_json(DataType::Int64, &Json::from("9007199254740993")), Ok(Value::Int(9_007_199_254_740_993)));
    }

    #[test]
    fn numbers_keep_the_digits_that_they_are_written_with() {
        let of = |data_type, json: &str| read_written(data_type, serde_json::from_str(json).unwrap());
        let text = |text: &str| Ok(Value::Text(text.into()));
        let any = crate::data_type::ANY_DECIMAL;
        assert_eq!(of(any, "0.12345678901234567890"), text("0.12345678901234567890"));
        assert_eq!(of(any, "12345678901234567890123"), text("12345678901234567890123"));
        assert_eq!((of(any, "1e-7"), of(any, "\"1.50\""), of(any, "null")), (text("0.0000001"), text("1.50"), Ok(Value::Null)));
        assert_eq!(of(DataType::Json, "{\"b\": 1.10, \"a\": 12345678901234567890123}"), text("{\"b\":1.10,\"a\":12345678901234567890123}"));
        assert_eq!(read_text(DataType::Json, " [1.10, 1e2] "), text("[1.10,1e2]"));
        assert_eq!((of(DataType::Float64, "1e-7"), of(DataType::Int64, "12")), (Ok(Value::Float(1e-7)), Ok(Value::Int(12))));
        assert_eq!(of(DataType::String, "\"1e2\""), text("1e2"));
        for (data_type, json) in [
            (any, "1e999999999"),
            (any, "true"),
            (DataType::Decimal { precision: 4, scale: 2 }, "1.234"),
            (DataType::Int64, "1.5"),
            (DataType::Int32, "\"1\""),
            (DataType::String, "1.5"),
        ] {
            assert!(of(data_type, json).is_err(), "{data_type:?} took {json}");
        }
    }

    #[test]
    fn base64_is_decoded() {
        assert_eq!(decode_base64("c2x1aWNl").as_deref(), Some(&b"sluice"[..]));
        assert_eq!(decode_base64("c2x1aQ==").as_deref(), Some(&b"slui"[..]));
    }
}
