//! A field of one line of text.

use leptos::prelude::*;

use super::field::{FieldWords, described, framed, invalid};

#[component]
pub(crate) fn TextField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] note: String,
    #[prop(optional, into)] help: String,
    /// What it is called in the form.
    name: &'static str,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// What stands in it at first. What was typed before the browser's half came stays.
    #[prop(optional, into)]
    value: String,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] required: bool,
    /// What kind of text it is, as the browser knows it: `email`.
    #[prop(default = "text")]
    kind: &'static str,
) -> impl IntoView {
    let about = Signal::stored(String::new());
    let (invalid, described) = (invalid(error), described(&id, !help.is_empty(), about, error));
    let placeholder = (!placeholder.is_empty()).then_some(placeholder);
    let own = id.clone();
    let control = view! {
        <input class="input" type=kind id=own name=name value=value placeholder=placeholder required=required autocomplete="off" aria-invalid=invalid aria-describedby=described/>
    };
    framed(FieldWords { id, label, note, help, about }, error, control.into_any())
}
