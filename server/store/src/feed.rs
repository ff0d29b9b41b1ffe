//! What gateways report: the revision that each serves, and the APIs whose plan did not compile.

use model::clock::Millis;
use sqlx::FromRow;

use crate::{Store, StoreError};

#[derive(Debug, Clone, FromRow)]
pub struct NodeRow {
    pub id: String,
    pub revision: i64,
    /// JSON: the paths of APIs that this node cannot serve, with the reason of each.
    pub broken: String,
    pub seen_at: Millis,
}

impl Store {
    /// # Errors
    /// Where the database does not answer.
    pub async fn report_node(&self, row: &NodeRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO nodes (id, revision, broken, seen_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, broken = excluded.broken,
             seen_at = excluded.seen_at",
        )
        .bind(&row.id)
        .bind(row.revision)
        .bind(&row.broken)
        .bind(row.seen_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets a node that has ended.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn forget_node(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM nodes WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// The nodes that have reported since `since`.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn nodes(&self, since: Millis) -> Result<Vec<NodeRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, revision, broken, seen_at FROM nodes WHERE seen_at >= $1 ORDER BY id")
            .bind(since)
            .fetch_all(&self.pool)
            .await?)
    }
}
