//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod datasets;
mod datasets_detail;
mod datasets_job;
mod datasets_new;
mod people;
mod texts;

use self::datasets::Datasets;
use self::datasets_detail::DatasetsDetail;
use self::datasets_job::DatasetsJob;
use self::datasets_new::DatasetsNew;
use self::people::People;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) datasets: Datasets,
    pub(crate) datasets_detail: DatasetsDetail,
    pub(crate) datasets_job: DatasetsJob,
    pub(crate) datasets_new: DatasetsNew,
    pub(crate) people: People,
}

static ENGLISH: Words = Words {
    datasets: Datasets::ENGLISH,
    datasets_detail: DatasetsDetail::ENGLISH,
    datasets_job: DatasetsJob::ENGLISH,
    datasets_new: DatasetsNew::ENGLISH,
    people: People::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
