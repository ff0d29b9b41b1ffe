//! Files: CSV, JSON and Parquet, packed or not, one file or a folder of them, on this machine or in S3.
//!
//! A file is a table. A folder's files are its tables, and a folder in it is one table of all that it holds, with
//! `name=value` folders below it as columns. What is listed here is what is read: names are only names.

mod discover;
mod learn;
mod local;
mod parquet;
mod place;
mod s3;
mod text;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use connect::live_catalog::Shown;
use connect::{BindingConfig, ConfigField, Connection, Connector, SourceError, SourceErrorKind, policy};
use datafusion::execution::runtime_env::RuntimeEnv;
use model::Field;
use model::dialect::Dialect;
use model::number::grouped;
use model::table::TableRef;
use object_store::{ObjectMeta, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::catalogue::{Asked, Catalogue, Tables, runtime};
use crate::rows::Described;
use crate::types::{Overrides, types_field};
use discover::{Format, discover};
pub(crate) use discover::{Found, Mark, TableFiles};
use learn::ByHand;
use place::Place;
use text::{Settings, TextTable};

/// Bytes of text files that types are learnt from, of one table and of all tables of a place.
const LEARN_BYTES: usize = 8 << 20;
const LEARN_ALL_BYTES: usize = 64 << 20;
const LEARN_LEAST_BYTES: usize = 1 << 20;
/// Names of files that are skipped, as many as are told.
const SKIPPED_NAMES: usize = 5;

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
                "A path on the machine of Sluice, or s3://bucket/folder: CSV, TSV, JSON or Parquet; text also as .gz, .zst, .bz2 or .xz. Files are only read. {}",
                policy::places().help()
            ),
            "/srv/data/flights",
        ),
        types_field(),
        text::settings_field(),
        ConfigField::new("endpoint", "S3 address", "For S3-compatible storage. Leave empty for Amazon S3.", "https://s3.example.com"),
        ConfigField::new("region", "S3 region", "", "us-east-1"),
        ConfigField::new("access_key", "S3 access key", "A key with read permission is enough, and safest.", "AKIA…"),
        ConfigField::new("secret_key", "S3 secret key", "Stored encrypted, never shown again.", "").secret(),
    ]
}

/// A place with files, and what there was when it was looked at last.
pub(crate) struct Folder {
    place: Place,
    by_hand: ByHand,
    looked: Mutex<Option<(Instant, Found)>>,
    /// Tables that were learnt, by their files: one that stays as it is is not read again because another changes.
    learnt: Mutex<Vec<(TableFiles, Known)>>,
}

/// A table that was learnt.
type Known = (Described, Option<TextTable>);

impl Folder {
    /// # Errors
    /// A path or settings that cannot be used.
    pub(crate) fn open(config: &BindingConfig, runtime: &RuntimeEnv) -> Result<Self, SourceError> {
        let by_hand = ByHand { overrides: Overrides::read(config.get("types"))?, settings: Settings::read(config.get("text_files"))? };
        let folder = Self { place: Place::of(config)?, by_hand, looked: Mutex::new(None), learnt: Mutex::default() };
        runtime.register_object_store(&folder.place.url, folder.place.store.clone());
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

    /// Adds a table for each; why one cannot be is kept for those who ask for it. Gives those whose types are learnt, by name.
    pub(crate) async fn add_to(&self, tables: &mut Tables, found: Vec<TableFiles>) -> HashMap<String, TextTable> {
        let mut learnt = self.learnt.lock().await;
        let bytes = (LEARN_ALL_BYTES / found.len().max(1)).clamp(LEARN_LEAST_BYTES, LEARN_BYTES);
        let (mut known, mut texts) = (Vec::with_capacity(found.len()), HashMap::new());
        for files in found {
            let before = learnt.iter().find(|(before, _)| *before == files).map(|(_, table)| table.clone());
            let table = match before {
                Some(table) => Ok(table),
                None => learn::table_of(&self.place, &self.by_hand, tables, (&files, bytes)).await,
            };
            if let Ok((described, text)) = &table {
                known.push((files.clone(), (described.clone(), text.clone())));
                texts.extend(text.clone().map(|text| (files.name.clone(), text)));
            }
            tables.add(&files.name, table.map(|(described, _)| described));
        }
        *learnt = known;
        texts
    }
}

struct FileSource {
    folder: Folder,
    runtime: Arc<RuntimeEnv>,
    /// What is known of the files is kept for as long as they stay the same.
    known: Mutex<Option<Arc<State>>>,
}

/// The tables of one state of the files.
struct State {
    mark: Mark,
    tables: Arc<Tables>,
    texts: HashMap<String, TextTable>,
    skipped: Vec<String>,
}

impl FileSource {
    async fn state(&self) -> Result<Arc<State>, SourceError> {
        let Found { tables: found, mark, skipped } = self.folder.look().await?;
        let mut known = self.known.lock().await;
        if let Some(state) = known.as_ref().filter(|state| state.mark == mark) {
            return Ok(state.clone());
        }
        let mut tables = Tables::new(self.runtime.clone());
        let texts = self.folder.add_to(&mut tables, found).await;
        let state = Arc::new(State { mark, tables: Arc::new(tables), texts, skipped });
        *known = Some(state.clone());
        Ok(state)
    }
}

#[async_trait]
impl Catalogue for FileSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        Ok(self.state().await?.tables.clone())
    }

    async fn tables_as(&self, fields: &[Field]) -> Result<Arc<Tables>, SourceError> {
        let state = self.state().await?;
        if state.texts.is_empty() {
            return Ok(state.tables.clone());
        }
        let mut tables = state.tables.without(|name| state.texts.contains_key(name), self.runtime.clone());
        for (name, text) in &state.texts {
            let text = text.as_types(fields);
            tables.add(name, Ok((text.info(), Arc::new(text))));
        }
        Ok(Arc::new(tables))
    }

    async fn test(&self) -> Result<String, SourceError> {
        let state = self.state().await?;
        let (tables, skipped) = (&state.tables, &state.skipped);
        tables.refuse_if_all_bad()?;
        let count = tables.len();
        if count == 0 {
            let why = format!("The folder has no files that can be read as tables{}.", told(skipped));
            return Err(SourceError::new(SourceErrorKind::Config, why));
        }
        Ok(format!("{} {}{}{}", grouped(count), if count == 1 { "table" } else { "tables" }, tables.bad_names(), told(skipped)))
    }

    async fn mark(&self, table: &TableRef) -> Result<String, SourceError> {
        // Not as it was seen a moment ago: whoever asks wants to know whether it is the same now.
        let found = discover(&self.folder.place).await?;
        let Some(files) = found.tables.into_iter().find(|files| files.name == table.name) else { return Ok(String::new()) };
        let one = |file: &ObjectMeta| format!("{} {} {} {:?}", file.location, file.size, file.last_modified, file.e_tag);
        let all = files.files.iter().map(one).collect::<Vec<_>>().join("\n");
        Ok(Sha256::digest(all).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Which files are read as nothing, as the end of a sentence before.
fn told(skipped: &[String]) -> String {
    let some = skipped.iter().take(SKIPPED_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match skipped.len() {
        0 => String::new(),
        1 => format!(". 1 file is skipped: {some}"),
        count if count <= SKIPPED_NAMES => format!(". {count} files are skipped: {some}"),
        count => format!(". {} files are skipped: {some} and others", grouped(count)),
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
pub(crate) async fn parquet_table(tables: &Tables, shown: &Shown) -> Result<Described, SourceError> {
    let place = Place::own(&shown.file.display().to_string())?;
    let file = place.store.head(&place.root).await.map_err(|error| place.missing(&error))?;
    let files = TableFiles::one(&shown.name, Format::Parquet, file);
    parquet::table_of(&place, &Overrides::known(&shown.columns), tables, &files).await
}
