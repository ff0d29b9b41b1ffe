//! Rows that could not be taken, as they came. They are data, and no change of the metadata: no revision, no audit.

use model::clock::Millis;
use sqlx::FromRow;

use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct RejectedRow {
    pub version_id: String,
    /// Where it stands in its source.
    pub place: String,
    pub reason: String,
    /// The key of a message, where it has one of its own.
    pub message_key: Option<Vec<u8>>,
    /// Nothing where it deletes what its key names.
    pub bytes: Option<Vec<u8>>,
    pub at: Millis,
    /// 1 once somebody wants it tried again.
    pub again: i64,
}

const COLUMNS: &str = "version_id, place, reason, message_key, bytes, at, again";

impl Store {
    /// Keeps rows; one that is kept already is kept once.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn keep_rejected_rows(&self, rows: &[RejectedRow]) -> Result<(), StoreError> {
        // At once: each by itself would wait for the disk by itself.
        let mut all = self.pool.begin().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO dirty_rows (version_id, place, reason, message_key, bytes, at, again) VALUES ($1, $2, $3, $4, $5, $6, 0)
                 ON CONFLICT (version_id, place) DO UPDATE SET reason = excluded.reason, again = 0",
            )
            .bind(&row.version_id)
            .bind(&row.place)
            .bind(&row.reason)
            .bind(row.message_key.as_deref())
            .bind(row.bytes.as_deref())
            .bind(row.at)
            .execute(&mut *all)
            .await?;
        }
        Ok(all.commit().await?)
    }

    pub async fn rejected_count(&self, version_id: &str) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT COUNT(*) FROM dirty_rows WHERE version_id = $1").bind(version_id).fetch_one(&self.pool).await?)
    }

    /// Those of a version behind a place, in the order of their places.
    pub async fn rejected_rows(&self, version_id: &str, behind: &str, at_most: i64) -> Result<Vec<RejectedRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM dirty_rows WHERE version_id = $1 AND place > $2 ORDER BY place LIMIT $3");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(version_id).bind(behind).bind(at_most).fetch_all(&self.pool).await?)
    }

    /// Those that somebody wants tried again.
    pub async fn rejected_rows_again(&self, version_id: &str, at_most: i64) -> Result<Vec<RejectedRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM dirty_rows WHERE version_id = $1 AND again = 1 ORDER BY place LIMIT $2");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(version_id).bind(at_most).fetch_all(&self.pool).await?)
    }

    /// The keys of messages that are kept.
    pub async fn rejected_keys(&self, version_id: &str) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar("SELECT DISTINCT message_key FROM dirty_rows WHERE version_id = $1 AND message_key IS NOT NULL")
            .bind(version_id)
            .fetch_all(&self.pool)
            .await?)
    }

    /// Forgets rows of messages whose key was ended since.
    pub async fn forget_rejected_key(&self, version_id: &str, message_key: &[u8]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM dirty_rows WHERE version_id = $1 AND message_key = $2")
            .bind(version_id)
            .bind(message_key)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets those that were to be tried again, and were not rejected again since; unless somebody has wished for it once more.
    pub async fn forget_rejected_again(&self, version_id: &str, wish: &str) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM dirty_rows WHERE version_id = $1 AND again = 1
             AND EXISTS (SELECT 1 FROM followings WHERE followings.version_id = $1 AND followings.backfill = $2)",
        )
        .bind(version_id)
        .bind(wish)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets rows that were taken after all.
    pub async fn forget_rejected_rows(&self, version_id: &str, places: &[String]) -> Result<(), StoreError> {
        for place in places {
            sqlx::query("DELETE FROM dirty_rows WHERE version_id = $1 AND place = $2")
                .bind(version_id)
                .bind(place)
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }
}

impl Tx {
    /// Wants all of a version tried again; how many that are.
    pub async fn try_rejected_rows_again(&mut self, version_id: &str) -> Result<u64, StoreError> {
        let changed =
            sqlx::query("UPDATE dirty_rows SET again = 1 WHERE version_id = $1").bind(version_id).execute(&mut *self.inner).await?;
        Ok(changed.rows_affected())
    }
}
