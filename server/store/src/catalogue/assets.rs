//! The rows of assets.

use model::catalogue::{AssetKind, AssetPath, ValueOrigin};
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::history::AssetEventRow;
use super::{BATCH, listed, places};
use crate::database::one_row;
use crate::stored::decode_word;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AssetRow {
    pub id: String,
    /// `model::catalogue::AssetKind` by its key.
    pub kind: String,
    /// `model::catalogue::AssetPath` as text.
    pub path: String,
    pub parent_id: Option<String>,
    pub domain: String,
    pub name: String,
    /// Of a column: its type, where it stands, and the number of its field, where it has one.
    pub data_type: Option<String>,
    pub position: Option<i64>,
    pub number: Option<i64>,
    pub created_at: Millis,
    /// When a scan or a definition had it last. Of a column, its parent says so.
    pub seen_at: Millis,
    /// Since when it is missing.
    pub gone_at: Option<Millis>,
    /// Raised by each change of a person.
    pub edit: i64,
}

pub(super) const COLUMNS: &str = "id, kind, path, parent_id, domain, name, data_type, position, number, created_at, seen_at, gone_at, edit";
const COLUMN_COUNT: usize = 13;

impl AssetRow {
    /// An asset that is new at a time.
    #[must_use]
    pub fn new(id: String, path: &AssetPath, parent_id: Option<String>, domain: &str, at: Millis) -> Self {
        Self {
            id,
            kind: path.kind().key().into(),
            path: path.to_string(),
            parent_id,
            domain: domain.into(),
            name: path.name().into(),
            data_type: None,
            position: None,
            number: None,
            created_at: at,
            seen_at: at,
            gone_at: None,
            edit: 1,
        }
    }

    /// # Errors
    /// [`StoreError::Unreadable`]; so for the method below.
    pub fn decoded_kind(&self) -> Result<AssetKind, StoreError> {
        decode_word(&self.kind, AssetKind::from_key, &format_args!("the kind of the asset {}", self.id))
    }

    pub fn decoded_path(&self) -> Result<AssetPath, StoreError> {
        decode_word(&self.path, |path| path.parse().ok(), &format_args!("the path of the asset {}", self.id))
    }

    /// Whether it is not missing.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.gone_at.is_none()
    }
}

impl Store {
    /// The asset of a path, or the one that had this path before it got another name.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn asset(&self, path: &str) -> Result<Option<AssetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE path = $1");
        let found: Option<AssetRow> = sqlx::query_as(AssertSqlSafe(sql)).bind(path).fetch_optional(&self.pool).await?;
        if found.as_ref().is_some_and(AssetRow::is_there) {
            return Ok(found);
        }
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE id = (SELECT asset_id FROM former_paths WHERE path = $1)");
        let renamed: Option<AssetRow> = sqlx::query_as(AssertSqlSafe(sql)).bind(path).fetch_optional(&self.pool).await?;
        Ok(renamed.or(found))
    }

    pub async fn asset_by_id(&self, id: &str) -> Result<Option<AssetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Those of these ids that there are, in no order.
    pub async fn assets_by_ids(&self, ids: &[String]) -> Result<Vec<AssetRow>, StoreError> {
        let mut rows = Vec::with_capacity(ids.len());
        for part in ids.chunks(BATCH) {
            let sql = format!("SELECT {COLUMNS} FROM assets WHERE id IN ({})", listed(1, part.len()));
            let mut query = sqlx::query_as::<Any, AssetRow>(AssertSqlSafe(sql));
            for id in part {
                query = query.bind(id);
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(rows)
    }

    /// The parts of an asset in their order, those that are missing too.
    pub async fn assets_of(&self, parent_id: &str) -> Result<Vec<AssetRow>, StoreError> {
        Ok(sqlx::query_as(AssertSqlSafe(children())).bind(parent_id).fetch_all(&self.pool).await?)
    }

    /// How many columns of an asset are not missing.
    pub async fn column_count(&self, parent_id: &str) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT COUNT(*) FROM assets WHERE parent_id = $1 AND kind = 'column' AND gone_at IS NULL")
            .bind(parent_id)
            .fetch_one(&self.pool)
            .await?)
    }

    /// All assets in the order of their ids, behind one of them, for whoever reads all of them in parts.
    pub async fn assets_after(&self, id: &str, limit: i64) -> Result<Vec<AssetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE id > $1 ORDER BY id LIMIT $2");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Datasets and APIs that have no columns yet, although their definition may name some.
    pub async fn assets_without_columns(&self) -> Result<Vec<AssetRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM assets WHERE kind IN ('dataset', 'api') AND gone_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM assets part WHERE part.parent_id = assets.id AND part.kind = 'column') ORDER BY id"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// Says that these were there at a time. Not a change of the metadata.
    pub async fn note_assets_seen(&self, ids: &[String], at: Millis) -> Result<(), StoreError> {
        for part in ids.chunks(BATCH) {
            let sql = format!("UPDATE assets SET seen_at = $1 WHERE id IN ({})", listed(2, part.len()));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(at);
            for id in part {
                query = query.bind(id);
            }
            query.execute(&self.pool).await?;
        }
        Ok(())
    }
}

fn children() -> String {
    format!("SELECT {COLUMNS} FROM assets WHERE parent_id = $1 ORDER BY position, name, id")
}

impl Tx {
    /// The asset of a path, as this change sees it. Unlike [`Store::asset`], former paths lead nowhere.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn asset(&mut self, path: &AssetPath) -> Result<Option<AssetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE path = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(path.to_string()).fetch_optional(&mut *self.inner).await?)
    }

    pub(super) async fn assets_of(&mut self, parent_id: &str) -> Result<Vec<AssetRow>, StoreError> {
        Ok(sqlx::query_as(AssertSqlSafe(children())).bind(parent_id).fetch_all(&mut *self.inner).await?)
    }

    /// # Errors
    /// [`StoreError::Taken`] where a path is.
    pub async fn insert_assets(&mut self, rows: &[AssetRow]) -> Result<(), StoreError> {
        for part in rows.chunks(BATCH) {
            let sql = format!("INSERT INTO assets ({COLUMNS}) VALUES {}", places(part.len(), COLUMN_COUNT));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for row in part {
                query = query.bind(&row.id).bind(&row.kind).bind(&row.path).bind(&row.parent_id).bind(&row.domain).bind(&row.name);
                query = query.bind(&row.data_type).bind(row.position).bind(row.number);
                query = query.bind(row.created_at).bind(row.seen_at).bind(row.gone_at).bind(row.edit);
            }
            query.execute(&mut *self.inner).await?;
        }
        self.note_changed_assets(&rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>()).await
    }

    /// Marks assets as missing, or as there again. Those that are so already stay as they are.
    pub(super) async fn set_assets_gone(&mut self, ids: &[String], is_gone: bool) -> Result<(), StoreError> {
        let gone_at = is_gone.then_some(self.change.at);
        for part in ids.chunks(BATCH) {
            let now = if is_gone { "gone_at IS NULL" } else { "gone_at IS NOT NULL" };
            let sql = format!("UPDATE assets SET gone_at = $1 WHERE {now} AND id IN ({})", listed(2, part.len()));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(gone_at);
            for id in part {
                query = query.bind(id);
            }
            query.execute(&mut *self.inner).await?;
        }
        self.note_changed_assets(ids).await
    }

    /// Marks tables with all their columns as missing, with a line of history for each table.
    pub async fn set_tables_gone(&mut self, ids: &[String]) -> Result<(), StoreError> {
        for part in ids.chunks(BATCH) {
            let sql = format!("UPDATE assets SET gone_at = $1 WHERE gone_at IS NULL AND parent_id IN ({})", listed(2, part.len()));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(self.change.at);
            for id in part {
                query = query.bind(id);
            }
            query.execute(&mut *self.inner).await?;
        }
        self.set_assets_gone(ids, true).await?;
        let events: Vec<AssetEventRow> = ids.iter().map(|id| self.event(id, ("gone", ValueOrigin::Source), None, None)).collect();
        self.insert_events(&events).await
    }

    /// Marks tables that come back as there. Their columns come back by themselves.
    pub async fn set_tables_back(&mut self, ids: &[String]) -> Result<(), StoreError> {
        self.set_assets_gone(ids, false).await?;
        let events: Vec<AssetEventRow> = ids.iter().map(|id| self.event(id, ("back", ValueOrigin::Source), None, None)).collect();
        self.insert_events(&events).await
    }

    /// Raises the edit of an asset that a person changes.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody has changed it since `edit`.
    pub async fn raise_asset_edit(&mut self, id: &str, edit: i64) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE assets SET edit = edit + 1 WHERE id = $1 AND edit = $2")
            .bind(id)
            .bind(edit)
            .execute(&mut *self.inner)
            .await?;
        one_row(&changed)
    }

    /// Moves an asset to the name, the type and the place that its row has now. Whoever does notes the change.
    pub(super) async fn move_asset(&mut self, row: &AssetRow) -> Result<(), StoreError> {
        let changed =
            sqlx::query("UPDATE assets SET path = $2, name = $3, data_type = $4, position = $5, number = $6, gone_at = $7 WHERE id = $1")
                .bind(&row.id)
                .bind(&row.path)
                .bind(&row.name)
                .bind(&row.data_type)
                .bind(row.position)
                .bind(row.number)
                .bind(row.gone_at)
                .execute(&mut *self.inner)
                .await?;
        one_row(&changed)
    }

    /// Remembers a path that an asset had.
    pub(super) async fn keep_former_path(&mut self, path: &str, asset_id: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO former_paths (path, asset_id) VALUES ($1, $2) ON CONFLICT (path) DO UPDATE SET asset_id = excluded.asset_id",
        )
        .bind(path)
        .bind(asset_id)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }
}
