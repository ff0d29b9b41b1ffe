//! The definitions of tags, and how much each is used.

use model::catalogue::{TagActs, TagColour, TagDefinition, name_key};
use model::clock::Millis;
use sqlx::{AssertSqlSafe, FromRow};

use crate::database::one_row;
use crate::stored::decode_word;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TagRow {
    pub id: String,
    /// Absent for a free tag.
    pub vocabulary: Option<String>,
    pub name: String,
    /// [`name_key`] of the name.
    pub name_key: String,
    /// `model::catalogue::TagColour` by its key.
    pub colour: String,
    pub meaning: String,
    pub flows: i64,
    pub masks: i64,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

/// How many assets of a domain carry a tag.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TagUseRow {
    pub tag_id: String,
    pub domain: String,
    pub assets: i64,
}

const COLUMNS: &str = "id, vocabulary, name, name_key, colour, meaning, flows, masks, edit, updated_by, updated_at";

impl TagRow {
    /// # Errors
    /// [`StoreError::Unreadable`]; so for the method below.
    pub fn decoded_colour(&self) -> Result<TagColour, StoreError> {
        decode_word(&self.colour, TagColour::from_key, &format_args!("the colour of the tag {}", self.name))
    }

    pub fn definition(&self) -> Result<TagDefinition, StoreError> {
        Ok(TagDefinition {
            name: self.name.clone(),
            vocabulary: self.vocabulary.clone(),
            colour: self.decoded_colour()?,
            meaning: self.meaning.clone(),
            flows: self.flows != 0,
            masks: self.masks != 0,
        })
    }

    #[must_use]
    pub fn acts(&self) -> TagActs {
        TagActs { flows: self.flows != 0, masks: self.masks != 0 }
    }

    /// The same tag as somebody defines it.
    #[must_use]
    pub fn with(self, tag: &TagDefinition) -> Self {
        Self {
            vocabulary: tag.vocabulary.clone(),
            name: tag.name.clone(),
            name_key: name_key(&tag.name),
            colour: tag.colour.key().into(),
            meaning: tag.meaning.clone(),
            flows: i64::from(tag.flows),
            masks: i64::from(tag.masks),
            ..self
        }
    }
}

impl Store {
    /// All, by name.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn tags(&self) -> Result<Vec<TagRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tags ORDER BY name_key");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    pub async fn tag(&self, id: &str) -> Result<Option<TagRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tags WHERE id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The tag of a name, whatever its case.
    pub async fn tag_named(&self, name: &str) -> Result<Option<TagRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tags WHERE name_key = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(name_key(name)).fetch_optional(&self.pool).await?)
    }

    /// How many assets carry which tag, by domain. What is missing does not count.
    pub async fn tag_use(&self) -> Result<Vec<TagUseRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT asset_tags.tag_id, assets.domain, COUNT(*) AS assets FROM asset_tags JOIN assets ON assets.id = asset_tags.asset_id
             WHERE assets.gone_at IS NULL GROUP BY asset_tags.tag_id, assets.domain ORDER BY asset_tags.tag_id, assets.domain",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// The domains of all assets that carry a tag, those that are missing too.
    pub async fn domains_of_tag(&self, id: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT DISTINCT assets.domain FROM asset_tags JOIN assets ON assets.id = asset_tags.asset_id
             WHERE asset_tags.tag_id = $1 ORDER BY assets.domain",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?)
    }

    /// How many assets carry the first tag, and how many of them carry the second one too.
    pub async fn tags_together(&self, first: &str, second: &str) -> Result<(i64, i64), StoreError> {
        let of_first = sqlx::query_scalar("SELECT COUNT(*) FROM asset_tags WHERE tag_id = $1").bind(first).fetch_one(&self.pool).await?;
        let of_both = sqlx::query_scalar(
            "SELECT COUNT(*) FROM asset_tags WHERE tag_id = $1 AND asset_id IN (SELECT asset_id FROM asset_tags WHERE tag_id = $2)",
        )
        .bind(first)
        .bind(second)
        .fetch_one(&self.pool)
        .await?;
        Ok((of_first, of_both))
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where a tag has this name.
    pub async fn insert_tag(&mut self, row: &TagRow) -> Result<(), StoreError> {
        sqlx::query(AssertSqlSafe(format!("INSERT INTO tags ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")))
            .bind(&row.id)
            .bind(&row.vocabulary)
            .bind(&row.name)
            .bind(&row.name_key)
            .bind(&row.colour)
            .bind(&row.meaning)
            .bind(row.flows)
            .bind(row.masks)
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
    /// [`StoreError::Stale`] where somebody was first, [`StoreError::Taken`] where another tag has the name.
    pub async fn change_tag(&mut self, row: &TagRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE tags SET vocabulary = $3, name = $4, name_key = $5, colour = $6, meaning = $7, flows = $8, masks = $9,
             edit = edit + 1, updated_by = $10, updated_at = $11 WHERE id = $1 AND edit = $2",
        )
        .bind(&row.id)
        .bind(row.edit)
        .bind(&row.vocabulary)
        .bind(&row.name)
        .bind(&row.name_key)
        .bind(&row.colour)
        .bind(&row.meaning)
        .bind(row.flows)
        .bind(row.masks)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)?;
        self.note_assets_of_tag(&row.id).await
    }

    /// Sets what a tag does, where it still does what it did.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it does something else by now.
    pub async fn set_tag_acts(&mut self, id: &str, before: TagActs, after: TagActs) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE tags SET flows = $4, masks = $5, edit = edit + 1 WHERE id = $1 AND flows = $2 AND masks = $3")
            .bind(id)
            .bind(i64::from(before.flows))
            .bind(i64::from(before.masks))
            .bind(i64::from(after.flows))
            .bind(i64::from(after.masks))
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    /// Deletes a tag that no asset carries any more.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has changed it since it was seen.
    pub async fn delete_tag(&mut self, id: &str, edit: i64) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM tags WHERE id = $1 AND edit = $2").bind(id).bind(edit).execute(&mut *self.inner).await?;
        one_row(&gone)
    }
}
