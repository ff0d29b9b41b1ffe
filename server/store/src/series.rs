//! Chunks of figures over time, in a database file of their own beside the metadata, or in tables of their own in PostgreSQL. They are
//! no change of the metadata: no revision, no audit. What the bytes mean is `observe`'s.

use std::collections::BTreeMap;

use model::clock::Millis;
use sqlx::{AnyPool, FromRow};

use crate::StoreError;
use crate::database::{migration_failed, open_pool};

/// One writes every ten seconds; the others read for charts.
const CONNECTIONS: u32 = 4;
/// In PostgreSQL, the migrations of the metadata have a table already, with numbers of their own.
const MIGRATIONS_TABLE: &str = "_series_migrations";
/// Beside the file of the metadata.
const FILE: &str = "figures.db";

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SeriesChunkRow {
    pub series: String,
    pub tier: i64,
    pub start_ms: Millis,
    /// The process that wrote it, in one start of it.
    pub writer: String,
    /// Grows with each writing of the writer.
    pub tick: i64,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct KnownSeriesRow {
    pub series: String,
    /// The beginning of its latest chunk.
    pub last_ms: Millis,
}

/// The database of figures. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SeriesStore {
    pool: AnyPool,
}

impl SeriesStore {
    /// Beside the metadata of this address. Dials when it is first used; migrates nothing.
    ///
    /// # Errors
    /// An address that cannot be read.
    pub fn open(metadata_url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let url = beside(metadata_url);
        Ok(Self { pool: open_pool(&url, url.starts_with("sqlite:"), CONNECTIONS)? })
    }

    /// Brings the database to this program's layout.
    ///
    /// # Errors
    /// [`StoreError::Newer`] where a newer program has already migrated it; nothing is changed then.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let mut migrator = sqlx::migrate!("./series_migrations");
        migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
        migrator.run(&self.pool).await.map_err(migration_failed)
    }

    /// Writes chunks over the older ones of the same writer, all or none. A series begins with its kind and a colon.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn put_chunks(&self, chunks: &[SeriesChunkRow]) -> Result<(), StoreError> {
        if chunks.is_empty() {
            return Ok(());
        }
        // In one order, so that two nodes do not wait for each other's rows in a circle.
        let mut latest: BTreeMap<&str, Millis> = BTreeMap::new();
        let mut all = self.pool.begin().await?;
        for chunk in chunks {
            let last = latest.entry(&chunk.series).or_insert(chunk.start_ms);
            *last = (*last).max(chunk.start_ms);
            sqlx::query(
                "INSERT INTO series_chunks (series, tier, start_ms, writer, tick, bytes) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (series, tier, start_ms, writer) DO UPDATE SET tick = excluded.tick, bytes = excluded.bytes
                 WHERE excluded.tick > series_chunks.tick",
            )
            .bind(&chunk.series)
            .bind(chunk.tier)
            .bind(chunk.start_ms)
            .bind(&chunk.writer)
            .bind(chunk.tick)
            .bind(chunk.bytes.as_slice())
            .execute(&mut *all)
            .await?;
        }
        for (series, last) in latest {
            sqlx::query(
                "INSERT INTO series_known (series, kind, last_ms) VALUES ($1, $2, $3)
                 ON CONFLICT (series) DO UPDATE SET last_ms = excluded.last_ms WHERE excluded.last_ms > series_known.last_ms",
            )
            .bind(series)
            .bind(series.split_once(':').map_or(series, |(kind, _)| kind))
            .bind(last)
            .execute(&mut *all)
            .await?;
        }
        Ok(all.commit().await?)
    }

    /// The chunks of a series by all its writers that begin from `from` to before `to`, in their order.
    pub async fn chunks(&self, series: &str, tier: i64, from: Millis, to: Millis) -> Result<Vec<SeriesChunkRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT series, tier, start_ms, writer, tick, bytes FROM series_chunks
             WHERE series = $1 AND tier = $2 AND start_ms >= $3 AND start_ms < $4 ORDER BY start_ms, writer",
        )
        .bind(series)
        .bind(tier)
        .bind(from)
        .bind(to)
        .fetch_all(&self.pool)
        .await?)
    }

    /// The chunks of all series of a kind that begin from `from` to before `to`, by series. They are found by the series that are known, so
    /// that neither those of other kinds nor series that ended before are looked at: SQLite keeps the order of a cross join.
    pub async fn chunks_of_kind(&self, kind: &str, tier: i64, from: Millis, to: Millis) -> Result<Vec<SeriesChunkRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT chunk.series, chunk.tier, chunk.start_ms, chunk.writer, chunk.tick, chunk.bytes
             FROM series_known known CROSS JOIN series_chunks chunk
             WHERE known.kind = $1 AND known.last_ms >= $3 AND chunk.series = known.series
               AND chunk.tier = $2 AND chunk.start_ms >= $3 AND chunk.start_ms < $4
             ORDER BY known.series, chunk.start_ms, chunk.writer",
        )
        .bind(kind)
        .bind(tier)
        .bind(from)
        .bind(to)
        .fetch_all(&self.pool)
        .await?)
    }

    /// The same of those series of the kind whose names begin so. In such a name no character stands for another one: kinds, environments
    /// and paths are of letters, digits, hyphens, colons, slashes and spaces.
    pub async fn chunks_beginning(
        &self,
        (kind, begin): (&str, &str),
        tier: i64,
        from: Millis,
        to: Millis,
    ) -> Result<Vec<SeriesChunkRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT chunk.series, chunk.tier, chunk.start_ms, chunk.writer, chunk.tick, chunk.bytes
             FROM series_known known CROSS JOIN series_chunks chunk
             WHERE known.kind = $1 AND known.series LIKE $5 AND known.last_ms >= $3 AND chunk.series = known.series
               AND chunk.tier = $2 AND chunk.start_ms >= $3 AND chunk.start_ms < $4
             ORDER BY known.series, chunk.start_ms, chunk.writer",
        )
        .bind(kind)
        .bind(tier)
        .bind(from)
        .bind(to)
        .bind(format!("{begin}%"))
        .fetch_all(&self.pool)
        .await?)
    }

    /// The series of a kind, by name.
    pub async fn known_series(&self, kind: &str) -> Result<Vec<KnownSeriesRow>, StoreError> {
        Ok(sqlx::query_as("SELECT series, last_ms FROM series_known WHERE kind = $1 ORDER BY series")
            .bind(kind)
            .fetch_all(&self.pool)
            .await?)
    }

    /// Deletes the chunks of a tier that begin before a time, and says how many that were.
    pub async fn remove_chunks(&self, tier: i64, before: Millis) -> Result<u64, StoreError> {
        let removed =
            sqlx::query("DELETE FROM series_chunks WHERE tier = $1 AND start_ms < $2").bind(tier).bind(before).execute(&self.pool).await?;
        Ok(removed.rows_affected())
    }

    /// Forgets the series whose latest chunk begins before a time: none of their chunks is kept for so long.
    pub async fn forget_series(&self, before: Millis) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM series_known WHERE last_ms < $1").bind(before).execute(&self.pool).await?;
        Ok(())
    }

    /// Closes all connections; those under way finish first.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The file in the folder of the metadata's, or the same PostgreSQL.
fn beside(metadata_url: &str) -> String {
    let Some(rest) = metadata_url.strip_prefix("sqlite:") else { return metadata_url.to_owned() };
    let path = rest.split_once('?').map_or(rest, |(path, _)| path);
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("sqlite:{folder}/{FILE}?mode=rwc"),
        None => format!("sqlite:{FILE}?mode=rwc"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_lie_beside_the_metadata() {
        for (metadata, figures) in [
            ("sqlite:///data/metadata.db", "sqlite:///data/figures.db?mode=rwc"),
            ("sqlite://metadata.db?mode=rwc", "sqlite://figures.db?mode=rwc"),
            ("sqlite:metadata.db", "sqlite:figures.db?mode=rwc"),
            ("postgres://host/metadata?sslmode=require", "postgres://host/metadata?sslmode=require"),
        ] {
            assert_eq!(beside(metadata), figures);
        }
    }
}
