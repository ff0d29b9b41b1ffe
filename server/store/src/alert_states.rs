//! States of alerts, their history, and the lease of the one node that evaluates. Not changes of the metadata: no revision, no audit.

use model::alert::{Acknowledgement, AlertState, Phase};
use model::clock::Millis;
use sqlx::{Any, FromRow, Transaction};

use crate::database::one_row;
use crate::outbox::{self, NoticeRow};
use crate::stored::{decode, encode};
use crate::{Store, StoreError, Tx};

/// The lease of the evaluator.
const EVALUATOR: &str = "alerts";

#[derive(Debug, Clone, FromRow)]
pub struct AlertStateRow {
    pub definition_id: String,
    pub series: String,
    /// From pending to resolved.
    pub alert_id: String,
    pub domain: String,
    /// Of the rule or the objective.
    pub name: String,
    pub phase: String,
    /// `model::alert::AlertState` as JSON; who has acknowledged it stands beside, so that an evaluation does not write over it.
    pub state: String,
    pub ack_by: Option<String>,
    pub ack_at: Option<Millis>,
    pub ack_note: Option<String>,
}

const COLUMNS: &str = "definition_id, series, alert_id, domain, name, phase, state, ack_by, ack_at, ack_note";

impl AlertStateRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded(&self) -> Result<AlertState, StoreError> {
        let state: AlertState =
            decode(&self.state, &format_args!("the state of {} of the alert {}/{}", self.series, self.domain, self.name))?;
        let acknowledged = self.ack_by.as_ref().map(|by| Acknowledgement {
            by: by.clone(),
            at: self.ack_at.unwrap_or(0),
            note: self.ack_note.clone().unwrap_or_default(),
        });
        Ok(AlertState { acknowledged, ..state })
    }

    /// The same series in another state.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn with(self, state: &AlertState) -> Result<Self, StoreError> {
        let text = encode(state, &format_args!("the state of {} of the alert {}/{}", self.series, self.domain, self.name))?;
        Ok(Self { phase: state.phase.key().into(), state: text, ..self })
    }
}

#[derive(Debug, Clone, FromRow)]
pub struct AlertEventRow {
    pub id: String,
    pub alert_id: String,
    pub domain: String,
    pub name: String,
    pub series: String,
    /// `fired`, `resolved` or `acknowledged`.
    pub kind: String,
    pub at_ms: Millis,
    pub value: Option<String>,
    pub by_whom: Option<String>,
}

/// The right to evaluate, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    holder: String,
    token: i64,
}

/// One evaluation: all of its rows, or none, and none where another node has the lease.
pub struct Evaluation {
    inner: Transaction<'static, Any>,
}

impl Store {
    /// Takes the lease or holds on to it until a time; nothing where another node has it. One that lasts more than twice as long as
    /// `longest` from now was taken by a clock that was wrong. Clocks that differ by less take it from nobody who is alive.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn lease_evaluation(&self, holder: &str, now: Millis, longest: Millis) -> Result<Option<Lease>, StoreError> {
        let token: Option<i64> = sqlx::query_scalar(
            "INSERT INTO leases (name, holder, token, until_ms) VALUES ($1, $2, 1, $3)
             ON CONFLICT (name) DO UPDATE SET
                 token = CASE WHEN leases.holder = excluded.holder THEN leases.token ELSE leases.token + 1 END,
                 holder = excluded.holder, until_ms = excluded.until_ms
             WHERE leases.holder = excluded.holder OR leases.until_ms < $4 OR leases.until_ms > $5
             RETURNING token",
        )
        .bind(EVALUATOR)
        .bind(holder)
        .bind(now + longest)
        .bind(now)
        .bind(now + 2 * longest)
        .fetch_optional(&self.pool)
        .await?;
        Ok(token.map(|token| Lease { holder: holder.to_owned(), token }))
    }

    /// Gives the lease back, so that another node need not wait.
    pub async fn end_lease(&self, lease: &Lease) -> Result<(), StoreError> {
        sqlx::query("UPDATE leases SET until_ms = 0 WHERE name = $1 AND holder = $2 AND token = $3")
            .bind(EVALUATOR)
            .bind(&lease.holder)
            .bind(lease.token)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Begins to write one evaluation.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where another node has the lease.
    pub async fn write_evaluation(&self, lease: &Lease) -> Result<Evaluation, StoreError> {
        let mut inner = self.pool.begin().await?;
        // A write, so that another node cannot take the lease before this is committed.
        let held = sqlx::query("UPDATE leases SET token = token WHERE name = $1 AND holder = $2 AND token = $3")
            .bind(EVALUATOR)
            .bind(&lease.holder)
            .bind(lease.token)
            .execute(&mut *inner)
            .await?;
        one_row(&held)?;
        Ok(Evaluation { inner })
    }

    pub async fn alert_states(&self) -> Result<Vec<AlertStateRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM alert_states ORDER BY alert_id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// The alerts that fire, acknowledged or not.
    pub async fn firing_alerts(&self) -> Result<Vec<AlertStateRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM alert_states WHERE phase = $1 ORDER BY alert_id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(Phase::Firing.key()).fetch_all(&self.pool).await?)
    }

    /// How many alerts of each domain fire that nobody has acknowledged.
    pub async fn unattended_alerts(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as("SELECT domain, COUNT(*) FROM alert_states WHERE phase = $1 AND ack_by IS NULL GROUP BY domain ORDER BY domain")
            .bind(Phase::Firing.key())
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn alert_state(&self, alert_id: &str) -> Result<Option<AlertStateRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM alert_states WHERE alert_id = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(alert_id).fetch_optional(&self.pool).await?)
    }

    /// The history of a domain, what was written last first: times are those of the figures, which lie some seconds back, and ids grow.
    pub async fn alert_events(&self, domain: &str, limit: i64) -> Result<Vec<AlertEventRow>, StoreError> {
        let sql = "SELECT id, alert_id, domain, name, series, kind, at_ms, value, by_whom FROM alert_events
             WHERE domain = $1 ORDER BY id DESC LIMIT $2";
        Ok(sqlx::query_as(sql).bind(domain).bind(limit).fetch_all(&self.pool).await?)
    }

    /// What fired and was resolved in a domain within a time, the newest first.
    pub async fn alert_events_of_time(
        &self,
        domain: &str,
        (from, to): (Millis, Millis),
        limit: i64,
    ) -> Result<Vec<AlertEventRow>, StoreError> {
        let sql = "SELECT id, alert_id, domain, name, series, kind, at_ms, value, by_whom FROM alert_events
             WHERE domain = $1 AND at_ms >= $2 AND at_ms < $3 AND kind <> 'acknowledged' ORDER BY at_ms DESC, id DESC LIMIT $4";
        Ok(sqlx::query_as(sql).bind(domain).bind(from).bind(to).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Deletes the history before a time.
    pub async fn remove_alert_events(&self, before: Millis) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM alert_events WHERE at_ms < $1").bind(before).execute(&self.pool).await?;
        Ok(())
    }
}

impl Evaluation {
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn states(&mut self) -> Result<Vec<AlertStateRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM alert_states");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *self.inner).await?)
    }

    /// An acknowledgement stays for as long as the alert fires.
    pub async fn put_state(&mut self, row: &AlertStateRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO alert_states (definition_id, series, alert_id, domain, name, phase, state) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (definition_id, series) DO UPDATE SET
                 alert_id = excluded.alert_id, domain = excluded.domain, name = excluded.name, phase = excluded.phase,
                 state = excluded.state,
                 ack_by = CASE WHEN excluded.phase = 'firing' THEN alert_states.ack_by ELSE NULL END,
                 ack_at = CASE WHEN excluded.phase = 'firing' THEN alert_states.ack_at ELSE NULL END,
                 ack_note = CASE WHEN excluded.phase = 'firing' THEN alert_states.ack_note ELSE NULL END",
        )
        .bind(&row.definition_id)
        .bind(&row.series)
        .bind(&row.alert_id)
        .bind(&row.domain)
        .bind(&row.name)
        .bind(&row.phase)
        .bind(&row.state)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    pub async fn delete_state(&mut self, row: &AlertStateRow) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM alert_states WHERE definition_id = $1 AND series = $2")
            .bind(&row.definition_id)
            .bind(&row.series)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    pub async fn insert_event(&mut self, row: &AlertEventRow) -> Result<(), StoreError> {
        insert_event(&mut self.inner, row).await
    }

    pub async fn insert_notice(&mut self, row: &NoticeRow) -> Result<(), StoreError> {
        outbox::insert(&mut self.inner, row).await
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.inner.commit().await?)
    }
}

async fn insert_event(tx: &mut Transaction<'static, Any>, row: &AlertEventRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO alert_events (id, alert_id, domain, name, series, kind, at_ms, value, by_whom)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&row.id)
    .bind(&row.alert_id)
    .bind(&row.domain)
    .bind(&row.name)
    .bind(&row.series)
    .bind(&row.kind)
    .bind(row.at_ms)
    .bind(&row.value)
    .bind(&row.by_whom)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Tx {
    /// Writes down who looks after a firing alert, with its line of history.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the alert does not fire, or somebody was first.
    pub async fn acknowledge_alert(&mut self, alert_id: &str, by: &Acknowledgement, event: &AlertEventRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE alert_states SET ack_by = $2, ack_at = $3, ack_note = $4 WHERE alert_id = $1 AND phase = $5 AND ack_by IS NULL",
        )
        .bind(alert_id)
        .bind(&by.by)
        .bind(by.at)
        .bind(&by.note)
        .bind(Phase::Firing.key())
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        insert_event(&mut self.inner, event).await
    }
}
