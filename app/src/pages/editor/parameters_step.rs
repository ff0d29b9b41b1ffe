//! Parameters: what callers give. A question by form gets its filters, its order and its pages here too.

use leptos::prelude::*;
use model::form::Sort;
use model::spec::{ApiBody, DEFAULT_PAGE_SIZE, SqlBody};

use super::edits::{form_of, set_distinct};
use super::filters::Filters;
use super::parameter_card::ParameterCard;
use super::state::Editor;
use crate::ui::{Empty, Icon};
use crate::words::words;

#[component]
pub(super) fn ParametersStep(editor: Editor) -> impl IntoView {
    let say = &words().editor_parameters;
    let names =
        Memo::new(move |_| editor.spec.with(|spec| spec.parameters.iter().map(|parameter| parameter.name.clone()).collect::<Vec<_>>()));
    let is_form = editor.spec.with_untracked(|spec| form_of(spec).is_some());
    let is_union = editor.spec.with_untracked(|spec| spec.union().is_some());
    view! {
        {is_form.then(|| view! { <Filters editor/> })}
        {move || {
            let names = names.get();
            if names.is_empty() && !is_form {
                let text = if is_union { say.none_union } else { say.none_script };
                return view! { <section class="card"><Empty title=say.none text=text/></section> }.into_any();
            }
            names.into_iter().map(|name| view! { <ParameterCard editor name/> }).collect_view().into_any()
        }}
        {is_form.then(|| view! { <Order editor/> })}
    }
    .into_any()
}

/// Order and pages. Pages need an order.
#[component]
fn Order(editor: Editor) -> impl IntoView {
    let say = &words().editor_parameters;
    let sort = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).map(|form| form.sort.clone()).unwrap_or_default()));
    let fields = Memo::new(move |_| editor.spec.with(|spec| spec.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>()));
    let paged = Memo::new(move |_| editor.spec.with(|spec| spec.page_size().is_some()));
    let distinct = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).is_some_and(|form| form.distinct)));
    let grouped = move || editor.spec.with(|spec| form_of(spec).is_some_and(model::form::QueryForm::is_grouped));
    let picked = RwSignal::new(String::new());
    let set_sort = move |change: Box<dyn FnOnce(&mut Vec<Sort>)>| {
        editor.change(|spec| {
            if let ApiBody::Sql(SqlBody { query: model::spec::Query::Form(form), page_size, keyset }) = &mut spec.body {
                change(&mut form.sort);
                if form.sort.is_empty() {
                    (*page_size, *keyset) = (None, false);
                }
            }
        });
    };
    let add = move |_| {
        let name = picked.get_untracked();
        let field = if name.is_empty() { fields.get_untracked().first().cloned().unwrap_or_default() } else { name };
        set_sort(Box::new(move |sort| {
            if !sort.iter().any(|known| known.field == field) {
                sort.push(Sort { field, descending: false });
            }
        }));
    };
    let keyset = Memo::new(move |_| editor.spec.with(|spec| matches!(&spec.body, ApiBody::Sql(sql) if sql.keyset)));
    let set_keyset = move |on: bool| {
        editor.change(|spec| {
            if let ApiBody::Sql(sql) = &mut spec.body {
                sql.keyset = on;
            }
        });
    };
    let set_paged = move |on: bool| {
        editor.change(|spec| {
            if let ApiBody::Sql(sql) = &mut spec.body {
                sql.page_size = on.then_some(DEFAULT_PAGE_SIZE);
                sql.keyset &= on;
            }
        });
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.sorting}</h2></div>
            <div class="card-pad stack">
                {move || sort.get().into_iter().enumerate().map(|(index, this)| view! {
                    <div class="row"><code class="medium">{this.field.clone()}</code>
                        <button class="btn btn-sm" type="button" on:click=move |_| set_sort(Box::new(move |sort| sort[index].descending = !sort[index].descending))>{if this.descending { say.descending } else { say.ascending }}</button>
                        <button class="btn btn-quiet btn-sm btn-icon push" type="button" aria-label=(say.remove_sort)(&this.field) on:click=move |_| set_sort(Box::new(move |sort| { sort.remove(index); }))><Icon name="x"/></button></div>
                }).collect_view()}
                <div class="row">
                    <select class="select auto" aria-label=say.sort_field on:change=move |event| picked.set(event_target_value(&event))>{move || fields.get().into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}</select>
                    <button class="btn" type="button" on:click=add><Icon name="plus"/>{say.add_sort}</button>
                </div>
                <label class="choice"><input class="check" type="checkbox" prop:checked=distinct disabled=grouped on:change=move |event| { let on = event_target_checked(&event); editor.change(|spec| set_distinct(spec, on)); }/><span>{say.distinct}<small>{say.distinct_help}</small></span></label>
                <label class="choice"><input class="check" type="checkbox" prop:checked=paged disabled=move || sort.get().is_empty() on:change=move |event| set_paged(event_target_checked(&event))/><span>{say.pagination}<small>{say.pagination_help}</small></span></label>
                <label class="choice"><input class="check" type="checkbox" prop:checked=keyset disabled=move || !paged.get() on:change=move |event| set_keyset(event_target_checked(&event))/><span>{say.keyset}<small>{say.keyset_help}</small></span></label>
            </div>
        </section>
    }
}
