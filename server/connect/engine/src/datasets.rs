//! The columnar datasets of a domain as one source, and files beside them: tables of different sources, in one question.

use std::sync::Arc;

use async_trait::async_trait;
use connect::live_catalog::{LiveCatalog, Shown};
use connect::{BindingConfig, ConfigField, Connection, Connector, SourceError, binding};
use datafusion::execution::runtime_env::RuntimeEnv;
use model::dataset::SHELF_DRIVER;
use model::dialect::Dialect;
use model::table::TableInfo;
use tokio::sync::Mutex;

use crate::catalogue::{Asked, Catalogue, Tables, runtime};
use crate::files::{self, Folder, Found, Mark, parquet_table};

/// For the list of connectors. What is live comes from the live catalog.
pub struct Datasets(pub Arc<LiveCatalog>);

#[async_trait]
impl Connector for Datasets {
    fn driver(&self) -> &'static str {
        SHELF_DRIVER
    }

    fn title(&self) -> &'static str {
        "Datasets of the domain"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Datafusion
    }

    /// Which domain and environment it is comes with the binding.
    fn form(&self) -> Vec<ConfigField> {
        let mut form = files::fields();
        form[0].label = "Additional files".into();
        form
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let runtime = runtime()?;
        files::register_own(&runtime)?;
        let files = if config.get("path").is_empty() { None } else { Some(Folder::open(config, &runtime)?) };
        Ok(Arc::new(Asked(DatasetSource {
            files,
            live_catalog: self.0.clone(),
            domain: config.get(binding::DOMAIN).to_owned(),
            environment: config.get(binding::ENVIRONMENT).to_owned(),
            runtime,
            known: Mutex::default(),
        })))
    }
}

struct DatasetSource {
    files: Option<Folder>,
    live_catalog: Arc<LiveCatalog>,
    domain: String,
    environment: String,
    runtime: Arc<RuntimeEnv>,
    known: Mutex<Option<Known>>,
}

/// The tables of one state of the datasets and the files.
struct Known {
    live: Vec<Shown>,
    mark: Mark,
    tables: Arc<Tables>,
}

#[async_trait]
impl Catalogue for DatasetSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        let live = self.live_catalog.of(&self.domain, &self.environment);
        let Found { tables: mut found, mark, .. } = match &self.files {
            Some(files) => files.look().await?,
            None => Found::default(),
        };
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.live == live && known.mark == mark) {
            return Ok(known.tables.clone());
        }
        let mut tables = Tables::new(self.runtime.clone());
        for shown in &live {
            let table = parquet_table(&tables, shown).await;
            tables.add(&shown.name, table.map(|(info, rows)| (TableInfo { key: shown.key.clone(), ..info }, rows)));
        }
        if let Some(files) = &self.files {
            // A dataset's name is the dataset's.
            for file in found.iter_mut().filter(|file| tables.has(&file.name)) {
                file.name.push_str("_file");
            }
            files.add_to(&mut tables, found).await;
        }
        let tables = Arc::new(tables);
        *known = Some(Known { live, mark, tables: tables.clone() });
        Ok(tables)
    }

    async fn test(&self) -> Result<String, SourceError> {
        let files = match &self.files {
            Some(files) => files.look().await?.tables.len(),
            None => 0,
        };
        let datasets = match self.live_catalog.of(&self.domain, &self.environment).len() {
            0 => "No columnar dataset of this domain is live in this environment yet".to_owned(),
            1 => "1 dataset".to_owned(),
            many => format!("{many} datasets"),
        };
        Ok(match files {
            0 => datasets,
            1 => format!("{datasets}, 1 file table"),
            many => format!("{datasets}, {many} file tables"),
        })
    }
}
