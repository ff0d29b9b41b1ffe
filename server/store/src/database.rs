//! Opening the database, migrating it, and the one way to write: a transaction that begins by raising the revision.

use std::time::Duration;

use model::audit::{AuditAction, AuditRow};
use model::clock::Millis;
use sqlx::any::{AnyPoolOptions, AnyQueryResult};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Any, AnyPool, Executor};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Connections of one process; metadata is read rarely, so few are enough.
const MAX_CONNECTIONS: u32 = 8;
/// Connections for those who are not signed in: a flood of them takes none of the others.
const VISITOR_CONNECTIONS: u32 = 2;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why metadata could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "the metadata database was made by a newer Sluice (it has migration {0}). Start that version, or restore a backup from before it"
    )]
    Newer(i64),
    #[error("the metadata database could not be migrated: {0}")]
    Migrate(MigrateError),
    /// A unique constraint: somebody was first.
    #[error("an object with this name already exists")]
    Taken,
    /// The row is not what the writer had seen.
    #[error("the object was changed in the meantime")]
    Stale,
    #[error("the metadata database does not respond: {0}")]
    Database(sqlx::Error),
    /// A row is there, and what it should hold cannot be made of it. Nothing is put in its place.
    #[error("the stored definition of {what} cannot be read: {cause}")]
    Unreadable { what: String, cause: serde_json::Error },
    /// What is to be stored cannot be written down. Nothing is stored in its place.
    #[error("{what} cannot be written as JSON: {cause}")]
    Unwritable { what: String, cause: serde_json::Error },
}

impl StoreError {
    /// What a person is told of a definition that cannot be read; nothing of another error.
    #[must_use]
    pub fn unreadable(&self) -> Option<String> {
        match self {
            Self::Unreadable { what, .. } => Some(format!(
                "The stored definition of {what} cannot be read, and was not changed. The log has the cause. Restore the row from a backup of the metadata database."
            )),
            _ => None,
        }
    }

    /// Whether the database is only away, and may be back in a moment.
    #[must_use]
    pub fn is_away(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
            // It is being stopped, was stopped, or is not up yet; or the line to it broke.
            Self::Database(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| matches!(&*code, "57P01" | "57P02" | "57P03" | "08000" | "08003" | "08006"))
            }
            _ => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Taken,
            _ => Self::Database(error),
        }
    }
}

/// The metadata database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
    visitors: AnyPool,
    /// How a transaction begins whose reads all see one state.
    one_state: &'static str,
}

/// In write-ahead mode, a transaction of SQLite sees what stood when it read first.
const ONE_STATE_SQLITE: &str = "BEGIN";
const ONE_STATE_POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Who changes something, when, and in which request: what the audit rows of a transaction share.
#[derive(Debug, Clone)]
pub struct Change {
    pub actor: String,
    pub at: Millis,
    pub request_id: String,
}

/// A writing transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    pub(crate) inner: sqlx::Transaction<'static, Any>,
    pub(crate) revision: i64,
    pub(crate) change: Change,
}

impl Store {
    /// For `sqlite://path` (made when missing) or `postgres://…`. Dials when it is first used; migrates nothing.
    ///
    /// # Errors
    /// An address that cannot be read.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let sqlite = url.starts_with("sqlite:");
        let url = if sqlite && !url.contains('?') { format!("{url}?mode=rwc") } else { url.to_owned() };
        let pool = open_pool(&url, sqlite, MAX_CONNECTIONS)?;
        let visitors = open_pool(&url, sqlite, VISITOR_CONNECTIONS)?;
        Ok(Self { pool, visitors, one_state: if sqlite { ONE_STATE_SQLITE } else { ONE_STATE_POSTGRES } })
    }

    /// The same metadata over connections of their own, for what people ask who are not signed in.
    #[must_use]
    pub fn for_visitors(&self) -> Self {
        Self { pool: self.visitors.clone(), ..self.clone() }
    }

    /// Brings the database to this program's layout.
    ///
    /// # Errors
    /// [`StoreError::Newer`] where a newer program has already migrated it; nothing is changed then.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        MIGRATIONS.run(&self.pool).await.map_err(migration_failed)
    }

    /// The revision of the metadata: raised by every change.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT value FROM revision WHERE id = 1").fetch_one(&self.pool).await?)
    }

    /// Begins reads that all see the metadata as it is now, whatever is changed meanwhile.
    pub(crate) async fn read_one_state(&self) -> Result<sqlx::Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with(self.one_state).await?)
    }

    /// Begins a change. The first statement raises the revision, so changes queue behind one another and their
    /// order is the order of the audit log on both databases.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn write(&self, change: Change) -> Result<Tx, StoreError> {
        let mut inner = self.pool.begin().await?;
        let revision =
            sqlx::query_scalar("UPDATE revision SET value = value + 1 WHERE id = 1 RETURNING value").fetch_one(&mut *inner).await?;
        Ok(Tx { inner, revision, change })
    }

    /// Closes all connections; those under way finish first.
    pub async fn close(&self) {
        self.visitors.close().await;
        self.pool.close().await;
    }
}

pub(crate) fn migration_failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer(version),
        MigrateError::Execute(error) => StoreError::Database(error),
        other => StoreError::Migrate(other),
    }
}

/// A pool that dials when it is first used.
pub(crate) fn open_pool(url: &str, sqlite: bool, connections: u32) -> Result<AnyPool, StoreError> {
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if sqlite {
                    connection.execute("PRAGMA journal_mode = WAL").await?;
                    connection.execute("PRAGMA synchronous = NORMAL").await?;
                    connection.execute("PRAGMA busy_timeout = 5000").await?;
                    connection.execute("PRAGMA foreign_keys = ON").await?;
                }
                Ok(())
            })
        })
        .connect_lazy(url)?;
    Ok(pool)
}

impl Tx {
    /// The revision that this change makes.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// What follows in this change is done by somebody else: an approver inside an apply.
    pub fn act_as(&mut self, actor: &str) {
        actor.clone_into(&mut self.change.actor);
    }

    /// The time that this change is stamped with.
    #[must_use]
    pub fn at(&self) -> Millis {
        self.change.at
    }

    /// Writes the audit row of one change; `id` is a UUIDv7.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit(
        &mut self,
        id: String,
        action: AuditAction,
        (domain, subject): (&str, &str),
        before: Option<String>,
        after: Option<String>,
    ) -> Result<(), StoreError> {
        let row = AuditRow {
            id,
            revision: self.revision,
            at: self.change.at,
            actor: self.change.actor.clone(),
            action: action.key().into(),
            domain: domain.into(),
            subject: subject.into(),
            before,
            after,
            request_id: self.change.request_id.clone(),
        };
        self.insert_audit(&row).await
    }

    /// # Errors
    /// Where the database does not answer; then nothing of the change is kept.
    pub async fn commit(self) -> Result<i64, StoreError> {
        self.inner.commit().await?;
        Ok(self.revision)
    }
}

/// `Ok` where exactly one row was changed, [`StoreError::Stale`] otherwise.
pub(crate) fn one_row(result: &AnyQueryResult) -> Result<(), StoreError> {
    if result.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
