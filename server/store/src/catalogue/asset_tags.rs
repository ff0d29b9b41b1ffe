//! Which assets carry which tags.

use model::catalogue::{AssetFilter, AssetKind, TagMark, TagTarget, ValueOrigin, with_parents};
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::{BATCH, listed, places};
use crate::stored::decode_word;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AssetTagRow {
    pub asset_id: String,
    pub tag_id: String,
    /// `model::catalogue::ValueOrigin` by its key.
    pub origin: String,
    pub by_whom: String,
    pub at: Millis,
}

/// A tag on an asset, with what is shown of it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TagOnRow {
    pub asset_id: String,
    /// The path and the domain of the asset.
    pub path: String,
    pub domain: String,
    pub tag_id: String,
    pub name: String,
    pub vocabulary: Option<String>,
    pub colour: String,
    pub flows: i64,
    pub masks: i64,
    pub origin: String,
    pub by_whom: String,
    pub at: Millis,
}

const COLUMNS: &str = "asset_id, tag_id, origin, by_whom, at";
const COLUMN_COUNT: usize = 5;
const SHOWN: &str = "SELECT asset_tags.asset_id, assets.path, assets.domain, tags.id AS tag_id, tags.name, tags.vocabulary, tags.colour,
    tags.flows, tags.masks, asset_tags.origin, asset_tags.by_whom, asset_tags.at
    FROM asset_tags JOIN tags ON tags.id = asset_tags.tag_id JOIN assets ON assets.id = asset_tags.asset_id";

impl AssetTagRow {
    #[must_use]
    pub fn mark(&self) -> TagMark {
        TagMark { origin: self.origin.clone(), by: self.by_whom.clone(), at: self.at }
    }
}

impl TagOnRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded_origin(&self) -> Result<ValueOrigin, StoreError> {
        decode_word(&self.origin, ValueOrigin::from_key, &format_args!("the tag {} on the asset {}", self.name, self.asset_id))
    }
}

impl Store {
    /// The tags that assets carry, by name.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn tags_on(&self, asset_ids: &[String]) -> Result<Vec<TagOnRow>, StoreError> {
        self.shown_tags("asset_tags.asset_id", asset_ids).await
    }

    /// The same by the paths of the assets.
    pub async fn tags_on_paths(&self, paths: &[String]) -> Result<Vec<TagOnRow>, StoreError> {
        self.shown_tags("assets.path", paths).await
    }

    async fn shown_tags(&self, column: &str, values: &[String]) -> Result<Vec<TagOnRow>, StoreError> {
        let mut rows = Vec::new();
        for part in values.chunks(BATCH) {
            let sql = format!("{SHOWN} WHERE {column} IN ({}) ORDER BY tags.name_key", listed(1, part.len()));
            let mut query = sqlx::query_as::<Any, TagOnRow>(AssertSqlSafe(sql));
            for value in part {
                query = query.bind(value);
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(rows)
    }

    /// How tags stand on assets, among those of these ids.
    pub async fn asset_tags(&self, asset_ids: &[String], tag_ids: &[String]) -> Result<Vec<AssetTagRow>, StoreError> {
        let mut rows = Vec::new();
        for tag in tag_ids {
            for part in asset_ids.chunks(BATCH) {
                let sql = format!("SELECT {COLUMNS} FROM asset_tags WHERE tag_id = $1 AND asset_id IN ({})", listed(2, part.len()));
                let mut query = sqlx::query_as::<Any, AssetTagRow>(AssertSqlSafe(sql)).bind(tag);
                for asset in part {
                    query = query.bind(asset);
                }
                rows.extend(query.fetch_all(&self.pool).await?);
            }
        }
        Ok(rows)
    }

    /// The assets of these paths.
    pub async fn tag_targets(&self, paths: &[String]) -> Result<Vec<TagTarget>, StoreError> {
        let mut found = Vec::with_capacity(paths.len());
        for part in paths.chunks(BATCH) {
            let sql = format!("SELECT id, path, domain FROM assets WHERE path IN ({}) ORDER BY path", listed(1, part.len()));
            let mut query = sqlx::query_as::<Any, (String, String, String)>(AssertSqlSafe(sql));
            for path in part {
                query = query.bind(path);
            }
            found.extend(query.fetch_all(&self.pool).await?.into_iter().map(target));
        }
        Ok(found)
    }

    /// The assets that carry a tag, by path; those of one domain, where it is not empty.
    pub async fn assets_with_tag(&self, tag_id: &str, domain: &str) -> Result<Vec<TagTarget>, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT assets.id, assets.path, assets.domain FROM asset_tags JOIN assets ON assets.id = asset_tags.asset_id
             WHERE asset_tags.tag_id = $1 AND ($2 = '' OR assets.domain = $2) ORDER BY assets.path",
        )
        .bind(tag_id)
        .bind(domain)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(target).collect())
    }

    /// The assets that a filter finds and that are not missing, by path; those of some domains, where these are named.
    pub async fn find_tag_targets(
        &self,
        filter: &AssetFilter,
        domains: Option<&[String]>,
        limit: usize,
    ) -> Result<Vec<TagTarget>, StoreError> {
        let sql = format!("SELECT id, path, domain FROM assets WHERE {} ORDER BY path LIMIT $8", conditions(filter));
        let words: Vec<String> = filter.words.split_whitespace().map(|word| escaped(&word.to_lowercase())).collect();
        let under = filter.under.as_ref().map(ToString::to_string).unwrap_or_default();
        let rows: Vec<(String, String, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(domains.map(|names| format!(",{},", names.join(","))).unwrap_or_default())
            .bind(&filter.domain)
            .bind(filter.kind.map(AssetKind::key).unwrap_or_default())
            .bind(if words.is_empty() { String::new() } else { format!("%{}%", words.join("%")) })
            .bind(&filter.tag)
            .bind(i64::from(filter.untagged))
            .bind(under)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.into_iter().map(target).collect())
    }
}

/// What is part of a part is found by the parents of its parent.
fn conditions(filter: &AssetFilter) -> String {
    let depth = filter.under.as_ref().map_or(0, |path| 3 - with_parents(&path.to_string()).len().min(3));
    let under = match depth {
        0 => "$7 = ''".to_owned(),
        1 => "parent_id IN (SELECT id FROM assets WHERE path = $7)".to_owned(),
        _ => "(parent_id IN (SELECT id FROM assets WHERE path = $7)
              OR parent_id IN (SELECT id FROM assets WHERE parent_id IN (SELECT id FROM assets WHERE path = $7)))"
            .to_owned(),
    };
    format!(
        "gone_at IS NULL AND ($1 = '' OR $1 LIKE '%,' || domain || ',%') AND ($2 = '' OR domain = $2) AND ($3 = '' OR kind = $3)
         AND ($4 = '' OR LOWER(path) LIKE $4 ESCAPE '!')
         AND ($5 = '' OR id IN (SELECT asset_id FROM asset_tags WHERE tag_id = $5))
         AND ($6 = 0 OR id NOT IN (SELECT asset_id FROM asset_tags)) AND {under}"
    )
}

/// A word for a pattern of `LIKE`, in which each of its characters stands for itself.
fn escaped(word: &str) -> String {
    word.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn target((id, path, domain): (String, String, String)) -> TagTarget {
    TagTarget { id, path, domain }
}

impl Tx {
    /// Writes tags on assets, all at once.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where an asset carries one of them already.
    pub async fn insert_asset_tags(&mut self, rows: &[AssetTagRow]) -> Result<(), StoreError> {
        for part in rows.chunks(BATCH) {
            let sql = format!("INSERT INTO asset_tags ({COLUMNS}) VALUES {}", places(part.len(), COLUMN_COUNT));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for row in part {
                query = query.bind(&row.asset_id).bind(&row.tag_id).bind(&row.origin).bind(&row.by_whom).bind(row.at);
            }
            query.execute(&mut *self.inner).await?;
        }
        self.note_changed_assets(&rows.iter().map(|row| row.asset_id.clone()).collect::<Vec<_>>()).await
    }

    /// Takes a tag off assets. Those that do not carry it stay as they are.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn delete_asset_tags(&mut self, tag_id: &str, asset_ids: &[String]) -> Result<(), StoreError> {
        for part in asset_ids.chunks(BATCH) {
            let sql = format!("DELETE FROM asset_tags WHERE tag_id = $1 AND asset_id IN ({})", listed(2, part.len()));
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(tag_id);
            for asset in part {
                query = query.bind(asset);
            }
            query.execute(&mut *self.inner).await?;
        }
        self.note_changed_assets(asset_ids).await
    }

    /// Gives the assets of one tag another one, where they do not carry it, and takes the first away.
    pub async fn move_asset_tags(&mut self, from: &str, into: &str) -> Result<(), StoreError> {
        self.note_assets_of_tag(from).await?;
        sqlx::query(
            "INSERT INTO asset_tags (asset_id, tag_id, origin, by_whom, at)
             SELECT asset_id, $2, origin, by_whom, at FROM asset_tags
             WHERE tag_id = $1 AND asset_id NOT IN (SELECT asset_id FROM asset_tags WHERE tag_id = $2)",
        )
        .bind(from)
        .bind(into)
        .execute(&mut *self.inner)
        .await?;
        sqlx::query("DELETE FROM asset_tags WHERE tag_id = $1").bind(from).execute(&mut *self.inner).await?;
        Ok(())
    }

    /// Gives the tags and terms of one asset to another, which keeps those that it has: what masks the one masks the other.
    pub(super) async fn move_tags_and_terms(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        for sql in [
            "INSERT INTO asset_tags (asset_id, tag_id, origin, by_whom, at)
             SELECT $2, tag_id, origin, by_whom, at FROM asset_tags
             WHERE asset_id = $1 AND tag_id NOT IN (SELECT tag_id FROM asset_tags WHERE asset_id = $2)",
            "INSERT INTO term_columns (term_id, asset_id, by_whom, at)
             SELECT term_id, $2, by_whom, at FROM term_columns
             WHERE asset_id = $1 AND term_id NOT IN (SELECT term_id FROM term_columns WHERE asset_id = $2)",
        ] {
            sqlx::query(sql).bind(from).bind(to).execute(&mut *self.inner).await?;
        }
        for sql in ["DELETE FROM asset_tags WHERE asset_id = $1", "DELETE FROM term_columns WHERE asset_id = $1"] {
            sqlx::query(sql).bind(from).execute(&mut *self.inner).await?;
        }
        Ok(())
    }

    /// Writes what was done with tags into the history of assets: the names that were removed from each, and those that were added.
    pub async fn note_tags(&mut self, changes: &[(String, Vec<String>, Vec<String>)], origin: ValueOrigin) -> Result<(), StoreError> {
        let told = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
        let events: Vec<_> = changes.iter().map(|(asset, gone, new)| self.event(asset, ("tags", origin), told(gone), told(new))).collect();
        self.insert_events(&events).await
    }
}
