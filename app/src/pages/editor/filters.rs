//! The filters of a question by form: those that must all hold, and groups of which one is enough.

use leptos::prelude::*;
use model::form::{Filter, Op};
use model::table::TableInfo;

use super::edits::form_of;
use super::filter_edits::{add_filter, filterable, filters_of, remove_filter};
use super::state::Editor;
use crate::pages::sources::{ask_tables_of_prod, without_counts};
use crate::ui::{Empty, FromSource, Icon};
use crate::words::words;

#[component]
pub(super) fn Filters(editor: Editor) -> impl IntoView {
    let say = &words().editor_filters;
    let table = Memo::new(move |_| {
        editor.spec.with(|spec| (spec.source.clone(), spec.table().map(|table| table.name.clone()).unwrap_or_default()))
    });
    let known = ask_tables_of_prod(Signal::derive(move || table.get().0));
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.title}</h2></div>
            <FromSource asked=known what=say.columns_of_table part=without_counts view=move |tables| move || {
                table.track();
                match editor.spec.with_untracked(|spec| form_of(spec).and_then(|form| model::form::joined_table(form, &tables))) {
                    Some(info) => view! { <FilterRows editor info/> }.into_any(),
                    None => view! { <Empty title=say.no_table_title text=say.no_table_text/> }.into_any(),
                }
            }/>
        </section>
    }
}

#[component]
fn FilterRows(editor: Editor, info: TableInfo) -> impl IntoView {
    let say = &words().editor_filters;
    let rows = Memo::new(move |_| editor.spec.with(filters_of));
    view! {
        <div class="card-pad stack">
            <p class="t-2 s13">{move || if rows.get().is_empty() { say.none } else { say.help }}</p>
            {move || blocks(rows.get()).into_iter().map(|(group, rows)| {
                let rows = rows.into_iter().map(|(index, filter)| view! { <FilterRow editor index filter/> }).collect_view();
                match group {
                    None => rows.into_any(),
                    Some(place) => view! { <div class="either stack" role="group" aria-label=group_name(place)><p class="t-2 s13"><span class="medium">{group_name(place)}</span>{say.group_help}</p>{rows}</div> }.into_any(),
                }
            }).collect_view()}
            <NewFilter editor info/>
        </div>
    }
}

/// Filters with their places, by the group they stand in, in the order of the groups.
type Block = (Option<usize>, Vec<(usize, Filter)>);

fn blocks(rows: Vec<(Filter, Option<usize>)>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for (index, (filter, group)) in rows.into_iter().enumerate() {
        match out.last_mut().filter(|(last, _)| *last == group) {
            Some((_, block)) => block.push((index, filter)),
            None => out.push((group, vec![(index, filter)])),
        }
    }
    out
}

fn group_name(place: usize) -> String {
    (words().editor_filters.group)(place + 1)
}

#[component]
fn FilterRow(editor: Editor, index: usize, filter: Filter) -> impl IntoView {
    let say = &words().editor_filters;
    let names = filter.parameters().join(", ");
    view! {
        <div class="row"><code class="medium">{filter.column.clone()}</code><span class="t-2">{filter.op.words()}</span>
            {(!names.is_empty()).then(|| view! { <span class="badge badge-accent badge-code">{names}</span> })}
            {filter.constant.clone().map(|text| view! { <code>{text}</code> })}
            <button class="btn btn-quiet btn-sm btn-icon push" type="button" aria-label=(say.remove_filter)(&filter.column) on:click=move |_| editor.change(|spec| remove_filter(spec, index))><Icon name="x"/></button></div>
    }
}

/// What is filtered, how, and with what: the caller's value, or a fixed one.
#[component]
fn NewFilter(editor: Editor, info: TableInfo) -> impl IntoView {
    let say = &words().editor_filters;
    let choices = Memo::new(move |_| editor.spec.with(|spec| filterable(spec, &info)));
    let about = RwSignal::new(String::new());
    let op = RwSignal::new(Op::Is);
    let fixed = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let group = RwSignal::new(None::<usize>);
    let groups = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).map_or(0, |form| form.any_of.len())));
    // A group that was chosen and is gone again is none.
    let chosen = Memo::new(move |_| group.get().filter(|place| *place <= groups.get()));
    let picked = move || choices.with(|choices| choices.iter().find(|choice| choice.key() == about.get()).or(choices.first()).cloned());
    let ops =
        move || picked().map(|about| Op::ALL.into_iter().filter(|op| op.takes(about.data_type)).collect::<Vec<_>>()).unwrap_or_default();
    let can_be_fixed = move || op.get().takes_value() && !matches!(op.get(), Op::In | Op::Between);
    let add = move |_| {
        let Some(about) = untrack(picked) else { return };
        let constant = (fixed.get_untracked() && untrack(can_be_fixed)).then(|| text.get_untracked());
        editor.change(|spec| add_filter(spec, &about, op.get_untracked(), constant, chosen.get_untracked()));
        text.set(String::new());
    };
    view! {
        <div class="row">
            <select class="select auto" aria-label=say.column on:change=move |event| { about.set(event_target_value(&event)); op.set(Op::Is); }>
                {move || choices.get().into_iter().map(|this| { let (key, value) = (this.key(), this.key()); view! { <option value=value selected=move || about.get() == key>{this.name}{this.computed.then_some(say.computed)}</option> } }).collect_view()}
            </select>
            <select class="select auto" aria-label=say.operator on:change=move |event| { if let Some(picked) = Op::from_key(&event_target_value(&event)) { op.set(picked); } }>{move || ops().into_iter().map(|this| view! { <option value=this.key() selected=move || op.get() == this>{this.words()}</option> }).collect_view()}</select>
            <Show when=can_be_fixed>
                <select class="select auto" aria-label=say.compare_with on:change=move |event| fixed.set(event_target_value(&event) == "fixed")>
                    <option value="given" selected=move || !fixed.get()>{say.parameter}</option><option value="fixed" selected=fixed>{say.constant}</option>
                </select>
                <Show when=move || fixed.get()><input class="input auto" aria-label=say.constant_value prop:value=text on:input=move |event| text.set(event_target_value(&event))/></Show>
            </Show>
            <Show when=move || picked().is_some_and(|about| !about.computed)>
                <select class="select auto" aria-label=say.combination on:change=move |event| group.set(event_target_value(&event).parse().ok())>
                    <option value="all" selected=move || chosen.get().is_none()>{say.all}</option>
                    {move || (0..=groups.get()).map(|place| view! { <option value=place selected=move || chosen.get() == Some(place)>{if place == groups.get_untracked() { say.new_group.to_owned() } else { (say.in_group)(place + 1) }}</option> }).collect_view()}
                </select>
            </Show>
            <button class="btn" type="button" on:click=add><Icon name="plus"/>{say.add_filter}</button>
        </div>
    }
}
