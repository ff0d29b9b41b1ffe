//! Issuers: whose signed tokens stand for an app.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct IssuerRow {
    pub id: String,
    pub app_id: String,
    pub environment: String,
    pub issuer: String,
    pub audience: String,
    /// Sealed; empty where it signs with keys of its own.
    pub secret: Vec<u8>,
    /// A JSON Web Key Set; empty where it signs with a shared secret.
    pub jwks: String,
    /// Where the set is fetched from; empty where it was given.
    pub jwks_url: String,
    /// A JSON object: parameter -> text.
    pub fixed: String,
    pub created_by: String,
    pub created_at: Millis,
}

const COLUMNS: &str = "id, app_id, environment, issuer, audience, secret, jwks, jwks_url, fixed, created_by, created_at";

impl Store {
    /// # Errors
    /// Where the database does not answer.
    pub async fn issuers(&self) -> Result<Vec<IssuerRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM issuers ORDER BY created_at, id");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// Where the database does not answer.
    pub async fn insert_issuer(&mut self, row: &IssuerRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO issuers (id, app_id, environment, issuer, audience, secret, jwks, jwks_url, fixed, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(&row.id)
        .bind(&row.app_id)
        .bind(&row.environment)
        .bind(&row.issuer)
        .bind(&row.audience)
        .bind(&row.secret)
        .bind(&row.jwks)
        .bind(&row.jwks_url)
        .bind(&row.fixed)
        .bind(&row.created_by)
        .bind(row.created_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is no such issuer.
    pub async fn set_issuer_keys(&mut self, id: &str, jwks: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE issuers SET jwks = $2 WHERE id = $1").bind(id).bind(jwks).execute(&mut *self.inner).await?;
        one_row(&changed)
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is no such issuer.
    pub async fn set_issuer_secret(&mut self, id: &str, secret: &[u8]) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE issuers SET secret = $2 WHERE id = $1").bind(id).bind(secret).execute(&mut *self.inner).await?;
        one_row(&changed)
    }

    /// # Errors
    /// [`StoreError::Stale`] where the app has no such issuer.
    pub async fn delete_issuer(&mut self, app_id: &str, id: &str) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM issuers WHERE id = $1 AND app_id = $2").bind(id).bind(app_id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }
}
