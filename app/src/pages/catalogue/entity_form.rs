//! The form of a business entity: its tables, how they are joined, and which columns are its attributes.

use leptos::prelude::*;
use model::catalogue::{BusinessEntity, EntityAttribute, EntityJoin};
use model::view::{EntityView, SourceView};

use super::api_entities::set_entity;
use super::entity_draft::{AttributeRow, Draft, JoinRow, TableRow};
use super::entity_rows::{Offers, attribute_row, join_row, offers, table_row};
use crate::error::PortalError;
use crate::pages::sources::ask_tables_of_prod;
use crate::ui::{BoundText, Field, Icon, JsonForm, Sends, TextArea, refusal, refused_field};
use crate::words::words;

/// Domain and name, the edit that was seen, and the entity.
type Saving = Sends<((String, String), Option<i64>, BusinessEntity), ()>;

pub(super) fn entity_form(changed: Option<&EntityView>, sources: &[SourceView], domains: Vec<String>) -> AnyView {
    let say = &words().catalogue_entities;
    let set: Saving = Action::new(|((domain, name), edit, entity): &((String, String), Option<i64>, BusinessEntity)| {
        set_entity(domain.clone(), name.clone(), *edit, entity.clone())
    });
    let before = changed.map(|of| of.entity.clone()).unwrap_or_default();
    let draft = Draft::of(&before);
    let first = sources.iter().find(|source| domains.contains(&source.domain)).map(|source| source.name.clone());
    if before.source.is_empty() {
        draft.source.set(first.unwrap_or_default());
        draft.tables.set(vec![TableRow::of("", "")]);
    }
    let domain = RwSignal::new(changed.map(|of| of.domain.clone()).or_else(|| domains.first().cloned()).unwrap_or_default());
    let name = RwSignal::new(changed.map(|of| of.name.clone()).unwrap_or_default());
    let (edit, is_new) = (changed.map(|of| of.edit), changed.is_none());
    let known = ask_tables_of_prod(draft.source.into());
    let refused = refusal(set);
    let send = Callback::new(move |()| {
        let entity = draft.entity(&known.latest().unwrap_or_default(), &before);
        set.dispatch(((domain.get_untracked(), name.get_untracked().trim().to_owned()), edit, entity));
    });
    let error = move |field: &'static str| refused_field(refused, field);
    let named = is_new.then(|| {
        view! {
            <div class="form-row">
                <Field id="domain" label=say.domain error=error("domain")><select class="select" id="domain" on:change=move |event| domain.set(event_target_value(&event))>
                    {domains.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}
                </select></Field>
                <BoundText id="name" label=say.name help=say.name_help text=name error=error("name")/>
            </div>
        }
    });
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    let (save, title) = if is_new { (say.create, say.create) } else { (say.save, say.change) };
    let write = Callback::new(move |text: String| draft.description.set(text));
    view! {
        <section class="stack" id="entity-form"><h2>{title}</h2>
            <JsonForm action=set send refused save at=id_of class="stack-6">
                <section class="card card-pad stack">
                    {named}
                    <div class="form-row">
                        <BoundText id="title" label=say.entity_title text=draft.title error=error("title")/>
                        <Field id="source" label=say.source help=say.source_help error=error("source")><select class="select" id="source" on:change=move |event| draft.source.set(event_target_value(&event))>
                            {names.into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || draft.source.get() == this>{name.clone()}</option> } }).collect_view()}
                        </select></Field>
                    </div>
                    <Field id="description" label=say.description note=say.optional error=error("description")>
                        <TextArea class="textarea" id="description" rows=3 text=draft.description typed=write/>
                    </Field>
                </section>
                {rows(draft, offers(known, draft), refused)}
            </JsonForm>
        </section>
    }
    .into_any()
}

/// Rows have ids of their own places: `tables.0.name` is `tables-0-name`.
fn id_of(field: &str) -> String {
    let mut parts: Vec<&str> = field.split('.').collect();
    if parts.first() == Some(&"joins") {
        // Pairs of columns are typed as one text.
        parts.truncate(3);
    }
    parts.join("-")
}

fn rows(draft: Draft, offers: Offers, refused: Signal<Option<PortalError>>) -> AnyView {
    let say = &words().catalogue_entities;
    let add = |act: &'static str, click: Callback<()>| {
        view! { <div class="row"><button class="btn btn-sm" type="button" on:click=move |_| click.run(())><Icon name="plus"/>{act}</button></div> }.into_any()
    };
    let add_table = Callback::new(move |()| draft.tables.update(|tables| tables.push(TableRow::of("", ""))));
    let add_join = Callback::new(move |()| draft.joins.update(|joins| joins.push(JoinRow::of(&EntityJoin::default()))));
    let add_attribute = Callback::new(move |()| draft.attributes.update(|all| all.push(AttributeRow::of(&EntityAttribute::default()))));
    let card = |title: &'static str, about: &'static str, error: Signal<Option<String>>, rows: AnyView, add: AnyView| {
        view! {
            <section class="card card-pad stack">
                <div><h3>{title}</h3><p class="help">{about}</p></div>
                {move || error.get().map(|message| view! { <p class="field-error" role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p> })}
                {rows}{add}
            </section>
        }
        .into_any()
    };
    let tables = move || draft.tables.get().into_iter().enumerate().map(|(at, row)| table_row(draft, (at, row), refused)).collect_view();
    let joins = move || draft.joins.get().into_iter().enumerate().map(|(at, row)| join_row(draft, (at, row), refused)).collect_view();
    let attributes =
        move || draft.attributes.get().into_iter().enumerate().map(|(at, row)| attribute_row(draft, (at, row), refused)).collect_view();
    let error = move |field: &'static str| refused_field(refused, field);
    view! {
        {offers.view()}
        {card(say.tables, say.tables_about, error("tables"), tables.into_any(), add(say.add_table, add_table))}
        {card(say.joins, say.joins_about, error("joins"), joins.into_any(), add(say.add_join, add_join))}
        {card(say.attributes, say.attributes_about, error("attributes"), attributes.into_any(), add(say.add_attribute, add_attribute))}
    }
    .into_any()
}
