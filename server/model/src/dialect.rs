//! How a source's own SQL writes names, placeholders and typed values.

use serde::{Deserialize, Serialize};

use crate::{DataType, clickhouse};

/// The SQL dialects that connectors speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    Sqlite,
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    Clickhouse,
    /// The engine that asks files.
    Datafusion,
}

impl Dialect {
    /// A name as an identifier, quoted so that no name can be anything else.
    #[must_use]
    pub fn quote(self, name: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres | Self::Datafusion => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
            Self::Clickhouse => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
        }
    }

    /// The `n`th placeholder (from 1), cast where the source would not accept the text of the type.
    #[must_use]
    pub fn placeholder(self, n: usize, data_type: DataType) -> String {
        match self {
            Self::Sqlite => format!("?{n}"),
            Self::Datafusion => format!("${n}"),
            Self::Clickhouse => format!("{{p{n}:{}}}", clickhouse::usual(data_type)),
            Self::Mysql => match data_type {
                DataType::Decimal { .. } => "CAST(? AS DECIMAL(65, 20))".to_owned(),
                DataType::Date => "CAST(? AS DATE)".to_owned(),
                DataType::Time => "CAST(? AS TIME(6))".to_owned(),
                DataType::Timestamp => "CAST(? AS DATETIME(6))".to_owned(),
                _ => "?".to_owned(),
            },
            Self::Postgres => match data_type {
                DataType::Decimal { .. } => format!("CAST(${n} AS numeric)"),
                DataType::Date => format!("CAST(${n} AS date)"),
                DataType::Time => format!("CAST(${n} AS time)"),
                DataType::Timestamp => format!("CAST(${n} AS timestamptz)"),
                DataType::Uuid => format!("CAST(${n} AS uuid)"),
                DataType::Json => format!("CAST(${n} AS jsonb)"),
                DataType::String | DataType::Bool | DataType::Int32 | DataType::Int64 | DataType::Float64 | DataType::Bytes => {
                    format!("${n}")
                }
            },
        }
    }

    /// A text as a literal that ends where it ends.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        let quoted = text.replace('\'', "''");
        match self {
            // MySQL's sessions are told that a backslash is one.
            Self::Sqlite | Self::Postgres | Self::Mysql | Self::Datafusion => format!("'{quoted}'"),
            Self::Clickhouse => format!("'{}'", quoted.replace('\\', "\\\\")),
        }
    }

    /// How many characters `expression` has, as `substr` counts them.
    #[must_use]
    pub fn length(self, expression: &str) -> String {
        match self {
            Self::Mysql => format!("char_length({expression})"),
            Self::Datafusion => format!("character_length({expression})"),
            Self::Sqlite | Self::Postgres | Self::Clickhouse => format!("length({expression})"),
        }
    }

    /// An order by a name, with what is empty last whichever way it goes.
    #[must_use]
    pub fn order(self, name: &str, descending: bool, nullable: bool) -> String {
        let direction = if descending { " DESC" } else { "" };
        let by = format!("{name}{direction}");
        match self {
            _ if !nullable => by,
            Self::Postgres | Self::Datafusion if !descending => by,
            Self::Sqlite if descending => by,
            Self::Sqlite | Self::Postgres | Self::Clickhouse | Self::Datafusion => format!("{by} NULLS LAST"),
            Self::Mysql if descending => by,
            Self::Mysql => format!("{name} IS NULL, {by}"),
        }
    }

    /// `expression` as a double, for means and the like.
    #[must_use]
    pub fn as_double(self, expression: &str) -> String {
        match self {
            Self::Sqlite => format!("CAST({expression} AS REAL)"),
            Self::Mysql => format!("CAST({expression} AS DOUBLE)"),
            Self::Clickhouse => format!("toFloat64({expression})"),
            Self::Postgres => format!("CAST({expression} AS double precision)"),
            Self::Datafusion => format!("CAST({expression} AS DOUBLE)"),
        }
    }
}
