//! Writing tables into MySQL and MariaDB: many rows in a statement, changes in one transaction.

use async_trait::async_trait;
use model::dialect::Dialect;
use model::{DataType, Value};
use sqlx::Executor;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlPool, MySqlPoolOptions};

use super::errors::read_error;
use super::types::as_bound;
use crate::proto::value_of;
use crate::sink::{Change, Rows, Sink};
use crate::sql_types::bind_all;
use crate::{CONNECT_TIMEOUT, SourceError, SourceErrorKind};

/// Connections of one build.
const CONNECTIONS: u32 = 2;
/// Values and bytes of one statement, about: servers take 65,535 of the ones and often no more than 16 MiB of the others.
const VALUES: usize = 16_384;
const BYTES: usize = 4 << 20;
/// A backslash in a text is a backslash; what does not fit is refused and not cut; a table that somebody holds is not waited for.
const SESSION: [&str; 2] =
    ["SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES')", "SET SESSION lock_wait_timeout = 10"];

pub(super) struct MySqlSink {
    pool: MySqlPool,
}

impl MySqlSink {
    pub(super) fn new(options: MySqlConnectOptions) -> Self {
        let pool = MySqlPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for setting in SESSION {
                        connection.execute(setting).await?;
                    }
                    Ok(())
                })
            })
            .connect_lazy_with(options);
        Self { pool }
    }
}

#[async_trait]
impl Sink for MySqlSink {
    async fn run(&self, statements: &[String]) -> Result<(), SourceError> {
        let mut connection = self.pool.acquire().await.map_err(|error| write_error(&error))?;
        for statement in statements {
            // Each that makes or drops something is a transaction of its own there.
            connection.execute(sqlx::AssertSqlSafe(statement.clone())).await.map_err(|error| write_error(&error))?;
        }
        Ok(())
    }

    async fn append(&self, rows: &Rows<'_>) -> Result<(), SourceError> {
        let mut connection = self.pool.begin().await.map_err(|error| write_error(&error))?;
        insert(&mut connection, rows).await?;
        connection.commit().await.map_err(|error| write_error(&error))
    }

    async fn change(&self, change: &Change<'_>) -> Result<bool, SourceError> {
        let mut all = self.pool.begin().await.map_err(|error| write_error(&error))?;
        let marked = all.execute(sqlx::AssertSqlSafe(change.mark.clone())).await.map_err(|error| write_error(&error))?;
        if marked.rows_affected() != 1 {
            return Ok(false);
        }
        for (sql, binds) in change.deletes(Dialect::Mysql) {
            let binds = as_bound(&binds);
            let delete = bind_all!(sqlx::query(sqlx::AssertSqlSafe(sql)), &binds);
            delete.execute(&mut *all).await.map_err(|error| write_error(&error))?;
        }
        insert(&mut all, &change.put).await?;
        all.commit().await.map_err(|error| write_error(&error))?;
        Ok(true)
    }
}

async fn insert(connection: &mut MySqlConnection, rows: &Rows<'_>) -> Result<(), SourceError> {
    let columns: Vec<String> = rows.fields.iter().map(|field| Dialect::Mysql.quote(&field.name)).collect();
    let head = format!("INSERT INTO {} ({}) VALUES ", Dialect::Mysql.table(rows.table), columns.join(", "));
    let one = format!("({})", vec!["?"; columns.len()].join(", "));
    let most = (VALUES / columns.len().max(1)).max(1);
    let (mut binds, mut bytes, mut count) = (Vec::new(), 0, 0);
    for row in 0..rows.batch.num_rows() {
        for (column, field) in rows.fields.iter().enumerate() {
            let value = value_of(rows.batch, column, row, field.data_type);
            bytes += size_of_value(&value);
            binds.push((field.data_type, value));
        }
        count += 1;
        if count == most || bytes >= BYTES || row + 1 == rows.batch.num_rows() {
            let sql = format!("{head}{}", vec![one.as_str(); count].join(", "));
            write(connection, sql, &binds).await?;
            (bytes, count) = (0, 0);
            binds.clear();
        }
    }
    Ok(())
}

async fn write(connection: &mut MySqlConnection, sql: String, binds: &[(DataType, Value)]) -> Result<(), SourceError> {
    let binds = as_bound(binds);
    let insert = bind_all!(sqlx::query(sqlx::AssertSqlSafe(sql)), &binds);
    insert.execute(connection).await.map(drop).map_err(|error| write_error(&error))
}

fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 8,
    }
}

/// What cannot be written, by what it means for a person.
fn write_error(error: &sqlx::Error) -> SourceError {
    let number =
        error.as_database_error().and_then(|database| database.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number));
    let (kind, sentence) = match number {
        Some(1044 | 1142 | 1227 | 1370) => (
            SourceErrorKind::Refused,
            "The user of the source has no permission to create tables and views. Ask the owner of the database to grant CREATE, DROP, INSERT, UPDATE, DELETE, SELECT, CREATE VIEW and SHOW VIEW.",
        ),
        Some(1347) => (SourceErrorKind::Config, "The name of the view belongs to an object that is not a view. Choose another name."),
        Some(1205 | 1213) => (SourceErrorKind::Busy, "The table or view is locked. Sluice tries again."),
        Some(1062) => (
            SourceErrorKind::Mismatch,
            "The database treats two keys as equal, for example if they differ only in spaces at the end. Choose another key.",
        ),
        Some(1406) => (SourceErrorKind::Mismatch, "A key is longer than 255 characters, the limit of the database. Choose another key."),
        Some(1060) => {
            (SourceErrorKind::Config, "Two column names differ only in case, which the database does not allow. Rename one in the mapping.")
        }
        Some(1118) => (SourceErrorKind::Config, "The table has too many columns for the database. Remove some in the mapping."),
        Some(1425 | 1426) => (SourceErrorKind::Config, "A decimal has more digits than the database can store. Cast it in the mapping."),
        Some(1071) => (SourceErrorKind::Config, "The key has more than three text columns, the limit of the database. Choose another key."),
        Some(1264 | 1292 | 1366 | 1367) => {
            (SourceErrorKind::Mismatch, "The database cannot store a value, such as an infinite number or a date before its calendar.")
        }
        Some(1021 | 1114) => (SourceErrorKind::Busy, "The database has no space left. Free some space; Sluice tries again."),
        Some(1153) => (SourceErrorKind::Mismatch, "A row is larger than max_allowed_packet of the database. Raise max_allowed_packet."),
        _ => return read_error(error),
    };
    SourceError::new(kind, sentence).because(error)
}
