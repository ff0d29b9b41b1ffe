//! Operators: how a filter compares.

use serde::{Deserialize, Serialize};

use crate::DataType;

/// The operators of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    #[default]
    Is,
    IsNot,
    Greater,
    AtLeast,
    Less,
    AtMost,
    In,
    Between,
    Like,
    StartsWith,
    IsEmpty,
    IsFilled,
}

impl Op {
    pub const ALL: [Op; 12] = [
        Self::Is,
        Self::IsNot,
        Self::Greater,
        Self::AtLeast,
        Self::Less,
        Self::AtMost,
        Self::In,
        Self::Between,
        Self::Like,
        Self::StartsWith,
        Self::IsEmpty,
        Self::IsFilled,
    ];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is-not",
            Self::Greater => "greater",
            Self::AtLeast => "at-least",
            Self::Less => "less",
            Self::AtMost => "at-most",
            Self::In => "in",
            Self::Between => "between",
            Self::Like => "like",
            Self::StartsWith => "starts-with",
            Self::IsEmpty => "is-empty",
            Self::IsFilled => "is-filled",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Greater => "is greater than",
            Self::AtLeast => "is at least",
            Self::Less => "is less than",
            Self::AtMost => "is at most",
            Self::In => "is one of",
            Self::Between => "is between",
            Self::Like => "is like",
            Self::StartsWith => "starts with",
            Self::IsEmpty => "is empty",
            Self::IsFilled => "is filled",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.key() == key)
    }

    /// Whether it compares with something.
    #[must_use]
    pub fn takes_value(self) -> bool {
        !matches!(self, Self::IsEmpty | Self::IsFilled)
    }

    /// Whether it makes sense of a column of this type.
    #[must_use]
    pub fn takes(self, data_type: DataType) -> bool {
        match self {
            Self::Like | Self::StartsWith => data_type == DataType::String,
            Self::IsEmpty | Self::IsFilled => true,
            Self::Is | Self::IsNot | Self::In => !matches!(data_type, DataType::Json),
            _ => !matches!(data_type, DataType::Json | DataType::Bool | DataType::Bytes),
        }
    }

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::IsNot => "<>",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
            _ => "=",
        }
    }
}
