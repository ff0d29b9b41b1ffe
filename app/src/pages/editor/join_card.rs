//! The joins of a query builder. Foreign keys and names of columns suggest them, and a click confirms them.

use leptos::prelude::*;
use model::form::{Join, JoinOn, Relation};
use model::table::TableInfo;

use super::edits::form_of;
use super::join_edits::{add_join, offered, remove_join, set_inner, toggle_pair};
use super::state::Editor;
use crate::ui::Icon;
use crate::words::words;

fn pairs(table: &str, name: &str, on: &[JoinOn]) -> String {
    let left = |left: &str| if left.contains('.') { left.to_owned() } else { format!("{table}.{left}") };
    on.iter().map(|on| format!("{} = {name}.{}", left(&on.left), on.right)).collect::<Vec<_>>().join(words().editor_joins.and)
}

#[component]
pub(super) fn JoinCard(editor: Editor, tables: StoredValue<Vec<TableInfo>>) -> impl IntoView {
    let say = &words().editor_joins;
    let joins = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).map(|form| form.joins.clone()).unwrap_or_default()));
    let first = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).map(|form| form.table.name.clone()).unwrap_or_default()));
    let more = move || editor.spec.with(|spec| tables.with_value(|tables| offered(spec, tables)));
    let suggestion = move |relation: Relation| {
        let condition = pairs(&first.get(), &relation.table.name, &relation.on);
        let why = if relation.declared { say.declared } else { say.guessed };
        let name = relation.table.name.clone();
        view! {
            <div class="row"><code>{condition}</code><span class="badge">{why}</span>
                <button class="btn btn-sm push" type="button" aria-label=(say.add_join_with)(&name) on:click=move |_| { let relation = relation.clone(); editor.change(|spec| add_join(spec, &relation)); }><Icon name="plus"/>{say.add_join}</button></div>
        }
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.title}</h2><span class="count">{move || joins.get().len()}</span></div>
            <div class="card-pad stack">
                {move || joins.get().into_iter().map(|join| view! { <Joined editor tables first join/> }).collect_view()}
                {move || {
                    let more = more();
                    if more.is_empty() && joins.get().is_empty() {
                        return view! { <p class="t-2 s13">{say.none}</p> }.into_any();
                    }
                    more.into_iter().map(suggestion).collect_view().into_any()
                }}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Joined(editor: Editor, tables: StoredValue<Vec<TableInfo>>, first: Memo<String>, join: Join) -> impl IntoView {
    let say = &words().editor_joins;
    let name = StoredValue::new(join.name.clone());
    let of = |table: &str| {
        tables.with_value(|tables| {
            let info = tables.iter().find(|info| info.table.name == table);
            info.map(|info| info.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()).unwrap_or_default()
        })
    };
    let (mine, theirs) = (of(&first.get_untracked()), of(&join.table.name));
    let (left, right) =
        (RwSignal::new(mine.first().cloned().unwrap_or_default()), RwSignal::new(theirs.first().cloned().unwrap_or_default()));
    let add = move |_| {
        let pair = JoinOn { left: left.get_untracked(), right: right.get_untracked() };
        editor.change(|spec| name.with_value(|name| toggle_pair(spec, name, &pair)));
    };
    let inner = join.inner;
    let label = join.name.clone();
    let options =
        |names: Vec<String>| names.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view();
    view! {
        <div class="stack-2">
            <div class="row"><code class="medium">{label.clone()}</code>
                <select class="select select-sm auto" aria-label=(say.join_type)(&label) on:change=move |event| { let inner = event_target_value(&event) == "inner"; editor.change(|spec| name.with_value(|name| tables.with_value(|tables| set_inner(spec, tables, name, inner)))); }>
                    <option value="left" selected=!inner>{(say.left)(&label)}</option><option value="inner" selected=inner>{(say.inner)(&label)}</option>
                </select>
                <button class="btn btn-quiet btn-sm btn-icon push" type="button" aria-label=(say.remove_join_with)(&label) on:click=move |_| editor.change(|spec| name.with_value(|name| tables.with_value(|tables| remove_join(spec, tables, name))))><Icon name="x"/></button></div>
            {join.on.iter().cloned().map(|pair| {
                let condition = pairs(&first.get_untracked(), &label, std::slice::from_ref(&pair));
                view! { <div class="row"><code>{condition.clone()}</code><button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=(say.remove_condition)(&condition) on:click=move |_| { let pair = pair.clone(); editor.change(|spec| name.with_value(|name| toggle_pair(spec, name, &pair))); }><Icon name="x"/></button></div> }
            }).collect_view()}
            <div class="row">
                <select class="select select-sm auto" aria-label=say.first_column on:change=move |event| left.set(event_target_value(&event))>{options(mine)}</select>
                <span class="t-3">"="</span>
                <select class="select select-sm auto" aria-label=(say.column_of)(&label) on:change=move |event| right.set(event_target_value(&event))>{options(theirs)}</select>
                <button class="btn btn-sm" type="button" on:click=add>{say.add_condition}</button>
            </div>
        </div>
    }
}
