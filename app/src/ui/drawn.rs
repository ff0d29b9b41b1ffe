//! What the server has drawn: charts and their lists, as text. The browser puts it in as it is, and asks for the script that charts have.

use leptos::prelude::*;

use super::page_script::load_script;

/// The name by which a page says where the script of charts is.
const CHARTS: &str = "charts";

/// Every text in it was escaped where it was drawn: see `ui/chart/markup.rs`.
#[component]
pub(crate) fn Drawn(html: String) -> impl IntoView {
    Effect::new(|_| load_script(CHARTS));
    view! { <div inner_html=html></div> }
}

/// The same in the row of a table: a sparkline has no script.
#[component]
pub(crate) fn DrawnInline(html: String) -> impl IntoView {
    view! { <span inner_html=html></span> }
}
