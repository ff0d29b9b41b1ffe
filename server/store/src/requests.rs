//! Requests: somebody asks, somebody else decides.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct RequestRow {
    pub id: String,
    pub api_id: String,
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

const COLUMNS: &str = "id, api_id, version_id, environment, state, author_id, reason, created_at, decided_by, decision, decided_at";

impl Store {
    /// Newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn requests(&self) -> Result<Vec<RequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM requests ORDER BY created_at DESC, id DESC"));
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    /// # Errors
    /// Where the database does not answer.
    pub async fn requests_of(&self, api_id: &str) -> Result<Vec<RequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM requests WHERE api_id = $1 ORDER BY created_at DESC, id DESC"));
        Ok(sqlx::query_as(sql).bind(api_id).fetch_all(&self.pool).await?)
    }

    /// # Errors
    /// Where the database does not answer.
    pub async fn request(&self, id: &str) -> Result<Option<RequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM requests WHERE id = $1"));
        Ok(sqlx::query_as(sql).bind(id).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// Where the database does not answer.
    pub async fn insert_request(&mut self, row: &RequestRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO requests (id, api_id, version_id, environment, state, author_id, reason, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.id)
        .bind(&row.api_id)
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

    /// Closes an open request.
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
        one_row(&changed)
    }
}
