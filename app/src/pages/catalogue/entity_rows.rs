//! The rows of the form of a business entity, and what their cells offer.

use leptos::prelude::*;
use model::table::TableInfo;

use super::entity_draft::{AttributeRow, Draft, JoinRow, TableRow};
use crate::error::PortalError;
use crate::ui::{Asked, FromSource, Icon, fault};
use crate::words::words;

type Refused = Signal<Option<PortalError>>;

/// The list of the tables of the source.
const TABLES: &str = "entity-tables";

/// What the source says of its tables: cells offer their names and those of their columns.
#[derive(Clone, Copy)]
pub(super) struct Offers {
    known: Asked<Vec<TableInfo>>,
    draft: Draft,
}

pub(super) fn offers(known: Asked<Vec<TableInfo>>, draft: Draft) -> Offers {
    Offers { known, draft }
}

impl Offers {
    pub(super) fn view(self) -> AnyView {
        let Self { known, draft } = self;
        view! { <FromSource asked=known what=words().catalogue_entities.tables_of_source view=move |tables| lists(&tables, draft)/> }
            .into_any()
    }
}

fn lists(tables: &[TableInfo], draft: Draft) -> AnyView {
    let names = tables.iter().map(|info| view! { <option value=info.table.path()></option> }).collect_view();
    let known = StoredValue::new(tables.to_vec());
    let columns = move || {
        draft
            .tables
            .get()
            .into_iter()
            .map(|row| {
                let columns = move || {
                    let table = row.table.get();
                    let found = known.with_value(|known| known.iter().find(|info| info.table.path() == table).cloned());
                    let columns = found.map(|info| info.columns).unwrap_or_default();
                    columns.into_iter().map(|column| view! { <option value=column.name></option> }).collect_view()
                };
                view! { <datalist id=move || list_of(&row.name.get())>{columns}</datalist> }
            })
            .collect_view()
    };
    view! { <datalist id=TABLES>{names}</datalist>{columns} }.into_any()
}

/// The list of the columns of a table of the entity.
fn list_of(table: &str) -> String {
    format!("entity-columns-{table}")
}

/// What was refused at a cell.
fn error_of(refused: Refused, field: String) -> Signal<Option<String>> {
    Signal::derive(move || refused.with(|error| error.as_ref().and_then(|error| fault(&error.0, &[field.as_str()]))))
}

/// A cell with its label, and what it offers.
fn cell(
    field: &str,
    label: &'static str,
    text: RwSignal<String>,
    list: impl Fn() -> Option<String> + Send + 'static,
    refused: Refused,
) -> AnyView {
    let (id, error) = (field.replace('.', "-"), error_of(refused, field.to_owned()));
    let (of, error_id) = (id.clone(), format!("{id}-error"));
    let invalid = move || error.get().is_some().then_some("true");
    let described = {
        let error_id = error_id.clone();
        move || error.get().is_some().then(|| error_id.clone())
    };
    view! {
        <div class="field" class:field-bad=move || error.get().is_some()>
            <label class="label" for=of>{label}</label>
            <input class="input" id=id list=list autocomplete="off" prop:value=text value=text.get_untracked() on:input=move |event| text.set(event_target_value(&event)) aria-invalid=invalid aria-describedby=described/>
            {move || error.get().map(|message| view! {
                <p class="field-error" id=error_id.clone() role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p>
            })}
        </div>
    }
    .into_any()
}

/// A row of cells, and the button that takes it away.
fn row(cells: AnyView, label: String, remove: Callback<()>) -> AnyView {
    view! {
        <div class="entity-row">{cells}<button class="btn btn-quiet btn-icon" type="button" aria-label=label on:click=move |_| remove.run(())><Icon name="x"/></button></div>
    }
    .into_any()
}

fn remove_at<T: Send + Sync + 'static>(rows: RwSignal<Vec<T>>, at: usize) -> Callback<()> {
    Callback::new(move |()| {
        rows.update(|rows| {
            if at < rows.len() {
                rows.remove(at);
            }
        });
    })
}

pub(super) fn table_row(draft: Draft, (at, of): (usize, TableRow), refused: Refused) -> AnyView {
    let say = &words().catalogue_entities;
    let cells = view! {
        {cell(&format!("tables.{at}.table"), say.table, of.table, || Some(TABLES.to_owned()), refused)}
        {cell(&format!("tables.{at}.name"), say.name, of.name, || None, refused)}
    };
    row(cells.into_any(), (say.remove_table)(at + 1), remove_at(draft.tables, at))
}

pub(super) fn join_row(draft: Draft, (at, of): (usize, JoinRow), refused: Refused) -> AnyView {
    let say = &words().catalogue_entities;
    let cells = view! {
        {cell(&format!("joins.{at}.left"), say.join_left, of.left, || None, refused)}
        {cell(&format!("joins.{at}.right"), say.join_right, of.right, || None, refused)}
        {cell(&format!("joins.{at}.on"), say.join_on, of.on, || None, refused)}
    };
    row(cells.into_any(), (say.remove_join)(at + 1), remove_at(draft.joins, at))
}

pub(super) fn attribute_row(draft: Draft, (at, of): (usize, AttributeRow), refused: Refused) -> AnyView {
    let say = &words().catalogue_entities;
    let columns = move || Some(list_of(&of.table.get()));
    let cells = view! {
        {cell(&format!("attributes.{at}.name"), say.attribute, of.name, || None, refused)}
        {cell(&format!("attributes.{at}.table"), say.of_table, of.table, || None, refused)}
        {cell(&format!("attributes.{at}.column"), say.column, of.column, columns, refused)}
        {cell(&format!("attributes.{at}.title"), say.attribute_title, of.title, || None, refused)}
    };
    row(cells.into_any(), (say.remove_attribute)(at + 1), remove_at(draft.attributes, at))
}
