//! The way from the page of a thing to its figures.

use leptos::prelude::*;

use super::kinds::address;
use crate::ui::Icon;
use crate::words::words;

#[component]
pub(crate) fn MonitoringLink(kind: &'static str, path: String) -> impl IntoView {
    view! { <a class="btn" href=address(kind, &path)><Icon name="chart"/>{words().monitoring.title}</a> }.into_any()
}
