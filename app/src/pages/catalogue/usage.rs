//! How much an asset is used: its requests, and the figures of what can be watched.

use leptos::prelude::*;
use model::catalogue::AssetPath;
use model::view::AssetPage;

use super::at::At;
use super::shared::Shared;
use super::tab::AssetTab;
use crate::pages::monitoring::api::monitoring_of;
use crate::ui::{Drawn, Load, Loaded, loaded};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct UsageTab {
    shared: Shared,
    figures: Loaded<Option<String>>,
}

impl UsageTab {
    pub(super) fn new(shared: Shared) -> Self {
        let watched = move || {
            let at = shared.at.with(|at| at.shows(AssetTab::Usage))?;
            watched(&at.path.parse().ok()?)
        };
        let figures = loaded(watched, |watched| async move {
            match watched {
                Some((kind, path)) => monitoring_of(kind.to_owned(), path, Default::default()).await.map(Some),
                None => Ok(None),
            }
        });
        Self { shared, figures }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { shared, figures } = self;
        view! {
            <div class="stack-6">
                <Load resource=shared.detail quiet=true view=move |asset| summary(&asset)/>
                <Load resource=figures view=move |html| html.map(|html| view! { <Drawn html/> })/>
            </div>
        }
        .into_any()
    }
}

/// What monitoring calls an asset, where it has figures of it.
fn watched(path: &AssetPath) -> Option<(&'static str, String)> {
    match path {
        AssetPath::Source { source } => Some(("source", source.clone())),
        AssetPath::Dataset { domain, name } => Some(("dataset", format!("{domain}/{name}"))),
        AssetPath::Api { domain, name } => Some(("api", format!("{domain}/{name}"))),
        AssetPath::App { domain, name } => Some(("app", format!("{domain}/{name}"))),
        AssetPath::Table { .. } | AssetPath::Column { .. } | AssetPath::Job { .. } => None,
    }
}

fn summary(asset: &AssetPage) -> AnyView {
    let say = &words().catalogue_asset;
    let usage = match asset.summary.usage {
        Some(0) => say.not_requested.to_owned(),
        Some(requests) => (say.requested)(requests),
        None => say.requests_unknown.to_owned(),
    };
    let impact = At::address(&asset.summary.path, AssetTab::Lineage);
    view! {
        <section class="card card-pad stack-2" id="usage">
            <h2>{say.usage}</h2>
            <p class="s13">{usage}</p>
            <p class="s13"><a href=impact>{say.see_impact}</a></p>
        </section>
    }
    .into_any()
}
