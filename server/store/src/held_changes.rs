//! What requests hold back until somebody has decided: a definition before and after, with the secrets of it.

use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct HeldChangeRow {
    pub request_id: String,
    /// The definition that it was asked for over, to be known again when it is decided.
    pub before_definition: String,
    pub before_secret: Vec<u8>,
    /// The settings of a binding, or `model::row_rules::RowRules` of a dataset, as JSON.
    pub definition: String,
    /// Of a binding, sealed for its place; empty where there is none, and once it is decided.
    pub secret: Vec<u8>,
}

impl Store {
    /// What a request holds back; nothing where it is about a version of an API.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn held_change(&self, request_id: &str) -> Result<Option<HeldChangeRow>, StoreError> {
        let sql = "SELECT request_id, before_definition, before_secret, definition, secret FROM held_changes WHERE request_id = $1";
        Ok(sqlx::query_as(sql).bind(request_id).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// Where the database does not answer.
    pub async fn insert_held_change(&mut self, row: &HeldChangeRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO held_changes (request_id, before_definition, before_secret, definition, secret) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&row.request_id)
        .bind(&row.before_definition)
        .bind(&row.before_secret)
        .bind(&row.definition)
        .bind(&row.secret)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Seals the secrets of an open request again. The one from before is to be the binding's own, for by it the request is known to be
    /// of the binding as it stands.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has decided.
    pub async fn set_held_secrets(&mut self, request_id: &str, before: &[u8], secret: &[u8]) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE held_changes SET before_secret = $2, secret = $3
             WHERE request_id = $1 AND request_id IN (SELECT id FROM requests WHERE state = 'open')",
        )
        .bind(request_id)
        .bind(before)
        .bind(secret)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }

    /// Takes the secrets out of what a request held back; nothing is done where it held none.
    pub(crate) async fn forget_held_secrets(&mut self, request_id: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE held_changes SET before_secret = $2, secret = $2 WHERE request_id = $1")
            .bind(request_id)
            .bind(Vec::<u8>::new())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
