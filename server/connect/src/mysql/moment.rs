//! One snapshot of MySQL or MariaDB in several sessions: while nobody can write the table, for the time of opening them, each begins a
//! transaction `WITH CONSISTENT SNAPSHOT`. Where the table cannot be locked at once, or the user may not lock it, one session has the snapshot.

use std::sync::Arc;

use async_trait::async_trait;
use model::dialect::Dialect;
use model::form::table_sql;
use model::table::TableRef;
use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::{AssertSqlSafe, Executor};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::query::send_rows;
use super::read_error;
use crate::moment::{Moment, ranges};
use crate::stream::{Ended, channel, send_while_wanted};
use crate::{BatchStream, SourceError, SourceErrorKind, Statement};

/// Sessions of one snapshot. They are opened at once, so there are few.
const READERS: usize = 4;
/// Types whose values a text stands for in the same order in which an index has them.
const ORDERED: &str = "'tinyint','smallint','mediumint','int','bigint','decimal','char','varchar','date','datetime','timestamp','uuid'";

pub(super) struct MySqlMoment {
    pool: MySqlPool,
    idle: Arc<Mutex<Vec<MySqlConnection>>>,
    free: Arc<Semaphore>,
    readers: usize,
}

const BEGIN: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// A connection that is not the pool's any more: what it was told holds for it alone, and it closes with this.
async fn session(pool: &MySqlPool) -> Result<MySqlConnection, SourceError> {
    Ok(pool.acquire().await.map_err(|error| read_error(&error))?.detach())
}

impl MySqlMoment {
    pub(super) async fn now(pool: &MySqlPool, table: &TableRef) -> Result<Self, SourceError> {
        let mut sessions = Vec::new();
        for _ in 0..READERS {
            sessions.push(session(pool).await?);
        }
        let mut lock = session(pool).await?;
        // Nobody who writes is made to wait behind a lock that waits itself: a second is the least that MySQL knows, MariaDB knows none.
        lock.execute("SET SESSION lock_wait_timeout = 0").await.map_err(|error| read_error(&error))?;
        let held = lock.execute(AssertSqlSafe(format!("LOCK TABLES {} READ", table_sql(table, Dialect::Mysql)))).await;
        if let Err(error) = &held {
            tracing::debug!(cause = %error, "a table is read in one session: it cannot be locked for a moment");
            sessions.truncate(1);
        }
        for session in &mut sessions {
            session.execute(BEGIN).await.map_err(|error| read_error(&error))?;
        }
        drop(lock.execute("UNLOCK TABLES").await);
        let readers = sessions.len();
        let free = Arc::new(Semaphore::new(readers));
        Ok(Self { pool: pool.clone(), idle: Arc::new(Mutex::new(sessions)), free, readers })
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, SourceError> {
        Arc::clone(&self.free).acquire_owned().await.map_err(|error| broken().because(error))
    }

    /// Of some columns, those that an index begins with, and that can be written as text.
    async fn indexed(&self, table: &TableRef, columns: &[String]) -> Result<Vec<String>, SourceError> {
        let sql = format!(
            "SELECT DISTINCT CAST(s.column_name AS CHAR) FROM information_schema.statistics s
             JOIN information_schema.columns c USING (table_schema, table_name, column_name)
             WHERE table_schema = IF(? = '', DATABASE(), ?) AND table_name = ? AND seq_in_index = 1 AND index_type = 'BTREE'
               AND data_type IN ({ORDERED})"
        );
        let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(&table.schema)
            .bind(&table.schema)
            .bind(&table.name)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| read_error(&error))?;
        Ok(columns.iter().filter(|column| found.contains(column)).cloned().collect())
    }

    /// The values at which the column's index has come so many rows further, each found from the one before.
    async fn walk(&self, table: &TableRef, column: &str, rows: i64) -> Result<Vec<String>, SourceError> {
        let (from, column) = (table_sql(table, Dialect::Mysql), Dialect::Mysql.quote(column));
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

/// A statement of it ended in the middle, and its session with it.
fn broken() -> SourceError {
    SourceError::new(SourceErrorKind::Unreachable, "The connection broke off. Try again.")
}

#[async_trait]
impl Moment for MySqlMoment {
    fn readers(&self) -> usize {
        self.readers
    }

    fn name(&self) -> &str {
        ""
    }

    async fn divide(&self, table: &TableRef, by: &[String], parts: usize) -> Result<Vec<String>, SourceError> {
        let count = format!("SELECT COUNT(*) FROM {}", table_sql(table, Dialect::Mysql));
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&self.pool).await.map_err(|error| read_error(&error))?;
        let each = rows / i64::try_from(parts).unwrap_or(1).max(1) + 1;
        let (mut best, mut column) = (Vec::new(), String::new());
        for name in self.indexed(table, by).await? {
            let found = self.walk(table, &name, each).await?;
            if found.len() > best.len() {
                (best, column) = (found, name);
            }
        }
        Ok(ranges(&column, &best, Dialect::Mysql))
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        let permit = self.permit().await?;
        let Some(mut session) = self.idle.lock().await.pop() else {
            return Err(broken());
        };
        let (sender, stream) = channel();
        let idle = Arc::clone(&self.idle);
        tokio::spawn(async move {
            let sending = send_rows(&mut session, &statement, &sender);
            // What was left in the middle closes: the server ends the statement when it finds nobody to send to.
            if send_while_wanted(&sender, statement.timeout, sending).await == Ended::Done {
                idle.lock().await.push(session);
            }
            drop(permit);
        });
        Ok(stream)
    }

    async fn is_as_it_was(&self, _: &TableRef, _: &str, _: &str, _: i64) -> Result<bool, SourceError> {
        Ok(false)
    }
}
