//! Apps, their keys (kept as hashes) and their grants.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct AppRow {
    pub id: String,
    pub domain: String,
    pub name: String,
    pub owner_id: String,
    pub created_at: Millis,
    /// A JSON list of origins of pages.
    pub origins: String,
}

#[derive(Debug, Clone, FromRow)]
pub struct KeyRow {
    /// The public part, by which the key is looked up.
    pub id: String,
    pub app_id: String,
    pub environment: String,
    pub hash: String,
    pub created_by: String,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
}

#[derive(Debug, Clone, FromRow)]
pub struct GrantRow {
    pub app_id: String,
    pub api_id: String,
    pub granted_by: String,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub per_second: Option<i64>,
    pub burst: Option<i64>,
    /// A JSON list of the fields that the app does not get.
    pub hidden: String,
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn apps(&self) -> Result<Vec<AppRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, owner_id, created_at, origins FROM apps ORDER BY domain, name")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn app(&self, domain: &str, name: &str) -> Result<Option<AppRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, owner_id, created_at, origins FROM apps WHERE domain = $1 AND name = $2")
            .bind(domain)
            .bind(name)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, app_id, environment, hash, created_by, created_at, expires_at, revoked_at FROM app_keys
             ORDER BY created_at DESC, id DESC",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn grant(&self, app_id: &str, api_id: &str) -> Result<Option<GrantRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT app_id, api_id, granted_by, created_at, expires_at, per_second, burst, hidden FROM grants
             WHERE app_id = $1 AND api_id = $2",
        )
        .bind(app_id)
        .bind(api_id)
        .fetch_optional(&self.pool)
        .await?)
    }

    pub async fn grants(&self) -> Result<Vec<GrantRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT app_id, api_id, granted_by, created_at, expires_at, per_second, burst, hidden FROM grants ORDER BY created_at",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the name is.
    pub async fn insert_app(&mut self, row: &AppRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO apps (id, domain, name, owner_id, created_at, origins) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&row.id)
            .bind(&row.domain)
            .bind(&row.name)
            .bind(&row.owner_id)
            .bind(row.created_at)
            .bind(&row.origins)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is no such app.
    pub async fn set_origins(&mut self, app_id: &str, origins: &str) -> Result<(), StoreError> {
        let changed =
            sqlx::query("UPDATE apps SET origins = $2 WHERE id = $1").bind(app_id).bind(origins).execute(&mut *self.inner).await?;
        one_row(&changed)
    }

    pub async fn insert_key(&mut self, row: &KeyRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO app_keys (id, app_id, environment, hash, created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&row.id)
        .bind(&row.app_id)
        .bind(&row.environment)
        .bind(&row.hash)
        .bind(&row.created_by)
        .bind(row.created_at)
        .bind(row.expires_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Deletes an app with its keys, its issuers and its grants.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where there is no such app.
    pub async fn delete_app(&mut self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM grants WHERE app_id = $1").bind(id).execute(&mut *self.inner).await?;
        sqlx::query("DELETE FROM issuers WHERE app_id = $1").bind(id).execute(&mut *self.inner).await?;
        sqlx::query("DELETE FROM app_keys WHERE app_id = $1").bind(id).execute(&mut *self.inner).await?;
        let gone = sqlx::query("DELETE FROM apps WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }

    /// # Errors
    /// [`StoreError::Stale`] where the app has no such key, or it is revoked already.
    pub async fn revoke_key(&mut self, app_id: &str, id: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE app_keys SET revoked_at = $3 WHERE id = $1 AND app_id = $2 AND revoked_at IS NULL")
            .bind(id)
            .bind(app_id)
            .bind(self.change.at)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    pub async fn put_grant(&mut self, row: &GrantRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO grants (app_id, api_id, granted_by, created_at, expires_at, per_second, burst, hidden)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (app_id, api_id) DO UPDATE SET granted_by = excluded.granted_by,
             created_at = excluded.created_at, expires_at = excluded.expires_at, per_second = excluded.per_second,
             burst = excluded.burst, hidden = excluded.hidden",
        )
        .bind(&row.app_id)
        .bind(&row.api_id)
        .bind(&row.granted_by)
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(row.per_second)
        .bind(row.burst)
        .bind(&row.hidden)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is no such grant.
    pub async fn delete_grant(&mut self, app_id: &str, api_id: &str) -> Result<(), StoreError> {
        let gone =
            sqlx::query("DELETE FROM grants WHERE app_id = $1 AND api_id = $2").bind(app_id).bind(api_id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }
}
