//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod datasets_incremental;
mod datasets_mapping;
mod datasets_quality;
mod datasets_runs;
mod people;
mod texts;

use self::datasets_incremental::DatasetsIncremental;
use self::datasets_mapping::DatasetsMapping;
use self::datasets_quality::DatasetsQuality;
use self::datasets_runs::DatasetsRuns;
use self::people::People;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) datasets_incremental: DatasetsIncremental,
    pub(crate) datasets_mapping: DatasetsMapping,
    pub(crate) datasets_quality: DatasetsQuality,
    pub(crate) datasets_runs: DatasetsRuns,
    pub(crate) people: People,
}

static ENGLISH: Words = Words {
    datasets_incremental: DatasetsIncremental::ENGLISH,
    datasets_mapping: DatasetsMapping::ENGLISH,
    datasets_quality: DatasetsQuality::ENGLISH,
    datasets_runs: DatasetsRuns::ENGLISH,
    people: People::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
