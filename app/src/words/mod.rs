//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod people;
mod texts;
mod ui;
mod ui_forms;
mod ui_table;

use self::people::People;
use self::ui::Ui;
use self::ui_forms::UiForms;
use self::ui_table::UiTable;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) people: People,
    pub(crate) ui: Ui,
    pub(crate) ui_forms: UiForms,
    pub(crate) ui_table: UiTable,
}

static ENGLISH: Words = Words { people: People::ENGLISH, ui: Ui::ENGLISH, ui_forms: UiForms::ENGLISH, ui_table: UiTable::ENGLISH };

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
