//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod api;
mod api_accelerate;
mod api_access;
mod api_console;
mod api_traffic;
mod api_versions;
mod documentation;
mod people;
mod texts;

use self::api::Api;
use self::api_accelerate::ApiAccelerate;
use self::api_access::ApiAccess;
use self::api_console::ApiConsole;
use self::api_traffic::ApiTraffic;
use self::api_versions::ApiVersions;
use self::documentation::Documentation;
use self::people::People;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) api: Api,
    pub(crate) api_accelerate: ApiAccelerate,
    pub(crate) api_access: ApiAccess,
    pub(crate) api_console: ApiConsole,
    pub(crate) api_traffic: ApiTraffic,
    pub(crate) api_versions: ApiVersions,
    pub(crate) documentation: Documentation,
    pub(crate) people: People,
}

static ENGLISH: Words = Words {
    api: Api::ENGLISH,
    api_accelerate: ApiAccelerate::ENGLISH,
    api_access: ApiAccess::ENGLISH,
    api_console: ApiConsole::ENGLISH,
    api_traffic: ApiTraffic::ENGLISH,
    api_versions: ApiVersions::ENGLISH,
    documentation: Documentation::ENGLISH,
    people: People::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
