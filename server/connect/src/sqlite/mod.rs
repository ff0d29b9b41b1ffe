//! SQLite: a file in the operator's folders.

mod confine;
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

use self::times::Times;
use crate::error::of_pool;
use crate::{
    BatchStream, BindingConfig, CONNECT_TIMEOUT, ConfigField, Connection, Connector, MAX_CONNECTIONS, SourceError, SourceErrorKind,
    Statement, policy,
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
        let help = format!("A path on the machine that runs Sluice. The file is opened for reading only. {}", policy::places().help());
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
}

/// What SQLite says of values that a function or a comparison cannot use.
const VALUE_FAULTS: [&str; 6] = [
    "integer overflow",
    "datatype mismatch",
    "malformed JSON",
    "JSON path",
    "LIKE or GLOB pattern too complex",
    "ESCAPE expression must be a single character",
];

/// What SQLite says of a statement that is beyond its bounds.
const TOO_COMPLEX: [&str; 4] = ["Expression tree is too large", "parser stack overflow", "too many ", "tables in a join"];

/// SQLite's number for what is wrong with a statement, and never with the file.
const SQLITE_ERROR: &str = "1";

/// SQLite's own words, by what they mean for a person.
fn read_error(error: &sqlx::Error) -> SourceError {
    if let Some(known) = of_pool(error) {
        return known;
    }
    let said = error.to_string();
    let of_statement = || error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == SQLITE_ERROR);
    let named = |what: &str| said.split(what).nth(1).map(|rest| rest.trim().trim_end_matches('"').to_owned());
    let (kind, sentence) = if let Some(name) = named("no such column:") {
        (SourceErrorKind::Missing, format!("There is no column {name}. It may have been renamed or dropped."))
    } else if let Some(name) = named("no such table:") {
        (SourceErrorKind::Missing, format!("There is no table {name}. It may have been renamed or dropped."))
    } else if let Some(name) = named("no such function:") {
        (SourceErrorKind::Statement, format!("There is no function {name} in SQLite."))
    } else if let Some(name) = named("ambiguous column name:") {
        (SourceErrorKind::Statement, format!("More than one table has a column {name}. Write the table before it."))
    } else if said.contains("string or blob too big") {
        (SourceErrorKind::TooLarge, "A value or a row is larger than 64 MiB. Leave it out, or shorten it in the statement.".to_owned())
    } else if VALUE_FAULTS.iter().any(|fault| said.contains(fault)) {
        return SourceError::value().because(said);
    } else if TOO_COMPLEX.iter().any(|bound| said.contains(bound)) {
        return SourceError::too_complex().because(said);
    } else if said.contains("interrupted") {
        (SourceErrorKind::Timeout, "It took longer than this API allows. Narrow the question, or raise the time-out.".to_owned())
    } else if said.contains("unable to open database file") {
        (SourceErrorKind::Unreachable, "There is no file at this path that Sluice may read. Check the path and its rights.".to_owned())
    } else if said.contains("not a database") {
        (SourceErrorKind::Config, "The file at this path is not a SQLite database.".to_owned())
    } else if said.contains("locked") || said.contains("busy") {
        (SourceErrorKind::Busy, "Somebody is writing to the file just now. Try again in a moment.".to_owned())
    } else if said.contains("readonly") || said.contains("query_only") {
        (SourceErrorKind::Statement, "Only reading is allowed.".to_owned())
    } else if of_statement() {
        (SourceErrorKind::Statement, "SQLite cannot read this statement. Check it near where it was changed last.".to_owned())
    } else {
        (SourceErrorKind::Other, "It could not answer. The log has the reason under this request's id.".to_owned())
    };
    SourceError::new(kind, sentence).because(said)
}
