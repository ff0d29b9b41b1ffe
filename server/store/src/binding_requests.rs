//! Requests to change the binding of a source in production: somebody asks, somebody else decides.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct BindingRequestRow {
    pub id: String,
    pub source_id: String,
    pub environment: String,
    /// The binding that it was asked for over, to be known again when it is decided.
    pub before_config: String,
    pub before_secret: Vec<u8>,
    pub config: String,
    /// Sealed for the place of the binding; empty once it is decided.
    pub secret: Vec<u8>,
    /// `open`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    pub author_id: String,
    pub created_at: Millis,
    pub decided_by: Option<String>,
    pub decision: Option<String>,
    pub decided_at: Option<Millis>,
}

const COLUMNS: &str = "id, source_id, environment, before_config, before_secret, config, secret, state, author_id, created_at, \
                       decided_by, decision, decided_at";

impl Store {
    /// Newest first.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn binding_requests(&self) -> Result<Vec<BindingRequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM binding_requests ORDER BY created_at DESC, id DESC"));
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    pub async fn binding_request(&self, id: &str) -> Result<Option<BindingRequestRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM binding_requests WHERE id = $1"));
        Ok(sqlx::query_as(sql).bind(id).fetch_optional(&self.pool).await?)
    }

    pub async fn open_binding_request(&self, source_id: &str, environment: &str) -> Result<Option<BindingRequestRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM binding_requests WHERE source_id = $1 AND environment = $2 AND state = 'open'");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(source_id).bind(environment).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where a change of the same binding is open already.
    pub async fn insert_binding_request(&mut self, row: &BindingRequestRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO binding_requests (id, source_id, environment, before_config, before_secret, config, secret, state, author_id,
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&row.id)
        .bind(&row.source_id)
        .bind(&row.environment)
        .bind(&row.before_config)
        .bind(&row.before_secret)
        .bind(&row.config)
        .bind(&row.secret)
        .bind(&row.state)
        .bind(&row.author_id)
        .bind(row.created_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Closes an open request, and takes its secrets out of the row.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has already decided.
    pub async fn decide_binding_request(&mut self, id: &str, state: &str, by: &str, decision: &str) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE binding_requests SET state = $2, decided_by = $3, decision = $4, decided_at = $5, secret = $6, before_secret = $6
             WHERE id = $1 AND state = 'open'",
        )
        .bind(id)
        .bind(state)
        .bind(by)
        .bind(decision)
        .bind(self.change.at)
        .bind(Vec::<u8>::new())
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }

    /// Seals the secrets of an open request anew. The one from before is to be the binding's own, for by it the request is known to be
    /// of the binding as it stands.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has decided.
    pub async fn set_binding_request_secrets(&mut self, id: &str, before: &[u8], secret: &[u8]) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE binding_requests SET before_secret = $2, secret = $3 WHERE id = $1 AND state = 'open'")
            .bind(id)
            .bind(before)
            .bind(secret)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    /// Puts what was asked for in force, and raises the edit of the source.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the binding is not what it was when that was asked for.
    pub async fn replace_binding(&mut self, request: &BindingRequestRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE bindings SET config = $3, secret = $4
             WHERE source_id = $1 AND environment = $2 AND config = $5 AND secret = $6",
        )
        .bind(&request.source_id)
        .bind(&request.environment)
        .bind(&request.config)
        .bind(&request.secret)
        .bind(&request.before_config)
        .bind(&request.before_secret)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        sqlx::query("UPDATE sources SET edit = edit + 1, updated_at = $2 WHERE id = $1")
            .bind(&request.source_id)
            .bind(self.change.at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
