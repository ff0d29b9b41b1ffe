//! A list that is longer than a page. What is searched, filtered, sorted and shown of it stands in the address, so that it works by links
//! and a form without a script, can be sent to somebody, and is there again on the way back. The server gives one page of rows at a time.

mod column;
mod pager;
mod place;
mod tools;

use std::sync::Arc;

use leptos::children::ViewFn;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use model::list::ListQuery;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::pager::{Found, Pages};
use self::place::ListResource;
use self::tools::Tools;
use super::ProblemCallout;
use crate::words::words;

pub(crate) use column::{Column, some_text};
pub(crate) use place::{ListPlace, list_query};
pub(crate) use tools::Filter;

#[component]
pub(crate) fn DataTable<T>(
    place: ListPlace,
    query: Memo<ListQuery>,
    list: ListResource<T>,
    columns: Vec<Column<T>>,
    #[prop(optional)] filters: Vec<Filter>,
    /// Stands in place of the rows where there is none, whatever is asked for.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let region = place.id("rows");
    Effect::new({
        let region = region.clone();
        move |before: Option<ListQuery>| {
            let now = query.get();
            if before.is_some_and(|before| before.page != now.page && before.at_page(0) == now.at_page(0)) {
                focus(&region);
            }
            now
        }
    });
    let choice = columns.iter().filter(|column| column.may_be_hidden()).map(|column| (column.key, column.title)).collect();
    let orders = columns.iter().filter(|column| column.sorts).map(|column| (column.key, column.title)).collect();
    let heads = columns.iter().map(|column| column.head(place, query)).collect_view();
    view! {
        <div class="stack">
            <Tools place query filters choice orders/>
            <section class="card clip">
                <div class="table-wrap" tabindex="0" role="region" aria-label=place.name id=region><table class="table table-cards">
                    <thead><tr>{heads}</tr></thead>
                    <Rows place query list columns=Arc::new(columns) empty/>
                </table></div>
                <div class="card-foot list-foot"><Found place list/><Pages place query list/></div>
            </section>
        </div>
    }
    .into_any()
}

/// Puts the focus on the rows of another page: the link that led there may be gone.
fn focus(id: &str) {
    let found = document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok());
    let _ = found.map(|rows| rows.focus());
}

/// The rows of the page; in their place what is so while there are none. The head stays as it is, with the focus on it.
#[component]
fn Rows<T>(place: ListPlace, query: Memo<ListQuery>, list: ListResource<T>, columns: Arc<Vec<Column<T>>>, empty: ViewFn) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let span = columns.len().to_string();
    let waiting = span.clone();
    view! {
        <Transition fallback=move || in_place_of_rows(&waiting, view! {
            <div class="stack" aria-busy="true"><span class="bone bone-35"></span><span class="bone bone-90"></span><span class="bone bone-70"></span></div>
        }.into_any())>
            {move || {
                let (columns, empty, span) = (columns.clone(), empty.clone(), span.clone());
                Suspend::new(async move {
                    match list.await {
                        Ok(page) if !page.rows.is_empty() => {
                            let row = |row: &T| view! { <tr>{columns.iter().map(|column| column.cell(row, query)).collect_view()}</tr> };
                            view! { <tbody>{page.rows.iter().map(row).collect_view()}</tbody> }.into_any()
                        }
                        Ok(page) if page.extent.all == 0 => in_place_of_rows(&span, empty.run()),
                        Ok(_) => in_place_of_rows(&span, nothing_found(place)),
                        Err(error) => in_place_of_rows(&span, view! { <ProblemCallout error/> }.into_any()),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

fn in_place_of_rows(span: &str, what: AnyView) -> AnyView {
    view! { <tbody><tr><td class="lead-cell list-state" colspan=span.to_owned()>{what}</td></tr></tbody> }.into_any()
}

fn nothing_found(place: ListPlace) -> AnyView {
    let say = &words().ui_table;
    view! {
        <p class="t-2">{say.none_found}<a href=place.path data-noscroll="true">{say.clear_search}</a></p>
    }
    .into_any()
}
