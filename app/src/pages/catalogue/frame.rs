//! The way between the pages of the catalogue.

use leptos::prelude::*;

use crate::navigation::CATALOGUE;
use crate::words::words;

pub(super) const TAGS: &str = "/catalogue/tags";
pub(super) const GLOSSARY: &str = "/catalogue/glossary";
pub(crate) const ENTITIES: &str = "/catalogue/entities";
pub(super) const SUGGESTIONS: &str = "/catalogue/suggestions";
pub(super) const STEWARDS: &str = "/catalogue/stewards";

/// The pages beside each other.
pub(super) fn pages(here: &'static str) -> AnyView {
    let say = words();
    let all = [
        (CATALOGUE, say.catalogue.assets),
        (TAGS, say.catalogue_tags.title),
        (GLOSSARY, say.catalogue_terms.title),
        (ENTITIES, say.catalogue_entities.title),
        (SUGGESTIONS, say.catalogue_suggestions.title),
        (STEWARDS, say.catalogue_stewards.title),
    ];
    let links = all.map(|(to, name)| view! { <a href=to aria-current=(to == here).then_some("page")>{name}</a> });
    view! {
        <div class="toolbar-scroll mb-4"><nav class="seg" aria-label=say.catalogue.pages>{links.into_iter().collect_view()}</nav></div>
    }
    .into_any()
}
