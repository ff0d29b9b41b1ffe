//! Sources: the list, registering one, its settings and tables, and a look into a table.

pub(crate) mod api;
mod form;
mod load;
mod told;

use leptos::prelude::*;
use model::Action;
use model::list::ListQuery;
use model::load_limits::SourceLoad;
use model::number::Typed;
use model::snapshot::Environment;
use model::table::{Sample, TableInfo};
use model::view::{KnownTables, NeedKind, SourceView};

use self::api::{connectors, list_sources, sample_table, set_source_load, source, source_kinds, source_rights, tables_last_told};
use self::form::SourceEditor;
use self::load::{SetLoad, load_card};
use crate::error::PortalError;
use crate::pages::monitoring::MonitoringLink;
use crate::signed_in::MeResource;
use crate::ui::{
    Callout, Column, DataTable, Empty, Filter, FromSource, Icon, ListPlace, Load, NeedBadge, PageHead, PageName, SampleTable, Time, Tone,
    ask, grouped, list_query, loaded, no_access, param,
};
use crate::words::words;

pub(crate) use told::{ask_tables, ask_tables_of_prod, without_counts};

fn place() -> ListPlace {
    ListPlace { name: words().sources.title, path: "/sources" }
}

#[component]
pub(crate) fn SourcesPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let query = list_query();
    let list = loaded(move || query.with(ListQuery::of_rows), list_sources);
    let say = &words().sources;
    let answers = [("answers", say.no_failure), ("away", say.not_responding)];
    let kinds = Resource::new(|| (), |()| source_kinds());
    let filters = vec![
        Filter::domains(),
        Filter::told(("kind", say.connector), say.all_kinds, kinds),
        Filter::fixed(("state", say.state), say.all_states, answers),
    ];
    view! {
        <PageName name=say.title/>
        <Load resource=me page=true view=move |me| {
            let may = !me.domains_where(Action::EditSource).is_empty();
            view! {
                <PageHead title=say.title lead=say.lead>
                    {may.then(|| view! { <a class="btn btn-primary" href="/sources/new"><Icon name="plus"/>{say.create}</a> })}
                </PageHead>
            }
        }/>
        <DataTable place=place() query list columns=columns() filters empty=move || view! {
            <Empty title=say.none_title text=say.none_text/>
        }/>
    }
    .into_any()
}

fn columns() -> Vec<Column<SourceView>> {
    let environments = |source: &SourceView| source.bindings.keys().map(|environment| environment.key()).collect::<Vec<_>>().join(", ");
    let say = &words().sources;
    vec![
        Column::new("source", say.source, |source: &SourceView| {
            let to = format!("/sources/{}", source.name);
            view! { <a class="main-cell" href=to>{source.name.clone()}</a><span class="sub">{source.about.clone()}</span> }
        })
        .sorts()
        .leads(),
        Column::new("kind", say.connector, |source: &SourceView| source.driver_title.clone()).class("fit").sorts(),
        Column::new("domain", say.domain, |source: &SourceView| source.domain.clone()).class("fit t-2").sorts(),
        Column::new("environments", say.environments, environments).class("fit t-2"),
        Column::optional("state", say.state, |source: &SourceView| {
            source.away.as_ref().map(|away| {
                view! { <NeedBadge kind=NeedKind::SourceAway/>" "<span class="small t-3"><Time at=away.at/></span> }
            })
        })
        .class("fit")
        .sorts(),
        Column::new("changed", say.changed, |source: &SourceView| view! { <Time at=source.updated_at/> }).class("fit t-2 tn").sorts(),
    ]
}

#[component]
pub(crate) fn NewSourcePage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().sources;
    let kinds = loaded(|| (), |()| connectors());
    view! {
        <PageName name=say.new_title/>
        <Load resource=me view=move |me| {
            let domains = me.domains_where(Action::EditSource);
            if domains.is_empty() {
                return no_access(say.only_builders);
            }
            view! { <PageHead title=say.new_title lead=say.new_lead/> <Load resource=kinds view=move |kinds| view! { <SourceEditor kinds domains=domains.clone() known=None/> }/> }.into_any()
        }/>
    }
    .into_any()
}

#[component]
pub(crate) fn SourcePage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let name = param("name");
    let detail = loaded(move || name.get(), source);
    let known = loaded(move || name.get(), |name| tables_last_told(name, None, None));
    let kinds = loaded(|| (), |()| connectors());
    let set_load: SetLoad = leptos::prelude::Action::new(|(name, load, numbers): &(String, SourceLoad, Typed)| {
        set_source_load(name.clone(), load.clone(), numbers.clone())
    });
    view! {
        <Load resource=detail page=true view=move |source| {
            let environment = source.bindings.keys().copied().next_back().unwrap_or_default();
            let title = source.name.clone();
            let (for_editor, path) = (source.clone(), title.clone());
            view! {
                <PageName name=title.clone()/>
                <PageHead title=title.clone() lead=source.about.clone()><MonitoringLink kind="source" path/></PageHead>
                <div class="stack-6">
                    <Load resource=known view=move |known| view! { <Tables source=title.clone() environment known/> }/>
                    <Load resource=me view=move |me| {
                        let may = me.can(Action::EditSource, &for_editor.domain);
                        let known = for_editor.clone();
                        may.then(move || view! {
                            <Rights source=known.name.clone() environment/>
                            {load_card(&known, set_load)}
                            <Load resource=kinds view=move |kinds| view! { <SourceEditor kinds domains=vec![known.domain.clone()] known=Some(known.clone())/> }/>
                        })
                    }/>
                </div>
            }
        }/>
    }
    .into_any()
}

/// Warnings for those who can change it. The source is asked from the browser alone, so that the page never waits for it.
#[component]
fn Rights(source: String, environment: Environment) -> impl IntoView {
    let found: RwSignal<Vec<String>> = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        let source = source.clone();
        leptos::task::spawn_local(async move {
            if let Ok(sentences) = source_rights(source, environment).await {
                let _ = found.try_set(sentences);
            }
        });
    });
    move || found.get().into_iter().map(|text| view! { <Callout tone=Tone::Warn><p>{text}</p></Callout> }).collect_view()
}

#[component]
fn Tables(source: String, environment: Environment, known: Option<KnownTables>) -> impl IntoView {
    let MeResource(me) = expect_context();
    let name = source.clone();
    let asked = ask_tables(known, move || (name.clone(), environment));
    let say = &words().sources;
    let what = (say.tables_of)(&source);
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.tables}</h2><span class="small t-3">{(say.in_environment)(environment.key())}</span></div>
            <FromSource asked what view=move |tables| {
                let source = source.clone();
                if tables.is_empty() {
                    return view! { <Empty title=say.no_tables_title text=say.no_tables_text/> }.into_any();
                }
                view! { <Load resource=me view=move |me| table_rows(&source, &tables, !me.domains_where(Action::EditApi).is_empty())/> }.into_any()
            }/>
        </section>
    }
}

fn table_rows(source: &str, tables: &[TableInfo], builds: bool) -> impl IntoView + use<> {
    let source = source.to_owned();
    let tables = tables.to_vec();
    let say = &words().sources;
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=say.tables_of_source><table class="table table-cards">
            <thead><tr><th>{say.table}</th><th class="num">{say.rows_estimate}</th><th class="num">{say.columns}</th><th>{say.key}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
            <tbody>{tables.into_iter().map(|info| {
                let name = info.table.name.clone();
                view! {
                    <tr><td class="lead-cell"><a class="main-cell" href=format!("/sources/{source}/tables/{name}")>{name.clone()}</a>{(!info.note.is_empty()).then(|| view! { <span class="small t-3">{info.note.clone()}</span> })}</td>
                    <td class="num" data-label=info.rows.map(|_| say.rows_estimate)>{info.rows.map(grouped)}</td><td class="num" data-label=say.columns>{info.columns.len()}</td>
                    <td class="t-2" data-label=say.key>{if info.key.is_empty() { say.no_key.to_owned() } else { info.key.join(", ") }}</td>
                    <td class="fit">{builds.then(|| view! { <a class="btn btn-sm" href=format!("/apis/new?source={source}&table={name}")>{say.create_api}</a> })}</td></tr>
                }
            }).collect_view()}</tbody>
        </table></div>
    }
}

#[component]
pub(crate) fn TablePage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let (name, table) = (param("name"), param("table"));
    let say = &words().sources;
    let known = loaded(move || (name.get(), table.get()), |(name, table)| tables_last_told(name, None, Some(table)));
    view! {
        <PageName name=table.get()/>
        <PageHead title=table.get() lead=(say.table_of)(&name.get())>
            <Suspense>{move || Suspend::new(async move {
                let builds = me.await.is_ok_and(|me| !me.domains_where(Action::EditApi).is_empty());
                builds.then(|| view! {
                    <a class="btn" href=move || format!("/datasets/new?source={}&table={}", name.get(), table.get())>{say.create_dataset}</a>
                    <a class="btn btn-primary" href=move || format!("/apis/new?source={}&table={}", name.get(), table.get())>{say.create_api}</a>
                })
            })}</Suspense>
        </PageHead>
        <Load resource=known view=move |known| {
            let known = known.and_then(|known| Some(((known.tables.into_iter().next()?, None), known.at)));
            let sampled = ask(known, move || (name.get(), table.get()), |(name, table)| sampled(name, table));
            view! { <FromSource asked=sampled what=(say.rows_of)(&table.get_untracked()) view=look/> }
        }/>
    }
    .into_any()
}

/// A table with some of its rows; without them where only its columns are known.
type Looked = (TableInfo, Option<Sample>);

/// The binding of prod is what callers read; a source that has only the other is looked at there.
async fn sampled(name: String, table: String) -> Result<Looked, PortalError> {
    let detail = source(name.clone()).await?;
    let environment = detail.bindings.keys().copied().next_back().unwrap_or_default();
    let (info, sample) = sample_table(name, table, environment).await?;
    Ok((info, Some(sample)))
}

fn look((info, sample): Looked) -> impl IntoView {
    let say = &words().sources;
    let all = info.rows.map_or(say.unknown_count.into(), grouped);
    let sample = sample.map(|sample| {
        let took = (say.sample_rows)(sample.rows.len(), &all, sample.took_ms);
        view! { <section class="card clip"><div class="card-head"><h2>{say.sample}</h2></div><SampleTable sample/><div class="card-foot"><span>{took}</span></div></section> }
    });
    let key = info.key.clone();
    let note = info.note.clone();
    view! {
        <div class="stack-6">
            {(!note.is_empty()).then(|| view! { <p class="small t-2">{note}</p> })}
            {sample}
            <section class="card clip"><div class="card-head"><h2>{say.columns}</h2><span class="count">{info.columns.len()}</span></div>
                <div class="table-wrap" tabindex="0" role="region" aria-label=say.columns_of_table><table class="table table-dense">
                    <thead><tr><th>{say.column}</th><th>{say.column_type}</th><th class="hide-phone">{say.source_type}</th><th>{say.nullable}</th></tr></thead>
                    <tbody>{info.columns.into_iter().map(|column| view! {
                        <tr><td><code class="medium">{column.name.clone()}</code>{key.contains(&column.name).then(|| view! { <span class="badge badge-accent ml-2">{say.key_badge}</span> })}</td>
                        <td class="t-3">{column.data_type.word()}</td><td class="mono small t-3 hide-phone">{column.native}</td><td class="t-3">{if column.nullable { say.yes } else { say.no }}</td></tr>
                    }).collect_view()}</tbody>
                </table></div>
            </section>
        </div>
    }
}
