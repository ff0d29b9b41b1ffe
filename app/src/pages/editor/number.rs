//! A number of the definition, as a field of its form. What cannot be read stays as it was typed, with what may stand there beside it,
//! and the draft is not saved until that is put right.

use std::ops::RangeInclusive;

use leptos::prelude::*;
use model::ApiSpec;
use model::number::{optional, whole};

use super::state::Editor;
use crate::ui::NumberField;

/// What a field asks for.
pub(super) struct Asked {
    pub(super) bounds: RangeInclusive<u32>,
    pub(super) may_be_empty: bool,
    /// The number as it stands in the definition.
    pub(super) get: fn(&ApiSpec) -> Option<u32>,
    pub(super) put: fn(&mut ApiSpec, Option<u32>),
}

impl Asked {
    pub(super) fn whole(bounds: RangeInclusive<u32>, get: fn(&ApiSpec) -> Option<u32>, put: fn(&mut ApiSpec, Option<u32>)) -> Self {
        Self { bounds, may_be_empty: false, get, put }
    }
}

/// What a text means where such a number is asked for.
pub(super) fn read(text: &str, bounds: &RangeInclusive<u32>, may_be_empty: bool) -> Result<Option<u32>, String> {
    if may_be_empty { optional(text, bounds) } else { whole(text, bounds).map(Some) }
}

#[component]
pub(super) fn SpecNumber(
    editor: Editor,
    id: &'static str,
    label: &'static str,
    asked: Asked,
    #[prop(optional)] note: &'static str,
    #[prop(optional, into)] help: String,
    #[prop(optional)] unit: &'static str,
    /// What the check says of it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let get = asked.get;
    let value = Signal::derive(move || editor.number_text(id, || editor.spec.with(get)));
    let error = Signal::derive(move || editor.unread_error(id).or_else(|| error.get()));
    let changed = Callback::new(move |text: String| {
        let number = read(&text, &asked.bounds, asked.may_be_empty);
        editor.take_number((id, label), text, number, asked.put);
    });
    view! { <NumberField id label note help unit value error changed/> }
}
