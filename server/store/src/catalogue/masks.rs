//! What flows to assets along the lineage, and which of them are masked by it.

use std::collections::{BTreeMap, BTreeSet};

use model::catalogue::{AssetPath, TagFlow, with_parents};
use sqlx::{Any, AssertSqlSafe};

use super::{BATCH, listed};
use crate::{Store, StoreError};

impl Store {
    /// The direct edges of the lineage that lead to assets, from however far: from and to.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn direct_edges_into(&self, paths: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        let mut edges = Vec::new();
        let mut seen: BTreeSet<String> = paths.iter().cloned().collect();
        let mut next: Vec<String> = seen.iter().cloned().collect();
        while !next.is_empty() {
            let mut found = Vec::new();
            for part in next.chunks(BATCH) {
                // Edges are found by the asset that a path is, or is a column of.
                let assets: BTreeSet<String> = part.iter().map(|path| asset_of(path)).collect();
                let sql = format!(
                    "SELECT DISTINCT from_path, to_path FROM lineage_edges
                     WHERE how = 'direct' AND to_asset IN ({}) AND to_path IN ({})",
                    listed(1, assets.len()),
                    listed(1 + assets.len(), part.len())
                );
                let mut query = sqlx::query_as::<Any, (String, String)>(AssertSqlSafe(sql));
                for text in assets.iter().chain(part) {
                    query = query.bind(text);
                }
                found.extend(query.fetch_all(&self.pool).await?);
            }
            next = found.iter().map(|(from, _)| from).filter(|from| seen.insert((*from).clone())).cloned().collect();
            edges.extend(found);
        }
        Ok(edges)
    }

    /// Which of the assets are masked: by a tag of their own, of the asset that they are part of, or of what they are made of.
    pub async fn masked_paths(&self, paths: &[AssetPath]) -> Result<BTreeSet<AssetPath>, StoreError> {
        let Some(flows) = self.masking_flows().await? else { return Ok(BTreeSet::new()) };
        let asked: Vec<String> = paths.iter().map(ToString::to_string).collect();
        let edges = if flows { self.direct_edges_into(&asked).await? } else { Vec::new() };
        let upstream = edges.iter().map(|(from, _)| from);
        let parts: BTreeSet<String> = asked.iter().chain(upstream).flat_map(|path| with_parents(path)).collect();
        let masking = self.masking_on(&parts.into_iter().collect::<Vec<_>>()).await?;
        let masked = TagFlow::new(&edges).masked(&asked, &masking);
        let is_masked = |(_, text): &(&AssetPath, &String)| masked.contains(text.as_str());
        Ok(paths.iter().zip(&asked).filter(is_masked).map(|(path, _)| path.clone()).collect())
    }

    /// Whether a masking tag flows; nothing where no asset carries a masking tag.
    async fn masking_flows(&self) -> Result<Option<bool>, StoreError> {
        let flows: Option<i64> = sqlx::query_scalar(
            "SELECT MAX(flows) FROM tags WHERE masks = 1 AND EXISTS (SELECT 1 FROM asset_tags WHERE asset_tags.tag_id = tags.id)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(flows.map(|flows| flows != 0))
    }

    /// The assets among these that carry masking tags, and whether one of those flows.
    async fn masking_on(&self, paths: &[String]) -> Result<BTreeMap<String, bool>, StoreError> {
        let mut masking = BTreeMap::new();
        for part in paths.chunks(BATCH) {
            let sql = format!(
                "SELECT assets.path, MAX(tags.flows) AS flows FROM asset_tags JOIN tags ON tags.id = asset_tags.tag_id
                 JOIN assets ON assets.id = asset_tags.asset_id
                 WHERE tags.masks = 1 AND assets.path IN ({}) GROUP BY assets.path",
                listed(1, part.len())
            );
            let mut query = sqlx::query_as::<Any, (String, i64)>(AssertSqlSafe(sql));
            for path in part {
                query = query.bind(path);
            }
            masking.extend(query.fetch_all(&self.pool).await?.into_iter().map(|(path, flows)| (path, flows != 0)));
        }
        Ok(masking)
    }
}

fn asset_of(path: &str) -> String {
    match path.parse() {
        Ok(AssetPath::Column { parent, .. }) => parent.to_string(),
        _ => path.to_owned(),
    }
}
