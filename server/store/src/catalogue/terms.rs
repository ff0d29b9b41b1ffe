//! Glossary terms, and the columns that they are mapped to.

use model::catalogue::{TagTarget, TermDefinition, name_key};
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::{BATCH, listed, places};
use crate::database::one_row;
use crate::stored::{decode, encode};
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TermRow {
    pub id: String,
    pub domain: String,
    pub name: String,
    /// [`name_key`] of the name.
    pub name_key: String,
    /// Markdown.
    pub definition: String,
    /// A JSON list.
    pub synonyms: String,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

const COLUMNS: &str = "id, domain, name, name_key, definition, synonyms, edit, updated_by, updated_at";

impl TermRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded(&self) -> Result<TermDefinition, StoreError> {
        let synonyms = decode(&self.synonyms, &format_args!("the synonyms of the term {} of the domain {}", self.name, self.domain))?;
        Ok(TermDefinition { name: self.name.clone(), definition: self.definition.clone(), synonyms })
    }

    /// The same term as somebody defines it.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn with(self, term: &TermDefinition) -> Result<Self, StoreError> {
        let synonyms = encode(&term.synonyms, &format_args!("the synonyms of the term {}", term.name))?;
        Ok(Self { name: term.name.clone(), name_key: name_key(&term.name), definition: term.definition.clone(), synonyms, ..self })
    }
}

impl Store {
    /// All, by domain and name.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn terms(&self) -> Result<Vec<TermRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM terms ORDER BY domain, name_key");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn term(&self, id: &str) -> Result<Option<TermRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM terms WHERE id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The term of a domain by its name, whatever its case.
    pub async fn term_named(&self, domain: &str, name: &str) -> Result<Option<TermRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM terms WHERE domain = $1 AND name_key = $2");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(domain).bind(name_key(name)).fetch_optional(&self.pool).await?)
    }

    /// The columns that a term is mapped to, by path.
    pub async fn columns_of_term(&self, term_id: &str) -> Result<Vec<TagTarget>, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT assets.id, assets.path, assets.domain FROM term_columns JOIN assets ON assets.id = term_columns.asset_id
             WHERE term_columns.term_id = $1 ORDER BY assets.path",
        )
        .bind(term_id)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(id, path, domain)| TagTarget { id, path, domain }).collect())
    }

    /// How many columns of which domain each term is mapped to: its id, the domain and the number.
    pub async fn term_use(&self) -> Result<Vec<(String, String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT term_columns.term_id, assets.domain, COUNT(*) AS mapped FROM term_columns JOIN assets ON assets.id = term_columns.asset_id
             GROUP BY term_columns.term_id, assets.domain ORDER BY term_columns.term_id, assets.domain",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// The terms of assets: the id of the asset, and of the term its id, domain and name.
    pub async fn terms_on(&self, asset_ids: &[String]) -> Result<Vec<(String, String, String, String)>, StoreError> {
        let mut rows = Vec::new();
        for part in asset_ids.chunks(BATCH) {
            let sql = format!(
                "SELECT term_columns.asset_id, terms.id, terms.domain, terms.name FROM term_columns JOIN terms ON terms.id = term_columns.term_id
                 WHERE term_columns.asset_id IN ({}) ORDER BY terms.domain, terms.name_key",
                listed(1, part.len())
            );
            let mut query = sqlx::query_as::<Any, (String, String, String, String)>(AssertSqlSafe(sql));
            for asset in part {
                query = query.bind(asset);
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(rows)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the domain has a term of this name.
    pub async fn insert_term(&mut self, row: &TermRow) -> Result<(), StoreError> {
        sqlx::query(AssertSqlSafe(format!("INSERT INTO terms ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")))
            .bind(&row.id)
            .bind(&row.domain)
            .bind(&row.name)
            .bind(&row.name_key)
            .bind(&row.definition)
            .bind(&row.synonyms)
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
    /// [`StoreError::Stale`] where somebody was first, [`StoreError::Taken`] where another term of the domain has the name.
    pub async fn change_term(&mut self, row: &TermRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE terms SET name = $3, name_key = $4, definition = $5, synonyms = $6, edit = edit + 1, updated_by = $7, updated_at = $8
             WHERE id = $1 AND edit = $2",
        )
        .bind(&row.id)
        .bind(row.edit)
        .bind(&row.name)
        .bind(&row.name_key)
        .bind(&row.definition)
        .bind(&row.synonyms)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        self.note_assets_of_term(&row.id).await
    }

    /// Deletes a term with its mapping.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where there is no such term.
    pub async fn delete_term(&mut self, id: &str) -> Result<(), StoreError> {
        self.note_assets_of_term(id).await?;
        sqlx::query("DELETE FROM term_columns WHERE term_id = $1").bind(id).execute(&mut *self.inner).await?;
        let gone = sqlx::query("DELETE FROM terms WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }

    /// Maps a term to columns. Those that it is mapped to already stay as they are.
    ///
    /// # Errors
    /// Where the database does not answer; so for the method below.
    pub async fn map_term(&mut self, term_id: &str, asset_ids: &[String], by: &str) -> Result<(), StoreError> {
        for part in asset_ids.chunks(BATCH) {
            let sql = format!(
                "INSERT INTO term_columns (term_id, asset_id, by_whom, at) VALUES {} ON CONFLICT (term_id, asset_id) DO NOTHING",
                places(part.len(), 4)
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for asset in part {
                query = query.bind(term_id).bind(asset).bind(by).bind(self.change.at);
            }
            query.execute(&mut *self.inner).await?;
        }
        self.note_changed_assets(asset_ids).await
    }

    pub async fn unmap_term(&mut self, term_id: &str, asset_ids: &[String]) -> Result<(), StoreError> {
        for part in asset_ids.chunks(BATCH) {
            let sql = format!("DELETE FROM term_columns WHERE term_id = $1 AND asset_id IN ({})", listed(2, part.len()));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(term_id);
            for asset in part {
                query = query.bind(asset);
            }
            query.execute(&mut *self.inner).await?;
        }
        self.note_changed_assets(asset_ids).await
    }
}
