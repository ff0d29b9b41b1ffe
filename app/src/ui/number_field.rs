//! A field that asks for a number. Its text stays as it was typed: what can be read of it, `model::number` says.

use leptos::prelude::*;

use super::field::{FieldWords, described, framed, invalid};

#[component]
pub(crate) fn NumberField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] note: String,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] unit: String,
    /// What it is called in a form that is sent as it is.
    #[prop(optional)]
    name: Option<&'static str>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(into)] value: Signal<String>,
    /// Told at each key.
    #[prop(optional)]
    typed: Option<Callback<String>>,
    /// Told when the reader goes on.
    #[prop(optional)]
    changed: Option<Callback<String>>,
) -> impl IntoView {
    let about = Signal::stored(String::new());
    let described = described(&id, !help.is_empty(), about, error);
    let input = move |id: String| {
        let invalid = invalid(error);
        let tell = move |to: Option<Callback<String>>, text: String| {
            if let Some(to) = to {
                to.run(text);
            }
        };
        let first = value.get_untracked();
        if name.is_some() {
            // What was typed before the browser's half came must stay: nothing is set but what the server wrote.
            view! { <input class="input tn" id=id name=name inputmode="numeric" autocomplete="off" value=first aria-invalid=invalid aria-describedby=described/> }
                .into_any()
        } else {
            view! {
                <input class="input tn" id=id inputmode="numeric" autocomplete="off" prop:value=move || value.get() value=first aria-invalid=invalid aria-describedby=described
                    on:input=move |event| tell(typed, event_target_value(&event)) on:change=move |event| tell(changed, event_target_value(&event))/>
            }
            .into_any()
        }
    };
    let control = input(id.clone());
    let control = if unit.is_empty() { control } else { view! { <div class="affix">{control}<span>{unit}</span></div> }.into_any() };
    framed(FieldWords { id, label, note, help, about }, error, control)
}

/// A number of a definition, as it stands in its field.
pub(crate) fn number_text(number: Option<u32>) -> RwSignal<String> {
    RwSignal::new(number.map(|number| number.to_string()).unwrap_or_default())
}

/// The numbers of a form as they are typed, by the names that the server knows them by.
pub(crate) fn typed_numbers(fields: &[(&str, RwSignal<String>)]) -> model::number::Typed {
    fields.iter().map(|(name, text)| ((*name).to_owned(), text.get_untracked())).collect()
}
