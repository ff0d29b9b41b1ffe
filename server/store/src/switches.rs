//! What stands beside an API and must change at once: its switches, and the limits of compartments.

use sqlx::FromRow;

use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct SwitchesRow {
    pub api_id: String,
    pub priority: String,
    pub per_second: Option<i64>,
    pub burst: Option<i64>,
    pub cache_epoch: i64,
}

#[derive(Debug, Clone, FromRow)]
pub struct CompartmentRow {
    pub domain: String,
    pub priority: String,
    pub per_second: i64,
    pub burst: i64,
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn switches(&self) -> Result<Vec<SwitchesRow>, StoreError> {
        Ok(sqlx::query_as("SELECT api_id, priority, per_second, burst, cache_epoch FROM api_switches").fetch_all(&self.pool).await?)
    }

    pub async fn switches_of(&self, api_id: &str) -> Result<Option<SwitchesRow>, StoreError> {
        Ok(sqlx::query_as("SELECT api_id, priority, per_second, burst, cache_epoch FROM api_switches WHERE api_id = $1")
            .bind(api_id)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn compartments(&self) -> Result<Vec<CompartmentRow>, StoreError> {
        Ok(sqlx::query_as("SELECT domain, priority, per_second, burst FROM compartments ORDER BY domain, priority")
            .fetch_all(&self.pool)
            .await?)
    }
}

impl Tx {
    /// # Errors
    /// Where the database does not answer; so for every write below.
    pub async fn put_switches(&mut self, row: &SwitchesRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO api_switches (api_id, priority, per_second, burst, cache_epoch) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (api_id) DO UPDATE SET priority = excluded.priority, per_second = excluded.per_second,
             burst = excluded.burst, cache_epoch = excluded.cache_epoch",
        )
        .bind(&row.api_id)
        .bind(&row.priority)
        .bind(row.per_second)
        .bind(row.burst)
        .bind(row.cache_epoch)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    pub async fn put_compartment(&mut self, row: &CompartmentRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO compartments (domain, priority, per_second, burst) VALUES ($1, $2, $3, $4)
             ON CONFLICT (domain, priority) DO UPDATE SET per_second = excluded.per_second, burst = excluded.burst",
        )
        .bind(&row.domain)
        .bind(&row.priority)
        .bind(row.per_second)
        .bind(row.burst)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    pub async fn delete_compartment(&mut self, domain: &str, priority: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM compartments WHERE domain = $1 AND priority = $2")
            .bind(domain)
            .bind(priority)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
