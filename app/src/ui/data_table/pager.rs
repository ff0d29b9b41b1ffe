//! How many rows a list has, and the way to its other pages.

use leptos::prelude::*;
use model::list::{Extent, ListQuery};

use super::place::ListPlace;
use crate::ui::grouped;
use crate::ui::loaded::{Answer, Answers};
use crate::words::words;

/// Says how many rows there are, and says it aloud when it changes.
#[component]
pub(super) fn Found(place: ListPlace, answers: Answers, extent: fn(&Answer) -> Option<Extent>) -> impl IntoView {
    view! {
        <span role="status">
            <Transition>{move || Suspend::new(async move { extent(&answers.await).map(|extent| found(place.name, extent)) })}</Transition>
        </span>
    }
    .into_any()
}

fn found(name: &str, extent: Extent) -> String {
    let say = &words().ui_table;
    let number = |rows: u64| grouped(i64::try_from(rows).unwrap_or(i64::MAX));
    let (found, all) = (number(extent.found), number(extent.all));
    let shown = (say.range)(&number(extent.before() + 1), &number(extent.last()));
    match (extent.pages() == 1, extent.found == extent.all) {
        (true, true) => (say.all_rows)(name, &found),
        (true, false) => (say.rows_of_all)(name, &found, &all),
        (false, true) => (say.rows_of_all)(name, &shown, &found),
        (false, false) => (say.range_of_found)(name, &shown, &found, &all),
    }
}

#[component]
pub(super) fn Pages(place: ListPlace, query: Memo<ListQuery>, answers: Answers, extent: fn(&Answer) -> Option<Extent>) -> impl IntoView {
    view! {
        <Transition>{move || Suspend::new(async move {
            let extent = extent(&answers.await).filter(|extent| extent.pages() > 1);
            extent.map(|extent| links(extent, place, query))
        })}</Transition>
    }
    .into_any()
}

fn links(extent: Extent, place: ListPlace, query: Memo<ListQuery>) -> AnyView {
    let say = &words().ui_table;
    let (page, pages) = (extent.page, extent.pages());
    let link = move |to: u32, word: &'static str| {
        // Columns may be hidden and shown meanwhile: the address follows.
        let address = move || query.with(|query| place.link(&query.at_page(to)));
        if to == page {
            view! { <span class="t-3" aria-hidden="true">{word}</span> }.into_any()
        } else {
            view! { <a href=address data-noscroll="true">{word}</a> }.into_any()
        }
    };
    view! {
        <nav class="pager" aria-label=(say.pages)(place.name)>
            {link(1, say.first)}{link(page.saturating_sub(1).max(1), say.previous)}
            <span>{(say.page)(&grouped(i64::from(page)), &grouped(i64::from(pages)))}</span>
            {link(page.saturating_add(1).min(pages), say.next)}{link(pages, say.last)}
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_how_long_it_is() {
        let say = |page: u32, found_rows: u64, all: u64| {
            let query = ListQuery { page, ..ListQuery::default() };
            found("APIs", Extent::new(&query, found_rows, all))
        };
        assert_eq!(say(1, 0, 0), "APIs: 0");
        assert_eq!(say(1, 3, 3), "APIs: 3");
        assert_eq!(say(1, 3, 10_000), "APIs: 3 of 10,000");
        assert_eq!(say(2, 10_000, 10_000), "APIs: 51–100 of 10,000");
        assert_eq!(say(2, 70, 10_000), "APIs: 51–70 of 70 (10,000 in total)");
    }
}
