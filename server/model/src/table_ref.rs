//! How a table is named.

use serde::{Deserialize, Serialize};

/// A table by its schema (where the source has schemas) and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TableRef {
    /// Empty means the source's own default: the schema of the binding.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub schema: String,
    pub name: String,
}

impl TableRef {
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { schema: String::new(), name: name.into() }
    }

    /// `schema.name`, or the name alone.
    #[must_use]
    pub fn path(&self) -> String {
        if self.schema.is_empty() { self.name.clone() } else { format!("{}.{}", self.schema, self.name) }
    }
}
