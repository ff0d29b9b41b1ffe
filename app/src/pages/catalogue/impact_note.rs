//! What a change of an asset reaches, for whoever is about to make it.

use leptos::prelude::*;

use super::api_lineage::asset_impact;
use crate::ui::{Callout, Load, Loaded, Tone, loaded};

/// Made at the top of a page, as all that is loaded; shown where the change is made. Where nothing is reached, nothing is shown.
#[derive(Clone, Copy)]
pub(crate) struct ImpactNote(Loaded<Vec<String>>);

impl ImpactNote {
    /// Of the asset of a path.
    pub(crate) fn new(path: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(loaded(path, asset_impact))
    }

    /// As lines of a question.
    pub(crate) fn lines(self) -> AnyView {
        view! { <Load resource=self.0 quiet=true view=lines/> }.into_any()
    }

    /// Beside a form.
    pub(crate) fn callout(self) -> AnyView {
        let shown =
            |sentences: Vec<String>| (!sentences.is_empty()).then(|| view! { <Callout tone=Tone::Warn>{lines(sentences)}</Callout> });
        view! { <Load resource=self.0 quiet=true view=shown/> }.into_any()
    }
}

fn lines(sentences: Vec<String>) -> AnyView {
    if sentences.is_empty() {
        return ().into_any();
    }
    let items = sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
    view! { <ul class="bullets">{items}</ul> }.into_any()
}
