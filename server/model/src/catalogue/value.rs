//! What is said of an asset, where that comes from, and which of several values holds.

use serde::{Deserialize, Serialize};

/// What can be said of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssetField {
    /// Markdown.
    Description,
    /// Who answers for it: an e-mail address or the name of a team.
    Owner,
    /// Who looks after what is said of it.
    Steward,
    /// `P0` to `P3`.
    Tier,
    /// A word of `AssetStatus`.
    Status,
    /// The id of the asset to use in its place.
    Successor,
    /// A JSON list of `AssetLink`.
    Links,
}

impl AssetField {
    pub const ALL: [AssetField; 7] =
        [Self::Description, Self::Owner, Self::Steward, Self::Tier, Self::Status, Self::Successor, Self::Links];

    /// The word in the store.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Owner => "owner",
            Self::Steward => "steward",
            Self::Tier => "tier",
            Self::Status => "status",
            Self::Successor => "successor",
            Self::Links => "links",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }
}

/// Where a value comes from, the one that holds before others first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ValueOrigin {
    /// Somebody wrote it. Nothing but a person writes over it.
    Person,
    /// A rule of Sluice.
    Rule,
    /// The source itself, such as a comment on a table.
    Source,
}

impl ValueOrigin {
    pub const ALL: [ValueOrigin; 3] = [Self::Person, Self::Rule, Self::Source];

    /// The word in the store.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Rule => "rule",
            Self::Source => "source",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.key() == key)
    }
}

/// The value that holds among those of one field: a person's before that of a rule before that of the source.
#[must_use]
pub fn holding<T>(values: impl IntoIterator<Item = (ValueOrigin, T)>) -> Option<(ValueOrigin, T)> {
    values.into_iter().min_by_key(|(origin, _)| *origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_value_holds_before_that_of_a_rule_before_that_of_the_source() {
        use ValueOrigin::{Person, Rule, Source};
        assert_eq!(holding([(Source, 1), (Person, 2), (Rule, 3)]), Some((Person, 2)));
        assert_eq!(holding([(Source, 1), (Rule, 3)]), Some((Rule, 3)));
        assert_eq!(holding([(Source, 1)]), Some((Source, 1)));
        assert_eq!(holding::<i32>([]), None);
    }

    #[test]
    fn the_words_on_the_wire_are_the_words_in_the_store() {
        for field in AssetField::ALL {
            assert_eq!(serde_json::to_value(field).unwrap(), field.key());
            assert_eq!(AssetField::from_key(field.key()), Some(field));
        }
        for origin in ValueOrigin::ALL {
            assert_eq!(serde_json::to_value(origin).unwrap(), origin.key());
            assert_eq!(ValueOrigin::from_key(origin.key()), Some(origin));
        }
    }
}
