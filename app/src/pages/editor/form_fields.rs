//! Computed fields of a question: counts, sums and means; with one of them, the plain columns are what is grouped by.

use leptos::prelude::*;
use model::DataType;
use model::form::{Aggregate, Function, Selected};
use model::table::TableInfo;

use super::edits::{add_aggregate, add_function, form_of, remove_selected, rename};
use super::state::Editor;
use crate::ui::Icon;
use crate::words::words;

/// What a computed field is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Aggregate(Aggregate),
    Function(Function),
}

impl What {
    fn key(self) -> String {
        match self {
            Self::Aggregate(aggregate) => aggregate.key().to_owned(),
            Self::Function(function) => format!("of-{}", function.key()),
        }
    }

    fn from_key(key: &str) -> Option<Self> {
        match key.strip_prefix("of-") {
            Some(function) => Function::from_key(function).map(Self::Function),
            None => Aggregate::from_key(key).map(Self::Aggregate),
        }
    }

    fn takes(self, data_type: DataType) -> bool {
        match self {
            Self::Aggregate(aggregate) => aggregate.takes(data_type),
            Self::Function(function) => function.takes(data_type),
        }
    }
}

/// What a computed field is made of, such as the mean of the hour of a column.
fn words_of(selected: &Selected) -> String {
    let column = Some(selected.column.as_str()).filter(|column| !column.is_empty());
    let parts = [selected.aggregate.map(Aggregate::words), selected.function.map(Function::words), column];
    let parts = parts.into_iter().flatten().map(str::to_owned);
    parts.reduce(|what, of| (words().editor_fields.computed_of)(&what, &of)).unwrap_or_default()
}

#[component]
pub(super) fn Aggregates(editor: Editor, info: StoredValue<TableInfo>) -> impl IntoView {
    let say = &words().editor_fields;
    let rows = Memo::new(move |_| {
        editor.spec.with(|spec| {
            form_of(spec)
                .map(|form| form.select.iter().filter(|selected| selected.is_computed()).cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let what = RwSignal::new(What::Aggregate(Aggregate::Count));
    let column = RwSignal::new(String::new());
    let fitting = move || {
        info.with_value(|info| {
            info.columns.iter().filter(|column| what.get().takes(column.data_type)).map(|column| column.name.clone()).collect::<Vec<_>>()
        })
    };
    let pick = move |event| {
        if let Some(picked) = What::from_key(&event_target_value(&event)) {
            what.set(picked);
            column.set(untrack(fitting).first().cloned().unwrap_or_default());
        }
    };
    let add = move |_| {
        let column = column.get_untracked();
        editor.change(|spec| {
            info.with_value(|info| match what.get_untracked() {
                What::Aggregate(aggregate) => add_aggregate(spec, info, aggregate, &column),
                What::Function(function) => add_function(spec, info, function, &column),
            });
        });
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.computed}</h2><span class="count">{move || rows.get().len()}</span></div>
            <div class="card-pad stack">
                <p class="t-2 s13">{move || if rows.get().is_empty() { say.computed_none } else { say.computed_some }}</p>
                {move || rows.get().into_iter().map(|selected| {
                    let name = selected.name.clone();
                    let (old, gone) = (name.clone(), name.clone());
                    view! {
                        <div class="row">
                            <span class="badge badge-code">{words_of(&selected)}</span>
                            <input class="input input-sm input-code auto grow" aria-label=(say.field_name_of)(&name) prop:value=name.clone() value=name.clone() on:change=move |event| { let new = event_target_value(&event); editor.change(|spec| rename(spec, &old, new.trim())); }/>
                            <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=(say.remove)(&name) on:click=move |_| { let gone = gone.clone(); editor.change(|spec| info.with_value(|info| remove_selected(spec, info, &gone))); }><Icon name="x"/></button>
                        </div>
                    }
                }).collect_view()}
                <div class="row">
                    <select class="select auto" aria-label=say.computation on:change=pick>
                        <optgroup label=say.aggregates>{Aggregate::ALL.map(|this| view! { <option value=What::Aggregate(this).key()>{this.words()}</option> }).collect_view()}</optgroup>
                        <optgroup label=say.functions>{Function::ALL.map(|this| view! { <option value=What::Function(this).key()>{this.words()}</option> }).collect_view()}</optgroup>
                    </select>
                    <Show when=move || what.get() != What::Aggregate(Aggregate::Count)>
                        <select class="select auto" aria-label=say.computed_column on:change=move |event| column.set(event_target_value(&event))>{move || fitting().into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || column.get() == this>{name.clone()}</option> } }).collect_view()}</select>
                    </Show>
                    <button class="btn" type="button" on:click=add><Icon name="plus"/>{say.add_computed}</button>
                </div>
            </div>
        </section>
    }
}
