//! Cells of PostgreSQL in its binary form, alike in the rows of a statement and in a copy: which types are read, and how. What is not among
//! them is cast by the server, see [`super::readable`]; no bytes of a type that is not known are ever taken for text.

use bytes::Buf;
use model::Value;
use model::calendar::{push_date, push_timestamp};
use model::scalar::{time_text, widened};
use sqlx::TypeInfo;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};
use sqlx::types::Uuid;

use crate::{SourceError, SourceErrorKind};

/// Between 1970, where we count from, and 2000, where PostgreSQL does.
pub(super) const DAYS_TO_2000: i32 = 10_957;
pub(super) const MICROS_TO_2000: i64 = 946_684_800_000_000;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// The first number of a type that people make.
const FIRST_OWN: u32 = 16_384;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric,
    Date,
    Time,
    Timestamp,
    Uuid,
    JsonB,
    Bytes,
    /// What is sent as the text that it is: texts, JSON, the names of an enumeration.
    Text,
    /// A text of a fixed length, whose blanks at its end are none of it: so it is compared, and so it is cast to text.
    Padded,
}

impl Kind {
    /// By the number of the type, which is the server's own for the types that it has; nothing for what the server has to cast.
    pub(super) fn of(info: &PgTypeInfo) -> Option<Self> {
        Some(match info.oid()?.0 {
            16 => Self::Bool,
            17 => Self::Bytes,
            19 | 25 | 114 | 705 | 1_043 => Self::Text,
            20 => Self::Int8,
            21 => Self::Int2,
            23 => Self::Int4,
            700 => Self::Float4,
            701 => Self::Float8,
            1_042 => Self::Padded,
            1_082 => Self::Date,
            1_083 => Self::Time,
            1_114 | 1_184 => Self::Timestamp,
            1_700 => Self::Numeric,
            2_950 => Self::Uuid,
            3_802 => Self::JsonB,
            // A type that was not looked up has no name, and no kind either.
            FIRST_OWN.. if info.name() != "?" && matches!(info.kind(), PgTypeKind::Enum(_)) => Self::Text,
            _ => return None,
        })
    }

    /// A cell that is not NULL; nothing where its bytes are not of this type. A date or time that is called infinite is its name.
    pub(super) fn value(self, cell: &[u8]) -> Option<Value> {
        Some(match self {
            Self::Bool => Value::Bool(fixed::<1>(cell)? != [0]),
            Self::Int2 => Value::Int(i16::from_be_bytes(fixed(cell)?).into()),
            Self::Int4 => Value::Int(i32::from_be_bytes(fixed(cell)?).into()),
            Self::Int8 => Value::Int(i64::from_be_bytes(fixed(cell)?)),
            Self::Float4 => Value::Float(widened(f32::from_be_bytes(fixed(cell)?))),
            Self::Float8 => Value::Float(f64::from_be_bytes(fixed(cell)?)),
            Self::Numeric => Value::Text(numeric(cell)?),
            Self::Date => Value::Text(match i32::from_be_bytes(fixed(cell)?) {
                i32::MAX => "infinity".to_owned(),
                i32::MIN => "-infinity".to_owned(),
                days => written(|out| push_date(out, i64::from(days) + i64::from(DAYS_TO_2000)))?,
            }),
            Self::Time => Value::Text(time_text(i64::from_be_bytes(fixed(cell)?))?),
            Self::Timestamp => Value::Text(match i64::from_be_bytes(fixed(cell)?) {
                i64::MAX => "infinity".to_owned(),
                i64::MIN => "-infinity".to_owned(),
                micros => match micros.checked_add(MICROS_TO_2000) {
                    Some(micros) => written(|out| push_timestamp(out, micros))?,
                    // The last thirty years that it has are beyond ours: its column tells the row that holds one.
                    None => written(|out| push_date(out, micros.div_euclid(DAY) + i64::from(DAYS_TO_2000)))?,
                },
            }),
            Self::Uuid => Value::Text(Uuid::from_bytes(fixed(cell)?).to_string()),
            Self::JsonB => Value::Text(text(cell.strip_prefix(&[1])?)?.to_owned()),
            Self::Bytes => Value::Bytes(cell.to_vec()),
            Self::Text => Value::Text(text(cell)?.to_owned()),
            Self::Padded => Value::Text(text(cell)?.trim_end_matches(' ').to_owned()),
        })
    }
}

/// A cell whose type has no place in a row.
pub(super) fn unreadable(kind: &str) -> SourceError {
    let kind = kind.to_lowercase();
    let sentence = format!("The result has values of the type {kind} that cannot be read. Cast them to text in the statement.");
    SourceError::new(SourceErrorKind::Mismatch, sentence)
}

pub(super) fn fixed<const SIZE: usize>(cell: &[u8]) -> Option<[u8; SIZE]> {
    cell.try_into().ok()
}

fn text(cell: &[u8]) -> Option<&str> {
    std::str::from_utf8(cell).ok()
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Option<String> {
    let mut out = Vec::with_capacity(32);
    write(&mut out);
    String::from_utf8(out).ok()
}

/// Groups of four digits, the first of which stands for so many powers of 10,000.
fn numeric(mut cell: &[u8]) -> Option<String> {
    const NEGATIVE: u16 = 0x4000;
    if cell.len() < 8 {
        return None;
    }
    let (groups, weight, sign, scale) = (cell.get_u16(), i32::from(cell.get_i16()), cell.get_u16(), usize::from(cell.get_u16()));
    match sign {
        0xC000 => return Some("NaN".to_owned()),
        0xD000 => return Some("Infinity".to_owned()),
        0xF000 => return Some("-Infinity".to_owned()),
        _ if cell.len() != usize::from(groups) * 2 || !matches!(sign, 0 | NEGATIVE) => return None,
        _ => {}
    }
    let digits: Vec<u16> = (0..groups).map(|_| cell.get_u16()).collect();
    let at = |power: i32| usize::try_from(weight - power).ok().and_then(|index| digits.get(index)).copied().unwrap_or(0);
    let mut text = String::new();
    if sign == NEGATIVE {
        text.push('-');
    }
    let whole: String = (0..=weight.max(0)).rev().map(|power| format!("{:04}", at(power))).collect();
    let whole = whole.trim_start_matches('0');
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        let groups = i32::try_from(scale.div_ceil(4)).ok()?;
        let part: String = (1..=groups).map(|power| format!("{:04}", at(-power))).collect();
        text.push('.');
        text.push_str(part.get(..scale)?);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_infinite_has_its_name_and_sentinels_are_dates() {
        let (value_of, text) = (Kind::value, |text: &str| Some(Value::Text(text.into())));
        assert_eq!(value_of(Kind::Date, &i32::MAX.to_be_bytes()), text("infinity"));
        assert_eq!(value_of(Kind::Timestamp, &i64::MIN.to_be_bytes()), text("-infinity"));
        assert_eq!(value_of(Kind::Date, &2_921_939_i32.to_be_bytes()), text("9999-12-31"));
        assert_eq!(value_of(Kind::Timestamp, &252_455_615_999_999_999_i64.to_be_bytes()), text("9999-12-31T23:59:59.999999Z"));
        assert_eq!(value_of(Kind::Timestamp, &9_223_371_331_199_999_999_i64.to_be_bytes()), text("+294276-12-31"));
        assert_eq!(value_of(Kind::Time, &86_400_000_000_i64.to_be_bytes()), text("24:00:00"));
        assert_eq!(value_of(Kind::Float4, &0.1_f32.to_be_bytes()), Some(Value::Float(0.1)));
        assert_eq!(value_of(Kind::Numeric, &[0, 0, 0, 0, 0xC0, 0, 0, 0]), text("NaN"));
        assert_eq!(value_of(Kind::JsonB, b"\x01{\"a\": 1.10}"), text("{\"a\": 1.10}"));
        assert_eq!(value_of(Kind::Padded, b"ab   "), text("ab"));
        assert_eq!(value_of(Kind::Text, &[0xff]), None);
        assert_eq!(value_of(Kind::Int4, &[1]), None);
    }
}
