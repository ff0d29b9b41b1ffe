//! Columns that vanished and those that they may have become. A person says whether they are the same.

use model::catalogue::ValueOrigin;
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::assets::{AssetRow, COLUMNS};
use super::{BATCH, places};
use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ColumnRenameRow {
    pub id: String,
    /// The column that vanished.
    pub before_id: String,
    /// The column that appeared.
    pub after_id: String,
    pub at: Millis,
}

impl Store {
    /// What is asked about the columns of an asset.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn column_renames_of(&self, parent_id: &str) -> Result<Vec<ColumnRenameRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, before_id, after_id, at FROM column_renames
             WHERE after_id IN (SELECT assets.id FROM assets WHERE assets.parent_id = $1) ORDER BY at, id",
        )
        .bind(parent_id)
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn column_rename(&self, id: &str) -> Result<Option<ColumnRenameRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, before_id, after_id, at FROM column_renames WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// For how many tables, datasets and APIs a person is asked, by domain and path.
    pub async fn assets_with_renames(&self) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT DISTINCT parent.domain, parent.path FROM column_renames
             JOIN assets ON assets.id = column_renames.after_id JOIN assets parent ON parent.id = assets.parent_id
             ORDER BY parent.domain, parent.path",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

impl Tx {
    pub(super) async fn insert_column_renames(&mut self, rows: &[ColumnRenameRow]) -> Result<(), StoreError> {
        for part in rows.chunks(BATCH) {
            let sql = format!(
                "INSERT INTO column_renames (id, before_id, after_id, at) VALUES {} ON CONFLICT (before_id, after_id) DO NOTHING",
                places(part.len(), 4)
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for row in part {
                query = query.bind(&row.id).bind(&row.before_id).bind(&row.after_id).bind(row.at);
            }
            query.execute(&mut *self.inner).await?;
        }
        Ok(())
    }

    /// Forgets what is no question any more: the column came back, or the other one vanished too.
    pub(super) async fn forget_settled_renames(&mut self, parent_id: &str) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM column_renames
             WHERE before_id IN (SELECT assets.id FROM assets WHERE assets.parent_id = $1 AND assets.gone_at IS NULL)
                OR after_id IN (SELECT assets.id FROM assets WHERE assets.parent_id = $1 AND assets.gone_at IS NOT NULL)",
        )
        .bind(parent_id)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// The two are not the same column.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has decided already.
    pub async fn refuse_column_rename(&mut self, id: &str) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM column_renames WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }

    /// The column that vanished goes on under the name of the one that appeared, with all that is said of it. The other asset stays as
    /// the missing column of the old name; what persons have said of it goes along where nobody has said anything of the first, and its tags
    /// and terms do.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has decided already, or one of the columns is not what it was.
    pub async fn accept_column_rename(&mut self, rename: &ColumnRenameRow) -> Result<(), StoreError> {
        self.refuse_column_rename(&rename.id).await?;
        let (before, after) = (self.asset_row(&rename.before_id).await?, self.asset_row(&rename.after_id).await?);
        let (Some(before), Some(after)) = (before, after) else { return Err(StoreError::Stale) };
        if before.is_there() || !after.is_there() {
            return Err(StoreError::Stale);
        }
        // Each path is one asset's: one of the two makes room first.
        let aside = AssetRow { path: format!("{}#{}", after.path, after.id), ..after.clone() };
        self.move_asset(&aside).await?;
        let placed =
            |row: &AssetRow, at: &AssetRow| AssetRow { id: row.id.clone(), edit: row.edit, created_at: row.created_at, ..at.clone() };
        self.move_asset(&placed(&before, &after)).await?;
        self.move_asset(&placed(&after, &before)).await?;
        self.keep_former_path(&before.path, &before.id).await?;
        // Notes the change of both.
        self.move_values_of_people(&after.id, &before.id).await?;
        self.move_tags_and_terms(&after.id, &before.id).await?;
        let name = self.event(&before.id, ("name", ValueOrigin::Person), Some(before.name.clone()), Some(after.name.clone()));
        self.insert_events(&[name]).await?;
        sqlx::query("DELETE FROM column_renames WHERE before_id IN ($1, $2) OR after_id IN ($1, $2)")
            .bind(&before.id)
            .bind(&after.id)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    async fn asset_row(&mut self, id: &str) -> Result<Option<AssetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *self.inner).await?)
    }
}
