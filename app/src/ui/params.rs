//! Parts of the address.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One part of the path, as it is now.
pub(crate) fn param(name: &'static str) -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get(name).unwrap_or_default())
}

/// Domain and name of the API that a page is about.
pub(crate) fn api_params() -> Memo<(String, String)> {
    let params = use_params_map();
    Memo::new(move |_| {
        let params = params.read();
        (params.get("domain").unwrap_or_default(), params.get("name").unwrap_or_default())
    })
}
