//! Changes of tags on assets that can be undone in one step.

use model::catalogue::TagMark;
use model::clock::{DAY, Millis};
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::{BATCH, places};
use crate::database::one_row;
use crate::{Store, StoreError, Tx};

/// How long a change can be undone.
const KEPT_FOR: Millis = 30 * DAY;

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TagChangeRow {
    pub id: String,
    /// Who made it, by e-mail.
    pub by_whom: String,
    pub at: Millis,
    pub undone_at: Option<Millis>,
}

/// One tag on one asset in a change.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TagChangeStepRow {
    pub change_id: String,
    pub asset_id: String,
    pub tag_id: String,
    /// Otherwise it was removed.
    pub adds: i64,
    /// How the tag stood on the asset behind the change that added it, or before the change that removed it.
    pub origin: String,
    pub by_whom: String,
    pub at: Millis,
}

const STEP_COLUMNS: &str = "change_id, asset_id, tag_id, adds, origin, by_whom, at";
const STEP_COLUMN_COUNT: usize = 7;

impl TagChangeStepRow {
    #[must_use]
    pub fn mark(&self) -> TagMark {
        TagMark { origin: self.origin.clone(), by: self.by_whom.clone(), at: self.at }
    }
}

impl Store {
    /// The changes of a person that can still be undone, the newest first, each with the number of its steps.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn tag_changes_of(&self, by: &str) -> Result<Vec<(TagChangeRow, i64)>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT id, by_whom, at, (SELECT COUNT(*) FROM tag_change_steps WHERE tag_change_steps.change_id = tag_changes.id) AS steps
             FROM tag_changes WHERE by_whom = $1 AND undone_at IS NULL ORDER BY at DESC, id DESC",
        )
        .bind(by)
        .fetch_all(&self.pool)
        .await?;
        let of_one = |(id, by_whom, at, steps)| (TagChangeRow { id, by_whom, at, undone_at: None }, steps);
        Ok(rows.into_iter().map(of_one).collect())
    }

    pub async fn tag_change(&self, id: &str) -> Result<Option<TagChangeRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, by_whom, at, undone_at FROM tag_changes WHERE id = $1").bind(id).fetch_optional(&self.pool).await?)
    }

    pub async fn tag_change_steps(&self, change_id: &str) -> Result<Vec<TagChangeStepRow>, StoreError> {
        let sql = format!("SELECT {STEP_COLUMNS} FROM tag_change_steps WHERE change_id = $1 ORDER BY asset_id, tag_id");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(change_id).fetch_all(&self.pool).await?)
    }
}

impl Tx {
    /// Writes a change with its steps, and forgets those that are too old to be undone.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn insert_tag_change(&mut self, row: &TagChangeRow, steps: &[TagChangeStepRow]) -> Result<(), StoreError> {
        let old = self.change.at - KEPT_FOR;
        for sql in [
            "DELETE FROM tag_change_steps WHERE change_id IN (SELECT id FROM tag_changes WHERE tag_changes.at < $1)",
            "DELETE FROM tag_changes WHERE at < $1",
        ] {
            sqlx::query(sql).bind(old).execute(&mut *self.inner).await?;
        }
        sqlx::query("INSERT INTO tag_changes (id, by_whom, at, undone_at) VALUES ($1, $2, $3, $4)")
            .bind(&row.id)
            .bind(&row.by_whom)
            .bind(row.at)
            .bind(row.undone_at)
            .execute(&mut *self.inner)
            .await?;
        for part in steps.chunks(BATCH) {
            let sql = format!("INSERT INTO tag_change_steps ({STEP_COLUMNS}) VALUES {}", places(part.len(), STEP_COLUMN_COUNT));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for step in part {
                query = query.bind(&step.change_id).bind(&step.asset_id).bind(&step.tag_id).bind(step.adds);
                query = query.bind(&step.origin).bind(&step.by_whom).bind(step.at);
            }
            query.execute(&mut *self.inner).await?;
        }
        Ok(())
    }

    /// Says that a change was undone.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it was undone already, or is too old.
    pub async fn close_tag_change(&mut self, id: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE tag_changes SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL")
            .bind(id)
            .bind(self.change.at)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }
}
