//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod errors;
mod frame;
mod people;
mod texts;

use self::errors::Errors;
use self::frame::Frame;
use self::people::People;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) errors: Errors,
    pub(crate) frame: Frame,
    pub(crate) people: People,
}

static ENGLISH: Words = Words { errors: Errors::ENGLISH, frame: Frame::ENGLISH, people: People::ENGLISH };

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
