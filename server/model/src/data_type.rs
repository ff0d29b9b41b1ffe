//! The closed table of data types: what each is called in a form, in Arrow, in protobuf, in JSON and in OpenAPI.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A column's, field's or parameter's type. Lists are a property of a parameter, see [`crate::Parameter::list`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DataType {
    #[default]
    String,
    Bool,
    Int32,
    Int64,
    Float64,
    /// A number with a fixed count of digits, or of any size with all its digits, see [`ANY_DECIMAL`]; a string in JSON, so that no digit
    /// is lost.
    Decimal {
        precision: u8,
        scale: i8,
    },
    Date,
    Time,
    /// A point in time, in UTC.
    Timestamp,
    Uuid,
    Bytes,
    Json,
}

/// A decimal with as many digits as it has: what a column becomes that declares no precision, or more than 38 digits. It travels as text
/// everywhere.
pub const ANY_DECIMAL: DataType = DataType::Decimal { precision: 0, scale: 0 };

/// What such a column was until there was [`ANY_DECIMAL`]. Definitions and datasets that say so keep it.
pub const WIDE_DECIMAL: DataType = DataType::Decimal { precision: 38, scale: 10 };

impl DataType {
    /// Every type that a form offers, in the order of the form.
    pub const OFFERED: [DataType; 12] = [
        DataType::String,
        DataType::Int64,
        DataType::Int32,
        DataType::Float64,
        ANY_DECIMAL,
        DataType::Bool,
        DataType::Date,
        DataType::Time,
        DataType::Timestamp,
        DataType::Uuid,
        DataType::Bytes,
        DataType::Json,
    ];

    /// The word that the portal shows.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Bool => "yes/no",
            Self::Int32 => "small integer",
            Self::Int64 => "integer",
            Self::Float64 => "number",
            Self::Decimal { .. } => "decimal",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Uuid => "uuid",
            Self::Bytes => "bytes",
            Self::Json => "json",
        }
    }

    /// The stable name used in form values and in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Bool => "bool",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float64 => "float64",
            Self::Decimal { .. } => "decimal",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Uuid => "uuid",
            Self::Bytes => "bytes",
            Self::Json => "json",
        }
    }

    /// The reverse of [`DataType::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::OFFERED.into_iter().find(|offered| offered.key() == key)
    }

    /// The protobuf scalar that carries it. Times travel as strings so that stock clients read them.
    #[must_use]
    pub fn protobuf(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float64 => "double",
            Self::Bytes => "bytes",
            Self::String | Self::Decimal { .. } | Self::Date | Self::Time | Self::Timestamp | Self::Uuid | Self::Json => "string",
        }
    }

    /// The Arrow type by its name; the crate `connect` builds the column.
    #[must_use]
    pub fn arrow(self) -> &'static str {
        match self {
            Self::String | Self::Uuid | Self::Json | ANY_DECIMAL => "Utf8",
            Self::Bool => "Boolean",
            Self::Int32 => "Int32",
            Self::Int64 => "Int64",
            Self::Float64 => "Float64",
            Self::Decimal { .. } => "Decimal128",
            Self::Date => "Date32",
            Self::Time => "Time64(us)",
            Self::Timestamp => "Timestamp(us, UTC)",
            Self::Bytes => "Binary",
        }
    }

    /// The OpenAPI 3.1 (JSON Schema 2020-12) schema of one value.
    #[must_use]
    pub fn openapi(self) -> Json {
        match self {
            Self::String => json!({"type": "string"}),
            Self::Bool => json!({"type": "boolean"}),
            Self::Int32 => json!({"type": "integer", "format": "int32"}),
            Self::Int64 => json!({"type": "integer", "format": "int64"}),
            Self::Float64 => json!({"type": "number", "format": "double"}),
            Self::Decimal { .. } => json!({"type": "string", "format": "decimal"}),
            Self::Date => json!({"type": "string", "format": "date"}),
            Self::Time => json!({"type": "string", "format": "time"}),
            Self::Timestamp => json!({"type": "string", "format": "date-time"}),
            Self::Uuid => json!({"type": "string", "format": "uuid"}),
            Self::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
            Self::Json => json!({}),
        }
    }

    /// The same of one value of a response: a float may be none that JSON has as a number.
    #[must_use]
    pub fn openapi_answer(self) -> Json {
        match self {
            // The pattern is one of strings alone.
            Self::Float64 => json!({"type": ["number", "string"], "format": "double", "pattern": "^(NaN|-?Infinity)$"}),
            other => other.openapi(),
        }
    }

    /// Whether its values stand right in a table and can be added up.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int32 | Self::Int64 | Self::Float64 | Self::Decimal { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_their_types() {
        for offered in DataType::OFFERED {
            assert_eq!(DataType::from_key(offered.key()), Some(offered));
        }
        assert_eq!(DataType::from_key("regex"), None);
    }
}
