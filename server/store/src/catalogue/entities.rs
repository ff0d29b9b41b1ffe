//! Business entities.

use model::catalogue::{AssetKind, BusinessEntity};
use model::clock::Millis;
use sqlx::{AssertSqlSafe, FromRow};

use crate::database::one_row;
use crate::stored::decode;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct EntityRow {
    pub id: String,
    pub domain: String,
    pub name: String,
    /// `model::catalogue::BusinessEntity` as JSON.
    pub definition: String,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

const COLUMNS: &str = "id, domain, name, definition, edit, updated_by, updated_at";

impl EntityRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded(&self) -> Result<BusinessEntity, StoreError> {
        decode(&self.definition, &format_args!("the entity {}/{}", self.domain, self.name))
    }
}

impl Store {
    /// All, by domain and name.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn entities(&self) -> Result<Vec<EntityRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM entities ORDER BY domain, name");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn entity(&self, domain: &str, name: &str) -> Result<Option<EntityRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM entities WHERE domain = $1 AND name = $2");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(domain).bind(name).fetch_optional(&self.pool).await?)
    }

    /// The columns of a catalogued table, each with the word for its type; nothing where there is no such table.
    pub async fn columns_at(&self, path: &str) -> Result<Option<Vec<(String, String)>>, StoreError> {
        let table: Option<String> =
            sqlx::query_scalar("SELECT id FROM assets WHERE path = $1 AND gone_at IS NULL").bind(path).fetch_optional(&self.pool).await?;
        let Some(table) = table else { return Ok(None) };
        let sql = "SELECT name, COALESCE(data_type, '') AS data_type FROM assets
                   WHERE parent_id = $1 AND kind = $2 AND gone_at IS NULL ORDER BY position, name";
        Ok(Some(sqlx::query_as(sql).bind(table).bind(AssetKind::Column.key()).fetch_all(&self.pool).await?))
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the domain has an entity of this name.
    pub async fn insert_entity(&mut self, row: &EntityRow) -> Result<(), StoreError> {
        sqlx::query(AssertSqlSafe(format!("INSERT INTO entities ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)")))
            .bind(&row.id)
            .bind(&row.domain)
            .bind(&row.name)
            .bind(&row.definition)
            .bind(row.edit)
            .bind(&row.updated_by)
            .bind(row.updated_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Puts another definition in the place of the one that was seen; its edit is one more.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody was first.
    pub async fn change_entity(&mut self, row: &EntityRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE entities SET definition = $3, edit = edit + 1, updated_by = $4, updated_at = $5 WHERE id = $1 AND edit = $2",
        )
        .bind(&row.id)
        .bind(row.edit)
        .bind(&row.definition)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is no such entity.
    pub async fn delete_entity(&mut self, id: &str) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM entities WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }
}
