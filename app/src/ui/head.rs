//! The head of a page: its title for the tab, its place in the crumbs, its heading and its actions.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::frame::Place;

/// Says where the reader is. The last crumb is the page itself.
#[component]
pub(crate) fn Crumbs(#[prop(into)] at: Vec<(String, String)>) -> impl IntoView {
    let place = expect_context::<Place>();
    let title = at.last().map(|(name, _)| format!("{name} · Sluice")).unwrap_or_default();
    place.0.set(at);
    view! { <Title text=title/> }
}

#[component]
pub(crate) fn PageHead(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <div>
                <div class="page-title"><h1>{title}</h1></div>
                {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
