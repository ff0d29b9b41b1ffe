//! Governed vocabularies of tags.

use model::Role;
use model::catalogue::Vocabulary;
use model::clock::Millis;
use sqlx::{AssertSqlSafe, FromRow};

use crate::database::one_row;
use crate::stored::decode_word;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct VocabularyRow {
    pub name: String,
    pub title: String,
    pub meaning: String,
    /// `model::Role` by its key.
    pub set_by: String,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

const COLUMNS: &str = "name, title, meaning, set_by, edit, updated_by, updated_at";

impl VocabularyRow {
    /// # Errors
    /// [`StoreError::Unreadable`]; so for the method below.
    pub fn decoded_role(&self) -> Result<Role, StoreError> {
        decode_word(&self.set_by, Role::from_key, &format_args!("the role that sets tags of the vocabulary {}", self.name))
    }

    pub fn definition(&self) -> Result<Vocabulary, StoreError> {
        Ok(Vocabulary { title: self.title.clone(), meaning: self.meaning.clone(), set_by: self.decoded_role()? })
    }
}

impl Store {
    /// All, by name.
    ///
    /// # Errors
    /// Where the database does not answer; so for the read below.
    pub async fn vocabularies(&self) -> Result<Vec<VocabularyRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM vocabularies ORDER BY name");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn vocabulary(&self, name: &str) -> Result<Option<VocabularyRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM vocabularies WHERE name = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(name).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where there is one of this name.
    pub async fn insert_vocabulary(&mut self, row: &VocabularyRow) -> Result<(), StoreError> {
        sqlx::query(AssertSqlSafe(format!("INSERT INTO vocabularies ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)")))
            .bind(&row.name)
            .bind(&row.title)
            .bind(&row.meaning)
            .bind(&row.set_by)
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
    pub async fn change_vocabulary(&mut self, row: &VocabularyRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE vocabularies SET title = $3, meaning = $4, set_by = $5, edit = edit + 1, updated_by = $6, updated_at = $7
             WHERE name = $1 AND edit = $2",
        )
        .bind(&row.name)
        .bind(row.edit)
        .bind(&row.title)
        .bind(&row.meaning)
        .bind(&row.set_by)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }

    /// # Errors
    /// [`StoreError::Stale`] where there is none without tags.
    pub async fn delete_vocabulary(&mut self, name: &str) -> Result<(), StoreError> {
        let gone = sqlx::query(
            "DELETE FROM vocabularies WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM tags WHERE tags.vocabulary = vocabularies.name)",
        )
        .bind(name)
        .execute(&mut *self.inner)
        .await?;
        one_row(&gone)
    }
}
