//! SQLite: a file in the operator's folders.

mod confine;
mod errors;
mod query;
mod tables;
mod times;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use model::dialect::Dialect;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use self::errors::read_error;
use self::times::Times;
use crate::{
    BatchStream, BindingConfig, CONNECT_TIMEOUT, ConfigField, Connection, Connector, MAX_CONNECTIONS, SourceError, Statement, policy,
};

/// Rows that are read before they are asked for: each is held, however large its cells are.
const ROWS_AHEAD: usize = 16;

pub(crate) struct Sqlite;

#[async_trait]
impl Connector for Sqlite {
    fn driver(&self) -> &'static str {
        "sqlite"
    }

    fn title(&self) -> &'static str {
        "SQLite"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn form(&self) -> Vec<ConfigField> {
        let help = format!("A path on the machine of Sluice. The file is opened read-only. {}", policy::places().help());
        vec![ConfigField::new("path", "File", &help, "/srv/data/flights.db").required()]
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        // With every link followed and from the root on: SQLite reads it as a path and never as an address.
        let file = policy::places().check(Path::new(config.get("path")))?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(false)
            .read_only(true)
            .pragma("query_only", "ON")
            // As every other source compares.
            .pragma("case_sensitive_like", "ON")
            .pragma("cache_size", "-16000")
            .row_buffer_size(ROWS_AHEAD);
        let pool = SqlitePoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let file = file.clone();
                Box::pin(async move { confine::confine(connection, &file).await })
            })
            .connect_lazy_with(options);
        Ok(Arc::new(SqliteConnection { pool, times: Arc::default() }))
    }
}

struct SqliteConnection {
    pool: SqlitePool,
    times: Arc<Times>,
}

#[async_trait]
impl Connection for SqliteConnection {
    async fn test(&self) -> Result<String, SourceError> {
        let version: String =
            sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&self.pool).await.map_err(|error| read_error(&error))?;
        // The version comes from the library; only reading the schema proves that the file is a database.
        sqlx::query("SELECT count(*) FROM sqlite_master").fetch_one(&self.pool).await.map_err(|error| read_error(&error))?;
        Ok(format!("SQLite {version}"))
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        tables::list(&self.pool).await.map_err(|error| read_error(&error))
    }

    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        tables::describe(&self.pool, table, tables::MANY_ROWS).await.map_err(|error| read_error(&error))
    }

    async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        query::describe(&self.pool, sql, binds).await
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        query::explain(&self.pool, sql, binds).await
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        query::stream(&self.pool, self.times.clone(), statement).await
    }

    fn is_pooled(&self) -> bool {
        true
    }
}
