//! The outbox of notices: a row for each receiver, so that a retry goes only to the receiver that failed.

use model::alert::Notice;
use model::clock::Millis;
use sqlx::{Any, FromRow, Transaction};

use crate::database::one_row;
use crate::stored::decode;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct NoticeRow {
    /// In the order of time.
    pub id: String,
    pub receiver_id: String,
    pub domain: String,
    /// `model::alert::Notice` as JSON.
    pub notice: String,
    /// `waiting`, `sent` or `dead`.
    pub state: String,
    pub created_at: Millis,
    pub attempts: i64,
    pub next_at: Millis,
    pub reason: String,
    pub done_at: Option<Millis>,
}

const COLUMNS: &str = "id, receiver_id, domain, notice, state, created_at, attempts, next_at, reason, done_at";

impl NoticeRow {
    /// One that waits to be sent at once.
    #[must_use]
    pub fn waiting(id: String, (receiver_id, domain): (&str, &str), notice: String, at: Millis) -> Self {
        Self {
            id,
            receiver_id: receiver_id.into(),
            domain: domain.into(),
            notice,
            state: "waiting".into(),
            created_at: at,
            attempts: 0,
            next_at: at,
            reason: String::new(),
            done_at: None,
        }
    }

    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded(&self) -> Result<Notice, StoreError> {
        decode(&self.notice, &format_args!("the notice {}", self.id))
    }
}

pub(crate) async fn insert(tx: &mut Transaction<'static, Any>, row: &NoticeRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO notices (id, receiver_id, domain, notice, state, created_at, attempts, next_at, reason, done_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&row.id)
    .bind(&row.receiver_id)
    .bind(&row.domain)
    .bind(&row.notice)
    .bind(&row.state)
    .bind(row.created_at)
    .bind(row.attempts)
    .bind(row.next_at)
    .bind(&row.reason)
    .bind(row.done_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Of each receiver the notice that is next: the first that waits. Whether it is due is for whoever sends.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn next_notices(&self) -> Result<Vec<NoticeRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM notices
             WHERE id IN (SELECT MIN(id) FROM notices WHERE state = 'waiting' GROUP BY receiver_id) ORDER BY id"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// Takes a notice as it was seen, until a time; whether nobody else has. Not a change of the metadata: no revision, no audit.
    pub async fn claim_notice(&self, seen: &NoticeRow, until: Millis) -> Result<bool, StoreError> {
        let taken =
            sqlx::query("UPDATE notices SET attempts = attempts + 1, next_at = $3 WHERE id = $1 AND attempts = $2 AND state = 'waiting'")
                .bind(&seen.id)
                .bind(seen.attempts)
                .bind(until)
                .execute(&self.pool)
                .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// How an attempt that was claimed as `row` ended. One that somebody else has begun since is left alone.
    pub async fn end_attempt(&self, row: &NoticeRow) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE notices SET state = $3, next_at = $4, reason = $5, done_at = $6 WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
        )
        .bind(&row.id)
        .bind(row.attempts)
        .bind(&row.state)
        .bind(row.next_at)
        .bind(&row.reason)
        .bind(row.done_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The latest of some domains, or only those that could not be sent.
    pub async fn notices(&self, domains: &[String], dead_only: bool, limit: i64) -> Result<Vec<NoticeRow>, StoreError> {
        if domains.is_empty() {
            return Ok(Vec::new());
        }
        let named: Vec<String> = (0..domains.len()).map(|index| format!("${}", index + 2)).collect();
        let state = if dead_only { "AND state = 'dead'" } else { "" };
        let sql = format!("SELECT {COLUMNS} FROM notices WHERE domain IN ({}) {state} ORDER BY id DESC LIMIT $1", named.join(", "));
        let mut query = sqlx::query_as::<_, NoticeRow>(sqlx::AssertSqlSafe(sql)).bind(limit);
        for domain in domains {
            query = query.bind(domain);
        }
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Deletes what was sent or given up before a time.
    pub async fn remove_notices(&self, before: Millis) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM notices WHERE state <> 'waiting' AND created_at < $1").bind(before).execute(&self.pool).await?;
        Ok(())
    }
}

impl Tx {
    /// # Errors
    /// Where the database does not answer.
    pub async fn insert_notice(&mut self, row: &NoticeRow) -> Result<(), StoreError> {
        insert(&mut self.inner, row).await
    }

    /// Sends a notice of a domain again that was given up.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where there is none.
    pub async fn retry_notice(&mut self, domain: &str, id: &str) -> Result<(), StoreError> {
        let at = self.change.at;
        let changed = sqlx::query(
            "UPDATE notices SET state = 'waiting', attempts = 0, created_at = $3, next_at = $3, done_at = NULL
             WHERE id = $1 AND domain = $2 AND state = 'dead'",
        )
        .bind(id)
        .bind(domain)
        .bind(at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }
}
