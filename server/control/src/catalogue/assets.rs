//! Lists of assets.

use std::collections::HashMap;

use model::catalogue::{AssetField, AssetKind, AssetPath, AssetStatus};
use model::clock::Millis;
use model::dataset::DataVersionState;
use model::list::{Extent, ListPage, ListQuery, PAGE_ROWS};
use model::view::{AssetRef, AssetSummary, AssetTag};
use model::{Action, Problem};
use store::{AssetOrder, AssetRow, AssetSearch};

use super::markdown::to_text;
use super::said::Said;
use crate::{Caller, Control};

/// Letters of a description in a list.
const ABOUT: usize = 200;

/// What stands beside the rows of assets.
pub(super) struct Beside {
    pub(super) said: HashMap<String, Said>,
    tags: HashMap<String, Vec<AssetTag>>,
    usage: HashMap<String, u64>,
    /// When the live version of each dataset was built.
    built: HashMap<String, Millis>,
    /// When the table of each column was seen, by the id of the table.
    seen: HashMap<String, Millis>,
}

impl Control {
    /// One page of the assets of the caller's domains. Columns are among them only where they are asked for, and what is missing only
    /// with the filter `gone`.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn list_assets(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<AssetSummary>, Problem> {
        let domains = (!caller.is_admin()).then(|| visible(caller));
        let everything = AssetSearch { domains: domains.clone(), ..AssetSearch::default() };
        let Some(wanted) = search(query, domains) else {
            // Nothing has what is asked for.
            let extent = Extent::new(query, 0, self.store.asset_count(&everything).await?);
            return Ok(ListPage { rows: Vec::new(), extent });
        };
        let found = self.store.asset_count(&wanted).await?;
        let all = if wanted == everything { found } else { self.store.asset_count(&everything).await? };
        let extent = Extent::new(query, found, all);
        let rows = self.store.asset_page(&wanted, extent.before(), PAGE_ROWS).await?;
        Ok(ListPage { rows: self.asset_summaries(&rows).await?, extent })
    }

    /// Rows of assets as lists show them. Whoever calls has asked whether the caller may see them.
    pub(crate) async fn asset_summaries(&self, rows: &[AssetRow]) -> Result<Vec<AssetSummary>, Problem> {
        let beside = self.beside(rows).await?;
        rows.iter().map(|row| beside.summary(row)).collect()
    }

    pub(super) async fn beside(&self, rows: &[AssetRow]) -> Result<Beside, Problem> {
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let is_of = |kind: AssetKind| rows.iter().any(|row| row.kind == kind.key());
        let mut tags: HashMap<String, Vec<AssetTag>> = HashMap::new();
        for tag in self.store.tags_on(&ids).await? {
            tags.entry(tag.asset_id).or_default().push(AssetTag { name: tag.name, colour: tag.colour });
        }
        // A list is shown without figures that cannot be read.
        let are_columns = rows.iter().all(|row| row.kind == AssetKind::Column.key());
        let usage = if are_columns { HashMap::new() } else { self.usage_of_assets().await.unwrap_or_default() };
        let parents: Vec<String> =
            rows.iter().filter(|row| row.kind == AssetKind::Column.key()).filter_map(|row| row.parent_id.clone()).collect();
        let seen = self.store.assets_by_ids(&parents).await?;
        Ok(Beside {
            said: Said::by_asset(self.store.asset_values_of(&ids).await?)?,
            tags,
            usage,
            built: if is_of(AssetKind::Dataset) { self.built_at().await? } else { HashMap::new() },
            seen: seen.into_iter().filter(|row| row.kind == AssetKind::Table.key()).map(|row| (row.id, row.seen_at)).collect(),
        })
    }

    /// When the newest live version of each dataset was built, by the path of its asset.
    pub(super) async fn built_at(&self) -> Result<HashMap<String, Millis>, Problem> {
        let datasets: HashMap<String, String> =
            self.store.datasets().await?.into_iter().map(|row| (row.id, AssetPath::dataset(&row.domain, &row.name).to_string())).collect();
        let mut built: HashMap<String, Millis> = HashMap::new();
        for version in self.store.data_versions_in(DataVersionState::Live.key()).await? {
            if let (Some(path), Some(at)) = (datasets.get(&version.dataset_id), version.finished_at) {
                let newest = built.entry(path.clone()).or_insert(at);
                *newest = (*newest).max(at);
            }
        }
        Ok(built)
    }

    /// The asset of a path that the caller may see, also by a path that it had before. What one may not see is not there.
    pub(crate) async fn visible_asset(&self, caller: &Caller, path: &AssetPath) -> Result<AssetRow, Problem> {
        let row = self.store.asset(&path.to_string()).await?;
        row.filter(|row| caller.can(Action::See, &row.domain)).ok_or_else(|| Problem::not_found(format!("asset {path}")))
    }
}

impl Beside {
    pub(super) fn said(&self, id: &str) -> Said {
        self.said.get(id).cloned().unwrap_or_default()
    }

    pub(super) fn tags(&self, id: &str) -> Vec<AssetTag> {
        self.tags.get(id).cloned().unwrap_or_default()
    }

    pub(super) fn summary(&self, row: &AssetRow) -> Result<AssetSummary, Problem> {
        let (path, kind, said) = (row.decoded_path()?, row.decoded_kind()?, self.said(&row.id));
        let fresh_at = match kind {
            AssetKind::Dataset => self.built.get(&row.path).copied(),
            AssetKind::Table => Some(row.seen_at),
            AssetKind::Column => row.parent_id.as_ref().and_then(|parent| self.seen.get(parent).copied()),
            AssetKind::Source | AssetKind::Job | AssetKind::Api | AssetKind::App => None,
        };
        Ok(AssetSummary {
            id: row.id.clone(),
            kind,
            domain: row.domain.clone(),
            name: row.name.clone(),
            title: path.parts(),
            path,
            data_type: row.data_type.clone(),
            about: to_text(said.text(AssetField::Description), ABOUT),
            owner: said.owned(AssetField::Owner),
            steward: said.owned(AssetField::Steward),
            tier: said.tier(&row.id)?,
            status: said.status(&row.id)?,
            tags: self.tags(&row.id),
            usage: self.usage.get(&row.path).copied(),
            fresh_at,
            gone_at: row.gone_at,
        })
    }
}

/// An asset as another one names it.
pub(super) fn reference(row: &AssetRow) -> Result<AssetRef, Problem> {
    Ok(AssetRef { id: row.id.clone(), path: row.decoded_path()?, name: row.name.clone() })
}

/// The domains that the caller may see.
fn visible(caller: &Caller) -> Vec<String> {
    caller.roles().keys().filter(|domain| caller.can(Action::See, domain)).cloned().collect()
}

/// What is asked of the list; nothing for what no asset can have.
fn search(query: &ListQuery, domains: Option<Vec<String>>) -> Option<AssetSearch> {
    let named = |name: &str| Some(query.filter(name)).filter(|value| !value.is_empty());
    let (kind, status) = (named("kind").map(AssetKind::from_key), named("status").map(AssetStatus::from_key));
    let order = match query.sort.as_ref().map(|sort| sort.column.as_str()) {
        Some("name") => AssetOrder::Name,
        Some("kind") => AssetOrder::Kind,
        Some("domain") => AssetOrder::Domain,
        Some("owner") => AssetOrder::Owner,
        Some("tier") => AssetOrder::Tier,
        Some("status") => AssetOrder::Status,
        Some("fresh") => AssetOrder::Seen,
        _ => AssetOrder::Path,
    };
    // No database has it in a text.
    let is_odd = std::iter::once(&query.search).chain(query.filters.values()).any(|text| text.contains('\0'));
    if kind == Some(None) || status == Some(None) || is_odd {
        return None;
    }
    Some(AssetSearch {
        domains,
        domain: query.filter("domain").to_owned(),
        kind: kind.flatten(),
        tier: query.filter("tier").to_owned(),
        status: status.flatten(),
        owner: query.filter("owner").to_owned(),
        source: query.filter("source").to_owned(),
        tag: query.filter("tag").to_owned(),
        words: query.words(),
        gone: query.filter("gone") == "yes",
        order,
        descending: order != AssetOrder::Path && query.sort.as_ref().is_some_and(|sort| sort.descending),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_list_says_what_is_searched_for() {
        let of = |pairs: &[(&str, &str)]| search(&ListQuery::of(pairs.iter().map(|(name, value)| (*name, (*value).to_owned()))), None);
        assert_eq!(of(&[]), Some(AssetSearch::default()));
        let asked = of(&[("q", "Plane x"), ("kind", "table"), ("status", "certified"), ("gone", "yes"), ("sort", "-owner")]).unwrap();
        assert_eq!((asked.kind, asked.status, asked.gone), (Some(AssetKind::Table), Some(AssetStatus::Certified), true));
        assert_eq!((asked.words, asked.order, asked.descending), (vec!["plane".to_owned(), "x".to_owned()], AssetOrder::Owner, true));
        assert_eq!(of(&[("kind", "union")]), None);
        assert_eq!(of(&[("sort", "-colour")]), Some(AssetSearch::default()));
    }
}
