//! The definitions, figures and states that stand in rows as texts, read back. One that cannot be read is an error that names its
//! object: a default in its place would be shown as what somebody has said, and written back over what they did say.

use std::fmt::Display;

use model::ApiSpec;
use model::dataset::DatasetSpec;
use model::job::JobSpec;
use model::load_limits::SourceLoad;
use serde::Serialize;
use serde::de::{DeserializeOwned, Error};

use crate::{DataVersionRow, DatasetRow, JobRow, Store, StoreError};

/// A stored definition of `what`, such as `the dataset travel/planes`.
///
/// # Errors
/// [`StoreError::Unreadable`] where the text is none.
pub fn decode<T: DeserializeOwned>(text: &str, what: &dyn Display) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|cause| StoreError::Unreadable { what: what.to_string(), cause })
}

/// A stored definition of an API.
///
/// # Errors
/// [`StoreError::Unreadable`] where the text is none, or says more than this program knows.
pub fn decode_api(text: &str, what: &dyn Display) -> Result<ApiSpec, StoreError> {
    ApiSpec::read_stored(text).map_err(|cause| StoreError::Unreadable { what: what.to_string(), cause })
}

/// A stored word out of a closed list, such as a state: `read` knows the list.
///
/// # Errors
/// [`StoreError::Unreadable`] where it is none of them: a newer program may have written it.
pub(crate) fn decode_word<T>(word: &str, read: impl FnOnce(&str) -> Option<T>, what: &dyn Display) -> Result<T, StoreError> {
    read(word).ok_or_else(|| {
        let cause = serde_json::Error::custom(format_args!("{word:?} is not known to this version of Sluice"));
        StoreError::Unreadable { what: what.to_string(), cause }
    })
}

/// The text of a definition or of figures, to be stored.
///
/// # Errors
/// [`StoreError::Unwritable`]: nothing is stored in its place.
pub fn encode<T: Serialize>(value: &T, what: &dyn Display) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|cause| StoreError::Unwritable { what: what.to_string(), cause })
}

impl DatasetRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn definition(&self) -> Result<DatasetSpec, StoreError> {
        decode(&self.spec, &format_args!("the dataset {}/{}", self.domain, self.name))
    }
}

impl DataVersionRow {
    /// The definition that it was asked for or built with; [`Store::version_definition`] names its dataset where it cannot be read.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn definition(&self) -> Result<DatasetSpec, StoreError> {
        decode(&self.spec, &format_args!("the dataset version {}", self.id))
    }
}

impl JobRow {
    /// The definition of the job of a dataset, for whoever knows which that is.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn definition(&self, dataset: &DatasetRow) -> Result<JobSpec, StoreError> {
        decode(&self.spec, &format_args!("the job of the dataset {}/{}", dataset.domain, dataset.name))
    }
}

impl Store {
    /// The definition of a job; its dataset is looked up where that is needed to name it.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], or where the database does not answer; so for every read below.
    pub async fn job_definition(&self, row: &JobRow) -> Result<JobSpec, StoreError> {
        match serde_json::from_str(&row.spec) {
            Ok(spec) => Ok(spec),
            Err(cause) => {
                let dataset = self.dataset_path(&row.dataset_id).await?;
                Err(StoreError::Unreadable { what: format!("the job of the dataset {dataset}"), cause })
            }
        }
    }

    /// The definition that a dataset version was asked for or built with.
    pub async fn version_definition(&self, row: &DataVersionRow) -> Result<DatasetSpec, StoreError> {
        match serde_json::from_str(&row.spec) {
            Ok(spec) => Ok(spec),
            Err(cause) => {
                let dataset = self.dataset_path(&row.dataset_id).await?;
                Err(StoreError::Unreadable { what: format!("version {} of the dataset {dataset}", row.number), cause })
            }
        }
    }

    /// The load limits of a source; nothing where none were ever set.
    pub async fn load_limits(&self, source: &str) -> Result<Option<SourceLoad>, StoreError> {
        let text = self.source_load(source).await?;
        text.map(|text| decode(&text, &format_args!("the load limits of the source {source}"))).transpose()
    }

    async fn dataset_path(&self, id: &str) -> Result<String, StoreError> {
        let dataset = self.dataset_by_id(id).await?;
        Ok(dataset.map_or_else(|| id.to_owned(), |dataset| format!("{}/{}", dataset.domain, dataset.name)))
    }
}
