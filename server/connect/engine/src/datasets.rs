//! The columnar datasets of a domain as one source: tables of different sources, in one question.

use std::sync::Arc;

use async_trait::async_trait;
use connect::shelf::{Shelf, Shown};
use connect::{BindingConfig, ConfigField, Connection, Connector, SourceError, binding};
use datafusion::execution::runtime_env::RuntimeEnv;
use model::dialect::Dialect;
use model::table::TableInfo;
use tokio::sync::Mutex;

use crate::catalogue::{Asked, Catalogue, Tables, runtime};
use crate::files::parquet_table;

/// For the list of connectors. What is live comes from the shelf.
pub struct Datasets(pub Arc<Shelf>);

#[async_trait]
impl Connector for Datasets {
    fn driver(&self) -> &'static str {
        "datasets"
    }

    fn title(&self) -> &'static str {
        "Datasets of the domain"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Datafusion
    }

    /// Nothing is asked: which domain and environment it is comes with the binding.
    fn form(&self) -> Vec<ConfigField> {
        Vec::new()
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        Ok(Arc::new(Asked(DatasetSource {
            shelf: self.0.clone(),
            domain: config.get(binding::DOMAIN).to_owned(),
            environment: config.get(binding::ENVIRONMENT).to_owned(),
            runtime: runtime()?,
            known: Mutex::default(),
        })))
    }
}

struct DatasetSource {
    shelf: Arc<Shelf>,
    domain: String,
    environment: String,
    runtime: Arc<RuntimeEnv>,
    known: Mutex<Option<(Vec<Shown>, Arc<Tables>)>>,
}

#[async_trait]
impl Catalogue for DatasetSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        let live = self.shelf.of(&self.domain, &self.environment);
        let mut known = self.known.lock().await;
        if let Some((_, tables)) = known.as_ref().filter(|(before, _)| *before == live) {
            return Ok(tables.clone());
        }
        let mut tables = Tables::new(self.runtime.clone());
        for shown in &live {
            let table = parquet_table(&tables, shown).await;
            tables.add(&shown.name, table.map(|(info, rows)| (TableInfo { key: shown.key.clone(), ..info }, rows)));
        }
        let tables = Arc::new(tables);
        *known = Some((live, tables.clone()));
        Ok(tables)
    }

    async fn test(&self) -> Result<String, SourceError> {
        Ok(match self.shelf.of(&self.domain, &self.environment).len() {
            0 => "No columnar dataset of this domain is live here yet".to_owned(),
            1 => "1 dataset".to_owned(),
            many => format!("{many} datasets"),
        })
    }
}
