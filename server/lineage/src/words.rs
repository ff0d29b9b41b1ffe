//! Names that are no columns: words that a function or a server reads for itself.

use model::dialect::Dialect;
use sqlparser::ast::{Expr, Ident};

/// Units of time, as functions of dates take them without quotes.
const UNITS: [&str; 11] =
    ["nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"];
/// Functions whose first argument is a unit.
const BY_UNIT: [&str; 13] = [
    "timestampdiff",
    "timestampadd",
    "timestamp_diff",
    "timestamp_add",
    "timestampsub",
    "timestamp_sub",
    "datediff",
    "date_diff",
    "dateadd",
    "date_add",
    "datesub",
    "date_sub",
    "age",
];
/// The forms of Unicode that PostgreSQL's `normalize` takes.
const FORMS: [&str; 4] = ["nfc", "nfd", "nfkc", "nfkd"];
/// What MySQL's `get_format` takes.
const MOMENTS: [&str; 4] = ["date", "time", "datetime", "timestamp"];

/// Whether an argument of a function is a word of its own, such as `MINUTE` in `TIMESTAMPDIFF(MINUTE, a, b)`.
pub(crate) fn is_argument(dialect: Dialect, function: &str, index: usize, argument: &Expr) -> bool {
    let Expr::Identifier(name) = argument else { return false };
    let function = function.to_ascii_lowercase();
    let words: &[&str] = match (dialect, function.as_str(), index) {
        (Dialect::Mysql | Dialect::Clickhouse, function, 0) if BY_UNIT.contains(&function) => &UNITS,
        (Dialect::Mysql, "get_format", 0) => &MOMENTS,
        (Dialect::Postgres, "normalize", 1) => &FORMS,
        _ => &[],
    };
    is_one_of(name, words)
}

/// Whether a name is a number to ClickHouse.
pub(crate) fn is_constant(dialect: Dialect, name: &Ident) -> bool {
    dialect == Dialect::Clickhouse && is_one_of(name, &["inf", "nan"])
}

fn is_one_of(name: &Ident, words: &[&str]) -> bool {
    name.quote_style.is_none() && words.iter().any(|word| name.value.eq_ignore_ascii_case(word))
}
