//! Scans of sources: what is scanned, when, who does it now, and what the last scan found.

use model::catalogue::{ScanCounts, ScanSpec, ScanState};
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, Executor, FromRow};

use crate::database::one_row;
use crate::stored::{decode, decode_word, encode};
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SourceScanRow {
    pub source_id: String,
    /// `model::catalogue::ScanSpec` as JSON.
    pub spec: String,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
    pub due_at: Option<Millis>,
    /// `model::catalogue::ScanState` by its key.
    pub state: String,
    pub finished_at: Option<Millis>,
    /// `model::catalogue::ScanCounts` as JSON.
    pub counts: String,
    /// Why it failed or is held; empty otherwise.
    pub reason: String,
    /// Of a held scan: known tables that it did not find, as a JSON list.
    pub missing: String,
    /// So many known tables are enough, as somebody has said of a held scan.
    pub accepted: Option<i64>,
    pub worker: Option<String>,
    pub lease_until: Option<Millis>,
}

const COLUMNS: &str =
    "source_id, spec, edit, updated_by, updated_at, due_at, state, finished_at, counts, reason, missing, accepted, worker, lease_until";

impl SourceScanRow {
    /// # Errors
    /// [`StoreError::Unreadable`]; so for every method below.
    pub fn decoded_spec(&self) -> Result<ScanSpec, StoreError> {
        decode(&self.spec, &format_args!("the scan of the source {}", self.source_id))
    }

    pub fn decoded_state(&self) -> Result<ScanState, StoreError> {
        decode_word(&self.state, ScanState::from_key, &format_args!("the state of the scan of the source {}", self.source_id))
    }

    pub fn decoded_counts(&self) -> Result<ScanCounts, StoreError> {
        decode(&self.counts, &format_args!("the counts of the scan of the source {}", self.source_id))
    }

    pub fn decoded_missing(&self) -> Result<Vec<String>, StoreError> {
        decode(&self.missing, &format_args!("what the scan of the source {} did not find", self.source_id))
    }
}

/// How a scan ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanEnd {
    pub state: ScanState,
    pub at: Millis,
    pub due_at: Option<Millis>,
    pub counts: ScanCounts,
    pub reason: String,
    pub missing: Vec<String>,
}

/// Ends the scan of whoever has it, and of nobody else. One that was asked for meanwhile stays due.
async fn end<'e>(executor: impl Executor<'e, Database = Any>, row: &SourceScanRow, end: &ScanEnd) -> Result<(), StoreError> {
    let what = format!("the scan of the source {}", row.source_id);
    let (counts, missing) = (encode(&end.counts, &what)?, encode(&end.missing, &what)?);
    let changed = sqlx::query(
        "UPDATE source_scans SET state = $4, finished_at = $5, due_at = CASE WHEN due_at = $6 THEN $7 ELSE due_at END,
             counts = $8, reason = $9, missing = $10, worker = NULL, lease_until = NULL,
             accepted = CASE WHEN $4 = 'done' THEN NULL ELSE accepted END
         WHERE source_id = $1 AND worker = $2 AND lease_until = $3",
    )
    .bind(&row.source_id)
    .bind(&row.worker)
    .bind(row.lease_until)
    .bind(end.state.key())
    .bind(end.at)
    .bind(row.due_at)
    .bind(end.due_at)
    .bind(counts)
    .bind(&end.reason)
    .bind(missing)
    .execute(executor)
    .await?;
    one_row(&changed)
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn source_scans(&self) -> Result<Vec<SourceScanRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM source_scans ORDER BY source_id");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn source_scan(&self, source_id: &str) -> Result<Option<SourceScanRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM source_scans WHERE source_id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(source_id).fetch_optional(&self.pool).await?)
    }

    /// Scans that are due and that nobody works on, the longest due first.
    pub async fn scans_due(&self, now: Millis) -> Result<Vec<SourceScanRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM source_scans WHERE due_at <= $1 AND (worker IS NULL OR lease_until < $1) ORDER BY due_at, source_id"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(now).fetch_all(&self.pool).await?)
    }

    /// Takes a scan until a time; nothing where somebody else has it. Not a change of the metadata.
    pub async fn claim_scan(
        &self,
        row: &SourceScanRow,
        worker: &str,
        (now, until): (Millis, Millis),
    ) -> Result<Option<SourceScanRow>, StoreError> {
        let taken = sqlx::query(
            "UPDATE source_scans SET worker = $2, lease_until = $3
             WHERE source_id = $1 AND edit = $5 AND due_at <= $4 AND (worker IS NULL OR lease_until < $4)",
        )
        .bind(&row.source_id)
        .bind(worker)
        .bind(until)
        .bind(now)
        .bind(row.edit)
        .execute(&self.pool)
        .await?;
        let taken = taken.rows_affected() == 1;
        Ok(taken.then(|| SourceScanRow { worker: Some(worker.to_owned()), lease_until: Some(until), ..row.clone() }))
    }

    /// Gives a scan back that was not done, so that another worker need not wait.
    pub async fn release_scan(&self, row: &SourceScanRow) -> Result<(), StoreError> {
        sqlx::query("UPDATE source_scans SET worker = NULL, lease_until = NULL WHERE source_id = $1 AND worker = $2 AND lease_until = $3")
            .bind(&row.source_id)
            .bind(&row.worker)
            .bind(row.lease_until)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends a scan that changes nothing in the catalogue. Not a change of the metadata.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the scan is another worker's by now.
    pub async fn end_scan(&self, row: &SourceScanRow, how: &ScanEnd) -> Result<(), StoreError> {
        end(&self.pool, row, how).await
    }
}

impl Tx {
    /// Sets what of a source is scanned, for the first time.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where somebody has.
    pub async fn insert_source_scan(&mut self, row: &SourceScanRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO source_scans (source_id, spec, edit, updated_by, updated_at, due_at, state, counts, reason, missing)
             VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&row.source_id)
        .bind(&row.spec)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .bind(row.due_at)
        .bind(&row.state)
        .bind(&row.counts)
        .bind(&row.reason)
        .bind(&row.missing)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Changes what of a source is scanned. A scan that goes on is nobody's from then on, and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody was first.
    pub async fn change_source_scan(&mut self, row: &SourceScanRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE source_scans SET spec = $3, edit = edit + 1, updated_by = $4, updated_at = $5, due_at = $6,
                 worker = NULL, lease_until = NULL
             WHERE source_id = $1 AND edit = $2",
        )
        .bind(&row.source_id)
        .bind(row.edit)
        .bind(&row.spec)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .bind(row.due_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }

    /// Lets a source be scanned as soon as a worker can. `accepted` says how many known tables are enough.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where its scan is not set.
    pub async fn ask_scan(&mut self, source_id: &str, accepted: Option<i64>) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE source_scans SET due_at = $2, accepted = $3 WHERE source_id = $1")
            .bind(source_id)
            .bind(self.change.at)
            .bind(accepted)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    /// Somebody has decided on a held scan, as it was seen: nothing of it is applied.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it is not held any more.
    pub async fn leave_held_scan(&mut self, source_id: &str, finished_at: Millis) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE source_scans SET state = 'waiting', reason = '', missing = '[]'
             WHERE source_id = $1 AND finished_at = $2 AND state = 'held'",
        )
        .bind(source_id)
        .bind(finished_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }

    /// Goes on with a scan in this change.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the scan is another worker's by now.
    pub async fn hold_scan(&mut self, row: &SourceScanRow) -> Result<(), StoreError> {
        // A write, so that nobody can take the scan before this is committed.
        let held = sqlx::query("UPDATE source_scans SET worker = worker WHERE source_id = $1 AND worker = $2 AND lease_until = $3")
            .bind(&row.source_id)
            .bind(&row.worker)
            .bind(row.lease_until)
            .execute(&mut *self.inner)
            .await?;
        one_row(&held)
    }

    /// Ends a scan in the last change that it makes to the catalogue.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the scan is another worker's by now.
    pub async fn end_scan(&mut self, row: &SourceScanRow, how: &ScanEnd) -> Result<(), StoreError> {
        end(&mut *self.inner, row, how).await
    }
}
