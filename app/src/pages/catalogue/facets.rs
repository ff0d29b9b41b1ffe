//! What results can be narrowed to, with how many of them there are: links, which add a value or take it away.

use leptos::prelude::*;
use model::catalogue::{AssetKind, AssetStatus, Tier};
use model::view::{AssetFacet, AssetQuery, AssetResults, FacetValue};

use super::marks::{kind_name, status_name, tier_name};
use crate::navigation::CATALOGUE;
use crate::words::words;

/// Values of a facet that are shown at once.
const SHOWN: usize = 8;

fn title(facet: AssetFacet) -> &'static str {
    let say = &words().catalogue;
    match facet {
        AssetFacet::Kind => say.kind,
        AssetFacet::Domain => say.domain,
        AssetFacet::Tag => say.tag,
        AssetFacet::Term => say.term,
        AssetFacet::Owner => say.owner,
        AssetFacet::Tier => say.tier,
        AssetFacet::Status => say.status,
    }
}

/// A value of a facet, as people read it.
pub(super) fn value_name(facet: AssetFacet, value: &str) -> String {
    let name = match facet {
        AssetFacet::Kind => AssetKind::from_key(value).map(kind_name),
        AssetFacet::Tier => Tier::ALL.into_iter().find(|tier| tier.key() == value).map(tier_name),
        AssetFacet::Status => AssetStatus::from_key(value).map(status_name),
        AssetFacet::Domain | AssetFacet::Tag | AssetFacet::Term | AssetFacet::Owner => None,
    };
    name.map_or_else(|| value.to_owned(), str::to_owned)
}

pub(super) fn facets(query: &AssetQuery, results: &AssetResults) -> AnyView {
    AssetFacet::ALL.map(|facet| one(facet, query, results)).into_iter().collect_view().into_any()
}

fn one(facet: AssetFacet, query: &AssetQuery, results: &AssetResults) -> AnyView {
    let counted = results.facets.iter().filter(|counts| counts.facet == facet).flat_map(|counts| counts.values.clone());
    let mut values: Vec<FacetValue> = counted.collect();
    // What is chosen can be taken away, also where nothing has it.
    for value in query.filters.get(&facet).into_iter().flatten() {
        if values.iter().all(|known| known.value != *value) {
            values.push(FacetValue { value: value.clone(), count: 0 });
        }
    }
    if values.is_empty() {
        return ().into_any();
    }
    let more = values.split_off(values.len().min(SHOWN));
    let rows = |values: Vec<FacetValue>| values.into_iter().map(|value| row(facet, query, &value)).collect_view();
    let count = more.len();
    let more = (count > 0).then(|| {
        view! { <details><summary class="s13">{(words().catalogue.more)(count)}</summary><ul>{rows(more)}</ul></details> }
    });
    view! { <section class="facet"><h2>{title(facet)}</h2><ul>{rows(values)}</ul>{more}</section> }.into_any()
}

fn row(facet: AssetFacet, query: &AssetQuery, value: &FacetValue) -> AnyView {
    let to = format!("{CATALOGUE}{}", query.toggled(facet, &value.value).address());
    let chosen = query.has(facet, &value.value).then_some("true");
    let name = value_name(facet, &value.value);
    let count = value.count;
    view! {
        <li><a href=to data-noscroll="true" aria-current=chosen><span class="box" aria-hidden="true"></span><span>{name}</span></a><span class="n">{model::number::grouped(count)}</span></li>
    }
    .into_any()
}
