//! Datasets: the list, making one, and one with its data versions.

pub(crate) mod api;
mod compared;
mod course;
mod cron;
mod detail;
mod gates;
mod incremental;
mod job;
mod mapping;
mod mapping_card;
mod mapping_parts;
mod new;
mod rejected;
mod runs;
mod waiting;

use leptos::prelude::*;
use model::Action;
use model::dataset::StoreKind;
use model::list::ListQuery;
use model::snapshot::Environment;
use model::view::{DataVersionView, DatasetView, NeedKind};

use self::api::list_datasets;
use crate::signed_in::MeResource;
use crate::ui::{
    Column, DataTable, Empty, Filter, Icon, ListPlace, Load, NeedBadge, PageHead, PageName, StateBadge, Time, grouped, list_query, loaded,
};
use crate::words::words;

pub(crate) use detail::{DatasetPage, look_later};
pub(crate) use new::NewDatasetPage;
pub(crate) use runs::{ended_badly, going};

fn place() -> ListPlace {
    ListPlace { name: words().datasets.name, path: "/datasets" }
}

#[component]
pub(crate) fn DatasetsPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().datasets;
    let query = list_query();
    let list = loaded(move || query.with(ListQuery::of_rows), list_datasets);
    let stores = StoreKind::ALL.map(|store| (store.key(), store.words()));
    let filters = vec![Filter::domains(), Filter::fixed(("store", say.store), say.all_stores, stores)];
    view! {
        <PageName name=say.title/>
        <Load resource=me page=true view=move |me| {
            let may = !me.domains_where(Action::EditDataset).is_empty();
            view! {
                <PageHead title=say.title lead=say.lead>
                    {may.then(|| view! { <a class="btn btn-primary" href="/datasets/new"><Icon name="plus"/>{say.create}</a> })}
                </PageHead>
            }
        }/>
        <DataTable place=place() query list columns=columns() filters empty=move || view! {
            <Empty title=say.none_title text=say.none_text/>
        }/>
    }
    .into_any()
}

/// The data version that is live: in prod, else in test.
fn live(dataset: &DatasetView) -> Option<&DataVersionView> {
    dataset.live(Environment::Prod).or_else(|| dataset.live(Environment::Test))
}

fn columns() -> Vec<Column<DatasetView>> {
    let say = &words().datasets;
    vec![
        Column::new("dataset", say.dataset, |dataset: &DatasetView| {
            let path = format!("{}/{}", dataset.domain, dataset.name);
            view! { <a class="main-cell" href=format!("/datasets/{path}")>{path.clone()}</a> }
        })
        .sorts()
        .leads(),
        Column::new("source", say.source, move |dataset: &DatasetView| {
            let of = format!("{}.{}", dataset.spec.source, dataset.spec.table.name);
            let when = if dataset.job.paused { say.paused.to_owned() } else { dataset.job.when.clone() };
            view! { {of}<span class="small t-3 under">{when}</span> }
        })
        .class("t-2")
        .sorts(),
        Column::new("store", say.store, |dataset: &DatasetView| dataset.spec.store.words()).class("fit").sorts(),
        Column::optional("rows", say.rows, |dataset: &DatasetView| live(dataset).map(|live| grouped(live.figures.written_rows)))
            .class("num"),
        Column::optional("live", say.live_since, |dataset: &DatasetView| {
            live(dataset).and_then(|live| live.finished_at).map(|at| view! { <Time at/> })
        })
        .class("fit t-2 tn"),
        Column::optional("runs", say.last_runs, |dataset: &DatasetView| {
            (!dataset.job.runs.is_empty()).then(|| runs::strip(&dataset.job.runs))
        })
        .class("fit strip-cell"),
        Column::new("state", say.state, state).class("fit"),
    ]
}

fn state(dataset: &DatasetView) -> AnyView {
    let state = dataset.building().or(live(dataset)).or(dataset.versions.first()).map(|version| version.state);
    let mut needs: Vec<NeedKind> = dataset.needs().into_iter().map(|need| need.kind).collect();
    needs.dedup();
    let badge = match state {
        Some(state) => view! { <StateBadge state/> }.into_any(),
        None => view! { <span class="badge">{words().datasets.not_built}</span> }.into_any(),
    };
    view! { {badge}{needs.into_iter().map(|kind| view! { " "<NeedBadge kind/> }).collect_view()} }.into_any()
}
