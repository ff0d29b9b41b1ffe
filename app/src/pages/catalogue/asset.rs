//! The page of one asset: what it is, and the parts of what is known of it.

use leptos::prelude::*;
use model::catalogue::{AssetPath, AssetStatus};
use model::view::AssetPage;

use super::access::AccessTab;
use super::api_asset::{SetAssetStatus, SetAssetValues, asset};
use super::api_tagging::TagAsset;
use super::at::{At, at};
use super::columns::ColumnsTab;
use super::history::HistoryTab;
use super::lineage::LineageTab;
use super::marks::{StatusBadge, TierBadge, kind_name, tag_link};
use super::overview::OverviewTab;
use super::profile_tab::ProfileTab;
use super::quality_tab::QualityTab;
use super::sample_tab::SampleTab;
use super::scan::TablesTab;
use super::shared::Shared;
use super::tab::AssetTab;
use super::usage::UsageTab;
use crate::asset_address::{asset_address, asset_icon, asset_title};
use crate::ui::{Callout, FormAction, Heading, Icon, Load, PageName, Time, Tone, address_memo, done, loaded};
use crate::words::words;

#[component]
pub(crate) fn AssetDetailPage() -> impl IntoView {
    let at = at();
    let (describe, set) = (FormAction::<SetAssetValues>::new(), FormAction::<SetAssetValues>::new());
    let (set_status, tag) = (FormAction::<SetAssetStatus>::new(), FormAction::<TagAsset>::new());
    let acts = [done(describe), done(set), done(set_status), done(tag)];
    let detail = loaded(move || (at.with(|at| at.path.clone()), acts.map(|act| act.get())), |(path, _)| asset(path));
    let shared = Shared { at, detail, describe, set, set_status, tag };
    // All that is loaded is asked for here: it is matched between server and browser by the order in which it is asked for.
    let (overview, tables, columns) = (OverviewTab::new(shared), TablesTab::new(shared), ColumnsTab::new(shared));
    let (sample, profile, quality) = (SampleTab::new(shared), ProfileTab::new(shared), QualityTab::new(shared));
    let (usage, history, access) = (UsageTab::new(shared), HistoryTab::new(shared), AccessTab::new(shared));
    let lineage = LineageTab::new(shared);
    let part = move |tab: AssetTab| match tab {
        AssetTab::Tables => tables.view(),
        AssetTab::Columns => columns.view(),
        AssetTab::Sample => sample.view(),
        AssetTab::Profile => profile.view(),
        AssetTab::Quality => quality.view(),
        AssetTab::Lineage => lineage.view(),
        AssetTab::Usage => usage.view(),
        AssetTab::History => history.view(),
        AssetTab::Access => access.view(),
        AssetTab::Overview => overview.view(),
    };
    let tab = address_memo(move |_| at.with(|at| at.tab));
    view! {
        <Load resource=detail page=true view=move |asset| head(&asset, at)/>
        // What is wrong with the asset itself stands above, once.
        <div class="mt-6"><Load resource=detail quiet=true view=move |_| move || part(tab.get())/></div>
    }
    .into_any()
}

fn head(asset: &AssetPage, at: Memo<At>) -> AnyView {
    let say = &words().catalogue_asset;
    let summary = &asset.summary;
    let title = asset_title(&summary.path);
    let tags = summary.tags.iter().map(tag_link).collect_view();
    let lead = if summary.about.is_empty() { kind_name(summary.kind).to_owned() } else { summary.about.clone() };
    view! {
        <PageName name=title.clone()/>
        <div class="page-head nomargin">
            <div>
                <div class="page-title">
                    <span class="glyph glyph-accent"><Icon name=asset_icon(summary.kind)/></span>
                    <Heading>{title}</Heading>
                    <TierBadge tier=summary.tier/><StatusBadge status=summary.status/>{tags}
                </div>
                <p class="lead">{lead}</p>
            </div>
            <div class="actions">
                <a class="btn" href=At::address(&summary.path, AssetTab::Access)><Icon name="key"/>{say.ask_access}</a>
                {maker(summary.path.clone())}
            </div>
        </div>
        {state(asset)}
        {tabs(asset, at)}
    }
    .into_any()
}

/// The way to what is made of an asset, or to the page on which it is changed.
fn maker(path: AssetPath) -> AnyView {
    let say = &words().catalogue_asset;
    let (to, name, class) = match path {
        AssetPath::Source { source } => (format!("/sources/{source}"), say.view_source, "btn"),
        AssetPath::Table { source, table } => {
            let value = model::redirect::query_value;
            (format!("/apis/new?source={}&table={}", value(&source), value(&table)), say.create_api, "btn btn-primary")
        }
        AssetPath::Column { parent, .. } => (asset_address(&parent), say.view_parent, "btn"),
        AssetPath::Dataset { domain, name } | AssetPath::Job { domain, name } => {
            (format!("/datasets/{domain}/{name}"), say.view_dataset, "btn")
        }
        AssetPath::Api { domain, name } => (format!("/apis/{domain}/{name}"), say.view_api, "btn btn-primary"),
        AssetPath::App { domain, name } => (format!("/apps/{domain}/{name}"), say.view_app, "btn"),
    };
    view! { <a class=class href=to>{name}</a> }.into_any()
}

/// That it is missing, or that something else is to be used.
fn state(asset: &AssetPage) -> AnyView {
    let say = &words().catalogue_asset;
    let gone = asset.summary.gone_at.map(|at| {
        view! { <Callout tone=Tone::Warn><p><b>{say.gone}</b>{say.gone_since}<Time at/>{say.gone_kept}</p></Callout> }
    });
    let deprecated = (asset.summary.status == AssetStatus::Deprecated).then(|| {
        let successor = asset.successor.clone().map(|other| {
            view! { <span>{say.use_instead}<a href=asset_address(&other.path)>{asset_title(&other.path)}</a></span> }
        });
        view! { <Callout tone=Tone::Warn><p><b>{say.deprecated_note}</b>{successor}</p></Callout> }
    });
    view! { {gone}{deprecated} }.into_any()
}

fn tabs(asset: &AssetPage, at: Memo<At>) -> AnyView {
    let columns = asset.column_count;
    let links = AssetTab::of(asset.summary.kind).iter().map(|tab| {
        let tab = *tab;
        let current = move || (at.with(|at| at.tab) == tab).then_some("page");
        let count = (tab == AssetTab::Columns).then(|| view! { " "<span class="count">{columns}</span> });
        let to = At::address(&asset.summary.path, tab);
        view! { <a href=to data-noscroll="true" aria-current=current>{tab.name()}{count}</a> }
    });
    view! { <nav class="tabs" aria-label=words().catalogue_asset.parts>{links.collect_view()}</nav> }.into_any()
}
