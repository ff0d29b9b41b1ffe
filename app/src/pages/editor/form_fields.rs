//! Computed fields of a question: counts, sums and means; with one of them, the plain columns are what is grouped by.

use leptos::prelude::*;
use model::form::Aggregate;
use model::table::TableInfo;

use super::edits::{add_aggregate, form_of, remove_selected, rename};
use super::state::Editor;
use crate::ui::Icon;

#[component]
pub(super) fn Aggregates(editor: Editor, info: StoredValue<TableInfo>) -> impl IntoView {
    let rows = Memo::new(move |_| {
        editor.spec.with(|spec| {
            form_of(spec)
                .map(|form| form.select.iter().filter(|selected| selected.aggregate.is_some()).cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let aggregate = RwSignal::new(Aggregate::Count);
    let column = RwSignal::new(info.with_value(|info| info.columns.first().map(|column| column.name.clone()).unwrap_or_default()));
    let fitting = move || {
        info.with_value(|info| {
            info.columns
                .iter()
                .filter(|column| aggregate.get().takes(column.data_type))
                .map(|column| column.name.clone())
                .collect::<Vec<_>>()
        })
    };
    let pick_aggregate = move |event| {
        if let Some(picked) = Aggregate::from_key(&event_target_value(&event)) {
            aggregate.set(picked);
            if let Some(first) = fitting().first() {
                column.set(first.clone());
            }
        }
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Computed fields"</h2><span class="count">{move || rows.get().len()}</span></div>
            <div class="card-pad stack">
                <p class="t-2 s13">{move || if rows.get().is_empty() { "Add a count or a mean, and rows are grouped by the columns above." } else { "Rows are grouped by the columns above. Leave out those that should not part them." }}</p>
                {move || rows.get().into_iter().map(|selected| {
                    let name = selected.name.clone();
                    let (old, gone) = (name.clone(), name.clone());
                    view! {
                        <div class="row">
                            <span class="badge badge-code">{selected.aggregate.map(Aggregate::words)}{(!selected.column.is_empty()).then(|| format!(" of {}", selected.column))}</span>
                            <input class="input input-sm input-code auto grow" aria-label=format!("Name of {name} in the answer") prop:value=name.clone() value=name.clone() on:change=move |event| { let new = event_target_value(&event); editor.change(|spec| rename(spec, &old, new.trim())); }/>
                            <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=format!("Remove {name}") on:click=move |_| { let gone = gone.clone(); editor.change(|spec| info.with_value(|info| remove_selected(spec, info, &gone))); }><Icon name="x"/></button>
                        </div>
                    }
                }).collect_view()}
                <div class="row">
                    <select class="select auto" aria-label="Compute" on:change=pick_aggregate>{Aggregate::ALL.map(|this| view! { <option value=this.key()>{this.words()}</option> }).collect_view()}</select>
                    <Show when=move || aggregate.get() != Aggregate::Count>
                        <select class="select auto" aria-label="Of the column" on:change=move |event| column.set(event_target_value(&event))>{move || fitting().into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || column.get() == this>{name.clone()}</option> } }).collect_view()}</select>
                    </Show>
                    <button class="btn" type="button" on:click=move |_| editor.change(|spec| info.with_value(|info| add_aggregate(spec, info, aggregate.get_untracked(), &column.get_untracked())))><Icon name="plus"/>"Computed field"</button>
                </div>
            </div>
        </section>
    }
}
