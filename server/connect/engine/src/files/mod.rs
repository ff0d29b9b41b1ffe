//! Files: CSV, lines of JSON and Parquet, packed or not, one file or a folder of them, on this machine or in S3.
//!
//! A file is a table. A folder's files are its tables, and a folder in it is one table of all that it holds, with
//! `name=value` folders below it as columns.

mod bounded;
mod discover;
mod inspect;
mod learn;
mod local;
mod place;
mod s3;

use std::sync::Arc;

use async_trait::async_trait;
use connect::shelf::Shown;
use connect::{BindingConfig, ConfigField, Connection, Connector, SourceError, SourceErrorKind, policy};
use datafusion::datasource::TableProvider;
use datafusion::execution::runtime_env::RuntimeEnv;
use model::dialect::Dialect;
use model::table::{TableInfo, TableRef};
use object_store::ObjectMeta;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::catalogue::{Asked, Catalogue, Tables, runtime};
use crate::types::{Overrides, types_field};
use bounded::Bounded;
pub(crate) use bounded::TOO_LONG;
use discover::discover;
pub(crate) use discover::{Mark, TableFiles};
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
        let mut form = fields();
        form[0].required = true;
        form
    }

    fn has_marks(&self) -> bool {
        true
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let runtime = runtime()?;
        Ok(Arc::new(Asked(FileSource { folder: Folder::open(config, &runtime)?, runtime, known: Mutex::new(None) })))
    }
}

/// The fields of a form that say where files are.
pub(crate) fn fields() -> Vec<ConfigField> {
    vec![
        ConfigField::new(
            "path",
            "File or folder",
            &format!(
                "A path on the machine that runs Sluice, or s3://bucket/folder: CSV, TSV, lines of JSON or Parquet, also as .gz or .zst. Files are only read. {}",
                policy::places().help()
            ),
            "/srv/data/flights",
        ),
        types_field(),
        ConfigField::new("endpoint", "S3 address", "For S3 that is not Amazon's.", "https://s3.example.com"),
        ConfigField::new("region", "S3 region", "", "us-east-1"),
        ConfigField::new("access_key", "S3 access key", "One that may only read is enough, and safest.", "AKIA…"),
        ConfigField::new("secret_key", "S3 secret key", "Kept sealed, never shown again.", "").secret(),
    ]
}

/// A place with files, and what there was when it was looked at last.
pub(crate) struct Folder {
    place: Place,
    overrides: Overrides,
    looked: Mutex<Option<(Instant, Found)>>,
}

/// Files by the tables that they make, and what tells this state of them from another.
pub(crate) type Found = (Vec<TableFiles>, Mark);

impl Folder {
    /// # Errors
    /// A path or settings that cannot be used.
    pub(crate) fn open(config: &BindingConfig, runtime: &RuntimeEnv) -> Result<Self, SourceError> {
        let folder = Self { place: Place::of(config)?, overrides: Overrides::read(config.get("types"))?, looked: Mutex::new(None) };
        runtime.register_object_store(&folder.place.url, Arc::new(Bounded(folder.place.store.clone())));
        Ok(folder)
    }

    /// # Errors
    /// Where it cannot be read.
    pub(crate) async fn look(&self) -> Result<Found, SourceError> {
        // One look at the files at a time: what many wait for is done once.
        let mut looked = self.looked.lock().await;
        if let Some((_, found)) = looked.as_ref().filter(|(at, _)| at.elapsed() < self.place.stays) {
            return Ok(found.clone());
        }
        let found = discover(&self.place).await?;
        *looked = Some((Instant::now(), found.clone()));
        Ok(found)
    }

    /// Adds a table for each; why one cannot be is kept for those who ask for it.
    pub(crate) async fn add_to(&self, tables: &mut Tables, found: Vec<TableFiles>) {
        for files in found {
            let table = learn::table_of(&self.place, &self.overrides, tables, &files).await;
            tables.add(&files.name, table);
        }
    }
}

struct FileSource {
    folder: Folder,
    runtime: Arc<RuntimeEnv>,
    /// What is known of the files is kept for as long as they stay the same.
    known: Mutex<Option<(Mark, Arc<Tables>)>>,
}

#[async_trait]
impl Catalogue for FileSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        let (found, mark) = self.folder.look().await?;
        let mut known = self.known.lock().await;
        if let Some((_, tables)) = known.as_ref().filter(|(before, _)| *before == mark) {
            return Ok(tables.clone());
        }
        let mut tables = Tables::new(self.runtime.clone());
        self.folder.add_to(&mut tables, found).await;
        let tables = Arc::new(tables);
        *known = Some((mark, tables.clone()));
        Ok(tables)
    }

    async fn mark(&self, table: &TableRef) -> Result<String, SourceError> {
        // Not as it was seen a moment ago: whoever asks wants to know whether it is the same now.
        let (found, mark) = discover(&self.folder.place).await?;
        let Some(files) = found.into_iter().find(|files| files.name == table.name) else { return Ok(String::new()) };
        let of_it = mark.iter().filter(|file| files.files.contains(&file.location));
        let one = |file: &ObjectMeta| format!("{} {} {} {:?}", file.location, file.size, file.last_modified, file.e_tag);
        let all = of_it.map(one).collect::<Vec<_>>().join("\n");
        Ok(Sha256::digest(all).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Lets the questions of a source read the program's own files, which no source of files reads.
///
/// # Errors
/// Never; the address of the store is a constant.
pub(crate) fn register_own(runtime: &RuntimeEnv) -> Result<(), SourceError> {
    let own = Place::own("/")?;
    runtime.register_object_store(&own.url, own.store);
    Ok(())
}

/// The table of one Parquet file of ours.
///
/// # Errors
/// Where it cannot be read.
pub(crate) async fn parquet_table(tables: &Tables, shown: &Shown) -> Result<(TableInfo, Arc<dyn TableProvider>), SourceError> {
    let place = Place::own(&shown.file.display().to_string())?;
    let files = TableFiles::parquet(&shown.name, place.root.clone());
    learn::table_of(&place, &Overrides::known(&shown.columns), tables, &files).await
}

pub(crate) fn mismatch(sentence: impl Into<String>) -> SourceError {
    SourceError::new(SourceErrorKind::Mismatch, sentence)
}
