//! How the catalogue is searched, and what a search gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::redirect::query_value;

/// The longest query, in characters; the rest is not read.
pub const MAX_QUERY: usize = 200;
/// The most values of one facet that a search is narrowed to.
const MAX_VALUES: usize = 50;

/// What assets are counted and narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssetFacet {
    Kind,
    Domain,
    Tag,
    Term,
    Owner,
    Tier,
    Status,
}

impl AssetFacet {
    /// As pages list them.
    pub const ALL: [Self; 7] = [Self::Kind, Self::Domain, Self::Tag, Self::Term, Self::Owner, Self::Tier, Self::Status];

    /// Its name in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Domain => "domain",
            Self::Tag => "tag",
            Self::Term => "term",
            Self::Owner => "owner",
            Self::Tier => "tier",
            Self::Status => "status",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.key() == key)
    }
}

/// The order of results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssetOrder {
    /// The best match first.
    #[default]
    Best,
    /// The most used first.
    Used,
}

/// A search. What it does not name narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AssetQuery {
    /// Words, as people write them.
    pub text: String,
    /// Values of a facet, of which an asset has at least one.
    pub filters: BTreeMap<AssetFacet, BTreeSet<String>>,
    pub order: AssetOrder,
    /// From 1; 0 means the first one too.
    pub page: u32,
}

impl AssetQuery {
    /// Reads the query of an address: `q`, `order`, `page`, and facets, of which each may stand several times. What is empty or unknown
    /// is not asked for.
    #[must_use]
    pub fn of<K: AsRef<str>>(pairs: impl IntoIterator<Item = (K, String)>) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            let value: String = value.trim().chars().take(MAX_QUERY).collect();
            match name.as_ref() {
                _ if value.is_empty() => {}
                "q" => query.text = value,
                "order" if value == "used" => query.order = AssetOrder::Used,
                "page" => query.page = value.parse().unwrap_or_default(),
                name => {
                    if let Some(facet) = AssetFacet::from_key(name) {
                        let values = query.filters.entry(facet).or_default();
                        if values.len() < MAX_VALUES {
                            values.insert(value);
                        }
                    }
                }
            }
        }
        query
    }

    /// The same as the query of an address, with its question mark; empty where nothing is asked for.
    #[must_use]
    pub fn address(&self) -> String {
        let mut out = String::new();
        let mut put = |name: &str, value: &str| {
            let mark = if out.is_empty() { '?' } else { '&' };
            // Writing to a String cannot fail.
            let _ = write!(out, "{mark}{name}={}", query_value(value));
        };
        if !self.text.is_empty() {
            put("q", &self.text);
        }
        for (facet, values) in &self.filters {
            for value in values {
                put(facet.key(), value);
            }
        }
        if self.order == AssetOrder::Used {
            put("order", "used");
        }
        if self.page > 1 {
            put("page", &self.page.to_string());
        }
        out
    }

    /// Whether a search is narrowed to a value.
    #[must_use]
    pub fn has(&self, facet: AssetFacet, value: &str) -> bool {
        self.filters.get(&facet).is_some_and(|values| values.contains(value))
    }

    /// The first page with a value added, or taken away where it is there.
    #[must_use]
    pub fn toggled(&self, facet: AssetFacet, value: &str) -> Self {
        let mut query = Self { page: 0, ..self.clone() };
        let values = query.filters.entry(facet).or_default();
        if !values.remove(value) {
            values.insert(value.to_owned());
        }
        query.filters.retain(|_, values| !values.is_empty());
        query
    }

    #[must_use]
    pub fn at_page(&self, page: u32) -> Self {
        Self { page, ..self.clone() }
    }
}

/// A page of what a search has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetResults {
    /// Of all pages.
    pub total: u64,
    /// Results of a full page.
    pub page_rows: u32,
    pub hits: Vec<AssetHit>,
    pub facets: Vec<FacetCounts>,
    /// The words by which assets were found, where words of the query are in none that the reader may see.
    pub read_as: Option<String>,
    /// Whether the index is still being built: assets may be missing.
    pub building: bool,
}

/// One asset that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetHit {
    pub id: String,
    /// `table:flights-db/public.flights`
    pub path: String,
    pub kind: String,
    pub domain: String,
    pub name: String,
    /// The part of its description that has the words.
    pub excerpt: Vec<Excerpt>,
    /// Columns whose names have the words.
    pub columns: Vec<String>,
    /// How many columns it has.
    pub column_count: u32,
    pub tags: Vec<String>,
    pub terms: Vec<String>,
    pub owner: Option<String>,
    pub tier: Option<String>,
    pub status: Option<String>,
    /// Requests of the last 30 days.
    pub usage: u64,
    pub fresh_at: Option<Millis>,
}

/// A piece of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Excerpt {
    pub text: String,
    /// Whether it is a word that was searched for.
    pub marked: bool,
}

/// The values of a facet among what was found. Filters of the facet itself do not narrow them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FacetCounts {
    pub facet: AssetFacet,
    /// The most frequent first.
    pub values: Vec<FacetValue>,
}

/// How many assets have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FacetValue {
    pub value: String,
    pub count: u64,
}

/// An asset that the command palette offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetSuggestion {
    pub path: String,
    pub kind: String,
    pub domain: String,
    pub name: String,
}

/// A search that somebody has saved under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SavedView {
    pub id: String,
    pub name: String,
    pub query: AssetQuery,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_and_is_read_back() {
        let pairs =
            [("q", " tail number "), ("kind", "table"), ("kind", "api"), ("tag", "a&b"), ("page", "2"), ("other", "x"), ("owner", "")];
        let query = AssetQuery::of(pairs.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(query.address(), "?q=tail%20number&kind=api&kind=table&tag=a%26b&page=2");
        assert_eq!((query.text.as_str(), query.page, query.order), ("tail number", 2, AssetOrder::Best));
        assert!(query.has(AssetFacet::Kind, "api") && !query.has(AssetFacet::Owner, ""));
        assert_eq!(AssetQuery::default().address(), "");
    }

    #[test]
    fn a_value_is_added_and_taken_away_and_leads_to_the_first_page() {
        let query = AssetQuery { page: 3, ..AssetQuery::default() }.toggled(AssetFacet::Tier, "P0");
        assert_eq!(query.address(), "?tier=P0");
        assert_eq!(query.toggled(AssetFacet::Tier, "P0"), AssetQuery::default());
    }

    #[test]
    fn no_more_is_read_than_is_bounded() {
        let many = (0..200).map(|at| ("tag", format!("t{at}")));
        let query = AssetQuery::of(many.chain([("q", "x".repeat(100_000))]));
        assert_eq!((query.filters[&AssetFacet::Tag].len(), query.text.len()), (MAX_VALUES, MAX_QUERY));
    }

    #[test]
    fn every_facet_has_its_key() {
        for facet in AssetFacet::ALL {
            assert_eq!(AssetFacet::from_key(facet.key()), Some(facet));
            assert_eq!(serde_json::to_value(facet).unwrap(), facet.key());
        }
    }
}
