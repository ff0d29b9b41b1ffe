//! What is known of a column before it is judged.

/// A column, and some of its values.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// Its name, as the source writes it.
    pub name: &'a str,
    /// The name of its table.
    pub table: &'a str,
    pub value_type: ValueType,
    /// The sampled values as texts, with `None` where there is none.
    pub values: &'a [Option<&'a str>],
    /// How many rows the table has; only told as evidence.
    pub rows: u64,
}

/// The type of a column, as far as the rules tell types apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    Text,
    Whole,
    Fraction,
    /// A date, a time of day or a point in time.
    Time,
    /// Anything that no rule looks into: yes or no, bytes, documents, ids.
    Other,
}

impl ValueType {
    /// The type behind a word of the catalogue: the key of a data type, such as `int64`.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "string" => Self::Text,
            "int32" | "int64" => Self::Whole,
            "float64" | "decimal" => Self::Fraction,
            "date" | "time" | "timestamp" => Self::Time,
            _ => Self::Other,
        }
    }

    /// The word for it in the tables of the rules.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "whole",
            Self::Fraction => "fraction",
            Self::Time => "time",
            Self::Other => "other",
        }
    }
}

/// What people write where there is no value.
const PLACEHOLDERS: &[&str] =
    &["", "-", "--", "n/a", "na", "nan", "null", "none", "nil", "unknown", "?", "keine", "unbekannt", "k.a.", "无", "未知", "暂无"];

impl<'a> Column<'a> {
    /// The values that are there, without the spaces around them.
    pub(crate) fn present(&self) -> impl Iterator<Item = &'a str> {
        self.values.iter().flatten().map(|value| value.trim()).filter(|value| !is_placeholder(value))
    }
}

fn is_placeholder(value: &str) -> bool {
    PLACEHOLDERS.iter().any(|placeholder| value.eq_ignore_ascii_case(placeholder))
}
