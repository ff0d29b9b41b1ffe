//! Governed vocabularies: closed lists of tags, each with a rule who may set them.

use serde::{Deserialize, Serialize};

use super::text::{label_error, text_error};
use crate::{FieldError, Role};

const MAX_TITLE: usize = 100;
/// The longest text that says what a vocabulary or a tag is for, in characters.
pub(super) const MAX_MEANING: usize = 1_000;

/// Who may set the tags that belong to no vocabulary.
const FREE: Role = Role::Builder;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    pub title: String,
    /// What its tags are for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// Who may set its tags: this role in the domain of the asset.
    pub set_by: Role,
}

impl Vocabulary {
    /// Without white space at the ends.
    #[must_use]
    pub fn tidied(&self) -> Self {
        Self { title: self.title.trim().to_owned(), meaning: self.meaning.trim().to_owned(), set_by: self.set_by }
    }

    /// What is wrong with it, by the fields of its form.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let title = label_error(&self.title, MAX_TITLE).map(|message| FieldError::new("title", message));
        let meaning = text_error(&self.meaning, MAX_MEANING).map(|message| FieldError::new("meaning", message));
        title.into_iter().chain(meaning).collect()
    }
}

/// The roles whose members may set tags that are set by a role; those of free tags are set by builders. An owner has all of a builder, and
/// everybody has all of a viewer.
#[must_use]
pub fn setters(set_by: Option<Role>) -> &'static [Role] {
    match set_by.unwrap_or(FREE) {
        Role::Viewer => &Role::ALL,
        Role::Builder => &[Role::Builder, Role::Owner],
        Role::Approver => &[Role::Approver],
        Role::Owner => &[Role::Owner],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vocabulary_says_who_sets_its_tags() {
        let held = |set_by, held: Role| setters(set_by).contains(&held);
        assert!(held(None, Role::Builder) && held(None, Role::Owner) && !held(None, Role::Viewer) && !held(None, Role::Approver));
        assert!(held(Some(Role::Owner), Role::Owner) && !held(Some(Role::Owner), Role::Builder));
        assert!(held(Some(Role::Approver), Role::Approver) && !held(Some(Role::Approver), Role::Owner));
        assert!(Role::ALL.into_iter().all(|role| held(Some(Role::Viewer), role)));
    }

    #[test]
    fn its_texts_are_bounded_and_say_what_they_seem_to_say() {
        let vocabulary = |title: &str, meaning: &str| Vocabulary { title: title.into(), meaning: meaning.into(), set_by: Role::Owner };
        let fields = |of: &Vocabulary| of.errors().into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert!(fields(&vocabulary("Privacy", "What may not be shown.\nBy law.")).is_empty());
        assert_eq!(fields(&vocabulary("Pri\u{202e}vacy", &"x".repeat(MAX_MEANING + 1))), ["title", "meaning"]);
        assert_eq!(vocabulary(" Privacy ", " \n").tidied(), vocabulary("Privacy", ""));
    }
}
