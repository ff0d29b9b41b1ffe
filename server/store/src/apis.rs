//! APIs, their one draft, their frozen versions, and which version is live where.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct ApiRow {
    pub id: String,
    pub domain: String,
    pub name: String,
    pub grpc_name: String,
    pub kind: String,
    pub owner_id: String,
    pub created_at: Millis,
}

#[derive(Debug, Clone, FromRow)]
pub struct DraftRow {
    pub api_id: String,
    pub spec: String,
    /// Raised by every save; an editor who has seen an older one is told.
    pub edit: i64,
    /// The step of the form that was left.
    pub step: String,
    pub updated_by: String,
    pub updated_at: Millis,
}

#[derive(Debug, Clone, FromRow)]
pub struct VersionRow {
    pub id: String,
    pub api_id: String,
    pub number: i64,
    pub spec: String,
    /// `in-review`, `approved`, `rejected` or `withdrawn`; live is what a release says.
    pub state: String,
    /// What the check found when it was submitted: plan, sample and cost, as JSON.
    pub evidence: String,
    pub author_id: String,
    pub created_at: Millis,
}

#[derive(Debug, Clone, FromRow)]
pub struct ReleaseRow {
    pub api_id: String,
    pub environment: String,
    pub version_id: String,
    pub released_by: String,
    pub released_at: Millis,
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn apis(&self) -> Result<Vec<ApiRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, grpc_name, kind, owner_id, created_at FROM apis ORDER BY domain, name")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn api(&self, domain: &str, name: &str) -> Result<Option<ApiRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, grpc_name, kind, owner_id, created_at FROM apis WHERE domain = $1 AND name = $2")
            .bind(domain)
            .bind(name)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn api_by_id(&self, id: &str) -> Result<Option<ApiRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, name, grpc_name, kind, owner_id, created_at FROM apis WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        Ok(sqlx::query_as("SELECT api_id, spec, edit, step, updated_by, updated_at FROM drafts ORDER BY updated_at DESC")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn draft(&self, api_id: &str) -> Result<Option<DraftRow>, StoreError> {
        Ok(sqlx::query_as("SELECT api_id, spec, edit, step, updated_by, updated_at FROM drafts WHERE api_id = $1")
            .bind(api_id)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Every version of every API, newest first within one.
    pub async fn versions(&self) -> Result<Vec<VersionRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, api_id, number, spec, state, evidence, author_id, created_at FROM versions
             ORDER BY api_id, number DESC",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn versions_of(&self, api_id: &str) -> Result<Vec<VersionRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, api_id, number, spec, state, evidence, author_id, created_at FROM versions
             WHERE api_id = $1 ORDER BY number DESC",
        )
        .bind(api_id)
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn version(&self, id: &str) -> Result<Option<VersionRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, api_id, number, spec, state, evidence, author_id, created_at FROM versions WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn releases(&self) -> Result<Vec<ReleaseRow>, StoreError> {
        Ok(sqlx::query_as("SELECT api_id, environment, version_id, released_by, released_at FROM releases").fetch_all(&self.pool).await?)
    }

    pub async fn releases_of(&self, api_id: &str) -> Result<Vec<ReleaseRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT api_id, environment, version_id, released_by, released_at FROM releases
             WHERE api_id = $1 ORDER BY environment",
        )
        .bind(api_id)
        .fetch_all(&self.pool)
        .await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the name, or the gRPC name made from it, is.
    pub async fn insert_api(&mut self, row: &ApiRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO apis (id, domain, name, grpc_name, kind, owner_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&row.id)
        .bind(&row.domain)
        .bind(&row.name)
        .bind(&row.grpc_name)
        .bind(&row.kind)
        .bind(&row.owner_id)
        .bind(row.created_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Removes an API that never had a version, with its draft.
    pub async fn delete_api(&mut self, id: &str) -> Result<(), StoreError> {
        self.delete_draft(id).await?;
        self.forget_draft_editors(id).await?;
        self.delete_public_documentation(id).await?;
        sqlx::query("DELETE FROM apis WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        Ok(())
    }

    pub async fn insert_draft(&mut self, row: &DraftRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO drafts (api_id, spec, edit, step, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&row.api_id)
            .bind(&row.spec)
            .bind(row.edit)
            .bind(&row.step)
            .bind(&row.updated_by)
            .bind(row.updated_at)
            .execute(&mut *self.inner)
            .await?;
        self.note_draft_editor(&row.api_id, &row.updated_by).await
    }

    /// # Errors
    /// [`StoreError::Stale`] where somebody has saved since `row.edit`.
    pub async fn update_draft(&mut self, row: &DraftRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE drafts SET spec = $2, edit = edit + 1, step = $3, updated_by = $4, updated_at = $5
             WHERE api_id = $1 AND edit = $6",
        )
        .bind(&row.api_id)
        .bind(&row.spec)
        .bind(&row.step)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .bind(row.edit)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        self.note_draft_editor(&row.api_id, &row.updated_by).await
    }

    /// Those who have saved it are kept: what they wrote may come back with the next draft.
    pub async fn delete_draft(&mut self, api_id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM drafts WHERE api_id = $1").bind(api_id).execute(&mut *self.inner).await?;
        Ok(())
    }

    /// Takes the draft out, as it was seen, to freeze it; its editors become authors of the version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it was saved or sent in the meantime.
    pub async fn take_draft(&mut self, api_id: &str, edit: i64) -> Result<(), StoreError> {
        let taken =
            sqlx::query("DELETE FROM drafts WHERE api_id = $1 AND edit = $2").bind(api_id).bind(edit).execute(&mut *self.inner).await?;
        one_row(&taken)?;
        self.forget_draft_editors(api_id).await
    }

    /// The number that the next version of an API gets, read inside the change that writes it.
    pub async fn next_version(&mut self, api_id: &str) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM versions WHERE api_id = $1")
            .bind(api_id)
            .fetch_one(&mut *self.inner)
            .await?)
    }

    pub async fn insert_version(&mut self, row: &VersionRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO versions (id, api_id, number, spec, state, evidence, author_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.id)
        .bind(&row.api_id)
        .bind(row.number)
        .bind(&row.spec)
        .bind(&row.state)
        .bind(&row.evidence)
        .bind(&row.author_id)
        .bind(row.created_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    pub async fn set_version_state(&mut self, id: &str, state: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE versions SET state = $2 WHERE id = $1").bind(id).bind(state).execute(&mut *self.inner).await?;
        one_row(&changed)
    }

    pub async fn delete_release(&mut self, api_id: &str, environment: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("DELETE FROM releases WHERE api_id = $1 AND environment = $2")
            .bind(api_id)
            .bind(environment)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    pub async fn put_release(&mut self, row: &ReleaseRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO releases (api_id, environment, version_id, released_by, released_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (api_id, environment) DO UPDATE SET version_id = excluded.version_id,
             released_by = excluded.released_by, released_at = excluded.released_at",
        )
        .bind(&row.api_id)
        .bind(&row.environment)
        .bind(&row.version_id)
        .bind(&row.released_by)
        .bind(row.released_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }
}
