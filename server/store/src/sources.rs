//! Sources and their bindings, one for each environment. Secrets are sealed before they come here.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{HeldChangeRow, RequestRow, Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct SourceRow {
    pub id: String,
    pub name: String,
    pub domain: String,
    pub driver: String,
    pub about: String,
    /// Raised by every edit; an editor who has seen an older one is told.
    pub edit: i64,
    pub created_by: String,
    pub updated_at: Millis,
}

#[derive(Debug, Clone, FromRow)]
pub struct BindingRow {
    pub source_id: String,
    pub environment: String,
    pub config: String,
    pub secret: Vec<u8>,
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, name, domain, driver, about, edit, created_by, updated_at FROM sources ORDER BY name")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn source(&self, name: &str) -> Result<Option<SourceRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, name, domain, driver, about, edit, created_by, updated_at FROM sources WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn source_by_id(&self, id: &str) -> Result<Option<SourceRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, name, domain, driver, about, edit, created_by, updated_at FROM sources WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn bindings(&self) -> Result<Vec<BindingRow>, StoreError> {
        Ok(sqlx::query_as("SELECT source_id, environment, config, secret FROM bindings ORDER BY source_id, environment")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn bindings_of(&self, source_id: &str) -> Result<Vec<BindingRow>, StoreError> {
        Ok(sqlx::query_as("SELECT source_id, environment, config, secret FROM bindings WHERE source_id = $1 ORDER BY environment")
            .bind(source_id)
            .fetch_all(&self.pool)
            .await?)
    }

    /// The load limits of a source, as they were set; nothing where nobody has.
    pub async fn source_load(&self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT source_loads.spec FROM source_loads JOIN sources ON sources.id = source_loads.source_id WHERE sources.name = $1";
        Ok(sqlx::query_scalar(sql).bind(name).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    pub async fn set_source_load(&mut self, source_id: &str, spec: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO source_loads (source_id, spec) VALUES ($1, $2) ON CONFLICT (source_id) DO UPDATE SET spec = excluded.spec",
        )
        .bind(source_id)
        .bind(spec)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Taken`] where the name is.
    pub async fn insert_source(&mut self, row: &SourceRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sources (id, name, domain, driver, about, edit, created_by, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.domain)
        .bind(&row.driver)
        .bind(&row.about)
        .bind(row.edit)
        .bind(&row.created_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Stale`] where somebody has edited it since `edit`.
    pub async fn update_source(&mut self, id: &str, about: &str, edit: i64) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE sources SET about = $2, edit = edit + 1, updated_at = $3 WHERE id = $1 AND edit = $4")
            .bind(id)
            .bind(about)
            .bind(self.change.at)
            .bind(edit)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    pub async fn put_binding(&mut self, row: &BindingRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO bindings (source_id, environment, config, secret) VALUES ($1, $2, $3, $4)
             ON CONFLICT (source_id, environment) DO UPDATE SET config = excluded.config, secret = excluded.secret",
        )
        .bind(&row.source_id)
        .bind(&row.environment)
        .bind(&row.config)
        .bind(&row.secret)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Puts what a request held back in force, and raises the edit of the source.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the binding is not what it was when that was asked for.
    pub async fn replace_binding(&mut self, request: &RequestRow, held: &HeldChangeRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE bindings SET config = $3, secret = $4
             WHERE source_id = $1 AND environment = $2 AND config = $5 AND secret = $6",
        )
        .bind(&request.object_id)
        .bind(&request.environment)
        .bind(&held.definition)
        .bind(&held.secret)
        .bind(&held.before_definition)
        .bind(&held.before_secret)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        sqlx::query("UPDATE sources SET edit = edit + 1, updated_at = $2 WHERE id = $1")
            .bind(&request.object_id)
            .bind(self.change.at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
