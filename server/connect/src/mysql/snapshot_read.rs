//! One snapshot of MySQL or MariaDB in several sessions: while nobody can write the table, for the time of opening them, each begins a
//! transaction `WITH CONSISTENT SNAPSHOT`. Where that cannot be had (a table without snapshots, one that cannot be locked at once, a user
//! who may not, sessions on several servers) there is none, and one statement reads the table.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use model::dialect::Dialect;
use model::table::TableRef;
use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::{AssertSqlSafe, Executor};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::errors::read_error;
use super::query::send_rows;
use crate::reconnect::acquire;
use crate::snapshot_read::{SnapshotRead, ranges};
use crate::stream::{Ended, channel, send_while_wanted, spawn};
use crate::{BatchStream, SourceError, SourceErrorKind, Statement};

/// Types whose values a quoted text stands for exactly, in the same order in which an index has them. A decimal is not: beside a text
/// both are compared as floating-point numbers.
const ORDERED: &str = "'tinyint','smallint','mediumint','int','bigint','char','varchar','date','datetime','timestamp','uuid'";
/// The longest that the table stays locked.
const LOCKED: Duration = Duration::from_secs(2);

/// How often it is tried to lock it between two transactions of others.
const TRIES: usize = 10;
const BETWEEN: Duration = Duration::from_millis(50);

pub(super) struct MySqlSnapshotRead {
    pool: MySqlPool,
    /// Columns that the table can be divided by.
    indexed: Vec<String>,
    idle: Arc<Mutex<Vec<MySqlConnection>>>,
    free: Arc<Semaphore>,
    readers: usize,
}

/// A connection that is not the pool's any more: what it was told holds for it alone, and it closes with this.
async fn session(pool: &MySqlPool) -> Result<MySqlConnection, SourceError> {
    Ok(acquire(pool, read_error).await?.detach())
}

/// Which server a session is on: behind a balancer they may differ.
async fn server_of(session: &mut MySqlConnection) -> Result<String, SourceError> {
    sqlx::query_scalar("SELECT CONCAT(@@hostname, ' ', @@port, ' ', @@server_id)")
        .fetch_one(session)
        .await
        .map_err(|error| read_error(&error))
}

impl MySqlSnapshotRead {
    pub(super) async fn now(pool: &MySqlPool, (table, by): (&TableRef, &[String]), readers: usize) -> Result<Option<Self>, SourceError> {
        let indexed = indexed(pool, table, by).await?;
        if readers < 2 || indexed.is_empty() {
            return Ok(None);
        }
        let mut sessions = Vec::new();
        for _ in 0..readers {
            match session(pool).await {
                Ok(mut session) => {
                    // At any other level the server takes no notice of a snapshot that is asked for.
                    let level = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";
                    session.execute(level).await.map_err(|error| read_error(&error))?;
                    sessions.push(session);
                }
                Err(error) => tracing::info!(cause = error.cause, "a table is read by fewer readers: {error}"),
            }
        }
        if sessions.len() < 2 || !begun_at_once(session(pool).await?, table, &mut sessions).await? {
            return Ok(None);
        }
        let readers = sessions.len();
        let free = Arc::new(Semaphore::new(readers));
        Ok(Some(Self { pool: pool.clone(), indexed, idle: Arc::new(Mutex::new(sessions)), free, readers }))
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, SourceError> {
        Arc::clone(&self.free).acquire_owned().await.map_err(|error| broken().because(error))
    }

    /// The values at which the column's index has come so many rows further, each found from the one before.
    async fn walk(&self, table: &TableRef, column: &str, rows: i64) -> Result<Vec<String>, SourceError> {
        let (from, column) = (Dialect::Mysql.table(table), Dialect::Mysql.quote(column));
        let mut splits: Vec<String> = Vec::new();
        loop {
            let behind = match splits.last() {
                None => format!("{column} > (SELECT MIN({column}) FROM {from})"),
                Some(last) => format!("{column} > '{}'", last.replace('\'', "''")),
            };
            let sql = format!("SELECT CAST({column} AS CHAR) FROM {from} WHERE {behind} ORDER BY {column} LIMIT 1 OFFSET {rows}");
            let next: Option<String> =
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_optional(&self.pool).await.map_err(|error| read_error(&error))?;
            match next {
                Some(next) if splits.last() != Some(&next) => splits.push(next),
                _ => return Ok(splits),
            }
        }
    }
}

/// Of some columns of a table that keeps snapshots, those that an index begins with, and that can be written as text.
async fn indexed(pool: &MySqlPool, table: &TableRef, columns: &[String]) -> Result<Vec<String>, SourceError> {
    let sql = format!(
        "SELECT DISTINCT CAST(s.column_name AS CHAR) FROM information_schema.statistics s
         JOIN information_schema.columns c USING (table_schema, table_name, column_name)
         JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE table_schema = IF(? = '', DATABASE(), ?) AND table_name = ? AND seq_in_index = 1 AND index_type = 'BTREE'
           AND t.engine = 'InnoDB' AND c.data_type IN ({ORDERED})"
    );
    let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(&table.schema)
        .bind(&table.schema)
        .bind(&table.name)
        .fetch_all(pool)
        .await
        .map_err(|error| read_error(&error))?;
    Ok(columns.iter().filter(|column| found.contains(column)).cloned().collect())
}

/// Begins a snapshot in each session while `lock` keeps others from writing; whether all have the same.
async fn begun_at_once(mut lock: MySqlConnection, table: &TableRef, sessions: &mut [MySqlConnection]) -> Result<bool, SourceError> {
    let server = server_of(&mut lock).await?;
    for session in &mut *sessions {
        if server_of(session).await? != server {
            tracing::info!("a table is read by one statement: its sessions are on several servers");
            return Ok(false);
        }
    }
    // Nobody who writes is made to wait behind a lock that waits itself: a second is the least that MySQL knows, MariaDB knows none. Where
    // this process is never heard of again, the server gives the lock up by itself.
    if lock.execute("SET SESSION lock_wait_timeout = 0").await.is_err() {
        lock.execute("SET SESSION lock_wait_timeout = 1").await.map_err(|error| read_error(&error))?;
    }
    lock.execute("SET SESSION wait_timeout = 5").await.map_err(|error| read_error(&error))?;
    let sql = format!("LOCK TABLES {} READ", Dialect::Mysql.table(table));
    let mut tries = 0;
    while let Err(error) = lock.execute(AssertSqlSafe(sql.clone())).await {
        tries += 1;
        if tries == TRIES {
            tracing::info!(cause = %error, "a table is read by one statement: it cannot be locked for a moment");
            return Ok(false);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    let begin = async {
        for session in sessions {
            session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY").await.map_err(|error| read_error(&error))?;
        }
        Ok(())
    };
    let begun = tokio::time::timeout(LOCKED, begin).await;
    // However that ended: the lock goes now, or with its connection.
    drop(lock.execute("UNLOCK TABLES").await);
    match begun {
        Ok(begun) => begun.map(|()| true),
        Err(_) => Ok(false),
    }
}

/// A statement of it ended in the middle, and its session with it.
fn broken() -> SourceError {
    SourceError::new(SourceErrorKind::Unreachable, "The connection to the source was lost. Try again.")
}

#[async_trait]
impl SnapshotRead for MySqlSnapshotRead {
    fn readers(&self) -> usize {
        self.readers
    }

    fn name(&self) -> &str {
        ""
    }

    async fn divide(&self, table: &TableRef, parts: usize) -> Result<Vec<String>, SourceError> {
        let count = format!("SELECT COUNT(*) FROM {}", Dialect::Mysql.table(table));
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&self.pool).await.map_err(|error| read_error(&error))?;
        let each = rows / i64::try_from(parts).unwrap_or(1).max(1) + 1;
        let (mut best, mut column) = (Vec::new(), "");
        for name in &self.indexed {
            let found = self.walk(table, name, each).await?;
            if found.len() > best.len() {
                (best, column) = (found, name);
            }
        }
        Ok(ranges(column, &best, Dialect::Mysql))
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        let permit = self.permit().await?;
        let mut session = self.idle.lock().await.pop().ok_or_else(broken)?;
        let (sender, stream) = channel();
        let idle = Arc::clone(&self.idle);
        spawn(async move {
            let sending = send_rows(&mut session, &statement, &sender);
            // What was left in the middle closes: the server ends the statement when it finds nobody to send to.
            if send_while_wanted(&sender, statement.timeout, sending).await == Ended::Done {
                idle.lock().await.push(session);
            }
            drop(permit);
            sender
        });
        Ok(stream)
    }

    async fn is_as_it_was(&self, _: &TableRef, _: &str, _: &str, _: i64) -> Result<bool, SourceError> {
        Ok(false)
    }
}
