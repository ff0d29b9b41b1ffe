//! A field of one line whose value is found in a list: the browser offers what holds the typed text, with a script and without one. What
//! is typed is what is sent.

use leptos::prelude::*;

use super::field::{FieldWords, described, framed, invalid};

#[component]
pub(crate) fn PickField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] note: String,
    #[prop(optional, into)] help: String,
    /// What it is called in the form.
    name: &'static str,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// The values, each with what it is.
    choices: Vec<(String, String)>,
    #[prop(optional, into)] value: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let about = Signal::stored(String::new());
    let (invalid, described) = (invalid(error), described(&id, !help.is_empty(), about, error));
    let (own, list) = (id.clone(), format!("{id}-choices"));
    let options = choices.into_iter().map(|(choice, words)| view! { <option value=choice>{words}</option> });
    let control = view! {
        <input class="input" id=own name=name list=list.clone() value=value required=required autocomplete="off" aria-invalid=invalid aria-describedby=described/>
        <datalist id=list>{options.collect_view()}</datalist>
    };
    framed(FieldWords { id, label, note, help, about }, error, control.into_any())
}
