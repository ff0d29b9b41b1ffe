//! Datasets: the list, making one, and one with its data versions.

pub(crate) mod api;
mod compared;
mod course;
mod cron;
mod detail;
mod dirty;
mod follow;
mod gates;
mod job;
mod mapping;
mod mapping_card;
mod mapping_parts;
mod new;
mod runs;
mod waiting;

use leptos::prelude::*;
use model::Action;
use model::snapshot::Environment;
use model::view::{DatasetView, NeedKind};

use self::api::datasets;
use crate::signed_in::MeResource;
use crate::ui::{Empty, Icon, Load, NeedBadge, PageHead, PageName, StateBadge, Time, grouped};

pub(crate) use detail::{DatasetPage, look_later};
pub(crate) use new::NewDatasetPage;
pub(crate) use runs::{ended_badly, going};

#[component]
pub(crate) fn DatasetsPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let list = Resource::new(|| (), |()| datasets());
    view! {
        <PageName name="Datasets and jobs"/>
        <Load resource=me page=true view=move |me| {
            let may = !me.domains_where(Action::EditDataset).is_empty();
            view! {
                <PageHead title="Datasets and jobs" lead="Tables copied to where they are read in microseconds, so that their source is left in peace.">
                    {may.then(|| view! { <a class="btn btn-primary" href="/datasets/new"><Icon name="plus"/>"Make a dataset"</a> })}
                </PageHead>
            }
        }/>
        <Load resource=list view=|datasets| if datasets.is_empty() {
            view! { <div class="card"><Empty title="No dataset yet" text="Make one of a table that is asked often. APIs are then served from it, and never wait for the source."/></div> }.into_any()
        } else {
            rows(datasets).into_any()
        }/>
    }
    .into_any()
}

fn rows(datasets: Vec<DatasetView>) -> impl IntoView {
    view! {
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Datasets"><table class="table table-cards">
            <thead><tr><th>"Dataset"</th><th>"Made of"</th><th>"Store"</th><th class="num">"Rows"</th><th>"Live since"</th><th>"Last runs"</th><th>"State"</th></tr></thead>
            <tbody>{datasets.into_iter().map(|dataset| {
                let path = format!("{}/{}", dataset.domain, dataset.name);
                let live = dataset.live(Environment::Prod).or_else(|| dataset.live(Environment::Test)).cloned();
                let state = dataset.building().or(live.as_ref()).or(dataset.versions.first()).map(|version| version.state);
                let mut needs: Vec<NeedKind> = dataset.needs().into_iter().map(|need| need.kind).collect();
                needs.dedup();
                view! {
                    <tr><td class="lead-cell"><a class="main-cell" href=format!("/datasets/{path}")>{path.clone()}</a></td>
                    <td class="t-2" data-label="Made of">{format!("{}.{}", dataset.spec.source, dataset.spec.table.name)}<span class="small t-3 under">{if dataset.job.paused { "paused".to_owned() } else { dataset.job.when.clone() }}</span></td>
                    <td class="fit" data-label="Store">{dataset.spec.store.words()}</td>
                    <td class="num" data-label=live.is_some().then_some("Rows")>{live.as_ref().map(|live| grouped(live.figures.written_rows))}</td>
                    <td class="fit t-2 tn" data-label=live.as_ref().and_then(|live| live.finished_at).map(|_| "Live since")>{live.as_ref().and_then(|live| live.finished_at).map(|at| view! { <Time at/> })}</td>
                    <td class="fit strip-cell" data-label=(!dataset.job.runs.is_empty()).then_some("Last runs")>{(!dataset.job.runs.is_empty()).then(|| runs::strip(&dataset.job.runs))}</td>
                    <td class="fit" data-label="State">{match state { Some(state) => view! { <StateBadge state/> }.into_any(), None => view! { <span class="badge">"Not built"</span> }.into_any() }}{needs.into_iter().map(|kind| view! { " "<NeedBadge kind/> }).collect_view()}</td></tr>
                }
            }).collect_view()}</tbody>
        </table></div></section>
    }
}
