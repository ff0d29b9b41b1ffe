//! Receivers of notices, and how they respond.

use model::alert::ReceiverChannel;
use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::stored::decode;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct ReceiverRow {
    pub id: String,
    pub domain: String,
    pub name: String,
    /// `model::alert::ReceiverChannel` as JSON.
    pub channel: String,
    /// Sealed; empty where it has none.
    pub secret: Vec<u8>,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ReceiverHealthRow {
    pub receiver_id: String,
    /// Failed attempts one after another.
    pub failures: i64,
    /// Its circuit breaker is open until then.
    pub open_until: Millis,
}

const COLUMNS: &str = "id, domain, name, channel, secret, edit, updated_by, updated_at";

impl ReceiverRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded(&self) -> Result<ReceiverChannel, StoreError> {
        decode(&self.channel, &format_args!("the receiver {}/{}", self.domain, self.name))
    }
}

impl Store {
    /// By domain and name.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn receivers(&self) -> Result<Vec<ReceiverRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM receivers ORDER BY domain, name");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn receiver(&self, domain: &str, name: &str) -> Result<Option<ReceiverRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM receivers WHERE domain = $1 AND name = $2");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(domain).bind(name).fetch_optional(&self.pool).await?)
    }

    /// Of all that were sent to and failed.
    pub async fn receiver_health(&self) -> Result<Vec<ReceiverHealthRow>, StoreError> {
        Ok(sqlx::query_as("SELECT receiver_id, failures, open_until FROM receiver_health ORDER BY receiver_id")
            .fetch_all(&self.pool)
            .await?)
    }

    /// Not a change of the metadata: no revision, no audit.
    pub async fn set_receiver_health(&self, row: &ReceiverHealthRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO receiver_health (receiver_id, failures, open_until) VALUES ($1, $2, $3)
             ON CONFLICT (receiver_id) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until",
        )
        .bind(&row.receiver_id)
        .bind(row.failures)
        .bind(row.open_until)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the domain has a receiver of this name.
    pub async fn insert_receiver(&mut self, row: &ReceiverRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO receivers (id, domain, name, channel, secret, edit, updated_by, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.id)
        .bind(&row.domain)
        .bind(&row.name)
        .bind(&row.channel)
        .bind(&row.secret)
        .bind(row.edit)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Puts another in the place of the one that was seen; its edit is one more. Its circuit breaker is closed.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody was first.
    pub async fn change_receiver(&mut self, row: &ReceiverRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE receivers SET channel = $3, secret = $4, edit = edit + 1, updated_by = $5, updated_at = $6 WHERE id = $1 AND edit = $2",
        )
        .bind(&row.id)
        .bind(row.edit)
        .bind(&row.channel)
        .bind(&row.secret)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        self.forget_receiver_health(&row.id).await
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is no such receiver.
    pub async fn set_receiver_secret(&mut self, id: &str, secret: &[u8]) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE receivers SET secret = $2 WHERE id = $1").bind(id).bind(secret).execute(&mut *self.inner).await?;
        one_row(&changed)
    }

    /// With what waits for it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where there is no such receiver.
    pub async fn delete_receiver(&mut self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM notices WHERE receiver_id = $1 AND state = 'waiting'").bind(id).execute(&mut *self.inner).await?;
        self.forget_receiver_health(id).await?;
        let gone = sqlx::query("DELETE FROM receivers WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }

    async fn forget_receiver_health(&mut self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM receiver_health WHERE receiver_id = $1").bind(id).execute(&mut *self.inner).await?;
        Ok(())
    }
}
