//! Everything in a source is a table: what is known about one, and a sample of its rows.

use serde::{Deserialize, Serialize};

use crate::DataType;
use crate::data_type::{ANY_DECIMAL, WIDE_DECIMAL};
use crate::form::JoinOn;
use crate::source_types::{UNSIGNED, decimal, was_text};
pub use crate::table_ref::TableRef;

/// One column as the source declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Column {
    pub name: String,
    pub data_type: DataType,
    pub nullable: bool,
    /// The source's own word for the type, shown beside ours.
    pub native: String,
}

impl Column {
    /// Whether a field of it that is said to be of this type stays that: yes or no of MySQL's number of one digit, which is where its
    /// applications keep such things, and an integer of a number that may be twice as large.
    #[must_use]
    pub fn stays(&self, data_type: DataType) -> bool {
        let native = self.native.to_ascii_lowercase();
        match data_type {
            DataType::Bool => self.data_type == DataType::Int32 && (native.starts_with("tinyint(1)") || native == "boolean"),
            DataType::Int64 => self.data_type == UNSIGNED && (native.contains("uint64") || native.starts_with("bit")),
            _ => false,
        }
    }

    /// Whether it holds times with more digits than a timestamp of ours has: they are texts, and times to their source.
    #[must_use]
    pub fn has_fine_times(&self) -> bool {
        self.data_type == DataType::String && self.native.contains("DateTime64(")
    }

    /// Whether what was made when this column was read as another type still fits: no value is read as another one, and what has no place
    /// there is told.
    #[must_use]
    pub fn was(&self, data_type: DataType) -> bool {
        match data_type {
            same if same == self.data_type => true,
            WIDE_DECIMAL => self.data_type == ANY_DECIMAL,
            // SQLite does not hold its values to the digits that it was told.
            DataType::Decimal { .. } => self.data_type == ANY_DECIMAL && decimal(&self.native) == data_type,
            DataType::Bool | DataType::Int64 => self.stays(data_type),
            DataType::Time => self.data_type == DataType::String && self.native.to_ascii_lowercase().starts_with("time"),
            DataType::Timestamp => self.has_fine_times(),
            DataType::String => match self.data_type {
                DataType::Json | ANY_DECIMAL => true,
                DataType::Int64 | DataType::Float64 | DataType::Bytes => was_text(&self.native),
                _ => false,
            },
            _ => false,
        }
    }
}

/// What a source says about one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableInfo {
    pub table: TableRef,
    pub columns: Vec<Column>,
    /// The columns of its primary key or, failing that, of a unique key without gaps.
    pub key: Vec<String>,
    /// About how many rows; `None` where the source cannot say cheaply.
    pub rows: Option<i64>,
    /// What the source declares of how its rows belong to those of other tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// What a person should know of it: how its files are read and what of them is not, or why it cannot be read at all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The types of its columns were learnt from its rows, and may be others once there are other rows. A dataset keeps those that it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub learnt: bool,
}

/// Columns of a table that hold the key of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForeignKey {
    pub table: TableRef,
    pub on: Vec<JoinOn>,
}

impl TableInfo {
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Real rows of a table or of a draft: columns, then rows of JSON values in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sample {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<serde_json::Value>>,
    /// What could not be read, each with its place and why: cells, which stand as empty, and rows, which are not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// How long the source took, in milliseconds.
    pub took_ms: f64,
}

/// What the source would do to answer a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueryPlan {
    /// The source's own explanation, a step a line.
    pub lines: Vec<String>,
    /// Tables that are read from end to end.
    pub full_scans: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_of_a_column_before_still_fits() {
        let column = |native: &str, data_type| Column { name: "c".into(), data_type, nullable: true, native: native.into() };
        assert!(column("tinyint(1)", DataType::Int32).was(DataType::Bool) && !column("int4", DataType::Int32).was(DataType::Bool));
        assert!(column("numeric", ANY_DECIMAL).was(WIDE_DECIMAL) && column("time(3)", DataType::String).was(DataType::Time));
        assert!(column("integer[]", DataType::Json).was(DataType::String) && !column("text", DataType::String).was(DataType::Json));
        assert!(column("UInt64", UNSIGNED).was(DataType::Int64) && column("bit(64)", UNSIGNED).was(DataType::Int64));
        assert!(!column("bigint unsigned", UNSIGNED).was(DataType::Int64));
        let two = DataType::Decimal { precision: 10, scale: 2 };
        assert!(column("DECIMAL(10, 2)", ANY_DECIMAL).was(two) && !column("numeric", ANY_DECIMAL).was(two));
        assert!(column("Nullable(DateTime64(9))", DataType::String).was(DataType::Timestamp));
        assert!(
            column("UNSIGNED BIG INT", DataType::Int64).was(DataType::String) && !column("bigint", DataType::Int64).was(DataType::String)
        );
        assert!(column("BFloat16", DataType::Float64).was(DataType::String) && column("Ring", DataType::Json).was(DataType::String));
    }
}
