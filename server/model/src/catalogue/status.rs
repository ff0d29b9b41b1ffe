//! Whether an asset should be used.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssetStatus {
    /// Nobody has said that it can be relied on.
    #[default]
    Draft,
    /// An owner vouches for it.
    Certified,
    /// Not to be used for anything new; its successor is.
    Deprecated,
}

impl AssetStatus {
    pub const ALL: [AssetStatus; 3] = [Self::Draft, Self::Certified, Self::Deprecated];

    /// The word in the store.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Certified => "certified",
            Self::Deprecated => "deprecated",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_on_the_wire_is_the_word_in_the_store() {
        for status in AssetStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.key());
            assert_eq!(AssetStatus::from_key(status.key()), Some(status));
        }
    }
}
