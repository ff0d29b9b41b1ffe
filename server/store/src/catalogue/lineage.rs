//! Edges of the lineage. Those of one definition are replaced together, in the change that puts the definition in force.

use model::catalogue::{AssetPath, EdgeKind, LineageEdge, LineageUnknown, asset_of};
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::{BATCH, listed, places};
use crate::stored::decode_word;
use crate::{Store, StoreError, Tx};

const COLUMNS: &str = "from_path, to_path, how, by_path";

/// Which end of an edge is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineageEnd {
    From,
    To,
}

/// An edge of two assets, whichever of their columns it is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineageLink {
    pub from: AssetPath,
    pub to: AssetPath,
    pub how: EdgeKind,
}

/// All that one definition uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinedLineage {
    /// The asset whose definition it is.
    pub by: AssetPath,
    /// A hash of all that the edges were made of.
    pub made_of: String,
    pub edges: Vec<LineageEdge>,
    pub unknown: Vec<LineageUnknown>,
}

#[derive(FromRow)]
struct EdgeRow {
    from_path: String,
    to_path: String,
    how: String,
    by_path: String,
}

impl EdgeRow {
    fn decoded(&self) -> Result<LineageEdge, StoreError> {
        let what = format_args!("a lineage edge of {}", self.by_path);
        Ok(LineageEdge {
            from: path(&self.from_path, &self.by_path)?,
            to: path(&self.to_path, &self.by_path)?,
            how: decode_word(&self.how, EdgeKind::from_key, &what)?,
            by: path(&self.by_path, &self.by_path)?,
        })
    }
}

fn path(text: &str, by: &str) -> Result<AssetPath, StoreError> {
    decode_word(text, |text| text.parse().ok(), &format_args!("a lineage edge of {by}"))
}

impl LineageEnd {
    fn column(self) -> &'static str {
        match self {
            Self::From => "from_asset",
            Self::To => "to_asset",
        }
    }
}

impl Store {
    /// The edges that begin or end at assets or at their columns.
    ///
    /// # Errors
    /// Where the database does not answer, or a row cannot be read; so for every read below.
    pub async fn lineage_edges(&self, assets: &[AssetPath], end: LineageEnd) -> Result<Vec<LineageEdge>, StoreError> {
        self.edges_with(end.column(), assets).await
    }

    /// The edges of some definitions.
    pub async fn lineage_edges_by(&self, definitions: &[AssetPath]) -> Result<Vec<LineageEdge>, StoreError> {
        self.edges_with("by_path", definitions).await
    }

    async fn edges_with(&self, column: &str, paths: &[AssetPath]) -> Result<Vec<LineageEdge>, StoreError> {
        let mut edges = Vec::new();
        for part in paths.chunks(BATCH) {
            let among = listed(1, part.len());
            let sql = format!("SELECT {COLUMNS} FROM lineage_edges WHERE {column} IN ({among}) ORDER BY {COLUMNS}");
            let mut query = sqlx::query_as::<Any, EdgeRow>(AssertSqlSafe(sql));
            for path in part {
                query = query.bind(path.to_string());
            }
            for row in query.fetch_all(&self.pool).await? {
                edges.push(row.decoded()?);
            }
        }
        Ok(edges)
    }

    /// The same edges, those of the columns of two assets taken together.
    pub async fn lineage_links(&self, assets: &[AssetPath], end: LineageEnd) -> Result<Vec<LineageLink>, StoreError> {
        let mut links = Vec::new();
        for part in assets.chunks(BATCH) {
            let (column, among) = (end.column(), listed(1, part.len()));
            let sql = format!(
                "SELECT DISTINCT from_asset, to_asset, how FROM lineage_edges WHERE {column} IN ({among}) ORDER BY from_asset, to_asset, how"
            );
            let mut query = sqlx::query_as::<Any, (String, String, String)>(AssertSqlSafe(sql));
            for asset in part {
                query = query.bind(asset.to_string());
            }
            for (from, to, how) in query.fetch_all(&self.pool).await? {
                let how = decode_word(&how, EdgeKind::from_key, &format_args!("a lineage edge of {to}"))?;
                links.push(LineageLink { from: path(&from, &to)?, to: path(&to, &to)?, how });
            }
        }
        Ok(links)
    }

    /// The tables of a source that a definition reads or writes.
    pub async fn lineage_tables(&self, source: &str) -> Result<Vec<AssetPath>, StoreError> {
        // The name of a source has no sign that LIKE reads as another.
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT from_asset FROM lineage_edges WHERE from_asset LIKE $1
             UNION SELECT to_asset FROM lineage_edges WHERE to_asset LIKE $1",
        )
        .bind(format!("table:{source}/%"))
        .fetch_all(&self.pool)
        .await?;
        tables.iter().map(|table| path(table, table)).collect()
    }

    /// What is not known of what some definitions use.
    pub async fn lineage_unknown(&self, by: &[AssetPath]) -> Result<Vec<LineageUnknown>, StoreError> {
        let mut unknown = Vec::new();
        for part in by.chunks(BATCH) {
            let among = listed(1, part.len());
            let sql = format!("SELECT by_path, place, reason FROM lineage_unknown WHERE by_path IN ({among}) ORDER BY by_path, place");
            let mut query = sqlx::query_as::<Any, (String, String, String)>(AssertSqlSafe(sql));
            for asset in part {
                query = query.bind(asset.to_string());
            }
            for (by, place, reason) in query.fetch_all(&self.pool).await? {
                unknown.push(LineageUnknown { by: path(&by, &by)?, place: path(&place, &by)?, reason });
            }
        }
        Ok(unknown)
    }

    /// The definitions whose edges are written, each with the hash of what they were made of.
    pub async fn lineage_definitions(&self) -> Result<Vec<(AssetPath, String)>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT by_path, made_of FROM lineage_definitions ORDER BY by_path").fetch_all(&self.pool).await?;
        rows.into_iter().map(|(by, made_of)| Ok((path(&by, &by)?, made_of))).collect()
    }
}

impl Tx {
    /// Puts what a definition uses in the place of what it used before.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_lineage(&mut self, defined: &DefinedLineage) -> Result<(), StoreError> {
        self.remove_lineage(&defined.by).await?;
        let by = defined.by.to_string();
        for part in defined.edges.chunks(BATCH) {
            let rows = places(part.len(), 6);
            let sql =
                format!("INSERT INTO lineage_edges ({COLUMNS}, from_asset, to_asset) VALUES {rows} ON CONFLICT ({COLUMNS}) DO NOTHING");
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for edge in part {
                query = query.bind(edge.from.to_string()).bind(edge.to.to_string()).bind(edge.how.key()).bind(&by);
                query = query.bind(asset_of(&edge.from).to_string()).bind(asset_of(&edge.to).to_string());
            }
            query.execute(&mut *self.inner).await?;
        }
        for part in defined.unknown.chunks(BATCH) {
            let sql = format!(
                "INSERT INTO lineage_unknown (by_path, place, reason) VALUES {} ON CONFLICT (by_path, place) DO NOTHING",
                places(part.len(), 3)
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for unknown in part {
                query = query.bind(&by).bind(unknown.place.to_string()).bind(&unknown.reason);
            }
            query.execute(&mut *self.inner).await?;
        }
        sqlx::query("INSERT INTO lineage_definitions (by_path, made_of) VALUES ($1, $2)")
            .bind(&by)
            .bind(&defined.made_of)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Takes out what a definition used that is in force no more.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn remove_lineage(&mut self, by: &AssetPath) -> Result<(), StoreError> {
        let by = by.to_string();
        sqlx::query("DELETE FROM lineage_edges WHERE by_path = $1").bind(&by).execute(&mut *self.inner).await?;
        sqlx::query("DELETE FROM lineage_unknown WHERE by_path = $1").bind(&by).execute(&mut *self.inner).await?;
        sqlx::query("DELETE FROM lineage_definitions WHERE by_path = $1").bind(&by).execute(&mut *self.inner).await?;
        Ok(())
    }
}
