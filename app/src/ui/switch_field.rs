//! Something that is on or off.

use leptos::prelude::*;

#[component]
pub(crate) fn SwitchField(
    /// What it is called in the form: sent as `true` where it is on, and not at all where it is off.
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: String,
    #[prop(optional)] on: bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input class="switch" type="checkbox" role="switch" name=name value="true" checked=on/>
            <span>{label}{(!help.is_empty()).then(|| view! { <small>{help}</small> })}</span>
        </label>
    }
}
