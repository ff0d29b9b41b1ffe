//! What is catalogued.

use serde::{Deserialize, Serialize};

/// Kinds of assets, in the order in which data passes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssetKind {
    Source,
    Table,
    Column,
    Dataset,
    Job,
    Api,
    App,
}

impl AssetKind {
    pub const ALL: [AssetKind; 7] = [Self::Source, Self::Table, Self::Column, Self::Dataset, Self::Job, Self::Api, Self::App];

    /// The word in the store and in paths.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Table => "table",
            Self::Column => "column",
            Self::Dataset => "dataset",
            Self::Job => "job",
            Self::Api => "api",
            Self::App => "app",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Whether assets of this kind have columns.
    #[must_use]
    pub fn has_columns(self) -> bool {
        matches!(self, Self::Table | Self::Dataset | Self::Api)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_on_the_wire_is_the_word_in_the_store() {
        for kind in AssetKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.key());
            assert_eq!(AssetKind::from_key(kind.key()), Some(kind));
        }
        assert_eq!(AssetKind::from_key("union"), None);
    }
}
