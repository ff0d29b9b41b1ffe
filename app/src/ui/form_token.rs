//! The field by which a form shows that it was drawn for the session that sends it.

use leptos::prelude::*;

use crate::signed_in::FormTokenSignal;

/// Stands in every form that sets a role, a right or a secret: its server function refuses what comes without it.
#[component]
pub(crate) fn FormToken() -> impl IntoView {
    let FormTokenSignal(form_token) = expect_context();
    view! { <input type="hidden" name="form_token" value=move || form_token.get()/> }
}
