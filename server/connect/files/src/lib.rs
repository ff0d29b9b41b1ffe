//! Files as a source: CSV, lines of JSON and Parquet, gzipped or not, one file or a folder of them; asked by DataFusion.
//!
//! A file is a table. A folder's files are its tables, and a folder in it is one table of all that it holds, with
//! `name=value` folders below it as columns.

mod discover;
mod engine;
mod errors;
mod inspect;
mod types;

use std::sync::Arc;

use async_trait::async_trait;
use connect::{BatchStream, BindingConfig, ConfigField, Connection, Connector, SourceError, SourceErrorKind, Statement};
use model::dialect::Dialect;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};

use engine::Engine;
use types::Overrides;

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
                "A path on the machine that runs Sluice: CSV, TSV, lines of JSON or Parquet, also as .gz or .zst. It is only read.",
                "/srv/data/flights",
            )
            .required(),
            ConfigField::new(
                "types",
                "Types that are not what they seem",
                "With commas: a column, or table.column, and its type, as in zip=string, sales.amount=decimal(12,2).",
                "zip=string",
            ),
        ]
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let path = std::path::PathBuf::from(config.get("path"));
        if !path.is_absolute() {
            return Err(SourceError::new(
                SourceErrorKind::Config,
                "The path must begin with /: it is looked for on the machine of Sluice.",
            ));
        }
        Ok(Arc::new(FileSource { engine: Arc::new(Engine::new(path, Overrides::read(config.get("types"))?)?) }))
    }
}

struct FileSource {
    engine: Arc<Engine>,
}

#[async_trait]
impl Connection for FileSource {
    async fn test(&self) -> Result<String, SourceError> {
        let tables = self.engine.tables().await?.len();
        if tables == 0 {
            return Err(SourceError::new(SourceErrorKind::Config, "There is no file here that can be read as a table."));
        }
        Ok(format!("{tables} {}", if tables == 1 { "table" } else { "tables" }))
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        self.engine.tables().await
    }

    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        Ok(self.engine.tables().await?.into_iter().find(|info| info.table.name == table.name))
    }

    async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        self.engine.describe(sql, binds).await
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        self.engine.explain(sql, binds).await
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        self.engine.query(statement).await
    }
}
