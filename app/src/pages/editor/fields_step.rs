//! Table and fields: which table, looked up by what, and what is given out under which name. For a script: its text.

use leptos::prelude::*;
use model::clock::Millis;
use model::dialect::Dialect;
use model::form::joined_table;
use model::snapshot::Environment;
use model::spec::{ApiBody, ApiKind};
use model::table::TableInfo;
use model::view::SourceView;

use super::edits::{choose_table, form_of, rename, set_given, set_key};
use super::form_fields::Aggregates;
use super::join_card::JoinCard;
use super::script::Script;
use super::state::Editor;
use crate::error::PortalError;
use crate::pages::datasets::api::dataset;
use crate::pages::sources::api::{tables, tables_last_told};
use crate::pages::sources::without_counts;
use crate::ui::{Asked, Empty, Field, FromSource, Load, Loaded, ask_recalling, grouped};
use crate::words::words;

#[component]
pub(super) fn FieldsStep(editor: Editor, sources: Loaded<Vec<SourceView>>) -> impl IntoView {
    let say = &words().editor_fields;
    let source = Memo::new(move |_| editor.spec.with(|spec| spec.source.clone()));
    let served = Memo::new(move |_| editor.spec.with(|spec| spec.serve_from.dataset().map(str::to_owned)));
    let (domain, _) = editor.place();
    let known = ask_recalling(None, move || Of { source: source.get(), served: served.get(), domain: domain.clone() }, recalled, told);
    // A draft that was made from a table begins with all its columns, as soon as its source has told them.
    Effect::new(move |_| {
        if let Some(tables) = known.told() {
            begin_with_table(editor, &tables);
        }
    });
    let is_script = editor.as_script;
    let dialects = StoredValue::new(Vec::<(String, Dialect)>::new());
    view! {
        <section class="card card-pad form-row">
            <Load resource=sources view=move |sources| {
                let (domain, _) = editor.place();
                let mine: Vec<_> = sources.into_iter().filter(|source| source.domain == domain).collect();
                dialects.set_value(mine.iter().filter_map(|source| Some((source.name.clone(), source.dialect?))).collect());
                // The first source is the likeliest; it is taken as soon as the form is open.
                if let (Some(first), true) = (mine.first().map(|source| source.name.clone()), source.get_untracked().is_empty()) {
                    Effect::new(move |_| { let first = first.clone(); if source.get_untracked().is_empty() { editor.change(|spec| spec.source = first); } });
                }
                view! {
                    <Field id="source" label=say.source>
                        <select class="select" id="source" on:change=move |event| { let name = event_target_value(&event); editor.change(|spec| spec.source = name); }>
                            {mine.is_empty().then(|| view! { <option value="">{say.no_sources}</option> })}
                            {mine.into_iter().map(|this| { let name = this.name.clone(); view! { <option value=this.name.clone() selected=move || source.get() == name>{(say.source_option)(&this.name, &this.driver_title)}</option> } }).collect_view()}
                        </select>
                    </Field>
                }
            }/>
            {move || (!is_script.get()).then(|| view! { <TablePicker editor known/> })}
        </section>
        {move || if is_script.get() { view! { <Script editor known dialects/> }.into_any() } else { view! { <Columns editor known/> }.into_any() }}
    }
    .into_any()
}

/// Whose tables are asked for: a source's, and where an API is served from a dataset, that dataset's columns.
#[derive(Clone, PartialEq)]
struct Of {
    source: String,
    served: Option<String>,
    domain: String,
}

type Tables = Asked<Vec<TableInfo>>;

async fn told(of: Of) -> Result<Vec<TableInfo>, PortalError> {
    if of.source.is_empty() {
        return Ok(Vec::new());
    }
    Ok(with_dataset(tables(of.source, Environment::Prod).await?, of.served, of.domain).await)
}

/// What the source told before.
async fn recalled(of: Of) -> Option<(Vec<TableInfo>, Millis)> {
    let known = if of.source.is_empty() { None } else { tables_last_told(of.source, Some(Environment::Prod), None).await.ok().flatten() }?;
    Some((with_dataset(known.tables, of.served, of.domain).await, known.at))
}

/// Of the table that a dataset is made of, the columns that its rows have there.
async fn with_dataset(mut tables: Vec<TableInfo>, served: Option<String>, domain: String) -> Vec<TableInfo> {
    if let Some(name) = served {
        // One that is gone is told where it is chosen.
        let made = dataset(domain, name).await.ok().map(|dataset| dataset.spec.as_table());
        if let Some((info, made)) = made.and_then(|made| Some((tables.iter_mut().find(|info| info.table.name == made.table.name)?, made))) {
            (info.columns, info.key) = (made.columns, made.key);
        }
    }
    tables
}

fn table_name(editor: Editor) -> Memo<String> {
    Memo::new(move |_| editor.spec.with(|spec| spec.table().map(|table| table.name.clone()).unwrap_or_default()))
}

#[component]
fn TablePicker(editor: Editor, known: Tables) -> impl IntoView {
    let say = &words().editor_fields;
    let current = table_name(editor);
    view! {
        <FromSource asked=known what=say.tables view=move |tables| {
            let choices = tables.clone();
            let choose = move |name: String| {
                if let Some(info) = choices.iter().find(|info| info.table.name == name) {
                    editor.change(|spec| choose_table(spec, info));
                }
            };
            let about = tables.clone();
            let help = move || about.iter().find(|info| info.table.name == current.get()).map(|info| {
                let key = if info.key.is_empty() { say.no_key.to_owned() } else { info.key.join(", ") };
                match info.rows {
                    Some(rows) => (say.table_about_rows)(&grouped(rows), info.columns.len(), &key),
                    None => (say.table_about)(info.columns.len(), &key),
                }
            });
            view! {
                <Field id="table" label=say.table about=Signal::derive(move || help().unwrap_or_default())>
                    <select class="select" id="table" on:change=move |event| choose(event_target_value(&event))>
                        <option value="" selected=move || current.get().is_empty()>{say.choose_table}</option>
                        {tables.into_iter().map(|info| { let name = info.table.name.clone(); view! { <option value=info.table.name.clone() selected=move || current.get() == name>{info.table.name.clone()}</option> } }).collect_view()}
                    </select>
                </Field>
            }
        }/>
    }
}

/// Takes all columns of the table that a draft names, where it has none yet.
fn begin_with_table(editor: Editor, tables: &[TableInfo]) {
    let (name, fresh) =
        editor.spec.with_untracked(|spec| (spec.table().map(|table| table.name.clone()).unwrap_or_default(), spec.fields.is_empty()));
    if let Some(info) = tables.iter().find(|info| fresh && info.table.name == name) {
        editor.change(|spec| choose_table(spec, info));
    }
}

#[component]
fn Columns(editor: Editor, known: Tables) -> impl IntoView {
    let say = &words().editor_fields;
    let current = table_name(editor);
    view! {
        <FromSource asked=known what=say.columns part=without_counts view=move |tables| {
            view! {{move || match tables.iter().find(|info| info.table.name == current.get()).cloned() {
                None => view! { <section class="card"><Empty title=say.choose_table text=say.choose_table_help/></section> }.into_any(),
                Some(info) => {
                    let tables = StoredValue::new(tables.clone());
                    let is_form = editor.spec.with_untracked(|spec| form_of(spec).is_some());
                    let joins = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).map(|form| form.joins.clone())));
                    // The fields are drawn anew where tables come and go, and not at every other click.
                    let whole = move || {
                        // Read, and not only tracked: a memo that nobody has read follows nothing.
                        drop(joins.get());
                        let whole = editor.spec.with_untracked(|spec| tables.with_value(|tables| joined_table(form_of(spec)?, tables)));
                        let info = whole.unwrap_or_else(|| info.clone());
                        view! { <ColumnTable editor info/> }
                    };
                    view! { {is_form.then(|| view! { <JoinCard editor tables/> })} {whole} }.into_any()
                }
            }}}
        }/>
    }
}

#[component]
fn ColumnTable(editor: Editor, info: TableInfo) -> impl IntoView {
    let say = &words().editor_fields;
    let is_kv = editor.spec.with_untracked(|spec| spec.kind() == ApiKind::Kv);
    let total = info.columns.len();
    let given = move || editor.spec.with(|spec| spec.fields.len());
    let info = StoredValue::new(info);
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.response_fields}</h2><span class="t-3 s13">{given}{is_kv.then(|| (say.fields_of)(total))}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.region><table class="table table-dense">
                <thead><tr><th><span class="sr">{say.include}</span></th><th>{say.column}</th>{is_kv.then(|| view! { <th>{say.key}</th> })}<th class="hide-phone">{say.data_type}</th><th>{say.field_name}</th></tr></thead>
                <tbody>{info.with_value(|known| known.columns.clone()).into_iter().map(|column| {
                    let name = StoredValue::new(column.name.clone());
                    let field_name = Memo::new(move |_| name.with_value(|name| given_name(editor, name)));
                    let is_key = Memo::new(move |_| name.with_value(|name| editor.spec.with(|spec| matches!(&spec.body, ApiBody::Kv(kv) if kv.key.contains(name)))));
                    view! {
                        <tr class:off=move || field_name.get().is_none()>
                            <td class="fit"><input class="check" type="checkbox" aria-label=(say.include_column)(&column.name) prop:checked=move || field_name.get().is_some() disabled=move || is_key.get()
                                on:change=move |event| { let on = event_target_checked(&event); editor.change(|spec| info.with_value(|info| name.with_value(|name| set_given(spec, info, name, on)))); }/></td>
                            <td class="fit"><code class="medium">{column.name.clone()}</code></td>
                            {is_kv.then(|| view! { <td class="fit"><input class="check" type="checkbox" aria-label=(say.key_column)(&column.name) prop:checked=is_key
                                on:change=move |event| { let on = event_target_checked(&event); editor.change(|spec| info.with_value(|info| name.with_value(|name| set_key(spec, info, name, on)))); }/></td> })}
                            <td class="fit hide-phone t-3">{column.data_type.word()}</td>
                            <td><input class="input input-sm input-code" aria-label=(say.field_name_of)(&column.name) disabled=move || field_name.get().is_none() prop:value=move || field_name.get().unwrap_or_default()
                                on:change=move |event| { let new = event_target_value(&event); if let Some(old) = field_name.get_untracked() { editor.change(|spec| rename(spec, &old, new.trim())); } }/></td>
                        </tr>
                    }
                }).collect_view()}</tbody>
            </table></div>
        </section>
        {(!is_kv).then(|| view! { <Aggregates editor info/> })}
    }
    .into_any()
}

/// The name under which a plain column is given out; `None` where it is left out.
fn given_name(editor: Editor, column: &str) -> Option<String> {
    editor.spec.with(|spec| match form_of(spec) {
        Some(form) => {
            form.select.iter().find(|selected| !selected.is_computed() && selected.column == column).map(|selected| selected.name.clone())
        }
        None => spec.fields.iter().find(|field| field.column == column).map(|field| field.name.clone()),
    })
}
