//! Datasets: the list, making one, and one with its data versions.

pub(crate) mod api;
mod compared;
mod detail;
mod dirty;
mod follow;
mod gates;
mod job;
mod runs;

use leptos::prelude::*;
use model::Action;
use model::dataset::{Compression, StoreKind};
use model::snapshot::Environment;
use model::view::{DatasetView, SourceView};

use self::api::{NewDataset, datasets, has_redis};
use crate::frame::MeResource;
use crate::pages::sources::api::sources;
use crate::ui::{Empty, Field, FormProblem, Icon, Load, PageHead, PageName, StateBadge, Time, field_error, grouped};

pub(crate) use detail::DatasetPage;

#[component]
pub(crate) fn DatasetsPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let list = Resource::new(|| (), |()| datasets());
    view! {
        <PageName name="Datasets and jobs"/>
        <Load resource=me view=move |me| {
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
        <section class="card clip"><div class="table-wrap"><table class="table table-cards">
            <thead><tr><th>"Dataset"</th><th>"Made of"</th><th>"Store"</th><th class="num">"Rows"</th><th>"Live since"</th><th>"Last runs"</th><th>"State"</th></tr></thead>
            <tbody>{datasets.into_iter().map(|dataset| {
                let path = format!("{}/{}", dataset.domain, dataset.name);
                let live = dataset.live(Environment::Prod).or_else(|| dataset.live(Environment::Test)).cloned();
                let state = dataset.building().or(live.as_ref()).or(dataset.versions.first()).map(|version| version.state);
                view! {
                    <tr><td class="lead-cell"><a class="main-cell" href=format!("/datasets/{path}")>{path.clone()}</a></td>
                    <td class="t-2" data-label="Made of">{format!("{}.{}", dataset.spec.source, dataset.spec.table.name)}<span class="small t-3 under">{if dataset.job.paused { "paused".to_owned() } else { dataset.job.when.clone() }}</span></td>
                    <td class="fit" data-label="Store">{dataset.spec.store.words()}</td>
                    <td class="num" data-label="Rows">{live.as_ref().map(|live| grouped(live.figures.written_rows))}</td>
                    <td class="fit t-2 tn" data-label="Live since">{live.as_ref().and_then(|live| live.finished_at).map(|at| view! { <Time at/> })}</td>
                    <td class="fit strip-cell" data-label="Last runs">{(!dataset.job.runs.is_empty()).then(|| runs::strip(&dataset.job.runs))}</td>
                    <td class="fit" data-label="State">{match state { Some(state) => view! { <StateBadge state/> }.into_any(), None => view! { <span class="badge">"Not built"</span> }.into_any() }}</td></tr>
                }
            }).collect_view()}</tbody>
        </table></div></section>
    }
}

#[component]
pub(crate) fn NewDatasetPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let make = ServerAction::<NewDataset>::new();
    let redis = Resource::new(|| (), |()| has_redis());
    let all = Resource::new(|| (), |()| sources());
    view! {
        <PageName name="Make a dataset"/>
        <PageHead title="Make a dataset" lead="A copy of a table, for rows by their key or for questions. Nothing is read before you build it."/>
        <Load resource=me view=move |me| {
            let domains = me.domains_where(Action::EditDataset);
            view! { <Load resource=all view=move |all| {
                let domains = domains.clone();
                let mine: Vec<SourceView> = all.into_iter().filter(|source| domains.contains(&source.domain)).collect();
                view! { <Load resource=redis view=move |redis| form(&domains, &mine, redis, make)/> }
            }/> }
        }/>
    }
    .into_any()
}

fn form(domains: &[String], sources: &[SourceView], redis: bool, make: ServerAction<NewDataset>) -> impl IntoView + use<> {
    let options =
        |names: Vec<String>| names.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view();
    let stores = StoreKind::ALL.into_iter().filter(move |kind| *kind != StoreKind::Redis || redis);
    let (domains, sources) = (domains.to_vec(), sources.iter().map(|source| source.name.clone()).collect());
    view! {
        <ActionForm action=make>
            <div class="stack-6">
                <FormProblem action=make/>
                <section class="card card-pad stack">
                    <h2>"What it is made of"</h2>
                    <div class="form-row">
                        <Field id="source" label="Source" error=field_error(make, "source")><select class="select" id="source" name="source">{options(sources)}</select></Field>
                        <Field id="table" label="Table" error=field_error(make, "table")><input class="input" id="table" name="table" required autocomplete="off" placeholder="planes"/></Field>
                    </div>
                    <Field id="key" label="Looked up by" note="Empty for the table's own key" help="Columns with commas between. Together they name one row alone, and are never empty. A columnar dataset can do without." error=field_error(make, "key")><input class="input" id="key" name="key" autocomplete="off" placeholder="tailnum"/></Field>
                </section>
                <section class="card card-pad stack">
                    <h2>"Where it is kept"</h2>
                    <div class="form-row">
                        <Field id="store" label="Store" help=if redis { "Embedded is fastest for rows by their key, Redis is shared by all nodes, columnar is for questions over many rows." } else { "Embedded for rows by their key; columnar for questions over many rows." } error=field_error(make, "store")><select class="select" id="store" name="store">{stores.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field>
                        <Field id="compression" label="Compression" help="Each row is compressed alone; columns always are."><select class="select" id="compression" name="compression">{Compression::ALL.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field>
                    </div>
                </section>
                <section class="card card-pad stack">
                    <h2>"What it is called"</h2>
                    <div class="form-row">
                        <Field id="domain" label="Domain"><select class="select" id="domain" name="domain">{options(domains)}</select></Field>
                        <Field id="name" label="Name" help="Lower-case letters, digits and hyphens." error=field_error(make, "name")><input class="input" id="name" name="name" required maxlength="63" autocomplete="off" placeholder="planes"/></Field>
                    </div>
                    <div class="row"><button class="btn btn-primary" type="submit">"Make it"</button><a class="btn" href="/datasets">"Not now"</a></div>
                </section>
            </div>
        </ActionForm>
    }
}
