//! What the address of the page of an asset asks for.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::catalogue::AssetPath;
use model::list::ListQuery;

use super::tab::AssetTab;
use crate::asset_address::asset_address;
use crate::ui::{address_memo, param};

/// The parameter that says which part of the page is shown.
const TAB: &str = "tab";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    /// The path of the asset, as text. There may be no such asset.
    pub(super) path: String,
    pub(super) tab: AssetTab,
    /// What else is asked for: words, a page, and whatever the part of the page knows.
    pub(super) query: ListQuery,
}

impl At {
    fn of(kind: &str, path: &str, pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut query = ListQuery::of(pairs);
        let tab = query.filters.remove(TAB).and_then(|tab| AssetTab::from_key(&tab)).unwrap_or_default();
        Self { path: format!("{kind}:{path}"), tab, query }
    }

    /// The same, where this part of the page is shown: a key by which a part asks for nothing while another one is shown.
    pub(super) fn shows(&self, tab: AssetTab) -> Option<Self> {
        (self.tab == tab).then(|| self.clone())
    }

    /// The address of a part of the page of an asset.
    pub(super) fn address(path: &AssetPath, tab: AssetTab) -> String {
        format!("{}{}", asset_address(path), Self::link(tab, &ListQuery::default()))
    }

    /// The query of the address of a part of the page, with its question mark.
    pub(super) fn link(tab: AssetTab, query: &ListQuery) -> String {
        let mut query = query.clone();
        query.filters.insert(TAB.to_owned(), if tab == AssetTab::default() { String::new() } else { tab.key().to_owned() });
        query.address()
    }
}

/// Where the reader is, on the page of an asset.
pub(super) fn at() -> Memo<At> {
    let (kind, path) = (param("kind"), param("path"));
    let query = use_query_map();
    address_memo(move |_| {
        let pairs = query.get().into_iter().map(|(name, value)| (name.into_owned(), value));
        At::of(&kind.get(), &path.get(), pairs)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_an_asset_a_part_of_its_page_and_what_that_is_asked_for() {
        let pairs = [("tab", "columns"), ("q", "tail"), ("page", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let at = At::of("table", "flights-db/planes", pairs);
        assert_eq!((at.path.as_str(), at.tab, at.query.page), ("table:flights-db/planes", AssetTab::Columns, 2));
        assert_eq!(At::link(at.tab, &at.query), "?q=tail&tab=columns&page=2");
        assert_eq!((at.shows(AssetTab::Columns), at.shows(AssetTab::Overview)), (Some(at.clone()), None));
        let first = At::of("api", "travel/plane", [("tab".to_owned(), "none".to_owned())]);
        assert_eq!((first.tab, At::link(first.tab, &first.query).as_str()), (AssetTab::Overview, ""));
    }
}
