//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod editor_filters;
mod editor_joins;
mod editor_union;
mod people;
mod texts;

use self::editor_filters::EditorFilters;
use self::editor_joins::EditorJoins;
use self::editor_union::EditorUnion;
use self::people::People;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) editor_filters: EditorFilters,
    pub(crate) editor_joins: EditorJoins,
    pub(crate) editor_union: EditorUnion,
    pub(crate) people: People,
}

static ENGLISH: Words = Words {
    editor_filters: EditorFilters::ENGLISH,
    editor_joins: EditorJoins::ENGLISH,
    editor_union: EditorUnion::ENGLISH,
    people: People::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
