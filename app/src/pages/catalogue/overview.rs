//! The first part of the page of an asset: its description, what people answer for, and what is said of it by tags and terms.

use leptos::prelude::*;
use model::catalogue::{AssetField, AssetPath};
use model::view::AssetPage;

use super::api_asset::asset_successors;
use super::describe::{Describing, description};
use super::details::details;
use super::labels::Labels;
use super::marks::{kind_name, status_name, tier_name};
use super::shared::Shared;
use super::standing::standing;
use super::tab::AssetTab;
use super::values::{holding, origin_note};
use crate::asset_address::{asset_address, asset_title};
use crate::ui::{FormProblem, Load, Loaded, Time, loaded};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct OverviewTab {
    shared: Shared,
    describing: Describing,
    labels: Labels,
    successors: Loaded<Vec<(String, String)>>,
}

impl OverviewTab {
    pub(super) fn new(shared: Shared) -> Self {
        let shown = move || shared.at.with(|at| at.shows(AssetTab::Overview)).map(|at| at.path);
        let successors = loaded(shown, |path| async move {
            match path {
                Some(path) => asset_successors(path).await,
                None => Ok(Vec::new()),
            }
        });
        Self { shared, describing: Describing::new(shared), labels: Labels::new(shared), successors }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { shared, describing, labels, successors } = self;
        view! {
            <FormProblem action=shared.set_status/>
            <Load resource=shared.detail quiet=true view=move |asset| {
                let may_certify = asset.may_certify;
                let of_status = asset.clone();
                view! {
                    <div class="with-aside">
                        <div class="stack-6">
                            {description(&asset, describing)}
                            {labels.view()}
                            {links(&asset)}
                        </div>
                        <aside class="stack">
                            {about(&asset)}
                            {asset.may_edit.then(|| details(&asset, shared))}
                            {may_certify.then(|| view! {
                                <Load resource=successors view=move |successors| standing(&of_status, successors, shared.set_status)/>
                            })}
                        </aside>
                    </div>
                }
            }/>
        }
        .into_any()
    }
}

fn about(asset: &AssetPage) -> AnyView {
    let say = &words().catalogue_asset;
    let summary = &asset.summary;
    let person = |field: AssetField| {
        holding(asset, field).map(|value| {
            let note = origin_note(value.origin).map(|note| view! { <span class="sub">{note}</span> });
            view! { <dd>{value.value.clone()}{note}</dd> }
        })
    };
    let parent = asset.parent.as_ref().map(|parent| {
        view! { <dt>{say.part_of}</dt><dd><a href=asset_address(&parent.path)>{asset_title(&parent.path)}</a></dd> }
    });
    view! {
        <section class="card card-pad"><h2 class="mb-3">{say.about}</h2><dl class="kv">
            <dt>{say.kind}</dt><dd>{kind_name(summary.kind)}</dd>
            {summary.data_type.clone().map(|data_type| view! { <dt>{say.data_type}</dt><dd><code>{data_type}</code></dd> })}
            {parent}
            <dt>{say.domain}</dt><dd>{summary.domain.clone()}</dd>
            {person(AssetField::Owner).map(|person| view! { <dt>{say.owner}</dt>{person} })}
            {person(AssetField::Steward).map(|person| view! { <dt>{say.steward}</dt>{person} })}
            {summary.tier.map(|tier| view! { <dt>{say.tier}</dt><dd>{tier_name(tier)}</dd> })}
            <dt>{say.status}</dt><dd>{status_name(summary.status)}</dd>
            {summary.usage.map(|usage| view! { <dt>{say.requests}</dt><dd>{(say.requests_week)(usage)}</dd> })}
            {summary.fresh_at.map(|at| view! { <dt>{say.fresh}</dt><dd><Time at/></dd> })}
            <dt>{say.seen}</dt><dd><Time at=asset.seen_at/></dd>
            <dt>{say.registered}</dt><dd><Time at=asset.created_at/></dd>
        </dl></section>
    }
    .into_any()
}

fn links(asset: &AssetPage) -> AnyView {
    let say = &words().catalogue_asset;
    let made_of = made_of(&asset.summary.path);
    let links = asset.links.iter().map(|link| {
        // The address of a stranger's page: it learns nothing of this one.
        view! { <li><a href=link.url.clone() rel="noopener noreferrer external" target="_blank">{link.title.clone()}</a></li> }
    });
    let links = links.collect_view();
    (!asset.links.is_empty() || made_of.is_some())
        .then(|| {
            view! {
                <section class="card card-pad stack-2"><h2>{say.links}</h2><ul class="bullets s13">
                    {made_of.map(|(to, name)| view! { <li><a href=to>{name}</a></li> })}{links}
                </ul></section>
            }
        })
        .into_any()
}

/// The page with the settings or the figures of the thing itself, where it has one beside that of the head.
fn made_of(path: &AssetPath) -> Option<(String, &'static str)> {
    let say = &words().catalogue_asset;
    match path {
        AssetPath::Table { source, table } => {
            Some((format!("/sources/{source}/tables/{}", model::redirect::query_value(table)), say.view_table))
        }
        AssetPath::Api { domain, name } => Some((crate::pages::monitoring::address("api", &format!("{domain}/{name}")), say.view_figures)),
        AssetPath::App { domain, name } => Some((crate::pages::monitoring::address("app", &format!("{domain}/{name}")), say.view_figures)),
        AssetPath::Job { domain, name } => Some((crate::pages::monitoring::address("job", &format!("{domain}/{name}")), say.view_figures)),
        AssetPath::Source { .. } | AssetPath::Column { .. } | AssetPath::Dataset { .. } => None,
    }
}
