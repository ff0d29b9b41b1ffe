//! What the search knows of assets, read for many of them at once: what is said of them and of their columns.

use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::assets::{AssetRow, COLUMNS};
use super::values::AssetValueRow;
use super::{BATCH, listed};
use crate::stored::decode;
use crate::{Store, StoreError};

/// A column that is not missing.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SearchedColumnRow {
    pub id: String,
    pub parent_id: String,
    pub name: String,
}

/// A tag of an asset or of a column of it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SearchedTagRow {
    /// The asset.
    pub asset_id: String,
    pub name: String,
}

/// A term of the glossary on an asset or on a column of it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SearchedTermRow {
    /// The asset.
    pub asset_id: String,
    pub domain: String,
    pub name: String,
    /// A JSON list.
    pub synonyms: String,
}

impl SearchedTermRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded_synonyms(&self) -> Result<Vec<String>, StoreError> {
        decode(&self.synonyms, &format_args!("the synonyms of the term {} of the domain {}", self.name, self.domain))
    }
}

/// The asset that is searched, where a row may be of a column of it.
const SEARCHED: &str = "CASE WHEN assets.kind = 'column' THEN assets.parent_id ELSE assets.id END AS asset_id";

/// Which assets: some, and the columns of them that are not missing.
fn of_these(places: &str) -> String {
    format!(
        "assets.id IN (SELECT id FROM assets WHERE id IN ({places})
         UNION ALL SELECT id FROM assets WHERE parent_id IN ({places}) AND data_type IS NOT NULL AND gone_at IS NULL)"
    )
}

impl Store {
    /// All assets that are searched, in the order of their ids, behind one of them: what is no column and is not missing.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn searched_assets(&self, after: &str, limit: i64) -> Result<Vec<AssetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE id > $1 AND kind <> 'column' AND gone_at IS NULL ORDER BY id LIMIT $2");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The assets of these paths that are searched, in no order.
    pub async fn searched_at(&self, paths: &[String]) -> Result<Vec<AssetRow>, StoreError> {
        self.of_many(paths, |places| {
            format!("SELECT {COLUMNS} FROM assets WHERE path IN ({places}) AND kind <> 'column' AND gone_at IS NULL")
        })
        .await
    }

    /// The columns of these assets, in the order of each.
    pub async fn searched_columns(&self, ids: &[String]) -> Result<Vec<SearchedColumnRow>, StoreError> {
        self.of_many(ids, |places| {
            format!(
                "SELECT id, parent_id, name FROM assets WHERE parent_id IN ({places}) AND data_type IS NOT NULL AND gone_at IS NULL
                 ORDER BY parent_id, position, name"
            )
        })
        .await
    }

    /// What is said of these assets and of their columns.
    pub async fn searched_values(&self, ids: &[String]) -> Result<Vec<AssetValueRow>, StoreError> {
        self.of_many(ids, |places| {
            let these = of_these(places);
            format!(
                "SELECT asset_id, field, origin, value, by_whom, at FROM asset_values JOIN assets ON assets.id = asset_values.asset_id
                 WHERE {these}"
            )
        })
        .await
    }

    /// The tags of these assets and of their columns.
    pub async fn searched_tags(&self, ids: &[String]) -> Result<Vec<SearchedTagRow>, StoreError> {
        self.of_many(ids, |places| {
            let these = of_these(places);
            format!(
                "SELECT {SEARCHED}, tags.name FROM asset_tags JOIN assets ON assets.id = asset_tags.asset_id
                 JOIN tags ON tags.id = asset_tags.tag_id WHERE {these} ORDER BY tags.name"
            )
        })
        .await
    }

    /// The terms of these assets and of their columns.
    pub async fn searched_terms(&self, ids: &[String]) -> Result<Vec<SearchedTermRow>, StoreError> {
        self.of_many(ids, |places| {
            let these = of_these(places);
            format!(
                "SELECT {SEARCHED}, terms.domain, terms.name, terms.synonyms FROM term_columns
                 JOIN assets ON assets.id = term_columns.asset_id JOIN terms ON terms.id = term_columns.term_id WHERE {these} ORDER BY terms.name"
            )
        })
        .await
    }

    /// The rows of a statement over a list of ids, a part of them at a time.
    async fn of_many<T>(&self, ids: &[String], statement: impl Fn(&str) -> String) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let mut rows = Vec::new();
        for part in ids.chunks(BATCH) {
            let sql = statement(&listed(1, part.len()));
            let mut query = sqlx::query_as::<Any, T>(AssertSqlSafe(sql));
            for id in part {
                query = query.bind(id);
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(rows)
    }
}
