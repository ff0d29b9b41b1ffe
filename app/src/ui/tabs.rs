//! Tabs: different things about one object, each at an address of its own.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

pub(crate) struct Tab {
    /// Where it leads, without a query.
    pub(crate) to: String,
    pub(crate) name: &'static str,
    /// How many things it has, where that is worth saying.
    pub(crate) count: Option<usize>,
}

/// They are links: they work without a script, and the focus stays on the one that was chosen.
#[component]
pub(crate) fn Tabs(label: &'static str, tabs: Vec<Tab>) -> impl IntoView {
    let here = use_location().pathname;
    let links = tabs.into_iter().map(|Tab { to, name, count }| {
        let link = to.clone();
        let current = move || (here.get().trim_end_matches('/') == to).then_some("page");
        view! { <a href=link aria-current=current>{name}{count.map(|count| view! { " "<span class="count">{count}</span> })}</a> }
    });
    view! { <nav class="tabs" aria-label=label>{links.collect_view()}</nav> }.into_any()
}
