//! Requests: somebody asks, somebody else decides.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct RequestRow {
    pub id: String,
    /// What it is about: `model::view::RequestKind` by its key.
    pub kind: String,
    /// The id of the API, the source or the dataset.
    pub object_id: String,
    /// The version of the API that is to go live; empty for the other kinds.
    pub version_id: String,
    pub environment: String,
    /// `open`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    pub author_id: String,
    pub reason: String,
    pub created_at: Millis,
    pub decided_by: Option<String>,
    pub decision: Option<String>,
    pub decided_at: Option<Millis>,
}

const COLUMNS: &str = "id, kind, object_id, COALESCE(version_id, '') AS version_id, environment, state, author_id, reason, created_at, \
                       decided_by, decision, decided_at";

impl Store {
    /// Of every kind, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn requests(&self) -> Result<Vec<RequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM requests ORDER BY created_at DESC, id DESC"));
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    /// Those about one object, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn requests_of(&self, object_id: &str) -> Result<Vec<RequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM requests WHERE object_id = $1 ORDER BY created_at DESC, id DESC"));
        Ok(sqlx::query_as(sql).bind(object_id).fetch_all(&self.pool).await?)
    }

    /// # Errors
    /// Where the database does not answer.
    pub async fn request(&self, id: &str) -> Result<Option<RequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM requests WHERE id = $1"));
        Ok(sqlx::query_as(sql).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The change of an object that waits for a decision, where there is one.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn open_change(&self, kind: &str, object_id: &str, environment: &str) -> Result<Option<RequestRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM requests WHERE kind = $1 AND object_id = $2 AND environment = $3 AND state = 'open'");
        let sql = sqlx::AssertSqlSafe(sql);
        Ok(sqlx::query_as(sql).bind(kind).bind(object_id).bind(environment).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where a change of the same object is open already.
    pub async fn insert_request(&mut self, row: &RequestRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO requests (id, kind, object_id, version_id, environment, state, author_id, reason, created_at)
             VALUES ($1, $2, $3, NULLIF($4, ''), $5, $6, $7, $8, $9)",
        )
        .bind(&row.id)
        .bind(&row.kind)
        .bind(&row.object_id)
        .bind(&row.version_id)
        .bind(&row.environment)
        .bind(&row.state)
        .bind(&row.author_id)
        .bind(&row.reason)
        .bind(row.created_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Closes an open request, and takes the secrets out of what it held back.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has already decided.
    pub async fn decide_request(&mut self, id: &str, state: &str, by: &str, decision: &str) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE requests SET state = $2, decided_by = $3, decision = $4, decided_at = $5
             WHERE id = $1 AND state = 'open'",
        )
        .bind(id)
        .bind(state)
        .bind(by)
        .bind(decision)
        .bind(self.change.at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        self.forget_held_secrets(id).await
    }
}
