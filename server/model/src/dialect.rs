//! How a source's own SQL writes names, placeholders, typed values and pages: what statements of ours differ by.

use serde::{Deserialize, Serialize};

use crate::table_ref::TableRef;
use crate::{DataType, clickhouse};

#[cfg(test)]
mod brackets;

/// A piece of what gives one page of a statement, in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePart {
    Sql(&'static str),
    /// How many rows the page has, as a bound value.
    Rows,
    /// How many rows come before it, as a bound value.
    Offset,
}

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
    /// Quotes with brackets, and pages by OFFSET and FETCH. No source speaks it: it shows in tests that statements leave to a dialect
    /// what differs.
    #[cfg(test)]
    Brackets,
}

impl Dialect {
    /// A name as an identifier, quoted so that no name can be anything else.
    #[must_use]
    pub fn quote(self, name: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres | Self::Datafusion => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
            Self::Clickhouse => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
            #[cfg(test)]
            Self::Brackets => format!("[{}]", name.replace(']', "]]")),
        }
    }

    /// Whether a name may stand in brackets.
    pub(crate) fn reads_brackets(self) -> bool {
        #[cfg(test)]
        if self == Self::Brackets {
            return true;
        }
        self == Self::Sqlite
    }

    /// A table as it stands behind FROM.
    #[must_use]
    pub fn table(self, table: &TableRef) -> String {
        let name = self.quote(&table.name);
        if table.schema.is_empty() { name } else { format!("{}.{name}", self.quote(&table.schema)) }
    }

    /// What stands in place of an order, where any order is right. Empty where a page wants none.
    #[must_use]
    pub fn any_order(self) -> &'static str {
        match self {
            Self::Sqlite | Self::Postgres | Self::Mysql | Self::Clickhouse | Self::Datafusion => "",
            #[cfg(test)]
            Self::Brackets => "\nORDER BY (SELECT NULL)",
        }
    }

    /// A statement without an order, cut to so many rows.
    #[must_use]
    pub fn cut(self, statement: &str, rows: usize) -> String {
        match self {
            Self::Sqlite | Self::Postgres | Self::Mysql | Self::Clickhouse | Self::Datafusion => format!("{statement}\nLIMIT {rows}"),
            #[cfg(test)]
            Self::Brackets => format!("{statement}{}\nOFFSET 0 ROWS FETCH NEXT {rows} ROWS ONLY", self.any_order()),
        }
    }

    /// What stands behind a statement and its order for one page of it.
    #[must_use]
    pub fn page(self, has_offset: bool) -> Vec<PagePart> {
        match self {
            Self::Sqlite | Self::Postgres | Self::Mysql | Self::Clickhouse | Self::Datafusion => {
                let mut parts = vec![PagePart::Sql("\nLIMIT "), PagePart::Rows];
                if has_offset {
                    parts.extend([PagePart::Sql(" OFFSET "), PagePart::Offset]);
                }
                parts
            }
            #[cfg(test)]
            Self::Brackets => {
                let offset = if has_offset { PagePart::Offset } else { PagePart::Sql("0") };
                let (before, behind) = (PagePart::Sql("\nOFFSET "), PagePart::Sql(" ROWS FETCH NEXT "));
                vec![before, offset, behind, PagePart::Rows, PagePart::Sql(" ROWS ONLY")]
            }
        }
    }

    /// The first characters of a text, as many as the expression `length` says.
    #[must_use]
    pub fn beginning(self, expression: &str, length: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres | Self::Mysql | Self::Clickhouse | Self::Datafusion => {
                format!("substr({expression}, 1, {length})")
            }
            #[cfg(test)]
            Self::Brackets => format!("substring({expression}, 1, {length})"),
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
            #[cfg(test)]
            Self::Brackets => "?".to_owned(),
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
            #[cfg(test)]
            Self::Brackets => format!("'{quoted}'"),
        }
    }

    /// How many characters `expression` has, as [`Dialect::beginning`] counts them.
    #[must_use]
    pub fn length(self, expression: &str) -> String {
        match self {
            Self::Mysql => format!("char_length({expression})"),
            Self::Datafusion => format!("character_length({expression})"),
            Self::Sqlite | Self::Postgres | Self::Clickhouse => format!("length({expression})"),
            #[cfg(test)]
            Self::Brackets => format!("len({expression})"),
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
            #[cfg(test)]
            Self::Brackets => format!("CASE WHEN {name} IS NULL THEN 1 ELSE 0 END, {by}"),
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
            #[cfg(test)]
            Self::Brackets => format!("CAST({expression} AS FLOAT)"),
        }
    }
}
