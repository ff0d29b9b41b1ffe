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
use model::list::{Extent, ListPage, ListQuery};
use serde::de::DeserializeOwned;

use self::column::Head;
use self::pager::{Found, Pages};
use self::tools::Tools;
use super::loaded::{Answer, Answers};
use super::{Loaded, ProblemCallout};
use crate::error::PortalError;
use crate::words::words;

pub(crate) use column::{Column, some_text};
pub(crate) use place::{ListPlace, list_query};
pub(crate) use tools::Filter;

/// A page of rows, drawn by what alone knows their type: how many rows there are, and those of the page.
type Drawn = Arc<dyn Fn(&Answer) -> Result<(Extent, Vec<AnyView>), PortalError> + Send + Sync>;

#[component]
pub(crate) fn DataTable<T>(
    place: ListPlace,
    query: Memo<ListQuery>,
    list: Loaded<ListPage<T>>,
    columns: Vec<Column<T>>,
    #[prop(optional)] filters: Vec<Filter>,
    /// Stands in place of the rows where there is none, whatever is asked for.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView
where
    T: Clone + Send + Sync + DeserializeOwned + 'static,
{
    let heads = columns.iter().map(|column| column.head).collect();
    let drawn = move |answer: &Answer| {
        let page = answer.read::<ListPage<T>>()?;
        let row = |row: &T| {
            let cells = columns.iter().map(|column| column.cell(row, query)).collect_view();
            view! { <tr>{cells}</tr> }.into_any()
        };
        Ok((page.extent, page.rows.iter().map(row).collect()))
    };
    let extent = |answer: &Answer| answer.read::<ListPage<T>>().ok().map(|page| page.extent);
    table(place, query, (list.answers(), extent, Arc::new(drawn)), heads, filters, empty)
}

/// The list itself, which is the same for rows of every type.
fn table(
    place: ListPlace,
    query: Memo<ListQuery>,
    (answers, extent, drawn): (Answers, fn(&Answer) -> Option<Extent>, Drawn),
    heads: Vec<Head>,
    filters: Vec<Filter>,
    empty: ViewFn,
) -> AnyView {
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
    let choice = heads.iter().filter(|head| head.may_be_hidden()).map(|head| (head.key, head.title)).collect();
    let orders = heads.iter().filter(|head| head.sorts).map(|head| (head.key, head.title)).collect();
    let columns = heads.len();
    let heads = heads.into_iter().map(|head| head.view(place, query)).collect_view();
    view! {
        <div class="stack">
            <Tools place query filters choice orders/>
            <section class="card clip">
                <div class="table-wrap" tabindex="0" role="region" aria-label=place.name id=region><table class="table table-cards">
                    <thead><tr>{heads}</tr></thead>
                    <Rows place answers drawn columns empty/>
                </table></div>
                <div class="card-foot list-foot"><Found place answers extent/><Pages place query answers extent/></div>
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
fn Rows(place: ListPlace, answers: Answers, drawn: Drawn, columns: usize, empty: ViewFn) -> impl IntoView {
    let span = columns.to_string();
    let waiting = span.clone();
    view! {
        <Transition fallback=move || in_place_of_rows(&waiting, view! {
            <div class="stack" aria-busy="true"><span class="bone bone-35"></span><span class="bone bone-90"></span><span class="bone bone-70"></span></div>
        }.into_any())>
            {move || {
                let (drawn, empty, span) = (drawn.clone(), empty.clone(), span.clone());
                Suspend::new(async move {
                    match drawn(&answers.await) {
                        Ok((_, rows)) if !rows.is_empty() => view! { <tbody>{rows}</tbody> }.into_any(),
                        Ok((extent, _)) if extent.all == 0 => in_place_of_rows(&span, empty.run()),
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
