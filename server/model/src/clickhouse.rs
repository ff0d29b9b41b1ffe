//! The types that values are bound as in ClickHouse. Its server compares numbers of any two types exactly, but it cuts in silence what the
//! type of a placeholder has no place for, and behind IN it takes no decimal for a whole number and no part of a second for a whole one.
//! So a value is bound as a type that holds all of it, and as the column's own where that does.

use crate::scalar::{decimal_parts, micros};
use crate::{DataType, Value};

/// The own type of whole numbers of every size.
pub const INTEGER: &str = "Int";
/// The own type of points in time.
pub const TIME: &str = "DateTime";
const FLOAT: &str = "Float32";

/// The most digits of a decimal.
const MOST_DIGITS: usize = 76;
/// Digits behind the point that a value has in the calculations of a script, where there is room for them.
const USUAL_SCALE: usize = 20;
const LARGEST_INT256: &str = "57896044618658097711785492504343953926634992332820282019728792003956564819967";
const LARGEST_UINT256: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
/// The last second of a `DateTime`, in microseconds since 1970.
const LAST_SECOND: i64 = 4_294_967_295_000_000;

/// A type without what it is wrapped in, and whether its values may be empty: `LowCardinality(Nullable(String))`.
#[must_use]
pub fn unwrapped(native: &str) -> (&str, bool) {
    let (mut text, mut nullable) = (native.trim(), false);
    loop {
        let inner = if let Some(inner) = text.strip_prefix("Nullable(") {
            nullable = true;
            inner
        } else if let Some(inner) = text.strip_prefix("LowCardinality(") {
            inner
        } else if let Some(inner) = text.strip_prefix("SimpleAggregateFunction(").and_then(behind_function) {
            inner
        } else {
            return (text, nullable);
        };
        text = inner.strip_suffix(')').unwrap_or(inner).trim();
    }
}

/// The type of `sum, UInt64)`: what stands behind the function, which may have brackets of its own.
fn behind_function(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let comma = text.find(|sign: char| {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        sign == ',' && depth == 0
    })?;
    Some(text[comma + 1..].trim_start())
}

/// What is kept of a column's type, see [`crate::own_type`].
pub(crate) fn own(native: &str) -> String {
    let (plain, _) = unwrapped(native);
    match plain.split('(').next().unwrap_or_default() {
        // Shown by the digits of 32 bits, which hold both.
        "Float32" | "BFloat16" => FLOAT.to_owned(),
        "DateTime" | "DateTime64" => TIME.to_owned(),
        "Decimal" => plain.to_owned(),
        // Compared with texts, of which not every one is of them.
        name @ ("IPv4" | "IPv6" | "Time" | "Time64") => name.to_owned(),
        name if name.strip_prefix('U').unwrap_or(name).strip_prefix("Int").is_some_and(is_number) => INTEGER.to_owned(),
        _ => String::new(),
    }
}

/// Whether one value can be compared with columns of two own types, where it is bound by its digits alone.
#[must_use]
pub fn are_alike(one: &str, two: &str) -> bool {
    one != FLOAT && two != FLOAT
}

/// The type of a placeholder for no certain value.
pub(crate) fn usual(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Bool => "Bool",
        DataType::Int32 | DataType::Int64 => "Int64",
        DataType::Float64 => "Float64",
        DataType::Decimal { .. } => "Decimal(76, 20)",
        DataType::Date => "Date32",
        DataType::Timestamp => "DateTime64(6, 'UTC')",
        DataType::Uuid => "UUID",
        DataType::String | DataType::Time | DataType::Json | DataType::Bytes => "String",
    }
}

/// The type of the placeholder for a value.
pub(crate) fn kind(data_type: DataType, own: &str, value: &Value) -> String {
    let kind = match (data_type, value) {
        (DataType::Decimal { .. }, Value::Text(text)) => of_decimal(own, text),
        (DataType::Timestamp, Value::Text(text)) => Some(of_time(own, text)),
        (DataType::String, Value::Text(text)) if own == TIME => Some(of_time(own, text)),
        _ => None,
    };
    kind.unwrap_or_else(|| usual(data_type).to_owned())
}

/// A value as its placeholder reads it.
pub(crate) fn bound(data_type: DataType, own: &str, text: String) -> String {
    match data_type {
        DataType::Decimal { .. } => plain(&text).unwrap_or(text),
        // Shown in the form of ISO 8601, which is not read everywhere.
        DataType::String if own == TIME => text.replace('T', " ").trim_end_matches('Z').to_owned(),
        _ => text,
    }
}

/// A decimal without the zeros that say nothing.
fn plain(text: &str) -> Option<String> {
    let (negative, whole, part) = decimal_parts(text)?;
    let (sign, whole) = (if negative { "-" } else { "" }, if whole.is_empty() { "0" } else { whole });
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

fn of_decimal(own: &str, text: &str) -> Option<String> {
    let (negative, whole, part) = decimal_parts(text)?;
    if part.is_empty()
        && (own == INTEGER || whole.len() > MOST_DIGITS)
        && let Some(kind) = of_whole(negative, whole)
    {
        return Some(kind.to_owned());
    }
    let (scale, room) = (part.len(), MOST_DIGITS.saturating_sub(whole.len()));
    let Some((precision, digits)) = digits_of(own) else {
        return Some(format!("Decimal({MOST_DIGITS}, {})", if own.is_empty() { scale.max(USUAL_SCALE.min(room)) } else { scale }));
    };
    let fits = scale <= digits && whole.len() + digits <= precision;
    // A type that cannot be is refused by the server, and with it a value that no decimal holds.
    Some(if fits { format!("Decimal({precision}, {digits})") } else { format!("Decimal({MOST_DIGITS}, {scale})") })
}

/// The least type of whole numbers that an index of every column can be asked with.
fn of_whole(negative: bool, digits: &str) -> Option<&'static str> {
    let fits = |most: &str| (digits.len(), digits) <= (most.len(), most);
    let small = if digits.is_empty() { Some(0) } else { digits.parse::<u64>().ok() };
    match (small, negative) {
        (Some(_), false) => Some("UInt64"),
        (Some(number), true) if number <= 1 << 63 => Some("Int64"),
        _ if fits(LARGEST_INT256) => Some("Int256"),
        (_, false) if fits(LARGEST_UINT256) => Some("UInt256"),
        _ => None,
    }
}

/// The digits of `Decimal(10, 2)`: of all, and behind the point.
fn digits_of(own: &str) -> Option<(usize, usize)> {
    let (precision, scale) = own.strip_prefix("Decimal(")?.strip_suffix(')')?.split_once(',')?;
    Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

/// By the digits of a second's parts.
fn of_time(own: &str, text: &str) -> String {
    let part = text.split_once('.').map_or("", |(_, part)| part);
    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
    let has_seconds = |text: &str| micros(text).is_some_and(|micros| (0..=LAST_SECOND).contains(&micros));
    match digits {
        0 if own == TIME && has_seconds(text) => "DateTime('UTC')".to_owned(),
        0..=6 => "DateTime64(6, 'UTC')".to_owned(),
        7..=9 => "DateTime64(9, 'UTC')".to_owned(),
        // There is no such type: see `of_decimal`.
        more => format!("DateTime64({more}, 'UTC')"),
    }
}

/// Whether a text is a placeholder as they are written here.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    const PLAIN: [&str; 9] = ["Bool", "Int64", "UInt64", "Int256", "UInt256", "Float64", "Date32", "UUID", "String"];
    let inside = text.strip_prefix("{p").and_then(|rest| rest.strip_suffix('}'));
    let Some((number, kind)) = inside.and_then(|rest| rest.split_once(':')) else { return false };
    let between = |begin: &str, end: &str| kind.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
    let is_kind = PLAIN.contains(&kind)
        || kind == "DateTime('UTC')"
        || between("DateTime64(", ", 'UTC')").is_some_and(is_number)
        || between("Decimal(", ")").and_then(|digits| digits.split_once(", ")).is_some_and(|(one, two)| is_number(one) && is_number(two));
    is_number(number) && is_kind
}

fn is_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_type::ANY_DECIMAL;

    fn of(data_type: DataType, own: &str, text: &str) -> String {
        kind(data_type, own, &Value::Text(bound(data_type, own, text.into())))
    }

    #[test]
    fn own_types_are_told_through_their_wrappings() {
        for (native, wanted) in [
            ("Nullable(Float32)", "Float32"),
            ("LowCardinality(Nullable(UInt64))", INTEGER),
            ("SimpleAggregateFunction(max, Int256)", INTEGER),
            ("Nullable(Decimal(76, 30))", "Decimal(76, 30)"),
            ("DateTime64(9, 'Asia/Tokyo')", TIME),
            ("DateTime", TIME),
            ("Nullable(IPv6)", "IPv6"),
            ("Array(UInt64)", ""),
            ("IntervalDay", ""),
            ("String", ""),
        ] {
            assert_eq!(own(native), wanted, "{native}");
        }
        assert_eq!(unwrapped("LowCardinality(Nullable(String))"), ("String", true));
        assert!(are_alike(INTEGER, "Decimal(9, 2)") && !are_alike("", "Float32"));
    }

    #[test]
    fn a_value_is_bound_as_a_type_that_holds_all_of_it() {
        let (wide, fine) = (format!("1{}", "0".repeat(60)), format!("0.{}1", "0".repeat(24)));
        for (own, text, wanted) in [
            (INTEGER, "007.00", "UInt64"),
            (INTEGER, "-0", "UInt64"),
            (INTEGER, "18446744073709551615", "UInt64"),
            (INTEGER, "18446744073709551616", "Int256"),
            (INTEGER, "-9223372036854775808", "Int64"),
            (INTEGER, LARGEST_INT256, "Int256"),
            (INTEGER, LARGEST_UINT256, "UInt256"),
            (INTEGER, "1.5", "Decimal(76, 1)"),
            ("Decimal(10, 2)", "12.50", "Decimal(10, 2)"),
            ("Decimal(10, 2)", "12.345", "Decimal(76, 3)"),
            ("Decimal(10, 2)", "123456789", "Decimal(76, 0)"),
            ("Decimal(76, 30)", fine.as_str(), "Decimal(76, 30)"),
            ("", fine.as_str(), "Decimal(76, 25)"),
            ("", "5", "Decimal(76, 20)"),
            ("", wide.as_str(), "Decimal(76, 15)"),
            ("", LARGEST_UINT256, "UInt256"),
        ] {
            assert_eq!(of(ANY_DECIMAL, own, text), wanted, "{own} {text}");
        }
        // Wider than all, so that the server refuses it and no other number is asked for.
        assert_eq!(of(ANY_DECIMAL, INTEGER, &format!("{LARGEST_UINT256}0")), "Decimal(76, 0)");
        assert_eq!(bound(ANY_DECIMAL, INTEGER, "+007.500".into()), "7.5");
    }

    #[test]
    fn a_time_is_bound_with_all_digits_of_its_second() {
        for (data_type, own, text, wanted) in [
            (DataType::Timestamp, TIME, "2024-01-01T00:00:00Z", "DateTime('UTC')"),
            (DataType::Timestamp, "", "2024-01-01T00:00:00Z", "DateTime64(6, 'UTC')"),
            (DataType::Timestamp, TIME, "9999-12-31T23:59:59Z", "DateTime64(6, 'UTC')"),
            (DataType::Timestamp, TIME, "2024-01-01 00:00:00.000000", "DateTime64(6, 'UTC')"),
            (DataType::Timestamp, "", "2024-01-01 00:00:00.000000001", "DateTime64(9, 'UTC')"),
            (DataType::String, TIME, "2024-01-01T00:00:00.000000001Z", "DateTime64(9, 'UTC')"),
            (DataType::String, TIME, "2024-01-01T00:00:00.0000000001Z", "DateTime64(10, 'UTC')"),
            (DataType::String, TIME, "soon", "DateTime64(6, 'UTC')"),
            (DataType::String, "", "2024-01-01T00:00:00.000000001Z", "String"),
        ] {
            assert_eq!(of(data_type, own, text), wanted, "{own} {text}");
        }
        assert_eq!(bound(DataType::String, TIME, "2024-01-01T00:00:00.1Z".into()), "2024-01-01 00:00:00.1");
    }

    #[test]
    fn placeholders_are_known() {
        for known in ["{p1:Int64}", "{p12:DateTime64(9, 'UTC')}", "{p1:Decimal(76, 30)}", "{p1:DateTime('UTC')}"] {
            assert!(is_placeholder(known), "{known}");
        }
        for foreign in ["{p:Int64}", "{p1:Identifier}", "{p1:Decimal(76, 30) }", "{p1:DateTime64(9, 'UTC')}}", "{px:Int64}", "p1:Int64"] {
            assert!(!is_placeholder(foreign), "{foreign}");
        }
    }
}
