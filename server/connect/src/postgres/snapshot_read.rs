//! One snapshot of PostgreSQL, exported for several readers: `pg_export_snapshot` in its manual. Whether rows have changed since
//! another snapshot is told by the transaction that wrote each of them, its `xmin`.

use async_trait::async_trait;
use model::dialect::Dialect;
use model::table::TableRef;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Executor, FromRow};
use tokio::sync::Mutex;

use super::errors::read_error;
use crate::reconnect::acquire;
use crate::snapshot_read::{SnapshotRead, ranges, splits};
use crate::stream::{channel, send_while_wanted, spawn};
use crate::{BatchStream, MAX_CONNECTIONS, SourceError, SourceErrorKind, Statement};

/// Rows that a division is learned from.
const SAMPLE: f64 = 20_000.0;

pub(super) struct PgSnapshotRead {
    pool: PgPool,
    schema: String,
    /// What the table may be divided by.
    by: Vec<String>,
    snapshot: Snapshot,
    /// The snapshot is there for as long as the transaction that exported it, which does nothing else. It closes with this.
    _holder: Mutex<PgConnection>,
}

#[derive(FromRow)]
struct Snapshot {
    /// By which other sessions take it over.
    exported: String,
    /// Which transactions it sees.
    seen: String,
}

/// A connection that is not the pool's any more, in a transaction that only reads. It may wait for as long as a build does.
async fn begun(pool: &PgPool) -> Result<PgConnection, SourceError> {
    let mut connection = acquire(pool, |error| read_error(error, "")).await?.detach();
    let begin = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    connection.execute(begin).await.map_err(|error| read_error(&error, ""))?;
    Ok(connection)
}

impl PgSnapshotRead {
    pub(super) async fn now(pool: &PgPool, schema: &str, by: &[String]) -> Result<Self, SourceError> {
        let mut holder = begun(pool).await?;
        let sql = "SELECT pg_export_snapshot() AS exported, pg_current_snapshot()::text AS seen";
        let snapshot = sqlx::query_as(sql).fetch_one(&mut holder).await.map_err(|error| read_error(&error, sql))?;
        Ok(Self { pool: pool.clone(), schema: schema.to_owned(), by: by.to_vec(), snapshot, _holder: Mutex::new(holder) })
    }

    /// Another session that sees the same.
    async fn session(&self) -> Result<PgConnection, SourceError> {
        let mut connection = begun(&self.pool).await?;
        let take = format!("SET TRANSACTION SNAPSHOT '{}'", self.snapshot.exported);
        // It is gone with the session that exported it: another try has another.
        let gone = |error: sqlx::Error| {
            SourceError::new(SourceErrorKind::Unreachable, "The consistent snapshot of the source no longer exists. Try again.")
                .because(error)
        };
        connection.execute(AssertSqlSafe(take)).await.map_err(gone)?;
        Ok(connection)
    }

    async fn ask<T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin>(
        &self,
        sql: String,
    ) -> Result<Vec<T>, SourceError> {
        let mut session = self.session().await?;
        sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_all(&mut session).await.map_err(|error| read_error(&error, &sql))
    }

    /// What it may be divided by that an index begins with.
    async fn indexed(&self, table: &TableRef) -> Result<Vec<String>, SourceError> {
        let sql = "SELECT DISTINCT a.attname::text FROM pg_index i
             JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
             JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
             WHERE n.nspname = $1 AND t.relname = $2 AND i.indisvalid AND i.indpred IS NULL AND t.relkind IN ('r', 'm')";
        let schema = if table.schema.is_empty() { &self.schema } else { &table.schema };
        let found: Vec<String> = sqlx::query_scalar(sql)
            .bind(schema)
            .bind(&table.name)
            .fetch_all(&mut self.session().await?)
            .await
            .map_err(|error| read_error(&error, sql))?;
        Ok(self.by.iter().filter(|column| found.contains(column)).cloned().collect())
    }

    async fn about_rows(&self, table: &TableRef) -> Result<f64, SourceError> {
        let name = Dialect::Postgres.table(table).replace('\'', "''");
        let rows: Vec<f32> = self.ask(format!("SELECT reltuples FROM pg_class WHERE oid = '{name}'::regclass")).await?;
        Ok(rows.first().map_or(0.0, |rows| f64::from(*rows)))
    }
}

#[async_trait]
impl SnapshotRead for PgSnapshotRead {
    fn readers(&self) -> usize {
        MAX_CONNECTIONS as usize / 2
    }

    fn name(&self) -> &str {
        &self.snapshot.seen
    }

    async fn divide(&self, table: &TableRef, parts: usize) -> Result<Vec<String>, SourceError> {
        let percent = (SAMPLE * 100.0 / self.about_rows(table).await?.max(1.0)).clamp(0.001, 100.0);
        let from = Dialect::Postgres.table(table);
        let (mut best, mut column) = (Vec::new(), String::new());
        for name in self.indexed(table).await? {
            let quoted = Dialect::Postgres.quote(&name);
            let some = format!("SELECT {quoted} AS k FROM {from} TABLESAMPLE SYSTEM ({percent}) WHERE {quoted} IS NOT NULL");
            // By the column itself: its text, which has the same name here, stands in another order.
            let sample: Vec<String> = self.ask(format!("SELECT k::text FROM ({some}) s ORDER BY s.k")).await?;
            let found = if sample.len() < parts { Vec::new() } else { splits(&sample, parts) };
            if found.len() > best.len() {
                (best, column) = (found, name);
            }
        }
        Ok(ranges(&column, &best, Dialect::Postgres))
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        let mut connection = self.session().await?;
        let (sender, stream) = channel();
        spawn(async move {
            let sending = super::copy::send_rows(&mut connection, &statement, &sender);
            send_while_wanted(&sender, statement.timeout, sending).await;
            // The connection closes here, however it ended: the server sees that within a second.
            sender
        });
        Ok(stream)
    }

    async fn is_as_it_was(&self, table: &TableRef, condition: &str, name: &str, rows: i64) -> Result<bool, SourceError> {
        let name = name.replace('\'', "''");
        // The 32 bits of an `xmin` stand for the last transaction with that end, at or before now. All that began before the oldest one
        // which the other snapshot saw running was over by then. As many rows as there were, and none written since, are the same rows.
        let now = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
        let written = format!("xmin::text::bigint + (({now} >> 32) << 32)");
        let written = format!("CASE WHEN {written} > {now} THEN {written} - 4294967296 ELSE {written} END");
        let is_new = format!("({written}) >= pg_snapshot_xmin('{name}'::pg_snapshot)::text::bigint");
        let from = Dialect::Postgres.table(table);
        let sql = format!("SELECT ARRAY[count(*), count(*) FILTER (WHERE {is_new})] FROM {from} WHERE {condition}");
        let counts: Vec<Vec<i64>> = self.ask(sql).await?;
        Ok(counts.first().is_some_and(|counts| counts.as_slice() == [rows, 0]))
    }
}
