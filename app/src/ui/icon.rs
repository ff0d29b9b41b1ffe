//! Signs out of the sprite, and the mark of the house.

use leptos::prelude::*;

/// Where all icons are served: named by their content.
pub const ICONS: &str = env!("SLUICE_ICONS");

#[component]
pub(crate) fn Icon(name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("i {class}") aria-hidden="true">
            <use href=format!("{ICONS}#i-{name}")></use>
        </svg>
    }
}

#[component]
pub(crate) fn Mark() -> impl IntoView {
    view! {
        <svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true">
            <path d="M2.5 17.5h7c1.8 0 2.2 2.5 4 2.5h8M6.5 3.5v10M17.5 3.5v10"></path>
            <path d="M10 4h4v6.5h-4z" fill="currentColor" stroke-width="1.5" stroke-linejoin="round"></path>
        </svg>
    }
}
