//! Aggregates: what can be asked of a group of rows.

use serde::{Deserialize, Serialize};

use crate::DataType;
use crate::dialect::Dialect;

/// What can be asked of a group of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    Count,
    CountFilled,
    CountEmpty,
    CountDistinct,
    Sum,
    Mean,
    Least,
    Greatest,
}

impl Aggregate {
    pub const ALL: [Aggregate; 8] =
        [Self::Count, Self::CountFilled, Self::CountEmpty, Self::CountDistinct, Self::Sum, Self::Mean, Self::Least, Self::Greatest];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::CountFilled => "count-filled",
            Self::CountEmpty => "count-empty",
            Self::CountDistinct => "count-distinct",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Least => "least",
            Self::Greatest => "greatest",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Count => "count rows",
            Self::CountFilled => "count not null",
            Self::CountEmpty => "count null",
            Self::CountDistinct => "count distinct",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Least => "minimum",
            Self::Greatest => "maximum",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aggregate| aggregate.key() == key)
    }

    /// Whether it makes sense of a column of this type.
    #[must_use]
    pub fn takes(self, data_type: DataType) -> bool {
        match self {
            Self::Sum | Self::Mean => data_type.is_number(),
            Self::Least | Self::Greatest => !matches!(data_type, DataType::Json | DataType::Bytes | DataType::Bool),
            _ => true,
        }
    }

    /// The type of its result, and whether it can be empty.
    #[must_use]
    pub fn result(self, data_type: DataType) -> (DataType, bool) {
        match self {
            Self::Count | Self::CountFilled | Self::CountEmpty | Self::CountDistinct => (DataType::Int64, false),
            Self::Mean => (DataType::Float64, true),
            Self::Sum => match data_type {
                DataType::Int32 | DataType::Int64 => (DataType::Int64, true),
                other => (other, true),
            },
            Self::Least | Self::Greatest => (data_type, true),
        }
    }

    /// `name` is the expression that it is of.
    pub(super) fn sql(self, name: &str, dialect: Dialect) -> String {
        match self {
            Self::Count => "count(*)".into(),
            Self::CountFilled => format!("count({name})"),
            Self::CountEmpty => format!("count(*) - count({name})"),
            Self::CountDistinct => format!("count(DISTINCT {name})"),
            Self::Sum => format!("sum({name})"),
            Self::Mean => format!("avg({})", dialect.as_double(name)),
            Self::Least => format!("min({name})"),
            Self::Greatest => format!("max({name})"),
        }
    }
}
