//! Other tables beside the first: what the source or the names suggest, to be confirmed by a click.

use leptos::prelude::*;
use model::form::{Join, JoinOn, Relation};
use model::table::TableInfo;

use super::edits::form_of;
use super::join_edits::{add_join, offered, remove_join, set_inner, toggle_pair};
use super::state::Editor;
use crate::ui::Icon;

fn pairs(table: &str, name: &str, on: &[JoinOn]) -> String {
    let left = |left: &str| if left.contains('.') { left.to_owned() } else { format!("{table}.{left}") };
    on.iter().map(|on| format!("{} = {name}.{}", left(&on.left), on.right)).collect::<Vec<_>>().join(" and ")
}

#[component]
pub(super) fn JoinCard(editor: Editor, tables: StoredValue<Vec<TableInfo>>) -> impl IntoView {
    let joins = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).map(|form| form.joins.clone()).unwrap_or_default()));
    let first = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).map(|form| form.table.name.clone()).unwrap_or_default()));
    let more = move || editor.spec.with(|spec| tables.with_value(|tables| offered(spec, tables)));
    let suggestion = move |relation: Relation| {
        let words = pairs(&first.get(), &relation.table.name, &relation.on);
        let why = if relation.declared { "the source says so" } else { "guessed from the names" };
        let name = relation.table.name.clone();
        view! {
            <div class="row"><code>{words}</code><span class="badge">{why}</span>
                <button class="btn btn-sm push" type="button" aria-label=format!("Join {name}") on:click=move |_| { let relation = relation.clone(); editor.change(|spec| add_join(spec, &relation)); }><Icon name="plus"/>"Join it"</button></div>
        }
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Other tables"</h2><span class="count">{move || joins.get().len()}</span></div>
            <div class="card-pad stack">
                {move || joins.get().into_iter().map(|join| view! { <Joined editor tables first join/> }).collect_view()}
                {move || {
                    let more = more();
                    if more.is_empty() && joins.get().is_empty() {
                        return view! { <p class="t-2 s13">"No other table has columns that seem to belong to this one."</p> }.into_any();
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
                <select class="select select-sm auto" aria-label=format!("Rows without {label}") on:change=move |event| { let inner = event_target_value(&event) == "inner"; editor.change(|spec| name.with_value(|name| tables.with_value(|tables| set_inner(spec, tables, name, inner)))); }>
                    <option value="left" selected=!inner>"rows without one stay"</option><option value="inner" selected=inner>"rows without one are left out"</option>
                </select>
                <button class="btn btn-quiet btn-sm btn-icon push" type="button" aria-label=format!("Do not join {label}") on:click=move |_| editor.change(|spec| name.with_value(|name| tables.with_value(|tables| remove_join(spec, tables, name))))><Icon name="x"/></button></div>
            {join.on.iter().cloned().map(|pair| {
                let words = pairs(&first.get_untracked(), &label, std::slice::from_ref(&pair));
                view! { <div class="row"><code>{words.clone()}</code><button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=format!("Not by {words}") on:click=move |_| { let pair = pair.clone(); editor.change(|spec| name.with_value(|name| toggle_pair(spec, name, &pair))); }><Icon name="x"/></button></div> }
            }).collect_view()}
            <div class="row">
                <select class="select select-sm auto" aria-label="Column of the first table" on:change=move |event| left.set(event_target_value(&event))>{options(mine)}</select>
                <span class="t-3">"is"</span>
                <select class="select select-sm auto" aria-label=format!("Column of {label}") on:change=move |event| right.set(event_target_value(&event))>{options(theirs)}</select>
                <button class="btn btn-sm" type="button" on:click=add>"And by these"</button>
            </div>
        </div>
    }
}
