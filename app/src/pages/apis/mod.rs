//! The list of APIs, and the first step of a new one: its kind and its name.

pub(crate) mod api;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::Action;
use model::form::QueryForm;
use model::list::ListQuery;
use model::spec::{ApiBody, ApiKind, ApiSpec, KvBody, Query, ServeFrom, SqlBody};
use model::table::TableRef;
use model::view::{ApiStanding, ApiSummary};

use self::api::{NewApi, list_apis};
use crate::pages::editor::Steps;
use crate::pages::sources::api::sources;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Column, DataTable, Empty, Field, Filter, FormAction, FormProblem, ListPlace, LiveBadge, Load, PageHead, PageName, Unsaved,
    done, field_error, list_query, loaded, no_access, some_text,
};
use crate::words::words;

fn place() -> ListPlace {
    ListPlace { name: words().apis.title, path: "/apis" }
}

#[component]
pub(crate) fn ApisPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().apis;
    let query = list_query();
    let list = loaded(move || query.with(ListQuery::of_rows), list_apis);
    let kinds = [ApiKind::Kv, ApiKind::Sql, ApiKind::Union].map(|kind| (kind.key(), kind.words()));
    let standings = ApiStanding::ALL.map(|standing| (standing.key(), standing.words()));
    let filters = vec![
        Filter::domains(),
        Filter::fixed(("kind", say.kind), say.all_kinds, kinds),
        Filter::fixed(("state", say.state), say.all_states, standings),
    ];
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        <DataTable place=place() query list columns=columns() filters empty=move || view! {
            <Empty title=say.none_title text=say.none_text>
                <Suspense>{move || Suspend::new(async move {
                    let builds = me.await.is_ok_and(|me| !me.domains_where(Action::EditApi).is_empty());
                    builds.then(|| view! { <a class="btn btn-primary" href="/apis/new">{say.create}</a> })
                })}</Suspense>
            </Empty>
        }/>
    }
    .into_any()
}

fn columns() -> Vec<Column<ApiSummary>> {
    let say = &words().apis;
    vec![
        Column::new("api", say.api, |api: &ApiSummary| {
            view! { <a class="main-cell" href=format!("/apis/{}", api.path())>{api.path()}</a><span class="sub">{api.title.clone()}</span> }
        })
        .sorts()
        .leads(),
        Column::new("kind", say.kind, |api: &ApiSummary| view! { <span class="badge">{api.kind.words()}</span> })
            .class("fit hide-phone")
            .sorts(),
        Column::new("state", say.state, |api: &ApiSummary| view! { <LiveBadge api=api.clone()/> }).class("fit").sorts(),
        Column::optional("source", say.source, |api: &ApiSummary| some_text(&api.source)).class("fit t-2").sorts(),
        Column::optional("owner", say.owner, |api: &ApiSummary| some_text(&api.owner)).class("fit t-2 hide-phone").sorts(),
    ]
}

/// The draft that a new API begins with.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))] // the server makes it
fn first_spec(kind: &str, (source, table): (&str, &str), dataset: &str) -> ApiSpec {
    let table = TableRef::new(table);
    let mut spec = match kind {
        "kv" => ApiSpec { body: ApiBody::Kv(KvBody { table, key: Vec::new() }), ..ApiSpec::empty(ApiKind::Kv) },
        "script" => ApiSpec {
            body: ApiBody::Sql(SqlBody { query: Query::Script(String::new()), page_size: None, keyset: false }),
            ..ApiSpec::empty(ApiKind::Sql)
        },
        "union" => return ApiSpec::empty(ApiKind::Union),
        _ => ApiSpec {
            body: ApiBody::Sql(SqlBody { query: Query::Form(QueryForm { table, ..QueryForm::default() }), page_size: None, keyset: false }),
            ..ApiSpec::empty(ApiKind::Sql)
        },
    };
    source.clone_into(&mut spec.source);
    if kind == "kv" && !dataset.is_empty() {
        spec.serve_from = ServeFrom::Dataset(dataset.to_owned());
    }
    spec
}

/// The types of APIs as forms send them, with their names and what they do.
fn kinds() -> [(&'static str, &'static str, &'static str); 4] {
    let say = &words().apis;
    [
        ("kv", say.key_lookup, say.key_lookup_about),
        ("sql", say.query_builder, say.query_builder_about),
        ("script", say.sql_query, say.sql_query_about),
        ("union", say.union, say.union_about),
    ]
}

/// An API belongs to the domain of its source: of a source that was chosen already, no other domain is offered.
fn domain_field(domains: &[String], of_source: Option<&str>, error: Signal<Option<String>>) -> impl IntoView + use<> {
    let say = &words().apis;
    let offered: Vec<String> = domains.iter().filter(|domain| of_source.is_none_or(|of| of == *domain)).cloned().collect();
    let help = match of_source {
        Some(of) if offered.is_empty() => (say.domain_closed)(of),
        Some(_) => say.domain_of_source.to_owned(),
        None => say.domain_help.to_owned(),
    };
    view! {
        <Field id="domain" label=say.domain help error>
            <select class="select" id="domain" name="domain" required>{offered.into_iter().map(|domain| view! { <option value=domain.clone()>{domain.clone()}</option> }).collect_view()}</select>
        </Field>
    }
}

#[component]
pub(crate) fn NewApiPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().apis;
    let query = use_query_map();
    let asked = move |name: &'static str| query.read_untracked().get(name).unwrap_or_default();
    let make = FormAction::<NewApi>::new();
    let (source, table, dataset) = (asked("source"), asked("table"), asked("dataset"));
    let all = loaded(|| (), |()| sources());
    let of = if dataset.is_empty() { &table } else { &dataset };
    let suggested = model::name::suggest_name(of);
    let cut = if model::name::is_cut(of) { (say.name_cut)(of, model::name::MAX_NAME) } else { String::new() };
    let help = format!("{}{cut}", say.name_help);
    view! {
        <PageName name=say.new_title/>
        <Load resource=me view=move |me| {
            let domains = me.domains_where(Action::EditApi);
            let of_source = source.clone();
            let (source, table, dataset, suggested, help) = (source.clone(), table.clone(), dataset.clone(), suggested.clone(), help.clone());
            if domains.is_empty() {
                return no_access(say.only_builders);
            }
            view! {
                <PageHead title=say.new_title/>
                <Steps now=0 base=None first=say.first_step/>
                <Unsaved saved=done(make)>
                    <ActionForm action=make>
                        <div class="stack">
                            <FormProblem action=make/>
                            <input type="hidden" name="source" value=source/>
                            <input type="hidden" name="table" value=table.clone()/>
                            <input type="hidden" name="dataset" value=dataset/>
                            <fieldset class="card card-pad stack">
                                <legend class="sr">{say.api_type}</legend>
                                <h2>{say.api_type}</h2>
                                <div class="grid cols-2">
                                    {kinds().into_iter().enumerate().map(|(index, (value, name, about))| view! {
                                        <label class="choice kind"><input class="check" type="radio" name="kind" value=value checked=index == 0/><span><span class="medium">{name}</span><small>{about}</small></span></label>
                                    }).collect_view()}
                                </div>
                            </fieldset>
                            <section class="card card-pad form-row">
                                <Load resource=all view=move |sources| {
                                    let of_source = sources.into_iter().find(|source| source.name == of_source).map(|source| source.domain);
                                    domain_field(&domains, of_source.as_deref(), field_error(make, "domain"))
                                }/>
                                <Field id="name" label=say.name note=say.name_note help error=field_error(make, "name")>
                                    <input class="input" id="name" name="name" required autocomplete="off" value=suggested placeholder=say.name_example/>
                                </Field>
                            </section>
                            <div class="action-bar"><span class="hide-phone t-3 s13">{say.draft_saved}</span><span class="end"><a class="btn btn-quiet" href="/apis">{say.cancel}</a><button class="btn btn-primary" type="submit">{say.next}</button></span></div>
                        </div>
                    </ActionForm>
                </Unsaved>
            }.into_any()
        }/>
    }
    .into_any()
}
