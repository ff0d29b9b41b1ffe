//! Comparisons of live dataset versions with their tables. No change of the metadata: no revision, no audit.

use model::clock::Millis;
use sqlx::FromRow;

use crate::{Store, StoreError};

#[derive(Debug, Clone, FromRow)]
pub struct ComparisonRow {
    pub version_id: String,
    pub due_at: Millis,
    pub at: Millis,
    pub finished_at: Option<Millis>,
    /// `model::reconcile::Compared` as JSON.
    pub figures: String,
    /// Why it did not come to its end; empty otherwise.
    pub reason: String,
}

impl Store {
    /// The newest first.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn comparisons_of(&self, version_id: &str, at_most: i64) -> Result<Vec<ComparisonRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT version_id, due_at, at, finished_at, figures, reason FROM comparisons WHERE version_id = $1 ORDER BY due_at DESC LIMIT $2",
        )
        .bind(version_id)
        .bind(at_most)
        .fetch_all(&self.pool)
        .await?)
    }

    /// Of each version the last one that is over.
    pub async fn last_comparisons(&self) -> Result<Vec<ComparisonRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT version_id, due_at, at, finished_at, figures, reason FROM comparisons AS c WHERE due_at =
             (SELECT MAX(due_at) FROM comparisons WHERE version_id = c.version_id AND finished_at IS NOT NULL)",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Begins one; whether nobody else has.
    pub async fn begin_comparison(&self, version_id: &str, due_at: Millis, now: Millis) -> Result<bool, StoreError> {
        let begun = sqlx::query(
            "INSERT INTO comparisons (version_id, due_at, at, figures, reason) VALUES ($1, $2, $3, '{}', '') ON CONFLICT (version_id, due_at) DO NOTHING",
        )
        .bind(version_id)
        .bind(due_at)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(begun.rows_affected() == 1)
    }

    /// Ends one, and forgets those that are older than `keep` before it.
    pub async fn finish_comparison(&self, row: &ComparisonRow, keep: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE comparisons SET finished_at = $3, figures = $4, reason = $5 WHERE version_id = $1 AND due_at = $2")
            .bind(&row.version_id)
            .bind(row.due_at)
            .bind(row.finished_at)
            .bind(&row.figures)
            .bind(&row.reason)
            .execute(&self.pool)
            .await?;
        sqlx::query(
            "DELETE FROM comparisons WHERE version_id = $1 AND due_at NOT IN
             (SELECT due_at FROM comparisons WHERE version_id = $1 ORDER BY due_at DESC LIMIT $2)",
        )
        .bind(&row.version_id)
        .bind(keep)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
