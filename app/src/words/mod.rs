//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod editor;
mod editor_check;
mod editor_fields;
mod editor_parameters;
mod editor_policies;
mod editor_script;
mod people;
mod texts;

use self::editor::Editor;
use self::editor_check::EditorCheck;
use self::editor_fields::EditorFields;
use self::editor_parameters::EditorParameters;
use self::editor_policies::EditorPolicies;
use self::editor_script::EditorScript;
use self::people::People;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) editor: Editor,
    pub(crate) editor_check: EditorCheck,
    pub(crate) editor_fields: EditorFields,
    pub(crate) editor_parameters: EditorParameters,
    pub(crate) editor_policies: EditorPolicies,
    pub(crate) editor_script: EditorScript,
    pub(crate) people: People,
}

static ENGLISH: Words = Words {
    editor: Editor::ENGLISH,
    editor_check: EditorCheck::ENGLISH,
    editor_fields: EditorFields::ENGLISH,
    editor_parameters: EditorParameters::ENGLISH,
    editor_policies: EditorPolicies::ENGLISH,
    editor_script: EditorScript::ENGLISH,
    people: People::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
