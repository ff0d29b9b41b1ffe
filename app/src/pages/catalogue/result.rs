//! An asset that was found, with the strip of what decides whether it is the right one.

use leptos::prelude::*;
use model::catalogue::{AssetKind, AssetPath, AssetStatus, Tier};
use model::redirect::query_value;
use model::view::AssetHit;

use super::bulk_bar::pick;
use super::marks::{StatusBadge, TierBadge, kind_name};
use crate::asset_address::{asset_address, asset_icon, asset_title};
use crate::navigation::CATALOGUE;
use crate::ui::{Icon, Time};
use crate::words::words;

pub(super) fn result(hit: AssetHit, may_tag: bool) -> AnyView {
    let Ok(path) = hit.path.parse::<AssetPath>() else { return ().into_any() };
    let title = asset_title(&path);
    let tier = hit.tier.as_deref().and_then(|key| Tier::ALL.into_iter().find(|tier| tier.key() == key));
    let status = hit.status.as_deref().and_then(AssetStatus::from_key).unwrap_or_default();
    let class = if path.kind() == AssetKind::Api { "glyph glyph-accent" } else { "glyph" };
    let picked = may_tag.then(|| pick(&path, &title));
    let (about, strip) = (about(&hit), strip(&hit, path.kind()));
    view! {
        <article class="result">
            {picked}
            <span class=class><Icon name=asset_icon(path.kind())/></span>
            <div>
                <h2><a href=asset_address(&path)>{title}</a><StatusBadge status/><TierBadge tier/></h2>
                {about}{strip}
            </div>
            {used(hit.usage)}
        </article>
    }
    .into_any()
}

/// The part of the description that has the words, and the columns that do.
fn about(hit: &AssetHit) -> AnyView {
    let say = &words().catalogue;
    let pieces = hit.excerpt.iter().map(|piece| {
        let text = piece.text.clone();
        if piece.marked { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    });
    let pieces = pieces.collect_view();
    let columns = (!hit.columns.is_empty()).then(|| (say.in_columns)(&hit.columns.join(", ")));
    view! {
        {(!hit.excerpt.is_empty()).then(|| view! { <p>{pieces}</p> })}
        {columns.map(|columns| view! { <p class="small t-3">{columns}</p> })}
    }
    .into_any()
}

fn strip(hit: &AssetHit, kind: AssetKind) -> AnyView {
    let say = &words().catalogue;
    let kind = if hit.column_count > 0 { (say.kind_with_columns)(kind_name(kind), hit.column_count) } else { kind_name(kind).to_owned() };
    let tags = hit.tags.iter().map(|tag| {
        let to = format!("{CATALOGUE}?tag={}", query_value(tag));
        view! { <a class="tag" href=to>{tag.clone()}</a> }
    });
    let terms = (!hit.terms.is_empty()).then(|| (say.terms)(&hit.terms.join(", ")));
    view! {
        <div class="strip">
            <span>{kind}</span><span>{hit.domain.clone()}</span>
            {hit.owner.clone().map(|owner| view! { <span>{owner}</span> })}
            {hit.fresh_at.map(|at| view! { <span>{say.fresh}<Time at/></span> })}
            {terms.map(|terms| view! { <span>{terms}</span> })}
            {tags.collect_view()}
        </div>
    }
    .into_any()
}

fn used(usage: u64) -> AnyView {
    let say = &words().catalogue;
    let shown = model::number::grouped(usage);
    (usage > 0).then(|| view! { <div class="use"><b>{shown}</b>{say.requests_month}</div> }).into_any()
}
