//! Where a list stands, and what its address asks of it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::list::ListQuery;

use crate::ui::address_memo;

/// What a list is called and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct ListPlace {
    /// Its rows in the plural, as they begin a sentence: `APIs`.
    pub(crate) name: &'static str,
    /// The address of its page, without a query.
    pub(crate) path: &'static str,
}

impl ListPlace {
    /// An id of the page's own for a part of the list.
    pub(super) fn id(self, part: &str) -> String {
        format!("list-{}-{part}", self.path.trim_start_matches('/'))
    }

    pub(super) fn link(self, query: &ListQuery) -> String {
        format!("{}{}", self.path, query.address())
    }
}

/// What the address asks of the list of this page.
pub(crate) fn list_query() -> Memo<ListQuery> {
    let address = use_query_map();
    address_memo(move |_| ListQuery::of(address.get()))
}
