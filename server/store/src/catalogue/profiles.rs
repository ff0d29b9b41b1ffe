//! Profiles of tables and datasets, and what is to be profiled. What workers write is no change of the metadata: no revision, no audit.

use model::catalogue::{ProfileFigures, REMEMBERED_PROFILES, TableProfile};
use model::clock::Millis;
use sqlx::FromRow;

use crate::stored::decode;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct ProfileRow {
    pub asset_id: String,
    pub at: Millis,
    /// [`TableProfile`] as JSON; empty where there is a newer one.
    pub profile: String,
    /// [`ProfileFigures`] as JSON.
    pub figures: String,
}

impl ProfileRow {
    /// # Errors
    /// [`StoreError::Unreadable`]; so for the method below.
    pub fn decoded(&self) -> Result<TableProfile, StoreError> {
        decode(&self.profile, &format_args!("the profile of the asset {}", self.asset_id))
    }

    pub fn decoded_figures(&self) -> Result<ProfileFigures, StoreError> {
        decode(&self.figures, &format_args!("the figures of a profile of the asset {}", self.asset_id))
    }
}

#[derive(Debug, Clone, FromRow)]
pub struct ProfileRequestRow {
    pub asset_id: String,
    /// The source that is read; empty for a dataset.
    pub source: String,
    pub asked_by: String,
    pub asked_at: Millis,
    pub due_at: Millis,
    pub attempt: i64,
    pub worker: Option<String>,
    pub lease_until: Option<Millis>,
    pub finished_at: Option<Millis>,
    pub reason: String,
}

const REQUEST: &str = "asset_id, source, asked_by, asked_at, due_at, attempt, worker, lease_until, finished_at, reason";
/// A request that is being worked on stays: what comes of it is new enough.
const ASK_AGAIN: &str = "ON CONFLICT (asset_id) DO UPDATE SET
     source = excluded.source, asked_by = excluded.asked_by, asked_at = excluded.asked_at, due_at = excluded.due_at, attempt = 0,
     finished_at = NULL, reason = '' WHERE profile_requests.worker IS NULL";

impl Store {
    /// The newest profile of an asset.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn profile(&self, asset_id: &str) -> Result<Option<ProfileRow>, StoreError> {
        Ok(sqlx::query_as("SELECT asset_id, at, profile, figures FROM profiles WHERE asset_id = $1 ORDER BY at DESC LIMIT 1")
            .bind(asset_id)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// All that are remembered of an asset, the oldest first. Their profiles are left out.
    pub async fn profile_history(&self, asset_id: &str) -> Result<Vec<ProfileRow>, StoreError> {
        Ok(sqlx::query_as("SELECT asset_id, at, '' AS profile, figures FROM profiles WHERE asset_id = $1 ORDER BY at")
            .bind(asset_id)
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn profile_request(&self, asset_id: &str) -> Result<Option<ProfileRequestRow>, StoreError> {
        let sql = format!("SELECT {REQUEST} FROM profile_requests WHERE asset_id = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(asset_id).fetch_optional(&self.pool).await?)
    }

    /// Requests that nobody works on and whose time has come, those first that have waited longest.
    pub async fn due_profiles(&self, now: Millis, at_most: i64) -> Result<Vec<ProfileRequestRow>, StoreError> {
        let sql = format!(
            "SELECT {REQUEST} FROM profile_requests WHERE due_at <= $1 AND finished_at IS NULL
             AND (worker IS NULL OR lease_until < $1) ORDER BY due_at, asset_id LIMIT $2"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now).bind(at_most).fetch_all(&self.pool).await?)
    }

    /// Asks for the profiles of all tables of a source, after a scan. Those that were profiled since a time, or could not be, are left out.
    pub async fn ask_profiles_of_source(&self, source: &str, (now, since): (Millis, Millis)) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO profile_requests (asset_id, source, asked_by, asked_at, due_at, attempt, reason)
             SELECT id, $1, '', $3, $3, 0, '' FROM assets
             WHERE parent_id = (SELECT id FROM assets WHERE path = $2) AND kind = 'table' AND gone_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM profiles WHERE profiles.asset_id = assets.id AND profiles.at >= $4)
             AND NOT EXISTS (SELECT 1 FROM profile_requests AS known WHERE known.asset_id = assets.id
                             AND (known.finished_at IS NULL OR known.finished_at >= $4)) {ASK_AGAIN}"
        );
        let path = format!("source:{source}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(source).bind(path).bind(now).bind(since).execute(&self.pool).await?;
        Ok(())
    }

    /// How many profiles read a source now.
    pub async fn profiles_reading(&self, source: &str, now: Millis) -> Result<i64, StoreError> {
        let sql =
            "SELECT COUNT(*) FROM profile_requests WHERE source = $1 AND finished_at IS NULL AND worker IS NOT NULL AND lease_until >= $2";
        Ok(sqlx::query_scalar(sql).bind(source).bind(now).fetch_one(&self.pool).await?)
    }

    /// Takes a request as it was read, for a time; nothing where somebody else has.
    pub async fn claim_profile(
        &self,
        row: &ProfileRequestRow,
        worker: &str,
        (now, until): (Millis, Millis),
    ) -> Result<Option<ProfileRequestRow>, StoreError> {
        let claimed = sqlx::query(
            "UPDATE profile_requests SET worker = $3, lease_until = $4, attempt = attempt + 1
             WHERE asset_id = $1 AND attempt = $2 AND finished_at IS NULL AND (worker IS NULL OR lease_until < $5)",
        )
        .bind(&row.asset_id)
        .bind(row.attempt)
        .bind(worker)
        .bind(until)
        .bind(now)
        .execute(&self.pool)
        .await?;
        let mine = ProfileRequestRow { worker: Some(worker.to_owned()), lease_until: Some(until), attempt: row.attempt + 1, ..row.clone() };
        Ok((claimed.rows_affected() == 1).then_some(mine))
    }

    /// Puts off all waiting requests of a source that has no room for them now.
    pub async fn put_off_profiles(&self, source: &str, due_at: Millis, reason: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE profile_requests SET due_at = $2, reason = $3
             WHERE source = $1 AND finished_at IS NULL AND worker IS NULL AND due_at < $2",
        )
        .bind(source)
        .bind(due_at)
        .bind(reason)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives a request back, to be taken again at a time. One that was asked for anew meanwhile stays as it is.
    pub async fn give_back_profile(&self, mine: &ProfileRequestRow, due_at: Millis, reason: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE profile_requests SET worker = NULL, lease_until = NULL, attempt = 0, due_at = $3, reason = $4
             WHERE asset_id = $1 AND attempt = $2 AND worker IS NOT NULL",
        )
        .bind(&mine.asset_id)
        .bind(mine.attempt)
        .bind(due_at)
        .bind(reason)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Ends a request, with what came of it. What another worker has taken meanwhile is left to that one.
    pub async fn finish_profile(
        &self,
        mine: &ProfileRequestRow,
        profile: Option<&ProfileRow>,
        (now, reason): (Millis, &str),
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let ended = sqlx::query(
            "UPDATE profile_requests SET worker = NULL, lease_until = NULL, finished_at = $3, reason = $4
             WHERE asset_id = $1 AND attempt = $2 AND finished_at IS NULL",
        )
        .bind(&mine.asset_id)
        .bind(mine.attempt)
        .bind(now)
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        if let Some(row) = profile.filter(|_| ended.rows_affected() == 1) {
            remember(&mut tx, row).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Keeps a profile as the newest, and forgets what is too old.
async fn remember(tx: &mut sqlx::Transaction<'static, sqlx::Any>, row: &ProfileRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO profiles (asset_id, at, profile, figures) VALUES ($1, $2, $3, $4)
         ON CONFLICT (asset_id, at) DO UPDATE SET profile = excluded.profile, figures = excluded.figures",
    )
    .bind(&row.asset_id)
    .bind(row.at)
    .bind(&row.profile)
    .bind(&row.figures)
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE profiles SET profile = '' WHERE asset_id = $1 AND at < $2 AND profile <> ''")
        .bind(&row.asset_id)
        .bind(row.at)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "DELETE FROM profiles WHERE asset_id = $1 AND at NOT IN
         (SELECT at FROM profiles WHERE asset_id = $1 ORDER BY at DESC LIMIT $2)",
    )
    .bind(&row.asset_id)
    .bind(REMEMBERED_PROFILES)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Tx {
    /// Asks for the profile of an asset, now. `source` is what is read for it; empty for a dataset.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn ask_profile(&mut self, asset_id: &str, source: &str, asked_by: &str) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO profile_requests (asset_id, source, asked_by, asked_at, due_at, attempt, reason)
             VALUES ($1, $2, $3, $4, $4, 0, '') {ASK_AGAIN}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(asset_id)
            .bind(source)
            .bind(asked_by)
            .bind(self.change.at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// The same of a dataset by the path of its asset, after a build; nothing where it is no asset.
    pub async fn ask_profile_of_dataset(&mut self, path: &str) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO profile_requests (asset_id, source, asked_by, asked_at, due_at, attempt, reason)
             SELECT id, '', '', $2, $2, 0, '' FROM assets WHERE path = $1 {ASK_AGAIN}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(path).bind(self.change.at).execute(&mut *self.inner).await?;
        Ok(())
    }
}
