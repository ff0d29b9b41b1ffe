//! An address at which there is nothing.

use leptos::prelude::*;

use crate::ui::PageName;

#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <PageName name="Not found"/>
        <main class="main" id="main"><div class="wrap"><div class="card"><div class="empty">
            <h1>"There is nothing at this address"</h1>
            <p>"It may have been renamed, or the link is older than what it led to."</p>
            <div class="actions"><a class="btn btn-primary" href="/">"Go home"</a></div>
        </div></div></div></main>
    }
    .into_any()
}
