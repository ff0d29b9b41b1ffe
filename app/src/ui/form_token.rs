//! The field by which a form shows that it was drawn for the session that sends it.

use leptos::prelude::*;

use crate::frame::MeResource;

/// Stands in every form that sets a role, a right or a secret: its server function refuses what comes without it.
#[component]
pub(crate) fn FormToken() -> impl IntoView {
    let MeResource(me) = expect_context();
    view! {
        <Transition>{move || Suspend::new(async move {
            let token = me.await.map(|me| me.form_token).unwrap_or_default();
            view! { <input type="hidden" name="form_token" value=token/> }
        })}</Transition>
    }
}
