//! Columns whose values are compared by the source's own type, where ours does not say enough: an address, an enumeration, a text that
//! is compared without case, a float of 32 bits, a time as SQLite happens to hold it. The check keeps the type with the parameter or
//! field; from there it decides what a value is bound as.

use crate::calendar::in_eras;
use crate::dialect::Dialect;
use crate::scalar::decimal_parts;
use crate::time_form::TimeForm;
use crate::{DataType, Value, clickhouse};

/// The most digits of a decimal of MySQL and MariaDB.
const MYSQL_DIGITS: usize = 65;
/// Digits behind the point that a decimal has in the calculations of a script, where there is room for them.
const USUAL_SCALE: usize = 20;

/// PostgreSQL's types that a bound value of ours is compared with rightly as it is.
const PLAIN: [&str; 16] = [
    "boolean",
    "smallint",
    "integer",
    "bigint",
    "double precision",
    "numeric",
    "text",
    "character varying",
    "name",
    "date",
    "time",
    "timestamp",
    "uuid",
    "bytea",
    "json",
    "jsonb",
];

/// The type that values which are compared with a column have to be of; empty where ours says enough. `native` is the source's own
/// word for the column's type.
#[must_use]
pub fn own_type(dialect: Dialect, native: &str, data_type: DataType) -> String {
    let lower = native.trim().to_ascii_lowercase();
    let base = lower.split('(').next().unwrap_or_default().trim();
    match dialect {
        Dialect::Sqlite => match TimeForm::of_native(native) {
            Some(form) if !form.is_usual(data_type) => native.to_owned(),
            _ => String::new(),
        },
        Dialect::Postgres => match base {
            _ if lower.ends_with("[]") => native.to_owned(),
            "" | "timestamp with time zone" | "timestamp without time zone" | "time without time zone" => String::new(),
            _ if PLAIN.contains(&base) => String::new(),
            // Without a length: a cast to one cuts in silence.
            "character" => "bpchar".to_owned(),
            "bit" => "bit varying".to_owned(),
            _ if is_type_name(native) => native.to_owned(),
            _ => String::new(),
        },
        Dialect::Mysql => match lower.split(['(', ' ']).next().unwrap_or_default() {
            known @ ("float" | "bit" | "enum" | "set") => known.to_owned(),
            _ => String::new(),
        },
        Dialect::Clickhouse => clickhouse::own(native),
        // Files say their types, with what speaks for them: `Float32, as the file says`.
        Dialect::Datafusion if native.starts_with("Float32") => "Float32".to_owned(),
        Dialect::Datafusion => String::new(),
        #[cfg(test)]
        Dialect::Brackets => String::new(),
    }
}

/// Whether a text can be a type behind `AS` and nothing else: words, quoted names, and numbers in brackets.
#[must_use]
pub fn is_type_name(text: &str) -> bool {
    let (mut in_quotes, mut in_brackets) = (false, false);
    for sign in text.chars() {
        match sign {
            '"' if !in_brackets => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '(' if !in_brackets => in_brackets = true,
            ')' if in_brackets => in_brackets = false,
            '0'..='9' | ',' | ' ' if in_brackets => {}
            _ if in_brackets => return false,
            '_' | '.' | ' ' | '[' | ']' | '$' => {}
            _ if sign.is_alphanumeric() => {}
            _ => return false,
        }
    }
    !text.trim().is_empty() && !in_quotes && !in_brackets
}

/// The `n`th placeholder, for a value that is compared with a column of an own type. `own` is empty where there is none.
#[must_use]
pub fn placeholder(dialect: Dialect, n: usize, (data_type, own): (DataType, &str), value: &Value) -> String {
    match (dialect, own) {
        // Floats are bound as they are: see `bound`.
        (Dialect::Postgres, "" | "real") => dialect.placeholder(n, data_type),
        (Dialect::Postgres, own) if is_type_name(own) => format!("CAST(${n} AS {own})"),
        (Dialect::Clickhouse, own) => format!("{{p{n}:{}}}", clickhouse::kind(data_type, own, value)),
        (Dialect::Mysql, _) => match (data_type, value) {
            (DataType::Decimal { .. }, Value::Text(text)) => mysql_decimal(text).unwrap_or_else(|| dialect.placeholder(n, data_type)),
            _ => dialect.placeholder(n, data_type),
        },
        _ => dialect.placeholder(n, data_type),
    }
}

/// With room for all digits of the value, on both sides of its point: a cast cuts the others, and takes what is too large for the largest
/// number. A value that no decimal holds is cast to one that cannot be, which the server refuses.
fn mysql_decimal(text: &str) -> Option<String> {
    let (_, whole, part) = decimal_parts(text)?;
    let room = MYSQL_DIGITS.saturating_sub(whole.len());
    let scale = part.len().max(USUAL_SCALE.min(room));
    Some(format!("CAST(? AS DECIMAL({}, {scale}))", MYSQL_DIGITS.max(whole.len() + scale)))
}

/// A value as it is compared with a column of an own type.
#[must_use]
pub fn bound(dialect: Dialect, (data_type, own): (DataType, &str), value: Value) -> Value {
    match (dialect, data_type, value) {
        (Dialect::Sqlite, DataType::Decimal { .. }, Value::Text(text)) => number(text),
        (Dialect::Sqlite, DataType::Date | DataType::Timestamp, Value::Text(text)) => {
            TimeForm::of_native(own).and_then(|form| form.bound(&text)).unwrap_or(Value::Text(text))
        }
        (Dialect::Postgres, DataType::Date | DataType::Timestamp, Value::Text(text)) => Value::Text(in_eras(&text).unwrap_or(text)),
        // Bits are compared as numbers, and told as bytes.
        (Dialect::Mysql, _, Value::Bytes(bytes)) if own == "bit" && bytes.len() <= 8 => {
            let number = bytes.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Int)
        }
        // A float of 32 bits is compared as one of 64, and none of those is what its shortest text says.
        (_, DataType::Float64, Value::Float(number)) if matches!(own, "real" | "float" | "Float32") => {
            #[allow(clippy::cast_possible_truncation)] // that is the column's own precision
            let narrow = number as f32;
            Value::Float(if narrow.is_finite() { narrow.into() } else { number })
        }
        (Dialect::Clickhouse, _, Value::Text(text)) => Value::Text(clickhouse::bound(data_type, own, text)),
        (_, _, value) => value,
    }
}

/// SQLite has decimals as numbers, and compares no number with a text that it does not know to be one.
fn number(text: String) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return Value::Int(whole);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::Float(number),
        _ => Value::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_types_that_ours_do_not_cover_are_kept() {
        let of = |native: &str| own_type(Dialect::Postgres, native, DataType::String);
        for (native, own) in [
            ("text", ""),
            ("numeric(10,2)", ""),
            ("timestamp(3) without time zone", ""),
            ("character(5)", "bpchar"),
            ("inet", "inet"),
            ("other.\"Mood; x\"", "other.\"Mood; x\""),
            ("text) OR (true", ""),
            ("x\" y", ""),
        ] {
            assert_eq!(of(native), own, "{native}");
        }
        assert_eq!(own_type(Dialect::Mysql, "float unsigned", DataType::Float64), "float");
        assert_eq!(own_type(Dialect::Sqlite, "datetime (epoch seconds)", DataType::Timestamp), "datetime (epoch seconds)");
        assert_eq!(own_type(Dialect::Sqlite, "datetime", DataType::Timestamp), "");
        assert_eq!(own_type(Dialect::Clickhouse, "Nullable(Float32)", DataType::Float64), "Float32");
        assert_eq!(own_type(Dialect::Clickhouse, "UInt256", DataType::default()), clickhouse::INTEGER);
        assert_eq!(own_type(Dialect::Datafusion, "Float32, as the file says", DataType::Float64), "Float32");
    }

    #[test]
    fn values_are_bound_as_the_column_has_them() {
        let decimal = DataType::Decimal { precision: 38, scale: 10 };
        assert_eq!(bound(Dialect::Sqlite, (decimal, ""), Value::Text("20".into())), Value::Int(20));
        assert_eq!(bound(Dialect::Sqlite, (decimal, ""), Value::Text("37.5".into())), Value::Float(37.5));
        let at = (DataType::Timestamp, "datetime (epoch seconds)");
        assert_eq!(bound(Dialect::Sqlite, at, Value::Text("2024-01-05T10:00:00Z".into())), Value::Int(1_704_448_800));
        let ends = bound(Dialect::Postgres, (DataType::Date, ""), Value::Text("+5874897-12-31".into()));
        assert_eq!(ends, Value::Text("5874897-12-31".into()));
        assert_eq!(bound(Dialect::Mysql, (DataType::Bytes, "bit"), Value::Bytes(vec![2, 1])), Value::Int(513));
        assert_eq!(bound(Dialect::Postgres, (DataType::Float64, "real"), Value::Float(0.1)), Value::Float(0.1_f32.into()));
        let fine = Value::Text(format!("0.{}1", "0".repeat(24)));
        assert_eq!(placeholder(Dialect::Clickhouse, 2, (decimal, "Decimal(76, 30)"), &fine), "{p2:Decimal(76, 30)}");
        assert_eq!(bound(Dialect::Clickhouse, (decimal, clickhouse::INTEGER), Value::Text("5.00".into())), Value::Text("5".into()));
        assert_eq!(placeholder(Dialect::Postgres, 2, (DataType::String, "inet"), &Value::Null), "CAST($2 AS inet)");
        assert_eq!(placeholder(Dialect::Postgres, 2, (DataType::String, "x) OR (true"), &Value::Null), "$2");
    }

    #[test]
    fn no_digit_of_a_decimal_is_cut_by_its_cast() {
        let decimal = DataType::Decimal { precision: 38, scale: 10 };
        let cast = |text: &str| placeholder(Dialect::Mysql, 1, (decimal, ""), &Value::Text(text.into()));
        let (large, fine) = (format!("1{}", "0".repeat(50)), format!("0.{}1", "0".repeat(29)));
        for (text, wanted) in [
            ("12.50".to_owned(), "65, 20"),
            ("-1.000000000000000000000000000000".to_owned(), "65, 20"),
            (large.clone(), "65, 14"),
            (fine, "65, 30"),
            ("9".repeat(65), "65, 0"),
            // The server refuses these.
            ("9".repeat(66), "66, 0"),
            (format!("{large}.123456789012345"), "66, 15"),
        ] {
            assert_eq!(cast(&text), format!("CAST(? AS DECIMAL({wanted}))"), "{text}");
        }
    }
}
