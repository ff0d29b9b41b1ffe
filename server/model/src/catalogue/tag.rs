//! Tags: a name, a colour and a meaning; and what some of them do.

use serde::{Deserialize, Serialize};

use super::text::{label_error, text_error};
use super::vocabulary::MAX_MEANING;
use crate::FieldError;

/// The longest name of a tag, in characters.
pub const MAX_TAG_NAME: usize = 63;

/// The colours that the look has for tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TagColour {
    #[default]
    Slate,
    Petrol,
    Green,
    Amber,
    Red,
    Blue,
}

impl TagColour {
    pub const ALL: [TagColour; 6] = [Self::Slate, Self::Petrol, Self::Green, Self::Amber, Self::Red, Self::Blue];

    /// The word in the store and in the stylesheet.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Slate => "slate",
            Self::Petrol => "petrol",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Blue => "blue",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.key() == key)
    }
}

/// A tag as a person defines it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TagDefinition {
    pub name: String,
    /// The vocabulary that it belongs to, by name; a free tag belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<String>,
    #[serde(default)]
    pub colour: TagColour,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// It holds for columns that are made of a column with it, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flows: bool,
    /// Values of columns with it are masked in samples, profiles, top values and logs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masks: bool,
}

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TagActs {
    #[serde(default)]
    pub flows: bool,
    #[serde(default)]
    pub masks: bool,
}

impl TagActs {
    /// Whether two people must approve that a tag does this no more and does `asked`: where values are masked by it, or would be.
    #[must_use]
    pub fn needs_approval(self, asked: Self) -> bool {
        self != asked && (self.masks || asked.masks)
    }

    /// Whether all that this masks stays masked by `other`.
    #[must_use]
    pub fn is_covered_by(self, other: Self) -> bool {
        !self.masks || (other.masks && (other.flows || !self.flows))
    }
}

impl TagDefinition {
    #[must_use]
    pub fn acts(&self) -> TagActs {
        TagActs { flows: self.flows, masks: self.masks }
    }

    #[must_use]
    pub fn with(self, acts: TagActs) -> Self {
        Self { flows: acts.flows, masks: acts.masks, ..self }
    }

    /// Without white space at the ends, with single spaces in the name, and without a vocabulary where its name is empty.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let vocabulary = self.vocabulary.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        Self { name: tidy_name(&self.name), vocabulary, meaning: self.meaning.trim().to_owned(), ..self.clone() }
    }

    /// What is wrong with it, by the fields of its form.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let name = label_error(&self.name, MAX_TAG_NAME).map(|message| FieldError::new("name", message));
        let meaning = text_error(&self.meaning, MAX_MEANING).map(|message| FieldError::new("meaning", message));
        name.into_iter().chain(meaning).collect()
    }
}

/// A name of a tag or a term as it is stored: no spaces at the ends, one between words. Other white space stays, and is an error.
#[must_use]
pub fn tidy_name(name: &str) -> String {
    name.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// By this, two names are the same name: their case does not count.
#[must_use]
pub fn name_key(name: &str) -> String {
    tidy_name(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> TagDefinition {
        TagDefinition { name: name.into(), ..TagDefinition::default() }.tidied()
    }

    #[test]
    fn a_name_is_trimmed_and_hides_nothing() {
        assert_eq!(named("  Personal   data ").name, "Personal data");
        for good in ["PII", "Personal data", "个人信息", "é", "<script>alert(1)</script>"] {
            assert_eq!(named(good).errors(), [], "{good}");
        }
        for bad in ["", " ", "a\tb", "a\nb", "a\u{0}", "P\u{200b}II", "\u{202e}IIP", "a\u{2066}b", "\u{feff}PII"] {
            let errors = named(bad).errors();
            assert!(errors.len() == 1 && errors[0].field == "name", "{bad:?}: {errors:?}");
        }
        assert_eq!(named(&"x".repeat(100_000)).errors().len(), 1);
        assert!(named(&"飞".repeat(MAX_TAG_NAME)).errors().is_empty());
    }

    #[test]
    fn names_that_differ_in_case_or_spaces_alone_are_one() {
        assert_eq!(name_key(" Personal  DATA"), name_key("personal data"));
        assert_eq!(name_key("ÄRZTE"), name_key("ärzte"));
        assert_ne!(name_key("PII"), name_key("PII 2"));
    }

    #[test]
    fn two_approve_what_changes_a_mask_and_nothing_else() {
        let acts = |flows, masks| TagActs { flows, masks };
        assert!(acts(false, false).needs_approval(acts(false, true)) && acts(false, true).needs_approval(acts(false, false)));
        assert!(acts(true, true).needs_approval(acts(false, true)), "what is made of the column would not be masked any more");
        assert!(!acts(true, false).needs_approval(acts(false, false)) && !acts(true, true).needs_approval(acts(true, true)));
        assert!(acts(true, true).is_covered_by(acts(true, true)) && !acts(true, true).is_covered_by(acts(false, true)));
        assert!(!acts(false, true).is_covered_by(acts(true, false)) && acts(true, false).is_covered_by(acts(false, false)));
    }

    #[test]
    fn the_word_on_the_wire_is_the_word_in_the_store() {
        for colour in TagColour::ALL {
            assert_eq!(serde_json::to_value(colour).unwrap(), colour.key());
            assert_eq!(TagColour::from_key(colour.key()), Some(colour));
        }
        assert_eq!(TagColour::from_key("pink"), None);
    }
}
