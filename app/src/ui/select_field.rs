//! A field in which one of several values is chosen.

use leptos::prelude::*;
use model::snapshot::Environment;

use super::field::{FieldWords, described, framed, invalid};

#[component]
pub(crate) fn SelectField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] note: String,
    #[prop(optional, into)] help: String,
    /// What it is called in the form.
    name: &'static str,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// The values with their words; the first one is chosen where none is.
    choices: Vec<(String, String)>,
    #[prop(optional, into)] value: String,
) -> impl IntoView {
    let about = Signal::stored(String::new());
    let (invalid, described) = (invalid(error), described(&id, !help.is_empty(), about, error));
    let options = choices.into_iter().map(|(choice, words)| {
        let selected = choice == value;
        view! { <option value=choice selected=selected>{words}</option> }
    });
    let options = options.collect_view();
    let own = id.clone();
    let control = view! { <select class="select" id=own name=name aria-invalid=invalid aria-describedby=described>{options}</select> };
    framed(FieldWords { id, label, note, help, about }, error, control.into_any())
}

/// Values that say themselves what they are.
pub(crate) fn as_they_are<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Vec<(String, String)> {
    values.into_iter().map(Into::into).map(|value: String| (value.clone(), value)).collect()
}

/// The environments, production first: it is what most things are for.
pub(crate) fn environment_choices() -> Vec<(String, String)> {
    as_they_are([Environment::Prod, Environment::Test].map(Environment::key))
}
