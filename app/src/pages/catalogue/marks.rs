//! What stands beside the names of assets: their kind, tier, status and tags.

use leptos::prelude::*;
use model::catalogue::{AssetKind, AssetStatus, Tier};
use model::redirect::query_value;
use model::view::AssetTag;

use crate::navigation::CATALOGUE;
use crate::words::words;

pub(crate) fn kind_name(kind: AssetKind) -> &'static str {
    let say = &words().catalogue;
    match kind {
        AssetKind::Source => say.kind_source,
        AssetKind::Table => say.kind_table,
        AssetKind::Column => say.kind_column,
        AssetKind::Dataset => say.kind_dataset,
        AssetKind::Job => say.kind_job,
        AssetKind::Api => say.kind_api,
        AssetKind::App => say.kind_app,
    }
}

pub(super) fn status_name(status: AssetStatus) -> &'static str {
    let say = &words().catalogue;
    match status {
        AssetStatus::Draft => say.status_draft,
        AssetStatus::Certified => say.status_certified,
        AssetStatus::Deprecated => say.status_deprecated,
    }
}

/// A tier with what it means.
pub(super) fn tier_name(tier: Tier) -> &'static str {
    let say = &words().catalogue;
    match tier {
        Tier::P0 => say.tier_p0,
        Tier::P1 => say.tier_p1,
        Tier::P2 => say.tier_p2,
        Tier::P3 => say.tier_p3,
    }
}

/// Nothing for a draft: that is what an asset is until somebody says something else.
#[component]
pub(super) fn StatusBadge(status: AssetStatus) -> impl IntoView {
    let (class, dot) = match status {
        AssetStatus::Draft => return ().into_any(),
        AssetStatus::Certified => ("badge badge-ok", "dot dot-ok"),
        AssetStatus::Deprecated => ("badge badge-warn", "dot dot-warn"),
    };
    view! { <span class=class><span class=dot aria-hidden="true"></span>{status_name(status)}</span> }.into_any()
}

#[component]
pub(super) fn TierBadge(tier: Option<Tier>) -> impl IntoView {
    tier.map(|tier| view! { <span class="badge" title=tier_name(tier)>{tier.key()}</span> }).into_any()
}

/// A tag that leads to all assets with it.
pub(super) fn tag_link(tag: &AssetTag) -> AnyView {
    let class = format!("tag tag-{}", tag.colour);
    view! { <a class=class href=format!("{CATALOGUE}?tag={}", query_value(&tag.name))>{tag.name.clone()}</a> }.into_any()
}
