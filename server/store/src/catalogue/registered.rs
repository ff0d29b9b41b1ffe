//! Sources, datasets, jobs, APIs and apps as assets: written in the transaction that makes, changes or deletes the thing itself.

use model::catalogue::{AssetField, AssetPath, ValueOrigin};

use super::assets::AssetRow;
use crate::{ApiRow, AppRow, DatasetRow, JobRow, SourceRow, StoreError, Tx};

/// By whom what a definition says is said.
const DEFINITION: &str = "definition";
/// By whom an owner is said that nobody has named: the rule that whoever makes a thing owns it.
const CREATOR: &str = "creator";

impl Tx {
    /// The asset of a path: a new one of this id, or the one that had the path before and was missing.
    async fn register(&mut self, id: &str, path: &AssetPath, domain: &str) -> Result<(), StoreError> {
        let parent = match path.parent() {
            Some(parent) => self.asset(&parent).await?.map(|parent| parent.id),
            None => None,
        };
        let row = AssetRow::new(id.to_owned(), path, parent, domain, self.change.at);
        sqlx::query(
            "INSERT INTO assets (id, kind, path, parent_id, domain, name, created_at, seen_at, edit)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)
             ON CONFLICT (path) DO UPDATE SET gone_at = NULL, seen_at = excluded.seen_at, domain = excluded.domain",
        )
        .bind(&row.id)
        .bind(&row.kind)
        .bind(&row.path)
        .bind(&row.parent_id)
        .bind(&row.domain)
        .bind(&row.name)
        .bind(row.created_at)
        .execute(&mut *self.inner)
        .await?;
        // The one of the path may have another id.
        match self.asset(path).await? {
            Some(known) => self.note_changed_assets(&[known.id]).await,
            None => Ok(()),
        }
    }

    /// Whoever has made a thing owns it until a person says otherwise. The program itself owns nothing.
    async fn owned_by_user(&mut self, path: &AssetPath, user_id: &str) -> Result<(), StoreError> {
        let email: Option<String> =
            sqlx::query_scalar("SELECT email FROM users WHERE id = $1").bind(user_id).fetch_optional(&mut *self.inner).await?;
        self.owned_by(path, email.as_deref().unwrap_or_default()).await
    }

    async fn owned_by(&mut self, path: &AssetPath, email: &str) -> Result<(), StoreError> {
        let known: Option<String> =
            sqlx::query_scalar("SELECT id FROM users WHERE email = $1").bind(email).fetch_optional(&mut *self.inner).await?;
        let (Some(_), Some(asset)) = (known, self.asset(path).await?) else { return Ok(()) };
        self.put_asset_value(&asset.id, (AssetField::Owner, ValueOrigin::Rule), email, CREATOR).await.map(drop)
    }

    /// What the definition of a thing says of it; nothing where that is empty.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn describe_by_definition(&mut self, path: &AssetPath, text: &str) -> Result<(), StoreError> {
        let Some(asset) = self.asset(path).await? else { return Ok(()) };
        self.put_asset_value(&asset.id, (AssetField::Description, ValueOrigin::Source), text.trim(), DEFINITION).await.map(drop)
    }

    /// Marks the asset of a path as missing, or as there again, with its line of history.
    pub async fn set_asset_gone(&mut self, path: &AssetPath, is_gone: bool) -> Result<(), StoreError> {
        let Some(asset) = self.asset(path).await?.filter(|asset| asset.is_there() == is_gone) else { return Ok(()) };
        self.set_assets_gone(std::slice::from_ref(&asset.id), is_gone).await?;
        let event = self.event(&asset.id, (if is_gone { "gone" } else { "back" }, ValueOrigin::Rule), None, None);
        self.insert_events(&[event]).await
    }

    pub(crate) async fn register_source(&mut self, row: &SourceRow) -> Result<(), StoreError> {
        let path = AssetPath::source(&row.name);
        self.register(&row.id, &path, &row.domain).await?;
        self.owned_by(&path, &row.created_by).await?;
        self.describe_by_definition(&path, &row.about).await
    }

    pub(crate) async fn redescribe_source(&mut self, id: &str, about: &str) -> Result<(), StoreError> {
        let name: Option<String> =
            sqlx::query_scalar("SELECT name FROM sources WHERE id = $1").bind(id).fetch_optional(&mut *self.inner).await?;
        match name {
            Some(name) => self.describe_by_definition(&AssetPath::source(&name), about).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn register_dataset(&mut self, row: &DatasetRow) -> Result<(), StoreError> {
        let path = AssetPath::dataset(&row.domain, &row.name);
        self.register(&row.id, &path, &row.domain).await?;
        self.owned_by_user(&path, &row.owner_id).await
    }

    /// The id of a job of before may be that of its dataset.
    pub(crate) async fn register_job(&mut self, row: &JobRow) -> Result<(), StoreError> {
        let dataset: Option<(String, String, String)> = sqlx::query_as("SELECT domain, name, owner_id FROM datasets WHERE id = $1")
            .bind(&row.dataset_id)
            .fetch_optional(&mut *self.inner)
            .await?;
        let Some((domain, name, owner)) = dataset else { return Ok(()) };
        let path = AssetPath::job(&domain, &name);
        self.register(&format!("job-{}", row.id), &path, &domain).await?;
        self.owned_by_user(&path, &owner).await
    }

    pub(crate) async fn register_api(&mut self, row: &ApiRow) -> Result<(), StoreError> {
        let path = AssetPath::api(&row.domain, &row.name);
        self.register(&row.id, &path, &row.domain).await?;
        self.owned_by_user(&path, &row.owner_id).await
    }

    pub(crate) async fn register_app(&mut self, row: &AppRow) -> Result<(), StoreError> {
        let path = AssetPath::app(&row.domain, &row.name);
        self.register(&row.id, &path, &row.domain).await?;
        self.owned_by_user(&path, &row.owner_id).await
    }

    /// The asset of an API that is deleted: what was said of it stays.
    pub(crate) async fn unregister_api(&mut self, id: &str) -> Result<(), StoreError> {
        let sql = "SELECT domain, name FROM apis WHERE id = $1";
        let found: Option<(String, String)> = sqlx::query_as(sql).bind(id).fetch_optional(&mut *self.inner).await?;
        match found {
            Some((domain, name)) => self.set_asset_gone(&AssetPath::api(&domain, &name), true).await,
            None => Ok(()),
        }
    }

    /// The same of an app.
    pub(crate) async fn unregister_app(&mut self, id: &str) -> Result<(), StoreError> {
        let sql = "SELECT domain, name FROM apps WHERE id = $1";
        let found: Option<(String, String)> = sqlx::query_as(sql).bind(id).fetch_optional(&mut *self.inner).await?;
        match found {
            Some((domain, name)) => self.set_asset_gone(&AssetPath::app(&domain, &name), true).await,
            None => Ok(()),
        }
    }
}
