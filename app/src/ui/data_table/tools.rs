//! Above a list: search, filters and the choice of columns. A form and links: they work before the page is alive, and without a script.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Event, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement};
use leptos_router::components::Form;
use model::list::ListQuery;

use super::place::ListPlace;
use crate::error::PortalError;
use crate::signed_in::MeResource;
use crate::words::words;

/// A filter of a list, by its name in the address.
#[derive(Clone)]
pub(crate) struct Filter {
    key: &'static str,
    /// What rows are told apart by, as the head of its column says it.
    title: &'static str,
    /// What is chosen where all rows are shown: `All domains`.
    all: &'static str,
    choices: Choices,
}

#[derive(Clone)]
enum Choices {
    /// Values with their words.
    Fixed(Vec<(String, String)>),
    /// The same, from the server.
    Told(Resource<Result<Vec<(String, String)>, PortalError>>),
    /// The domains of the reader.
    Domains,
    /// It is chosen elsewhere on the page, and goes along.
    Elsewhere,
}

impl Filter {
    pub(crate) fn fixed<'a>((key, title): Named, all: &'static str, choices: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let choices = choices.into_iter().map(|(value, words)| (value.to_owned(), words.to_owned())).collect();
        Self { key, title, all, choices: Choices::Fixed(choices) }
    }

    /// One whose values the server knows.
    pub(crate) fn told((key, title): Named, all: &'static str, values: Resource<Result<Vec<(String, String)>, PortalError>>) -> Self {
        Self { key, title, all, choices: Choices::Told(values) }
    }

    pub(crate) fn domains() -> Self {
        let say = &words().ui_table;
        Self { key: "domain", title: say.domain, all: say.all_domains, choices: Choices::Domains }
    }

    pub(crate) fn elsewhere(key: &'static str) -> Self {
        Self { key, title: "", all: "", choices: Choices::Elsewhere }
    }
}

/// What the address and the server call something, and its words.
pub(crate) type Named = (&'static str, &'static str);

#[component]
pub(super) fn Tools(
    place: ListPlace,
    query: Memo<ListQuery>,
    filters: Vec<Filter>,
    /// The columns that may be hidden.
    choice: Vec<Named>,
    /// The columns that the server can sort by.
    orders: Vec<Named>,
) -> impl IntoView {
    follow(place, query, filters.iter().map(|filter| filter.key).collect());
    let (say, say_search) = (&words().ui_table, &words().ui_forms);
    let first = query.get_untracked();
    let (search, hidden) = (place.id("q"), move || query.with(ListQuery::hidden_text));
    let asks = move || query.with(|query| !query.search.is_empty() || !query.filters.is_empty());
    view! {
        <div class="list-tools">
            <div role="search" aria-label=(say.search_and_filter)(place.name)>
                <Form method="get" action=place.path noscroll=true>
                    <div class="row">
                        <input class="input input-sm auto" type="search" id=search name="q" value=first.search.clone() aria-label=(say_search.search_in)(place.name) placeholder=say_search.search autocomplete="off"/>
                        {filters.into_iter().map(|filter| control(place, query, &first, filter)).collect_view()}
                        <span class="only-phone">{order_control(place, &first, orders)}</span>
                        <input type="hidden" name="hide" value=hidden/>
                        <button class="btn btn-sm" type="submit">{say_search.search}</button>
                        {move || asks().then(|| view! { <a class="s13" href=place.path data-noscroll="true">{say.clear}</a> })}
                    </div>
                </Form>
            </div>
            {(!choice.is_empty()).then(|| column_choice(place, query, choice))}
        </div>
    }
    .into_any()
}

/// What the form shows follows the address: a link or the way back may have changed it.
fn follow(place: ListPlace, query: Memo<ListQuery>, filters: Vec<&'static str>) {
    Effect::new(move |before: Option<ListQuery>| {
        let now = query.get();
        if before.is_some_and(|before| before != now) {
            show(&place.id("q"), &now.search);
            show(&place.id("sort"), &now.sort_text());
            for filter in &filters {
                show(&place.id(filter), now.filter(filter));
            }
        }
        now
    });
}

fn show(id: &str, value: &str) {
    let Some(control) = document().get_element_by_id(id) else { return };
    if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
        input.set_value(value);
    } else if let Some(select) = control.dyn_ref::<HtmlSelectElement>() {
        select.set_value(value);
    }
}

fn control(place: ListPlace, query: Memo<ListQuery>, first: &ListQuery, filter: Filter) -> AnyView {
    let Filter { key, title, all, choices } = filter;
    let (id, label, chosen) = (place.id(key), (words().ui_table.filter_by)(title), first.filter(key).to_owned());
    match choices {
        Choices::Fixed(choices) => select(id, (key, all), label, choices, &chosen),
        Choices::Elsewhere => {
            let value = move || query.with(|query| query.filter(key).to_owned());
            view! { <input type="hidden" name=key value=value/> }.into_any()
        }
        Choices::Told(values) => view! {
            <Suspense>{move || {
                let (id, label, chosen) = (id.clone(), label.clone(), chosen.clone());
                Suspend::new(async move { select(id, (key, all), label, values.await.unwrap_or_default(), &chosen) })
            }}</Suspense>
        }
        .into_any(),
        Choices::Domains => {
            let MeResource(me) = expect_context();
            view! {
                <Suspense>{move || {
                    let (id, label, chosen) = (id.clone(), label.clone(), chosen.clone());
                    Suspend::new(async move {
                        let domains = me.await.map(|me| me.domains.into_keys().collect::<Vec<_>>()).unwrap_or_default();
                        let choices = domains.into_iter().map(|domain| (domain.clone(), domain)).collect();
                        select(id, (key, all), label, choices, &chosen)
                    })
                }}</Suspense>
            }
            .into_any()
        }
    }
}

/// The order, for narrow screens: there a list has no heads.
fn order_control(place: ListPlace, first: &ListQuery, orders: Vec<Named>) -> AnyView {
    let say = &words().ui_table;
    let both = |(key, title): Named| [(key.to_owned(), (say.ascending)(title)), (format!("-{key}"), (say.descending)(title))];
    let choices = orders.into_iter().flat_map(both).collect();
    select(place.id("sort"), ("sort", say.default_order), say.sort.to_owned(), choices, &first.sort_text())
}

/// A control of the form; `label` is for those who do not see what is chosen in it.
fn select(id: String, (name, all): Named, label: String, choices: Vec<(String, String)>, chosen: &str) -> AnyView {
    let options = choices.into_iter().map(|(value, words)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <select class="select input-sm auto" id=id name=name aria-label=label on:change=move |event| send(&event)>
            <option value="">{all}</option>{options.collect_view()}
        </select>
    }
    .into_any()
}

/// Sends the form of a control as its button does.
fn send(event: &Event) {
    let control: HtmlElement = event_target(event);
    let form = control.closest("form").ok().flatten().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let _ = form.map(|form| form.request_submit());
}

fn column_choice(place: ListPlace, query: Memo<ListQuery>, columns: Vec<Named>) -> AnyView {
    let say = &words().ui_table;
    let rows = columns.into_iter().map(|(key, title)| {
        let act = move || if query.with(|query| query.hidden.contains(key)) { (say.show_column)(title) } else { (say.hide_column)(title) };
        let to = move || query.with(|query| place.link(&query.toggled(key)));
        view! { <li><a href=to data-noscroll="true">{act}</a></li> }
    });
    view! {
        <details class="columns"><summary class="btn btn-sm">{say.columns}</summary><ul>{rows.collect_view()}</ul></details>
    }
    .into_any()
}
