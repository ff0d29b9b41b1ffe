//! Which APIs have documentation that everybody can read. An API without a row has none.

use sqlx::FromRow;

use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct PublicDocumentationRow {
    pub api_id: String,
    /// Where readers ask for access; may be empty.
    pub contact: String,
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn public_documentation(&self) -> Result<Vec<PublicDocumentationRow>, StoreError> {
        Ok(sqlx::query_as("SELECT api_id, contact FROM public_documentation").fetch_all(&self.pool).await?)
    }

    pub async fn public_documentation_of(&self, api_id: &str) -> Result<Option<PublicDocumentationRow>, StoreError> {
        Ok(sqlx::query_as("SELECT api_id, contact FROM public_documentation WHERE api_id = $1")
            .bind(api_id)
            .fetch_optional(&self.pool)
            .await?)
    }
}

impl Tx {
    /// # Errors
    /// Where the database does not answer; so for every write below.
    pub async fn put_public_documentation(&mut self, row: &PublicDocumentationRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO public_documentation (api_id, contact) VALUES ($1, $2)
             ON CONFLICT (api_id) DO UPDATE SET contact = excluded.contact",
        )
        .bind(&row.api_id)
        .bind(&row.contact)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    pub async fn delete_public_documentation(&mut self, api_id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM public_documentation WHERE api_id = $1").bind(api_id).execute(&mut *self.inner).await?;
        Ok(())
    }
}
