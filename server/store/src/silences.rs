//! Silences of domains. Those that are over stay for a while, and are deleted with a later one.

use model::alert::Silence;
use model::clock::{DAY, Millis};
use sqlx::FromRow;

use crate::database::one_row;
use crate::stored::decode;
use crate::{Store, StoreError, Tx};

/// How long one that is over is shown.
const SHOWN_FOR: Millis = 30 * DAY;

#[derive(Debug, Clone, FromRow)]
pub struct SilenceRow {
    pub id: String,
    pub domain: String,
    /// `model::alert::Silence` as JSON.
    pub silence: String,
    pub to_ms: Millis,
}

impl SilenceRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded(&self) -> Result<Silence, StoreError> {
        decode(&self.silence, &format_args!("the silence {} of the domain {}", self.id, self.domain))
    }
}

impl Store {
    /// Those that end behind a time, the last to end first.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn silences(&self, after: Millis) -> Result<Vec<SilenceRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, silence, to_ms FROM silences WHERE to_ms > $1 ORDER BY to_ms DESC, id")
            .bind(after)
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn silence(&self, id: &str) -> Result<Option<SilenceRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, silence, to_ms FROM silences WHERE id = $1").bind(id).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// Where the database does not answer.
    pub async fn insert_silence(&mut self, row: &SilenceRow) -> Result<(), StoreError> {
        let past = self.change.at - SHOWN_FOR;
        sqlx::query("DELETE FROM silences WHERE to_ms < $1").bind(past).execute(&mut *self.inner).await?;
        sqlx::query("INSERT INTO silences (id, domain, silence, to_ms) VALUES ($1, $2, $3, $4)")
            .bind(&row.id)
            .bind(&row.domain)
            .bind(&row.silence)
            .bind(row.to_ms)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Puts another end in the place of its own.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where there is no such silence.
    pub async fn set_silence(&mut self, row: &SilenceRow) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE silences SET silence = $2, to_ms = $3 WHERE id = $1")
            .bind(&row.id)
            .bind(&row.silence)
            .bind(row.to_ms)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }
}
