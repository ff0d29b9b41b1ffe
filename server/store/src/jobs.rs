//! How datasets are made: one job for each, and its runs, with the few columns by which a run is claimed and watched.

use model::clock::Millis;
use model::job::{Cause, RunState};
use model::load_limits::Tier;
use sqlx::FromRow;

use crate::database::one_row;
use crate::datasets::versions_sql;
use crate::{DataVersionRow, Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct JobRow {
    pub id: String,
    pub dataset_id: String,
    /// `model::job::JobSpec` as JSON.
    pub spec: String,
    /// 1 while its schedule is left alone.
    pub paused: i64,
    pub due_at: Option<Millis>,
    /// What it has seen of the files that it waits for.
    pub seen: String,
}

#[derive(Debug, Clone, FromRow)]
pub struct RunRow {
    pub id: String,
    pub job_id: String,
    /// The dataset version that it makes.
    pub version_id: String,
    /// `model::job::RunState` by its key.
    pub state: String,
    /// `model::job::Cause` by its key.
    pub cause: String,
    pub attempt: i64,
    pub asked_at: Millis,
    /// Not begun before.
    pub due_at: Millis,
    pub started_at: Option<Millis>,
    pub finished_at: Option<Millis>,
    /// `model::dataset::BuildFigures` as JSON.
    pub figures: String,
    /// Why its last try failed; empty otherwise.
    pub reason: String,
    pub worker: Option<String>,
    pub beat_at: Option<Millis>,
    /// What it reads from.
    pub source: String,
    /// `model::load_limits::Tier` by its key.
    pub tier: String,
}

/// A run that is asked for.
#[derive(Debug)]
pub struct NewRun<'a> {
    pub id: String,
    pub job_id: &'a str,
    pub cause: Cause,
    pub source: &'a str,
    pub tier: Tier,
}

const JOB_COLUMNS: &str = "id, dataset_id, spec, paused, due_at, seen";
const RUN_COLUMNS: &str = "id, job_id, version_id, state, cause, attempt, asked_at, due_at, started_at, finished_at, figures, reason, worker, beat_at, source, tier";

/// The runs of a job, the newest first.
fn runs_sql() -> String {
    format!("SELECT {RUN_COLUMNS} FROM runs WHERE job_id = $1 ORDER BY asked_at DESC, id DESC LIMIT $2")
}

impl Store {
    /// The jobs of a domain's datasets.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn jobs_in(&self, domain: &str) -> Result<Vec<JobRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT jobs.id, jobs.dataset_id, jobs.spec, jobs.paused, jobs.due_at, jobs.seen FROM jobs
             JOIN datasets ON datasets.id = jobs.dataset_id WHERE datasets.domain = $1 ORDER BY jobs.id",
        )
        .bind(domain)
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn job(&self, id: &str) -> Result<Option<JobRow>, StoreError> {
        let sql = format!("SELECT {JOB_COLUMNS} FROM jobs WHERE id = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    pub async fn job_of(&self, dataset_id: &str) -> Result<Option<JobRow>, StoreError> {
        let sql = format!("SELECT {JOB_COLUMNS} FROM jobs WHERE dataset_id = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(dataset_id).fetch_optional(&self.pool).await?)
    }

    /// Jobs whose schedule wants a run now, the longest due first.
    pub async fn jobs_due(&self, now: Millis) -> Result<Vec<JobRow>, StoreError> {
        let sql = format!("SELECT {JOB_COLUMNS} FROM jobs WHERE paused = 0 AND due_at <= $1 ORDER BY due_at, id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now).fetch_all(&self.pool).await?)
    }

    /// Those that are not paused.
    pub async fn jobs_on(&self) -> Result<Vec<JobRow>, StoreError> {
        let sql = format!("SELECT {JOB_COLUMNS} FROM jobs WHERE paused = 0 ORDER BY id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// Keeps what a job has seen of its files; whether nobody else had. With `due_at` it is due then. Not a change of the metadata.
    pub async fn set_seen(&self, row: &JobRow, seen: &str, due_at: Option<Millis>) -> Result<bool, StoreError> {
        let changed = sqlx::query("UPDATE jobs SET seen = $3, due_at = COALESCE($4, due_at) WHERE id = $1 AND seen = $2 AND paused = 0")
            .bind(&row.id)
            .bind(&row.seen)
            .bind(seen)
            .bind(due_at)
            .execute(&self.pool)
            .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Jobs whose schedule wants a run later.
    pub async fn jobs_later(&self, now: Millis) -> Result<Vec<JobRow>, StoreError> {
        let sql = format!("SELECT {JOB_COLUMNS} FROM jobs WHERE paused = 0 AND due_at > $1 ORDER BY id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now).fetch_all(&self.pool).await?)
    }

    /// The newest first.
    pub async fn runs_of(&self, job_id: &str, at_most: i64) -> Result<Vec<RunRow>, StoreError> {
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(runs_sql())).bind(job_id).bind(at_most).fetch_all(&self.pool).await?)
    }

    /// The newest runs of a job, and all dataset versions of its dataset, as both were at one moment: a run ends in the change in which its
    /// version goes live, so who sees the one sees the other.
    pub async fn runs_with_versions(&self, job: &JobRow, at_most: i64) -> Result<(Vec<RunRow>, Vec<DataVersionRow>), StoreError> {
        let mut tx = self.read_one_state().await?;
        let runs: Vec<RunRow> = sqlx::query_as(sqlx::AssertSqlSafe(runs_sql())).bind(&job.id).bind(at_most).fetch_all(&mut *tx).await?;
        let versions: Vec<DataVersionRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(versions_sql())).bind(&job.dataset_id).fetch_all(&mut *tx).await?;
        tx.commit().await?;
        Ok((runs, versions))
    }

    /// Of each job the last one that was asked for.
    pub async fn last_runs(&self) -> Result<Vec<RunRow>, StoreError> {
        // Their ids stand in the order of time.
        let sql = format!("SELECT {RUN_COLUMNS} FROM runs WHERE id IN (SELECT MAX(id) FROM runs GROUP BY job_id)");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// What matters most first, and then in the order in which they are due.
    pub async fn runs_in(&self, state: &str) -> Result<Vec<RunRow>, StoreError> {
        let sql = format!("SELECT {RUN_COLUMNS} FROM runs WHERE state = $1 ORDER BY tier, due_at, id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(state).fetch_all(&self.pool).await?)
    }

    /// Takes a run that nobody works on; whether it was free. Not a change of the metadata: no revision, no audit.
    pub async fn claim_run(&self, run: &RunRow, worker: &str, now: Millis) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "UPDATE runs SET state = 'running', worker = $2, beat_at = $3, started_at = $3
             WHERE id = $1 AND state = 'waiting' AND attempt = $4 AND due_at <= $3",
        )
        .bind(&run.id)
        .bind(worker)
        .bind(now)
        .bind(run.attempt)
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// The sign of a worker that it lives; whether the try is still its own.
    pub async fn touch_run(&self, run: &RunRow, worker: &str, now: Millis) -> Result<bool, StoreError> {
        let touched = sqlx::query("UPDATE runs SET beat_at = $3 WHERE id = $1 AND worker = $2 AND state = 'running' AND attempt = $4")
            .bind(&run.id)
            .bind(worker)
            .bind(now)
            .bind(run.attempt)
            .execute(&self.pool)
            .await?;
        Ok(touched.rows_affected() == 1)
    }

    /// A run's progress, and that its worker lives.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the try is no longer this worker's.
    pub async fn beat_run(&self, run: &RunRow, worker: &str, figures: &str, now: Millis) -> Result<(), StoreError> {
        let changed =
            sqlx::query("UPDATE runs SET figures = $3, beat_at = $4 WHERE id = $1 AND worker = $2 AND state = 'running' AND attempt = $5")
                .bind(&run.id)
                .bind(worker)
                .bind(figures)
                .bind(now)
                .bind(run.attempt)
                .execute(&self.pool)
                .await?;
        one_row(&changed)
    }
}

impl Tx {
    pub async fn insert_job(&mut self, row: &JobRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO jobs (id, dataset_id, spec, paused, due_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(&row.id)
            .bind(&row.dataset_id)
            .bind(&row.spec)
            .bind(row.paused)
            .bind(row.due_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is none.
    pub async fn set_job(&mut self, row: &JobRow) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE jobs SET spec = $2, paused = $3, due_at = $4, seen = $5 WHERE id = $1")
            .bind(&row.id)
            .bind(&row.spec)
            .bind(row.paused)
            .bind(row.due_at)
            .bind(&row.seen)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    /// Lets a job run as soon as a worker can; a paused one stays as it is.
    pub async fn make_due(&mut self, job_id: &str, at: Millis) -> Result<(), StoreError> {
        sqlx::query("UPDATE jobs SET due_at = $2 WHERE id = $1 AND paused = 0").bind(job_id).bind(at).execute(&mut *self.inner).await?;
        Ok(())
    }

    /// Moves what a schedule wants next.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody else has, or the schedule was changed.
    pub async fn move_due(&mut self, row: &JobRow, next: Option<Millis>) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE jobs SET due_at = $3 WHERE id = $1 AND due_at = $2 AND spec = $4 AND paused = 0")
            .bind(&row.id)
            .bind(row.due_at)
            .bind(next)
            .bind(&row.spec)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    /// Asks for a run of a job, and for the dataset version that it makes: gives the number of that.
    pub async fn ask_run(&mut self, new: NewRun<'_>, version: &DataVersionRow) -> Result<i64, StoreError> {
        let number = self.insert_data_version(version).await?;
        let at = self.at();
        self.insert_run(&RunRow {
            id: new.id,
            job_id: new.job_id.into(),
            version_id: version.id.clone(),
            state: RunState::Waiting.key().into(),
            cause: new.cause.key().into(),
            attempt: 1,
            asked_at: at,
            due_at: at,
            started_at: None,
            finished_at: None,
            figures: version.figures.clone(),
            reason: String::new(),
            worker: None,
            beat_at: None,
            source: new.source.into(),
            tier: new.tier.key().into(),
        })
        .await?;
        Ok(number)
    }

    async fn insert_run(&mut self, row: &RunRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO runs (id, job_id, version_id, state, cause, attempt, asked_at, due_at, figures, reason, source, tier)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&row.id)
        .bind(&row.job_id)
        .bind(&row.version_id)
        .bind(&row.state)
        .bind(&row.cause)
        .bind(row.attempt)
        .bind(row.asked_at)
        .bind(row.due_at)
        .bind(&row.figures)
        .bind(&row.reason)
        .bind(&row.source)
        .bind(&row.tier)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Moves a run on from the state and the try that it was seen in.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it is another's by now.
    pub async fn move_run(&mut self, seen: &RunRow, to: &RunRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE runs SET state = $4, attempt = $5, due_at = $6, finished_at = $7, figures = $8, reason = $9, version_id = $10
             WHERE id = $1 AND state = $2 AND attempt = $3",
        )
        .bind(&seen.id)
        .bind(&seen.state)
        .bind(seen.attempt)
        .bind(&to.state)
        .bind(to.attempt)
        .bind(to.due_at)
        .bind(to.finished_at)
        .bind(&to.figures)
        .bind(&to.reason)
        .bind(&to.version_id)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }
}
