//! What is said of assets, with where it comes from.

use std::collections::HashMap;

use model::catalogue::{AssetField, ValueOrigin};
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::history::AssetEventRow;
use super::{BATCH, listed, places};
use crate::stored::decode_word;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AssetValueRow {
    pub asset_id: String,
    /// `model::catalogue::AssetField` by its key.
    pub field: String,
    /// `model::catalogue::ValueOrigin` by its key.
    pub origin: String,
    pub value: String,
    pub by_whom: String,
    pub at: Millis,
}

impl AssetValueRow {
    /// # Errors
    /// [`StoreError::Unreadable`]; so for the method below.
    pub fn decoded_field(&self) -> Result<AssetField, StoreError> {
        decode_word(&self.field, AssetField::from_key, &format_args!("a value of the asset {}", self.asset_id))
    }

    pub fn decoded_origin(&self) -> Result<ValueOrigin, StoreError> {
        decode_word(&self.origin, ValueOrigin::from_key, &format_args!("the origin of a value of the asset {}", self.asset_id))
    }
}

const COLUMNS: &str = "asset_id, field, origin, value, by_whom, at";
const COLUMN_COUNT: usize = 6;

impl Store {
    /// Every value of these assets, by asset.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn asset_values_of(&self, ids: &[String]) -> Result<Vec<AssetValueRow>, StoreError> {
        let mut rows = Vec::new();
        for part in ids.chunks(BATCH) {
            let places = listed(1, part.len());
            let sql = format!("SELECT {COLUMNS} FROM asset_values WHERE asset_id IN ({places}) ORDER BY asset_id, field, origin");
            let mut query = sqlx::query_as::<Any, AssetValueRow>(AssertSqlSafe(sql));
            for id in part {
                query = query.bind(id);
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(rows)
    }

    /// Every value that persons have written, by asset.
    pub async fn values_of_people(&self) -> Result<Vec<AssetValueRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM asset_values WHERE origin = 'person' ORDER BY asset_id, field");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// What a source says of the parts of an asset, by their ids.
    pub async fn comments_of(&self, parent_id: &str) -> Result<HashMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(COMMENTS).bind(parent_id).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().collect())
    }
}

const COMMENTS: &str = "SELECT asset_values.asset_id, asset_values.value FROM asset_values JOIN assets ON assets.id = asset_values.asset_id
    WHERE assets.parent_id = $1 AND asset_values.field = 'description' AND asset_values.origin = 'source'";

impl Tx {
    pub(super) async fn comments_of(&mut self, parent_id: &str) -> Result<HashMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(COMMENTS).bind(parent_id).fetch_all(&mut *self.inner).await?;
        Ok(rows.into_iter().collect())
    }

    /// Says something of an asset, and writes its line of history; an empty text takes the value of this origin away. Whether anything
    /// is another than before.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn put_asset_value(
        &mut self,
        asset_id: &str,
        (field, origin): (AssetField, ValueOrigin),
        value: &str,
        by: &str,
    ) -> Result<bool, StoreError> {
        let before: Option<String> =
            sqlx::query_scalar("SELECT value FROM asset_values WHERE asset_id = $1 AND field = $2 AND origin = $3")
                .bind(asset_id)
                .bind(field.key())
                .bind(origin.key())
                .fetch_optional(&mut *self.inner)
                .await?;
        if before.as_deref().unwrap_or_default() == value {
            return Ok(false);
        }
        let row = AssetValueRow {
            asset_id: asset_id.into(),
            field: field.key().into(),
            origin: origin.key().into(),
            value: value.into(),
            by_whom: by.into(),
            at: self.change.at,
        };
        let after = (!value.is_empty()).then(|| value.to_owned());
        let event = AssetEventRow { by_whom: by.into(), ..self.event(asset_id, (field.key(), origin), before, after) };
        self.write_values(&[row]).await?;
        self.insert_events(&[event]).await?;
        Ok(true)
    }

    /// Writes values without a history, all at once. Those without a text are taken away.
    pub(super) async fn write_values(&mut self, rows: &[AssetValueRow]) -> Result<(), StoreError> {
        let (kept, gone): (Vec<&AssetValueRow>, Vec<&AssetValueRow>) = rows.iter().partition(|row| !row.value.is_empty());
        for part in kept.chunks(BATCH) {
            let sql = format!(
                "INSERT INTO asset_values ({COLUMNS}) VALUES {} ON CONFLICT (asset_id, field, origin)
                 DO UPDATE SET value = excluded.value, by_whom = excluded.by_whom, at = excluded.at",
                places(part.len(), COLUMN_COUNT)
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for row in part {
                query = query.bind(&row.asset_id).bind(&row.field).bind(&row.origin).bind(&row.value).bind(&row.by_whom).bind(row.at);
            }
            query.execute(&mut *self.inner).await?;
        }
        for row in gone {
            sqlx::query("DELETE FROM asset_values WHERE asset_id = $1 AND field = $2 AND origin = $3")
                .bind(&row.asset_id)
                .bind(&row.field)
                .bind(&row.origin)
                .execute(&mut *self.inner)
                .await?;
        }
        self.note_changed_assets(&rows.iter().map(|row| row.asset_id.clone()).collect::<Vec<_>>()).await
    }

    /// Gives what persons have said of one asset to another, where nobody has said anything of the same field of that.
    pub(super) async fn move_values_of_people(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE asset_values SET asset_id = $2 WHERE asset_id = $1 AND origin = 'person'
             AND field NOT IN (SELECT field FROM asset_values WHERE asset_id = $2 AND origin = 'person')",
        )
        .bind(from)
        .bind(to)
        .execute(&mut *self.inner)
        .await?;
        self.note_changed_assets(&[from.to_owned(), to.to_owned()]).await
    }
}
