//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod apis;
mod apps;
mod audit;
mod domains;
mod issuers;
mod load_limits;
mod people;
mod source_form;
mod sources;
mod texts;

use self::apis::Apis;
use self::apps::Apps;
use self::audit::Audit;
use self::domains::Domains;
use self::issuers::Issuers;
use self::load_limits::LoadLimits;
use self::people::People;
use self::source_form::SourceForm;
use self::sources::Sources;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) apis: Apis,
    pub(crate) apps: Apps,
    pub(crate) audit: Audit,
    pub(crate) domains: Domains,
    pub(crate) issuers: Issuers,
    pub(crate) load_limits: LoadLimits,
    pub(crate) people: People,
    pub(crate) source_form: SourceForm,
    pub(crate) sources: Sources,
}

static ENGLISH: Words = Words {
    apis: Apis::ENGLISH,
    apps: Apps::ENGLISH,
    audit: Audit::ENGLISH,
    domains: Domains::ENGLISH,
    issuers: Issuers::ENGLISH,
    load_limits: LoadLimits::ENGLISH,
    people: People::ENGLISH,
    source_form: SourceForm::ENGLISH,
    sources: Sources::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
