//! The history of assets: who has said what, and what became of them.

use model::catalogue::ValueOrigin;
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::{BATCH, places};
use crate::stored::decode_word;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AssetEventRow {
    pub asset_id: String,
    pub revision: i64,
    pub at: Millis,
    pub by_whom: String,
    /// `model::catalogue::AssetField` by its key; or `name`, `type`, `gone` or `back`, of the asset itself.
    pub field: String,
    /// `model::catalogue::ValueOrigin` by its key.
    pub origin: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl AssetEventRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded_origin(&self) -> Result<ValueOrigin, StoreError> {
        decode_word(&self.origin, ValueOrigin::from_key, &format_args!("the history of the asset {}", self.asset_id))
    }
}

const COLUMNS: &str = "asset_id, revision, at, by_whom, field, origin, before, after";
const COLUMN_COUNT: usize = 8;

impl Store {
    /// The history of an asset, the newest first, behind the first lines.
    ///
    /// # Errors
    /// Where the database does not answer; so for the read below.
    pub async fn asset_history(&self, asset_id: &str, before: u64, limit: u32) -> Result<Vec<AssetEventRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM asset_history WHERE asset_id = $1 ORDER BY revision DESC, field LIMIT $2 OFFSET $3");
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(asset_id)
            .bind(i64::from(limit))
            .bind(i64::try_from(before).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn asset_history_count(&self, asset_id: &str) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT COUNT(*) FROM asset_history WHERE asset_id = $1").bind(asset_id).fetch_one(&self.pool).await?)
    }
}

impl Tx {
    /// A line of history by whoever makes this change.
    pub(super) fn event(
        &self,
        asset_id: &str,
        (field, origin): (&str, ValueOrigin),
        before: Option<String>,
        after: Option<String>,
    ) -> AssetEventRow {
        AssetEventRow {
            asset_id: asset_id.into(),
            revision: self.revision,
            at: self.change.at,
            by_whom: self.change.actor.clone(),
            field: field.into(),
            origin: origin.key().into(),
            before,
            after,
        }
    }

    /// Lines of history. Two of the same field in one change become one, from the first to the last value.
    pub(super) async fn insert_events(&mut self, rows: &[AssetEventRow]) -> Result<(), StoreError> {
        for part in rows.chunks(BATCH) {
            let sql = format!(
                "INSERT INTO asset_history ({COLUMNS}) VALUES {} ON CONFLICT (asset_id, revision, field, origin)
                 DO UPDATE SET after = excluded.after, by_whom = excluded.by_whom",
                places(part.len(), COLUMN_COUNT)
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for row in part {
                query = query.bind(&row.asset_id).bind(row.revision).bind(row.at).bind(&row.by_whom);
                query = query.bind(&row.field).bind(&row.origin).bind(&row.before).bind(&row.after);
            }
            query.execute(&mut *self.inner).await?;
        }
        Ok(())
    }
}
