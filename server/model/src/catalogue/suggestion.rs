//! Tags that rules suggest for columns: what they rest on, and what a person said of them.

use serde::{Deserialize, Serialize};

/// What became of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SuggestionState {
    Open,
    /// The column got the tag.
    Confirmed,
    /// It does not come back until its evidence says something else.
    Dismissed,
}

impl SuggestionState {
    pub const ALL: [SuggestionState; 3] = [Self::Open, Self::Confirmed, Self::Dismissed];

    /// The word in the store.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// What a suggestion rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SuggestionBasis {
    NameAndValues,
    Values,
    /// The name, and fewer values than would say anything.
    NameAndFewValues,
    /// The name alone: the sample has no value.
    Name,
    /// The type of the column.
    Type,
}

/// Why a rule suggests a tag. No value stands in it, only shapes of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestionEvidence {
    /// The version of the rules.
    pub rules: u32,
    /// The rule, such as `resident_identity_cn`.
    pub rule: String,
    pub basis: SuggestionBasis,
    /// The part of the column's name that says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The word of the table's name that says it with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Rows that were read, and those whose values were looked at.
    pub rows: u64,
    pub sampled: u64,
    /// Of the values that were looked at: those that are there, those that differ, those in the form of the rule, and those of which the
    /// rule is certain.
    pub present: u64,
    pub distinct: u64,
    pub fitting: u64,
    pub certain: u64,
    /// The check digits that certain values pass, such as `luhn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The most frequent shapes of the values in the form of the rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shapes: Vec<ValueShape>,
}

/// What values look like: `9` for a digit, `a` and `A` for letters, `字` for a character of Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueShape {
    pub shape: String,
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_on_the_wire_is_the_word_in_the_store() {
        for state in SuggestionState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.key());
            assert_eq!(SuggestionState::from_key(state.key()), Some(state));
        }
        assert_eq!(SuggestionState::from_key("done"), None);
    }

    #[test]
    fn evidence_is_read_back_as_it_was_stored() {
        let stored = r#"{"rules":1,"rule":"email","basis":"name_and_few_values","name":"mail","rows":9,"sampled":9,"present":2,"distinct":2,"fitting":2,"certain":2,"shapes":[{"shape":"a@a.a","count":2}]}"#;
        let evidence: SuggestionEvidence = serde_json::from_str(stored).unwrap();
        assert_eq!((evidence.basis, evidence.check.as_deref()), (SuggestionBasis::NameAndFewValues, None));
        assert_eq!(serde_json::to_string(&evidence).unwrap(), stored);
    }
}
