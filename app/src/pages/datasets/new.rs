//! Making a dataset: of which table, what becomes of its rows, and where they are kept.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::dataset::{Compression, IntoTable, StoreKind};
use model::mapping::Mapping;
use model::snapshot::Environment;
use model::table::{TableInfo, TableRef};
use model::view::SourceView;

use super::api::{NewDatasetForm, has_redis, new_dataset};
use super::mapping::{Draft, mapping_form};
use crate::pages::sources::api::sources;
use crate::pages::sources::ask_tables_of_prod;
use crate::signed_in::{FormTokenSignal, MeResource};
use crate::ui::{
    Asked, BoundText, Field, FieldPicker, FromSource, JsonForm, Load, PageHead, PageName, Sends, grouped, loaded, no_access, refusal,
    refused_field,
};
use crate::words::words;

/// With the token of the form.
type Make = Sends<(NewDatasetForm, String), ()>;

/// What is chosen so far.
#[derive(Clone, Copy)]
struct Chosen {
    source: RwSignal<String>,
    table: RwSignal<String>,
    /// The key columns, in their order; none for the table's own key.
    key: RwSignal<Vec<String>>,
    /// What becomes of the rows of the table, once it is known.
    draft: RwSignal<Option<Draft>>,
    store: RwSignal<StoreKind>,
    into: Into,
}

impl Chosen {
    /// Another table has other columns.
    fn take_table(self, table: String) {
        self.key.set(Vec::new());
        self.table.set(table);
    }
}

/// Where a table is that rows are written into.
#[derive(Clone, Copy)]
struct Into {
    source: RwSignal<String>,
    schema: RwSignal<String>,
    name: RwSignal<String>,
}

impl Into {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self { source: empty(), schema: empty(), name: empty() }
    }

    fn target(self) -> IntoTable {
        let of = |text: RwSignal<String>| text.get_untracked().trim().to_owned();
        IntoTable { source: of(self.source), table: TableRef { schema: of(self.schema), name: of(self.name) } }
    }
}

#[component]
pub(crate) fn NewDatasetPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().datasets_new;
    let query = use_query_map();
    let asked = move |name: &'static str| RwSignal::new(query.read_untracked().get(name).unwrap_or_default());
    let (source, table, into) = (asked("source"), asked("table"), Into::new());
    let key = RwSignal::new(Vec::new());
    let chosen = Chosen { source, table, key, draft: RwSignal::new(None), store: RwSignal::new(StoreKind::default()), into };
    let make: Make = Action::new(|(form, form_token): &(NewDatasetForm, String)| new_dataset(form.clone(), form_token.clone()));
    let redis = loaded(|| (), |()| has_redis());
    let all = loaded(|| (), |()| sources());
    let known = ask_tables_of_prod(chosen.source.into());
    // Begun anew where the table becomes another one, and not where its rows are counted anew.
    let table = Memo::new(move |_| {
        let found = known.latest()?.into_iter().find(|info| info.table.name == chosen.table.get())?;
        Some(TableInfo { rows: None, ..found })
    });
    Effect::new(move |_| chosen.draft.set(table.get().map(|info| Draft::new(&info, &Mapping::default()))));
    view! {
        <PageName name=say.title/>
        <Load resource=me view=move |me| {
            let domains = me.domains_where(model::Action::EditDataset);
            if domains.is_empty() {
                return no_access(say.no_access);
            }
            view! { <PageHead title=say.title lead=say.lead/> <Load resource=all view=move |all| {
                let domains = domains.clone();
                let mine: Vec<SourceView> = all.into_iter().filter(|source| domains.contains(&source.domain)).collect();
                begin_with(chosen, &mine);
                view! { <Load resource=redis view=move |redis| form(&domains, &mine, (redis, known), (chosen, make))/> }
            }/> }.into_any()
        }/>
    }
    .into_any()
}

/// The first source is the likeliest; it is taken as soon as the form is alive.
fn begin_with(chosen: Chosen, sources: &[SourceView]) {
    let Some(first) = sources.first().map(|source| source.name.clone()) else { return };
    Effect::new(move |_| {
        if chosen.source.get_untracked().is_empty() {
            chosen.source.set(first.clone());
        }
    });
}

type Known = Asked<Vec<TableInfo>>;

fn form(
    domains: &[String],
    sources: &[SourceView],
    (redis, known): (bool, Known),
    (chosen, make): (Chosen, Make),
) -> impl IntoView + use<> {
    let FormTokenSignal(form_token) = expect_context();
    let say = &words().datasets_new;
    let refused = refusal(make);
    let error = move |field: &'static str| refused_field(refused, field);
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    let domain_of: Vec<(String, String)> = sources.iter().map(|source| (source.name.clone(), source.domain.clone())).collect();
    let compression = RwSignal::new(Compression::default());
    let (domain, name) = (RwSignal::new(domains.first().cloned().unwrap_or_default()), RwSignal::new(String::new()));
    // A dataset belongs to the domain of its source.
    Effect::new(move |_| {
        let source = chosen.source.get();
        if let Some((_, of)) = domain_of.iter().find(|(name, _)| *name == source) {
            domain.set(of.clone());
        }
    });
    let columns = Memo::new(move |_| {
        let found = known.latest()?.into_iter().find(|info| info.table.name == chosen.table.get())?;
        Some(found.columns.into_iter().map(|column| column.name).collect::<Vec<_>>())
    });
    let in_table = Memo::new(move |_| chosen.store.get() == StoreKind::Table);
    let written =
        StoredValue::new(sources.iter().filter(|source| source.may_be_written_into(Environment::Prod)).cloned().collect::<Vec<_>>());
    let send = Callback::new(move |()| {
        let form = NewDatasetForm {
            domain: domain.get_untracked(),
            name: name.get_untracked(),
            source: chosen.source.get_untracked(),
            table: chosen.table.get_untracked(),
            key: chosen.key.get_untracked(),
            store: chosen.store.get_untracked(),
            compression: if in_table.get_untracked() { Compression::None } else { compression.get_untracked() },
            into: in_table.get_untracked().then(|| chosen.into.target()),
            mapping: chosen.draft.get_untracked().map(Draft::mapping).unwrap_or_default(),
        };
        make.dispatch((form, form_token.get_untracked()));
    });
    let cancel = view! { <a class="btn" href="/datasets">{say.cancel}</a> }.into_any();
    let stores = StoreKind::ALL.into_iter().filter(move |kind| *kind != StoreKind::Redis || redis);
    let domains = domains.to_vec();
    view! {
        <JsonForm action=make send refused save=say.create at=id_of class="stack-6" beside=cancel>
            <section class="card card-pad stack">
                <h2>{say.source_table}</h2>
                <div class="form-row">
                    <Field id="source" label=say.source error=error("source")><select class="select" id="source" on:change=move |event| { chosen.take_table(String::new()); chosen.source.set(event_target_value(&event)); }>
                        {names.into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || chosen.source.get() == this>{name.clone()}</option> } }).collect_view()}
                    </select></Field>
                    <FromSource asked=known what=say.tables_of_source view=move |tables| table_field(tables, chosen, error("table"))/>
                </div>
                {move || columns.get().map(|columns| view! { <FieldPicker id="key" label=say.key_columns note=say.key_columns_note help=say.key_columns_help fields=columns picked=chosen.key error=error("key")/> })}
            </section>
            {move || chosen.draft.get().map(|draft| view! {
                <section class="card card-pad stack">
                    <div><h2>{say.mapping}</h2><p class="help">{say.mapping_help}</p></div>
                    {mapping_form(draft, (chosen.source.get_untracked(), chosen.table.get_untracked()), refused, chosen.store.get() != StoreKind::Columnar)}
                </section>
            })}
            <section class="card card-pad stack">
                <h2>{say.store}</h2>
                <div class="form-row">
                    <Field id="store" label=say.store help=if redis { say.store_help } else { say.store_help_without_redis } error=error("store")><select class="select" id="store" on:change=move |event| chosen.store.set(StoreKind::from_key(&event_target_value(&event)).unwrap_or_default())>{stores.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field>
                    <Show when=move || !in_table.get()><Field id="compression" label=say.compression help=say.compression_help><select class="select" id="compression" on:change=move |event| compression.set(Compression::from_key(&event_target_value(&event)).unwrap_or_default())>{Compression::ALL.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field></Show>
                </div>
                <Show when=move || in_table.get()>{written.with_value(|written| into_fields(written, (domain, chosen.into), error))}</Show>
            </section>
            <section class="card card-pad stack">
                <h2>{say.domain_and_name}</h2>
                <div class="form-row">
                    <Field id="domain" label=say.domain help=say.domain_help><select class="select" id="domain" on:change=move |event| domain.set(event_target_value(&event))>{domains.into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || domain.get() == this>{name.clone()}</option> } }).collect_view()}</select></Field>
                    <Field id="name" label=say.name help=say.name_help error=error("name")><input class="input" id="name" required autocomplete="off" placeholder=say.name_example on:input=move |event| name.set(event_target_value(&event))/></Field>
                </div>
            </section>
        </JsonForm>
    }
}

/// Each error of the mapping stands beside its own row.
fn id_of(field: &str) -> String {
    if field.starts_with("mapping") { String::new() } else { field.replace('.', "-") }
}

/// The database and the table that rows are written into.
fn into_fields<E: Fn(&'static str) -> Signal<Option<String>>>(
    sources: &[SourceView],
    (domain, into): (RwSignal<String>, Into),
    error: E,
) -> impl IntoView + use<E> {
    let say = &words().datasets_new;
    let all: Vec<(String, String)> = sources.iter().map(|source| (source.name.clone(), source.domain.clone())).collect();
    let here = Memo::new(move |_| {
        let of_domain = all.iter().filter(|(_, of)| *of == domain.get());
        of_domain.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    });
    // The first is the likeliest, and must be one of the domain.
    Effect::new(move |_| {
        if !here.get().contains(&into.source.get_untracked()) {
            into.source.set(here.get().first().cloned().unwrap_or_default());
        }
    });
    let help = move || {
        if here.get().is_empty() { say.no_destination } else { say.destination_help }
    };
    view! {
        <div class="form-row">
            <Field id="into-source" label=say.destination error=error("into.source")><select class="select" id="into-source" on:change=move |event| into.source.set(event_target_value(&event))>
                {move || here.get().into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || into.source.get() == this>{name.clone()}</option> } }).collect_view()}
            </select></Field>
            <BoundText id="into-schema" label=say.schema note=say.schema_note text=into.schema error=error("into.schema")/>
            <Field id="into-name" label=say.view error=error("into.name")><input class="input" id="into-name" autocomplete="off" placeholder=say.name_example prop:value=into.name on:input=move |event| into.name.set(event_target_value(&event))/></Field>
        </div>
        <p class="help">{help}</p>
    }
}

fn table_field(tables: Vec<TableInfo>, chosen: Chosen, error: Signal<Option<String>>) -> impl IntoView {
    let say = &words().datasets_new;
    let names: Vec<String> = tables.iter().map(|info| info.table.name.clone()).collect();
    let tables = StoredValue::new(tables);
    let info = move || tables.with_value(|tables| tables.iter().find(|info| info.table.name == chosen.table.get()).cloned());
    let about = move || {
        info().map(|info| {
            let rows = info.rows.map(|rows| (say.table_rows)(&grouped(rows))).unwrap_or_default();
            let key = if info.key.is_empty() { say.no_key.to_owned() } else { info.key.join(", ") };
            rows + &(say.table_columns)(info.columns.len(), &key)
        })
    };
    view! {
        <Field id="table" label=say.table about=Signal::derive(move || about().unwrap_or_default()) error=error>
            <select class="select" id="table" on:change=move |event| chosen.take_table(event_target_value(&event))>
                <option value="" selected=move || chosen.table.get().is_empty()>{say.choose_table}</option>
                {names.into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || chosen.table.get() == this>{name.clone()}</option> } }).collect_view()}
            </select>
        </Field>
    }
}
