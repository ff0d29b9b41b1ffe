//! Functions of one value: the short list that is right and the same on every source.

use serde::{Deserialize, Serialize};

use crate::DataType;
use crate::dialect::Dialect;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    Year,
    Month,
    Day,
    Upper,
    Lower,
    Trim,
    Length,
    Absolute,
}

impl Function {
    pub const ALL: [Function; 8] = [Self::Year, Self::Month, Self::Day, Self::Upper, Self::Lower, Self::Trim, Self::Length, Self::Absolute];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Trim => "trim",
            Self::Length => "length",
            Self::Absolute => "absolute",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day of month",
            Self::Upper => "uppercase",
            Self::Lower => "lowercase",
            Self::Trim => "trim",
            Self::Length => "length",
            Self::Absolute => "absolute value",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.key() == key)
    }

    /// Whether it makes sense of a column of this type.
    #[must_use]
    pub fn takes(self, data_type: DataType) -> bool {
        match self {
            Self::Year | Self::Month | Self::Day => matches!(data_type, DataType::Date | DataType::Timestamp),
            Self::Upper | Self::Lower | Self::Trim | Self::Length => data_type == DataType::String,
            Self::Absolute => data_type.is_number(),
        }
    }

    #[must_use]
    pub fn result(self, data_type: DataType) -> DataType {
        match self {
            Self::Year | Self::Month | Self::Day | Self::Length => DataType::Int64,
            Self::Upper | Self::Lower | Self::Trim | Self::Absolute => data_type,
        }
    }

    pub(super) fn sql(self, of: &str, dialect: Dialect) -> String {
        match (self, dialect) {
            (Self::Year | Self::Month | Self::Day, _) => self.part_of_time(of, dialect),
            (Self::Upper, Dialect::Clickhouse) => format!("upperUTF8({of})"),
            (Self::Lower, Dialect::Clickhouse) => format!("lowerUTF8({of})"),
            (Self::Trim, Dialect::Clickhouse) => format!("trimBoth({of})"),
            (Self::Length, Dialect::Clickhouse) => format!("lengthUTF8({of})"),
            (Self::Upper, _) => format!("upper({of})"),
            (Self::Lower, _) => format!("lower({of})"),
            (Self::Trim, _) => format!("trim({of})"),
            (Self::Length, _) => dialect.length(of),
            (Self::Absolute, _) => format!("abs({of})"),
        }
    }

    /// Of a date, or of a time in UTC.
    fn part_of_time(self, of: &str, dialect: Dialect) -> String {
        let (code, word, clickhouse) = match self {
            Self::Year => ("%Y", "YEAR", "toYear"),
            Self::Month => ("%m", "MONTH", "toMonth"),
            _ => ("%d", "DAY", "toDayOfMonth"),
        };
        match dialect {
            Dialect::Sqlite => format!("CAST(strftime('{code}', {of}) AS INTEGER)"),
            Dialect::Postgres | Dialect::Datafusion => format!("CAST(extract({word} FROM {of}) AS bigint)"),
            Dialect::Mysql => format!("extract({word} FROM {of})"),
            Dialect::Clickhouse => format!("toInt64({clickhouse}({of}))"),
            #[cfg(test)]
            Dialect::Brackets => format!("datepart({word}, {of})"),
        }
    }
}
