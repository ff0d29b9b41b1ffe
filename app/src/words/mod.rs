//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod account;
mod errors;
mod frame;
mod home;
mod inbox;
mod people;
mod sign_in;
mod texts;

use self::account::Account;
use self::errors::Errors;
use self::frame::Frame;
use self::home::Home;
use self::inbox::Inbox;
use self::people::People;
use self::sign_in::SignIn;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) account: Account,
    pub(crate) errors: Errors,
    pub(crate) frame: Frame,
    pub(crate) home: Home,
    pub(crate) inbox: Inbox,
    pub(crate) people: People,
    pub(crate) sign_in: SignIn,
}

static ENGLISH: Words = Words {
    account: Account::ENGLISH,
    errors: Errors::ENGLISH,
    frame: Frame::ENGLISH,
    home: Home::ENGLISH,
    inbox: Inbox::ENGLISH,
    people: People::ENGLISH,
    sign_in: SignIn::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
