//! Data versions that follow their tables: claimed by one worker at a time, by turns.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct IncrementalRow {
    pub version_id: String,
    /// Raised by each who takes it.
    pub turn: i64,
    pub worker: Option<String>,
    pub beat_at: Option<Millis>,
    /// Not taken before.
    pub due_at: Millis,
    /// `model::incremental::IncrementalFigures` as JSON.
    pub figures: String,
    /// Why it does not go on; empty otherwise.
    pub reason: String,
    /// `model::incremental::Backfill` as JSON: rows that somebody wants read again.
    pub backfill: Option<String>,
}

const COLUMNS: &str = "followings.version_id, followings.turn, followings.worker, followings.beat_at, followings.due_at, followings.figures, followings.reason, followings.backfill";

impl Store {
    /// Those of live versions, the longest due first.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn incremental_syncs(&self) -> Result<Vec<IncrementalRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM followings JOIN data_versions ON data_versions.id = followings.version_id
             WHERE data_versions.state = 'live' ORDER BY followings.due_at, followings.version_id"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn incremental_sync(&self, version_id: &str) -> Result<Option<IncrementalRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM followings WHERE version_id = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(version_id).fetch_optional(&self.pool).await?)
    }

    /// Takes one as it was seen; whether nobody else had. Not a change of the metadata: no revision, no audit.
    pub async fn claim_incremental_sync(&self, seen: &IncrementalRow, worker: &str, now: Millis) -> Result<bool, StoreError> {
        let taken = sqlx::query("UPDATE followings SET turn = turn + 1, worker = $3, beat_at = $4 WHERE version_id = $1 AND turn = $2")
            .bind(&seen.version_id)
            .bind(seen.turn)
            .bind(worker)
            .bind(now)
            .execute(&self.pool)
            .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// How far it is, and that its worker lives. Why it did not go on stays until it `goes_on`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody else has it.
    pub async fn beat_incremental_sync(
        &self,
        row: &IncrementalRow,
        (figures, goes_on): (&str, bool),
        now: Millis,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE followings SET figures = $3, beat_at = $4, reason = CASE WHEN $5 = 1 THEN '' ELSE reason END
             WHERE version_id = $1 AND turn = $2";
        let changed = sqlx::query(sql)
            .bind(&row.version_id)
            .bind(row.turn)
            .bind(figures)
            .bind(now)
            .bind(i64::from(goes_on))
            .execute(&self.pool)
            .await?;
        one_row(&changed)
    }

    /// The sign of a worker that it lives; whether it is still the one.
    pub async fn touch_incremental_sync(&self, row: &IncrementalRow, now: Millis) -> Result<bool, StoreError> {
        let touched = sqlx::query("UPDATE followings SET beat_at = $3 WHERE version_id = $1 AND turn = $2")
            .bind(&row.version_id)
            .bind(row.turn)
            .bind(now)
            .execute(&self.pool)
            .await?;
        Ok(touched.rows_affected() == 1)
    }

    /// Rows that somebody wanted read again were; another wish since stays.
    pub async fn end_backfill(&self, version_id: &str, backfill: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE followings SET backfill = NULL WHERE version_id = $1 AND backfill = $2")
            .bind(version_id)
            .bind(backfill)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Gives it back, to be taken again at `due_at`; one that somebody else has is left alone.
    pub async fn release_incremental_sync(&self, row: &IncrementalRow, reason: &str, due_at: Millis) -> Result<(), StoreError> {
        sqlx::query("UPDATE followings SET worker = NULL, beat_at = NULL, reason = $3, due_at = $4 WHERE version_id = $1 AND turn = $2")
            .bind(&row.version_id)
            .bind(row.turn)
            .bind(reason)
            .bind(due_at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

impl Tx {
    /// Wants rows read again, and not in its time but now.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where nobody follows the version.
    pub async fn set_backfill(&mut self, version_id: &str, backfill: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE followings SET backfill = $2, due_at = 0 WHERE version_id = $1")
            .bind(version_id)
            .bind(backfill)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    /// A version that is to follow its table once it is live.
    pub async fn insert_incremental_sync(&mut self, version_id: &str) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO followings (version_id, turn, due_at, figures, reason) VALUES ($1, 0, 0, '{}', '')")
            .bind(version_id)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
