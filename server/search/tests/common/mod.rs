//! A small catalogue, and an index of it.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // each test uses a part of it

use std::collections::BTreeSet;

use model::asset_document::{AssetDocument, DocumentColumn, DocumentTerm, SeenDomains};
use model::clock::DAY;
use model::view::{AssetQuery, AssetResults};
use search::{Index, Request};
use tempfile::TempDir;

pub(crate) const NOW: i64 = 20_000 * DAY;

/// The assets of `catalogue.tsv`.
pub(crate) fn assets() -> Vec<AssetDocument> {
    include_str!("../catalogue.tsv").lines().filter(|line| !line.starts_with('#')).map(asset_of).collect()
}

fn asset_of(line: &str) -> AssetDocument {
    let cells: Vec<&str> = line.split('\t').collect();
    let [kind, path, domain, description, columns, tags, terms, tier, status, usage] = cells.as_slice() else { unreachable!("{line}") };
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let list = |text: &str, separator: char| text.split(separator).filter(|one| !one.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let place = path.split_once(':').unwrap().1;
    let name = place.rsplit_once('/').map_or(place, |(_, name)| name);
    let term_of = |term: &str| {
        let (name, synonyms) = term.split_once('=').unwrap_or((term, ""));
        DocumentTerm { name: name.to_owned(), synonyms: list(synonyms, '/') }
    };
    AssetDocument {
        id: format!("id-of-{path}"),
        path: (*path).to_owned(),
        kind: (*kind).to_owned(),
        domain: (*domain).to_owned(),
        name: name.rsplit_once('.').map_or(name, |(_, name)| name).to_owned(),
        description: (*description).to_owned(),
        columns: list(columns, ' ').into_iter().map(|name| DocumentColumn { name, description: String::new() }).collect(),
        tags: list(tags, ','),
        terms: list(terms, ',').iter().map(|term| term_of(term)).collect(),
        owner: Some(format!("owner@{domain}")),
        tier: text(tier),
        status: text(status),
        usage: usage.parse().unwrap(),
        fresh_at: (*kind == "dataset").then_some(NOW - DAY),
    }
}

/// The assets of some domains.
pub(crate) fn assets_of(domains: &[&str]) -> Vec<AssetDocument> {
    assets().into_iter().filter(|asset| domains.contains(&asset.domain.as_str())).collect()
}

pub(crate) fn domains_of(assets: &[AssetDocument]) -> BTreeSet<String> {
    assets.iter().map(|asset| asset.domain.clone()).collect()
}

/// An index of assets, in a folder that goes with it.
pub(crate) fn index_of(assets: &[AssetDocument]) -> (Index, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), "test").unwrap();
    index.change(assets, &[]).unwrap();
    index.commit(1).unwrap();
    (index, folder)
}

pub(crate) fn ask(index: &Index, query: &AssetQuery, sees: &SeenDomains) -> AssetResults {
    index.search(&Request { query, sees, rows: 20, now: NOW }).unwrap()
}

pub(crate) fn text(text: &str) -> AssetQuery {
    AssetQuery { text: text.to_owned(), ..AssetQuery::default() }
}

pub(crate) fn paths(results: &AssetResults) -> Vec<&str> {
    results.hits.iter().map(|hit| hit.path.as_str()).collect()
}

/// The queries of `queries.tsv`: as they are meant, with errors of typing, and what comes first.
pub(crate) fn queries() -> Vec<[&'static str; 3]> {
    let lines = include_str!("../queries.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap()).collect()
}
