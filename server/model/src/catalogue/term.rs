//! Glossary terms: what a word of the business means, and the columns that hold it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::tag::{name_key, tidy_name};
use super::text::{MAX_DESCRIPTION, label_error, text_error};
use crate::FieldError;

/// The longest name of a term and the longest synonym, in characters.
pub const MAX_TERM_NAME: usize = 120;
/// The most synonyms of one term.
pub const MAX_SYNONYMS: usize = 20;

/// A term as a person defines it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TermDefinition {
    pub name: String,
    /// Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub definition: String,
    /// Other names of the same, in any language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
}

impl TermDefinition {
    /// Without white space at the ends, with single spaces in names, and without empty synonyms.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let synonyms = self.synonyms.iter().map(|synonym| tidy_name(synonym)).filter(|synonym| !synonym.is_empty());
        Self { name: tidy_name(&self.name), definition: self.definition.trim().to_owned(), synonyms: synonyms.collect() }
    }

    /// What is wrong with it, by the fields of its form.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        errors.extend(label_error(&self.name, MAX_TERM_NAME).map(|message| FieldError::new("name", message)));
        errors.extend(text_error(&self.definition, MAX_DESCRIPTION).map(|message| FieldError::new("definition", message)));
        if self.synonyms.len() > MAX_SYNONYMS {
            errors.push(FieldError::new("synonyms", format!("At most {MAX_SYNONYMS} synonyms.")));
            return errors;
        }
        let mut seen = BTreeSet::from([name_key(&self.name)]);
        for (index, synonym) in self.synonyms.iter().enumerate() {
            let is_new = seen.insert(name_key(synonym));
            let twice = || (!is_new).then(|| "This is the name of the term, or another synonym of it. Remove this synonym.".to_owned());
            let message = label_error(synonym, MAX_TERM_NAME).or_else(twice);
            errors.extend(message.map(|message| FieldError::new(format!("synonyms.{index}"), message)));
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(name: &str, synonyms: &[&str]) -> TermDefinition {
        let synonyms = synonyms.iter().map(|synonym| (*synonym).to_owned()).collect();
        TermDefinition { name: name.into(), synonyms, ..TermDefinition::default() }.tidied()
    }

    fn fields(of: &TermDefinition) -> Vec<String> {
        of.errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn synonyms_are_names_of_their_own() {
        let plane = term(" Tail  number", &["Registration", " ", "机尾编号", " Kennzeichen "]);
        assert_eq!((plane.name.as_str(), plane.synonyms.len()), ("Tail number", 3));
        assert!(fields(&plane).is_empty());
        assert_eq!(fields(&term("Tail number", &["tail NUMBER"])), ["synonyms.0"]);
        assert_eq!(fields(&term("Tail number", &["a", "b\u{200d}", "A"])), ["synonyms.1", "synonyms.2"]);
        let many: Vec<String> = (0..=MAX_SYNONYMS).map(|number| format!("name {number}")).collect();
        assert_eq!(fields(&term("a", &many.iter().map(String::as_str).collect::<Vec<_>>())), ["synonyms"]);
    }

    #[test]
    fn a_definition_is_markdown_and_bounded() {
        let with = |definition: &str| TermDefinition { definition: definition.into(), ..term("a", &[]) };
        assert!(fields(&with("<img src=x onerror=alert(1)>\n\n**bold**")).is_empty());
        assert_eq!(fields(&with(&"x".repeat(100_000))), ["definition"]);
        assert_eq!(fields(&with("a\u{0}")), ["definition"]);
    }
}
