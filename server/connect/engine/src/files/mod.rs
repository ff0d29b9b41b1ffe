//! Files: CSV, lines of JSON and Parquet, packed or not, one file or a folder of them, on this machine or in S3.
//!
//! A file is a table. A folder's files are its tables, and a folder in it is one table of all that it holds, with
//! `name=value` folders below it as columns.

mod bounded;
mod discover;
mod inspect;
mod learn;
mod place;

use std::sync::Arc;

use async_trait::async_trait;
use connect::shelf::Shown;
use connect::{BindingConfig, ConfigField, Connection, Connector, SourceError, SourceErrorKind};
use datafusion::datasource::TableProvider;
use model::dialect::Dialect;
use model::table::TableInfo;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::catalogue::{Asked, Catalogue, Tables, runtime};
use crate::types::{Overrides, types_field};
use bounded::Bounded;
pub(crate) use bounded::TOO_LONG;
use discover::{Mark, TableFiles, discover};
use learn::learn;
use place::Place;

/// For the list of connectors.
pub struct Files;

#[async_trait]
impl Connector for Files {
    fn driver(&self) -> &'static str {
        "files"
    }

    fn title(&self) -> &'static str {
        "Files"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Datafusion
    }

    fn form(&self) -> Vec<ConfigField> {
        vec![
            ConfigField::new(
                "path",
                "File or folder",
                "A path on the machine that runs Sluice, or s3://bucket/folder: CSV, TSV, lines of JSON or Parquet, also as .gz or .zst. It is only read.",
                "/srv/data/flights",
            )
            .required(),
            types_field(),
            ConfigField::new("endpoint", "S3 address", "For S3 that is not Amazon's.", "https://s3.example.com"),
            ConfigField::new("region", "S3 region", "", "us-east-1"),
            ConfigField::new("access_key", "S3 access key", "One that may only read is enough, and safest.", "AKIA…"),
            ConfigField::new("secret_key", "S3 secret key", "Kept sealed, never shown again.", "").secret(),
        ]
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let source = FileSource {
            place: Place::of(config)?,
            overrides: Overrides::read(config.get("types"))?,
            runtime: runtime()?,
            known: Mutex::new(None),
        };
        source.runtime.register_object_store(&source.place.url, Arc::new(Bounded(source.place.store.clone())));
        Ok(Arc::new(Asked(source)))
    }
}

struct FileSource {
    place: Place,
    overrides: Overrides,
    runtime: Arc<datafusion::execution::runtime_env::RuntimeEnv>,
    known: Mutex<Option<Known>>,
}

/// What is known of the files is kept for as long as they stay the same.
struct Known {
    mark: Mark,
    looked_at: Instant,
    tables: Arc<Tables>,
}

#[async_trait]
impl Catalogue for FileSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        // One look at the files at a time: what many wait for is done once.
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.looked_at.elapsed() < self.place.stays) {
            return Ok(known.tables.clone());
        }
        let (found, mark) = discover(&self.place).await?;
        if let Some(known) = known.as_mut().filter(|known| known.mark == mark) {
            known.looked_at = Instant::now();
            return Ok(known.tables.clone());
        }
        let tables = Arc::new(learn(&self.place, &self.overrides, self.runtime.clone(), found).await);
        *known = Some(Known { mark, looked_at: Instant::now(), tables: tables.clone() });
        Ok(tables)
    }
}

/// The table of one Parquet file of ours.
///
/// # Errors
/// Where it cannot be read.
pub(crate) async fn parquet_table(tables: &Tables, shown: &Shown) -> Result<(TableInfo, Arc<dyn TableProvider>), SourceError> {
    let path = shown.file.display().to_string();
    let place = Place::of(&BindingConfig { settings: [("path".to_owned(), path)].into(), ..Default::default() })?;
    let files = TableFiles::parquet(&shown.name, place.root.clone());
    learn::table_of(&place, &Overrides::known(&shown.columns), tables, &files).await
}

pub(crate) fn mismatch(sentence: impl Into<String>) -> SourceError {
    SourceError::new(SourceErrorKind::Mismatch, sentence)
}
