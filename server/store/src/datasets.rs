//! Datasets and their dataset versions.

use model::clock::Millis;
use model::dataset::DataVersionState;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct DatasetRow {
    pub id: String,
    pub domain: String,
    pub name: String,
    /// `model::dataset::DatasetSpec` as JSON, its register up to the newest build.
    pub spec: String,
    pub owner_id: String,
    pub created_at: Millis,
}

#[derive(Debug, Clone, FromRow)]
pub struct DataVersionRow {
    pub id: String,
    pub dataset_id: String,
    pub environment: String,
    pub number: i64,
    /// `model::dataset::DataVersionState` by its key.
    pub state: String,
    /// The dataset's definition as it was when this was built.
    pub spec: String,
    /// `model::dataset::BuildFigures` as JSON.
    pub figures: String,
    /// Why it failed; empty otherwise.
    pub reason: String,
    pub asked_by: String,
    pub asked_at: Millis,
    pub finished_at: Option<Millis>,
    pub revision: i64,
}

impl DataVersionRow {
    /// A version of a dataset as it is now, still to be built; its number is given when it is inserted.
    #[must_use]
    pub fn to_build(id: String, dataset: &DatasetRow, environment: &str, asked_by: &str, at: Millis) -> Self {
        Self {
            id,
            dataset_id: dataset.id.clone(),
            environment: environment.into(),
            number: 0,
            state: DataVersionState::Building.key().into(),
            spec: dataset.spec.clone(),
            figures: "{}".into(),
            reason: String::new(),
            asked_by: asked_by.into(),
            asked_at: at,
            finished_at: None,
            revision: 0,
        }
    }
}

const VERSION_COLUMNS: &str =
    "id, dataset_id, environment, number, state, spec, figures, reason, asked_by, asked_at, finished_at, revision";

/// The versions of a dataset, the newest first.
pub(crate) fn versions_sql() -> String {
    format!("SELECT {VERSION_COLUMNS} FROM data_versions WHERE dataset_id = $1 ORDER BY number DESC")
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn datasets(&self) -> Result<Vec<DatasetRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, spec, owner_id, created_at FROM datasets ORDER BY domain, name")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn dataset(&self, domain: &str, name: &str) -> Result<Option<DatasetRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, spec, owner_id, created_at FROM datasets WHERE domain = $1 AND name = $2")
            .bind(domain)
            .bind(name)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn dataset_by_id(&self, id: &str) -> Result<Option<DatasetRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, spec, owner_id, created_at FROM datasets WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// The newest first.
    pub async fn data_versions_of(&self, dataset_id: &str) -> Result<Vec<DataVersionRow>, StoreError> {
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(versions_sql())).bind(dataset_id).fetch_all(&self.pool).await?)
    }

    pub async fn data_version(&self, id: &str) -> Result<Option<DataVersionRow>, StoreError> {
        let sql = format!("SELECT {VERSION_COLUMNS} FROM data_versions WHERE id = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The ids of all versions that are live.
    pub async fn live_version_ids(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT id FROM data_versions WHERE state = 'live'").fetch_all(&self.pool).await?)
    }

    /// Says why what is live is not shown where it is to be, or with nothing that it is. Not a change of the metadata.
    pub async fn set_version_reason(&self, id: &str, reason: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE data_versions SET reason = $1 WHERE id = $2 AND state = 'live'")
            .bind(reason)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn data_versions_in(&self, state: &str) -> Result<Vec<DataVersionRow>, StoreError> {
        let sql = format!("SELECT {VERSION_COLUMNS} FROM data_versions WHERE state = $1 ORDER BY asked_at, id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(state).fetch_all(&self.pool).await?)
    }

    /// Dropped and failed versions whose rows may still be in their store, and that no gateway needs any more: all are past `revision`.
    pub async fn data_versions_to_remove(&self, revision: i64) -> Result<Vec<DataVersionRow>, StoreError> {
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM data_versions
             WHERE state IN ('dropped', 'failed') AND revision <= $1 AND removed = 0 ORDER BY asked_at, id"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(revision).fetch_all(&self.pool).await?)
    }

    /// Forgets versions that failed or were dropped, and their runs, but for the newest of each dataset. Not a change of the
    /// metadata: the audit log keeps what was.
    pub async fn prune_data_versions(&self, keep: i64) -> Result<(), StoreError> {
        const OLD: &str = "SELECT old.id FROM data_versions old WHERE old.state IN ('failed', 'dropped') AND old.removed = 1
            AND old.number <= (SELECT MAX(newest.number) FROM data_versions newest WHERE newest.dataset_id = old.dataset_id) - $1";
        let runs = format!("DELETE FROM runs WHERE state IN ('done', 'failed', 'stopped') AND version_id IN ({OLD})");
        let versions = format!("DELETE FROM data_versions WHERE id IN ({OLD}) AND id NOT IN (SELECT version_id FROM runs)");
        let incremental_syncs = format!("DELETE FROM followings WHERE version_id IN ({OLD})");
        let rejected = format!("DELETE FROM dirty_rows WHERE version_id IN ({OLD})");
        let comparisons = format!("DELETE FROM comparisons WHERE version_id IN ({OLD})");
        for sql in [runs, incremental_syncs, rejected, comparisons, versions] {
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(keep).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Forgets the rows of a version that is dropped or failed, and gone from its store.
    pub async fn forget_data_version(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE data_versions SET removed = 1 WHERE id = $1 AND state IN ('dropped', 'failed')")
            .bind(id)
            .execute(&self.pool)
            .await?;
        // What a version that is gone could not take is of no use; what failed is looked at for as long as it is remembered.
        sqlx::query("DELETE FROM dirty_rows WHERE version_id IN (SELECT id FROM data_versions WHERE id = $1 AND state = 'dropped')")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the name is.
    pub async fn insert_dataset(&mut self, row: &DatasetRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO datasets (id, domain, name, spec, owner_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&row.id)
            .bind(&row.domain)
            .bind(&row.name)
            .bind(&row.spec)
            .bind(&row.owner_id)
            .bind(row.created_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// A dataset's definition as this change sees it: with what it has written itself.
    pub async fn dataset_spec(&mut self, id: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT spec FROM datasets WHERE id = $1").bind(id).fetch_optional(&mut *self.inner).await?)
    }

    pub async fn set_dataset_spec(&mut self, id: &str, spec: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE datasets SET spec = $2 WHERE id = $1").bind(id).bind(spec).execute(&mut *self.inner).await?;
        one_row(&changed)
    }

    /// Inserts a version under the next number of its dataset, and gives that.
    pub async fn insert_data_version(&mut self, row: &DataVersionRow) -> Result<i64, StoreError> {
        let number: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM data_versions WHERE dataset_id = $1")
            .bind(&row.dataset_id)
            .fetch_one(&mut *self.inner)
            .await?;
        sqlx::query(
            "INSERT INTO data_versions (id, dataset_id, environment, number, state, spec, figures, reason, asked_by, asked_at, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(&row.id)
        .bind(&row.dataset_id)
        .bind(&row.environment)
        .bind(number)
        .bind(&row.state)
        .bind(&row.spec)
        .bind(&row.figures)
        .bind(&row.reason)
        .bind(&row.asked_by)
        .bind(row.asked_at)
        .bind(self.revision)
        .execute(&mut *self.inner)
        .await?;
        Ok(number)
    }

    /// Moves a version from one state to another, with the figures and reason of its end.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it is not in the state that it was seen in.
    pub async fn move_data_version(&mut self, row: &DataVersionRow, from: &str) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE data_versions SET state = $3, spec = $4, figures = $5, reason = $6, finished_at = $7, revision = $8
             WHERE id = $1 AND state = $2",
        )
        .bind(&row.id)
        .bind(from)
        .bind(&row.state)
        .bind(&row.spec)
        .bind(&row.figures)
        .bind(&row.reason)
        .bind(row.finished_at)
        .bind(self.revision)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }
}
