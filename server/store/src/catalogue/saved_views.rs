//! Searches of the catalogue that people have saved.

use model::clock::Millis;
use model::view::AssetQuery;
use sqlx::FromRow;

use crate::database::one_row;
use crate::stored::decode;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SavedViewRow {
    pub id: String,
    pub user_id: String,
    pub name: String,
    /// `model::view::AssetQuery` as JSON.
    pub query: String,
    pub created_at: Millis,
}

impl SavedViewRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded(&self) -> Result<AssetQuery, StoreError> {
        decode(&self.query, &format_args!("the saved view {}", self.name))
    }
}

impl Store {
    /// The views of a person, by their names.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn saved_views(&self, user_id: &str) -> Result<Vec<SavedViewRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, user_id, name, query, created_at FROM saved_views WHERE user_id = $1 ORDER BY name")
            .bind(user_id)
            .fetch_all(&self.pool)
            .await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the person has a view of this name.
    pub async fn insert_saved_view(&mut self, row: &SavedViewRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO saved_views (id, user_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(&row.id)
            .bind(&row.user_id)
            .bind(&row.name)
            .bind(&row.query)
            .bind(row.created_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Stale`] where the person has no such view.
    pub async fn delete_saved_view(&mut self, user_id: &str, id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM saved_views WHERE id = $1 AND user_id = $2";
        let gone = sqlx::query(sql).bind(id).bind(user_id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }
}
