//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod apis;
mod apps;
mod audit;
mod domains;
mod issuers;
mod people;
mod texts;

use self::apis::Apis;
use self::apps::Apps;
use self::audit::Audit;
use self::domains::Domains;
use self::issuers::Issuers;
use self::people::People;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) apis: Apis,
    pub(crate) apps: Apps,
    pub(crate) audit: Audit,
    pub(crate) domains: Domains,
    pub(crate) issuers: Issuers,
    pub(crate) people: People,
}

static ENGLISH: Words = Words {
    apis: Apis::ENGLISH,
    apps: Apps::ENGLISH,
    audit: Audit::ENGLISH,
    domains: Domains::ENGLISH,
    issuers: Issuers::ENGLISH,
    people: People::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
