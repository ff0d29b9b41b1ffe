//! Keys as bytes whose order is the order of the values: so a dataset is loaded front to back, and ranges stay ranges.
//! After the tuple layer of FoundationDB: texts end with a mark that no text holds, numbers have their sign turned.

use model::data_type::ANY_DECIMAL;
use model::{DataType, Value, scalar};
use sha2::{Digest, Sha256};

use crate::any_decimal;

/// The longest key as stored, in bytes: what LMDB takes, less a little.
pub const MAX_KEY: usize = 500;
/// How much of a longer key stays as it is; the rest is told apart by its hash.
const KEPT: usize = MAX_KEY - 33;

/// A value that no key can hold: NULL, a list, JSON, or one that is not of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoKey;

/// Appends one part of a key.
///
/// # Errors
/// Where the value has no place in a key.
pub fn push(out: &mut Vec<u8>, data_type: DataType, value: &Value) -> Result<(), NoKey> {
    match (data_type, value) {
        (DataType::String, Value::Text(text)) => push_ended(out, text.as_bytes()),
        (DataType::Bytes, Value::Bytes(bytes)) => push_ended(out, bytes),
        (DataType::Bool, Value::Bool(yes)) => out.push(u8::from(*yes)),
        (DataType::Int32 | DataType::Int64, Value::Int(number)) => push_int(out, *number),
        (DataType::Float64, Value::Float(number)) => push_float(out, *number),
        #[allow(clippy::cast_precision_loss)] // a float column was asked for
        (DataType::Float64, Value::Int(number)) => push_float(out, *number as f64),
        (ANY_DECIMAL, Value::Text(text)) => any_decimal::push(out, text)?,
        (ANY_DECIMAL, Value::Int(number)) => any_decimal::push(out, &number.to_string())?,
        (DataType::Decimal { scale, .. }, Value::Text(text)) => push_wide(out, scalar::scaled(text, scale).ok_or(NoKey)?),
        (DataType::Decimal { scale, .. }, Value::Int(number)) => {
            push_wide(out, scalar::scaled(&number.to_string(), scale).ok_or(NoKey)?);
        }
        (DataType::Date, Value::Text(text)) => push_int(out, scalar::days(text).ok_or(NoKey)?.into()),
        (DataType::Time, Value::Text(text)) => push_int(out, scalar::micros_of_day(text).ok_or(NoKey)?),
        (DataType::Timestamp, Value::Text(text)) => push_int(out, scalar::micros(text).ok_or(NoKey)?),
        (DataType::Uuid, Value::Text(text)) => push_ended(out, text.to_ascii_lowercase().as_bytes()),
        _ => return Err(NoKey),
    }
    Ok(())
}

/// Brings a whole key to its stored length: a longer one keeps its beginning and order up to there, and ends with the
/// SHA-256 of all of it.
pub fn close(key: &mut Vec<u8>) {
    if key.len() > MAX_KEY {
        let hash = Sha256::digest(&*key);
        key.truncate(KEPT);
        key.push(0xff);
        key.extend_from_slice(&hash);
    }
}

/// A whole key.
///
/// # Errors
/// Where one of the values has no place in a key.
pub fn encode<'a>(parts: impl IntoIterator<Item = (DataType, &'a Value)>) -> Result<Vec<u8>, NoKey> {
    let mut key = Vec::with_capacity(48);
    for (data_type, value) in parts {
        push(&mut key, data_type, value)?;
    }
    close(&mut key);
    Ok(key)
}

/// A text's part; see [`push`].
pub fn push_text(out: &mut Vec<u8>, text: &str) {
    push_ended(out, text.as_bytes());
}

/// Zero bytes inside are marked, so that the end is told from them and a shorter text comes first.
fn push_ended(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.contains(&0) {
        for byte in bytes {
            out.push(*byte);
            if *byte == 0 {
                out.push(0xff);
            }
        }
    } else {
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(&[0, 1]);
}

/// An integer's part; see [`push`].
#[allow(clippy::cast_sign_loss)] // the sign bit is turned on purpose
pub fn push_int(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(&((number as u64) ^ (1 << 63)).to_be_bytes());
}

#[allow(clippy::cast_sign_loss)] // the sign bit is turned on purpose
fn push_wide(out: &mut Vec<u8>, number: i128) {
    out.extend_from_slice(&((number as u128) ^ (1 << 127)).to_be_bytes());
}

fn push_float(out: &mut Vec<u8>, number: f64) {
    // One zero and one NaN, whatever their bits.
    let number = if number == 0.0 { 0.0 } else { number };
    let bits = if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
    let ordered = if bits >> 63 == 1 { !bits } else { bits | (1 << 63) };
    out.extend_from_slice(&ordered.to_be_bytes());
}

/// The values that a key was made of, as their types write them; nothing where it was cut, or is of other types.
#[must_use]
pub fn decode(mut key: &[u8], types: &[DataType]) -> Option<Vec<Value>> {
    if key.len() >= MAX_KEY {
        return None;
    }
    let values = types.iter().map(|data_type| take(&mut key, *data_type)).collect::<Option<Vec<_>>>()?;
    key.is_empty().then_some(values)
}

fn take(key: &mut &[u8], data_type: DataType) -> Option<Value> {
    Some(match data_type {
        DataType::String | DataType::Uuid => Value::Text(String::from_utf8(take_ended(key)?).ok()?),
        DataType::Bytes => Value::Bytes(take_ended(key)?),
        DataType::Bool => {
            let (first, rest) = key.split_first()?;
            *key = rest;
            Value::Bool(*first == 1)
        }
        DataType::Int32 | DataType::Int64 => Value::Int(take_int(key)?),
        DataType::Float64 => {
            let ordered = u64::from_be_bytes(take_array(key)?);
            Value::Float(f64::from_bits(if ordered >> 63 == 1 { ordered & !(1 << 63) } else { !ordered }))
        }
        ANY_DECIMAL => Value::Text(any_decimal::take(key)?),
        DataType::Decimal { scale, .. } => {
            #[allow(clippy::cast_possible_wrap)] // the sign bit was turned on purpose
            let number = (u128::from_be_bytes(take_array(key)?) ^ (1 << 127)) as i128;
            Value::Text(scalar::decimal_text(number, scale))
        }
        DataType::Date => Value::Text(scalar::date_text(i32::try_from(take_int(key)?).ok()?)),
        DataType::Time => Value::Text(scalar::time_text(take_int(key)?)?),
        DataType::Timestamp => Value::Text(scalar::timestamp_text(take_int(key)?)),
        DataType::Json => return None,
    })
}

fn take_ended(key: &mut &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let zero = key.iter().position(|byte| *byte == 0)?;
        bytes.extend_from_slice(&key[..zero]);
        let mark = *key.get(zero + 1)?;
        *key = &key[zero + 2..];
        match mark {
            0xff => bytes.push(0),
            _ => return Some(bytes),
        }
    }
}

#[allow(clippy::cast_possible_wrap)] // the sign bit was turned on purpose
fn take_int(key: &mut &[u8]) -> Option<i64> {
    Some((u64::from_be_bytes(take_array(key)?) ^ (1 << 63)) as i64)
}

fn take_array<const N: usize>(key: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, rest) = key.split_first_chunk::<N>()?;
    *key = rest;
    Some(*bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn equal_values_have_one_key_however_they_are_written() {
        let decimal = DataType::Decimal { precision: 10, scale: 2 };
        let same = |data_type, a: &str, b: &str| assert_eq!(encode([(data_type, &text(a))]), encode([(data_type, &text(b))]));
        same(decimal, "1.5", "1.50");
        same(DataType::Timestamp, "2013-01-01T05:00:00-05:00", "2013-01-01T10:00:00Z");
        same(DataType::Uuid, "018F2F9E-8F3A-7C1E-9D5B-0242AC120002", "018f2f9e-8f3a-7c1e-9d5b-0242ac120002");
        assert_eq!(encode([(DataType::Float64, &Value::Float(-0.0))]), encode([(DataType::Float64, &Value::Float(0.0))]));
    }

    #[test]
    fn what_has_no_place_in_a_key_is_refused() {
        for (data_type, value) in [
            (DataType::String, Value::Null),
            (DataType::Json, text("{}")),
            (DataType::Int32, text("1")),
            (DataType::Date, text("soon")),
            // Rounded, it would be another row's.
            (DataType::Decimal { precision: 10, scale: 2 }, text("1.505")),
            (DataType::String, Value::List(Vec::new())),
        ] {
            assert_eq!(encode([(data_type, &value)]), Err(NoKey));
        }
    }

    #[test]
    fn a_key_says_what_it_was_made_of() {
        let decimal = DataType::Decimal { precision: 10, scale: 2 };
        let parts = [
            (DataType::Bool, Value::Bool(true)),
            (DataType::Int32, Value::Int(-7)),
            (DataType::Float64, Value::Float(-1.5)),
            (decimal, text("-12.50")),
            (DataType::Date, text("1969-12-31")),
            (DataType::Time, text("17:30:00.25")),
            (DataType::Timestamp, text("2013-01-01T10:00:00.000001Z")),
            (DataType::Bytes, Value::Bytes(vec![0, 1, 0xff, 0])),
            (DataType::String, text("a\0b")),
        ];
        let key = encode(parts.iter().map(|(data_type, value)| (*data_type, value))).unwrap();
        let types: Vec<DataType> = parts.iter().map(|(data_type, _)| *data_type).collect();
        assert_eq!(decode(&key, &types).unwrap(), parts.map(|(_, value)| value));
        assert_eq!(decode(&key, &types[1..]), None);
    }

    #[test]
    fn a_long_key_is_cut_and_told_apart() {
        let long = |end: &str| encode([(DataType::String, &text(&("x".repeat(65_536) + end)))]).unwrap();
        assert!(long("a").len() <= MAX_KEY);
        assert_ne!(long("a"), long("b"));
    }

    proptest! {
        #[test]
        fn texts_keep_their_order_and_do_not_run_into_the_next_part(a in ".{0,40}", b in ".{0,40}", n in any::<i64>(), m in any::<i64>()) {
            let key = |s: &str, n: i64| encode([(DataType::String, &text(s)), (DataType::Int64, &Value::Int(n))]).unwrap();
            prop_assert_eq!(key(&a, n).cmp(&key(&b, m)), a.as_bytes().cmp(b.as_bytes()).then(n.cmp(&m)));
        }

        #[test]
        fn floats_keep_their_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            let key = |x: f64| encode([(DataType::Float64, &Value::Float(x))]).unwrap();
            prop_assert_eq!(key(a).cmp(&key(b)), a.partial_cmp(&b).unwrap());
        }

        #[test]
        fn bytes_with_zeros_keep_their_order(a in proptest::collection::vec(0_u8..3, 0..12), b in proptest::collection::vec(0_u8..3, 0..12)) {
            let key = |x: &[u8]| encode([(DataType::Bytes, &Value::Bytes(x.to_vec()))]).unwrap();
            prop_assert_eq!(key(&a).cmp(&key(&b)), a.cmp(&b));
        }
    }
}
