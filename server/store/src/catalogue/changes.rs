//! Which assets the search has to read again. Every write that changes what the search shows of an asset notes it, in its own transaction:
//! so a node that knows all changes up to a revision needs those behind it and no others.

use sqlx::{Any, AssertSqlSafe, FromRow};

use super::{BATCH, listed};
use crate::{Store, StoreError, Tx};

/// An asset that was changed: no column, but what has the column.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AssetChangeRow {
    pub asset_id: String,
    /// At which it was changed last.
    pub revision: i64,
}

impl Store {
    /// Assets that were changed behind a revision and an asset of that revision, in this order.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn asset_changes(&self, (revision, asset_id): (i64, &str), limit: i64) -> Result<Vec<AssetChangeRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT asset_id, revision FROM asset_changes WHERE revision > $1 OR (revision = $1 AND asset_id > $2)
             ORDER BY revision, asset_id LIMIT $3",
        )
        .bind(revision)
        .bind(asset_id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }
}

/// What of `assets` is searched: a column is found with what it is part of.
const SEARCHED: &str = "SELECT DISTINCT CASE WHEN kind = 'column' THEN parent_id ELSE assets.id END, $1 FROM assets";
const AT_LAST: &str = "ON CONFLICT (asset_id) DO UPDATE SET revision = excluded.revision";

impl Tx {
    /// Notes that something changed which the search shows of these assets: themselves, or what is said of them. They may be columns.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn note_changed_assets(&mut self, ids: &[String]) -> Result<(), StoreError> {
        for part in ids.chunks(BATCH) {
            let places = listed(2, part.len());
            let sql = format!("INSERT INTO asset_changes (asset_id, revision) {SEARCHED} WHERE assets.id IN ({places}) {AT_LAST}");
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(self.revision);
            for id in part {
                query = query.bind(id);
            }
            query.execute(&mut *self.inner).await?;
        }
        Ok(())
    }

    /// The same of all assets with a tag. Before it is taken from them, where it is.
    pub async fn note_assets_of_tag(&mut self, tag_id: &str) -> Result<(), StoreError> {
        self.note_assets_in("asset_tags", "tag_id", tag_id).await
    }

    /// The same of all assets with a term of the glossary.
    pub async fn note_assets_of_term(&mut self, term_id: &str) -> Result<(), StoreError> {
        self.note_assets_in("term_columns", "term_id", term_id).await
    }

    async fn note_assets_in(&mut self, table: &str, column: &str, id: &str) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO asset_changes (asset_id, revision) {SEARCHED} WHERE assets.id IN (SELECT asset_id FROM {table} WHERE {column} = $2)
             {AT_LAST}"
        );
        sqlx::query::<Any>(AssertSqlSafe(sql)).bind(self.revision).bind(id).execute(&mut *self.inner).await?;
        Ok(())
    }
}
