//! Approvals of requests that two people must approve.

use model::clock::Millis;
use sqlx::FromRow;

use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ApprovalRow {
    pub request_id: String,
    pub user_id: String,
    pub reason: String,
    pub at: Millis,
}

impl Store {
    /// Those of all requests, the first of each before the others.
    ///
    /// # Errors
    /// Where the database does not answer; so for the read below.
    pub async fn approvals(&self) -> Result<Vec<ApprovalRow>, StoreError> {
        Ok(sqlx::query_as("SELECT request_id, user_id, reason, at FROM request_approvals ORDER BY request_id, at, user_id")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn approvals_of(&self, request_id: &str) -> Result<Vec<ApprovalRow>, StoreError> {
        Ok(sqlx::query_as("SELECT request_id, user_id, reason, at FROM request_approvals WHERE request_id = $1 ORDER BY at, user_id")
            .bind(request_id)
            .fetch_all(&self.pool)
            .await?)
    }
}

impl Tx {
    /// Writes somebody's approval of an open request; gives how many there are with it.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where this person has approved it already, [`StoreError::Stale`] where it is decided.
    pub async fn insert_approval(&mut self, row: &ApprovalRow) -> Result<i64, StoreError> {
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM requests WHERE id = $1").bind(&row.request_id).fetch_optional(&mut *self.inner).await?;
        if state.as_deref() != Some("open") {
            return Err(StoreError::Stale);
        }
        sqlx::query("INSERT INTO request_approvals (request_id, user_id, reason, at) VALUES ($1, $2, $3, $4)")
            .bind(&row.request_id)
            .bind(&row.user_id)
            .bind(&row.reason)
            .bind(row.at)
            .execute(&mut *self.inner)
            .await?;
        Ok(sqlx::query_scalar("SELECT COUNT(*) FROM request_approvals WHERE request_id = $1")
            .bind(&row.request_id)
            .fetch_one(&mut *self.inner)
            .await?)
    }

    /// Takes somebody's approval back.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn delete_approval(&mut self, row: &ApprovalRow) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM request_approvals WHERE request_id = $1 AND user_id = $2")
            .bind(&row.request_id)
            .bind(&row.user_id)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
