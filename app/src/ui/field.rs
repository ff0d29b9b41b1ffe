//! A field of a form: its label above, its help or its error below, tied together.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Icon;
use crate::error::PortalError;

#[component]
pub(crate) fn Field(
    /// The id of the control that the label is for; help and error are `<id>-help` and `<id>-error`.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] note: String,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let error_id = format!("{id}-error");
    let help_id = format!("{id}-help");
    view! {
        <div class="field" class:field-bad=move || error.get().is_some()>
            <label class="label" for=id>{label}{(!note.is_empty()).then(|| view! { <span class="opt">{note}</span> })}</label>
            {children()}
            {move || match error.get() {
                Some(message) => view! {
                    <p class="field-error" id=error_id.clone() role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p>
                }.into_any(),
                None if !help.is_empty() => view! { <p class="help" id=help_id.clone()>{help.clone()}</p> }.into_any(),
                None => ().into_any(),
            }}
        </div>
    }
}

/// A check box with its label.
#[component]
pub(crate) fn Choice(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: String,
    #[prop(optional)] checked: bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input class="check" type="checkbox" name=name value=value checked=checked/>
            <span>{label}{(!help.is_empty()).then(|| view! { <small>{help}</small> })}</span>
        </label>
    }
}

/// What an action's error says about one field.
pub(crate) fn field_error<S>(action: ServerAction<S>, field: impl Into<String>) -> Signal<Option<String>>
where
    S: ServerFn<Error = PortalError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let field = field.into();
    Signal::derive(move || action.value().get().and_then(Result::err).and_then(|error| error.of_field(&field)))
}
