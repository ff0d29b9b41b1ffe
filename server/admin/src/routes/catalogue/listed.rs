//! Lists of the catalogue: what is asked of one, and a page of it.

use control::model::Problem;
use control::model::catalogue::{AssetPath, BadPath};
use control::model::list::{ListPage, ListQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is asked of a list of assets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssetsAsked {
    /// Words, in their order, of the path.
    q: Option<String>,
    /// `source`, `table`, `column`, `dataset`, `job`, `api` or `app`. Columns are listed only where they are asked for.
    kind: Option<String>,
    domain: Option<String>,
    /// `P0` to `P3`.
    tier: Option<String>,
    /// `draft`, `certified` or `deprecated`.
    status: Option<String>,
    owner: Option<String>,
    /// The name of a tag.
    tag: Option<String>,
    /// The name of a source: with its tables and, with `kind=column`, their columns.
    source: Option<String>,
    /// `yes`: also assets that are missing.
    gone: Option<String>,
    /// `name`, `kind`, `domain`, `owner`, `tier`, `status` or `fresh`; with a minus before it in descending order.
    sort: Option<String>,
    /// From 1.
    page: Option<u32>,
}

/// What is asked of a list that belongs to one asset.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PartsAsked {
    /// Words of the name, the type and the description.
    q: Option<String>,
    /// From 1.
    page: Option<u32>,
}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Listed<T> {
    rows: Vec<T>,
    /// Rows on all pages.
    found: u64,
    page: u32,
    pages: u32,
}

impl AssetsAsked {
    pub(super) fn query(self) -> ListQuery {
        let page = self.page.map(|page| page.to_string());
        let pairs = [
            ("q", self.q),
            ("kind", self.kind),
            ("domain", self.domain),
            ("tier", self.tier),
            ("status", self.status),
            ("owner", self.owner),
            ("tag", self.tag),
            ("source", self.source),
            ("gone", self.gone),
            ("sort", self.sort),
            ("page", page),
        ];
        ListQuery::of(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))))
    }
}

impl PartsAsked {
    pub(super) fn query(self) -> ListQuery {
        ListQuery { search: self.q.unwrap_or_default(), page: self.page.unwrap_or_default(), ..ListQuery::default() }
    }
}

impl<T> From<ListPage<T>> for Listed<T> {
    fn from(page: ListPage<T>) -> Self {
        Self { rows: page.rows, found: page.extent.found, page: page.extent.page, pages: page.extent.pages() }
    }
}

/// The path of an asset out of an address.
pub(super) fn path(text: &str) -> Result<AssetPath, Problem> {
    text.parse().map_err(|error: BadPath| Problem::field("asset", error.to_string()))
}
