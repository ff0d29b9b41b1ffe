//! Parts of the address.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// A memo of the address that is computed at once. Resources of a page are read by several threads of the server, and one that reads a memo
/// while another computes it for the first time finds nothing and panics (reactive_graph 0.2).
pub(crate) fn address_memo<T: PartialEq + Send + Sync + 'static>(of: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T> {
    let memo = Memo::new(of);
    memo.with_untracked(|_| ());
    memo
}

/// One part of the path, as it is now.
pub(crate) fn param(name: &'static str) -> Memo<String> {
    let params = use_params_map();
    address_memo(move |_| params.read().get(name).unwrap_or_default())
}

/// Domain and name of the API that a page is about.
pub(crate) fn api_params() -> Memo<(String, String)> {
    let params = use_params_map();
    address_memo(move |_| {
        let params = params.read();
        (params.get("domain").unwrap_or_default(), params.get("name").unwrap_or_default())
    })
}
