//! The inbox: what waits for a decision, and all that a decision needs.

pub(crate) mod api;
mod diff;
mod held;
mod request;

use leptos::prelude::*;
use model::list::ListQuery;
use model::view::{RequestState, RequestView};

use self::api::list_requests;
use crate::ui::{Column, DataTable, Empty, Filter, ListPlace, PageHead, PageName, StateBadge, Time, list_query, loaded};
use crate::words::words;

pub(crate) use request::RequestPage;

fn place() -> ListPlace {
    ListPlace { name: words().inbox.requests, path: "/inbox" }
}

#[component]
pub(crate) fn InboxPage() -> impl IntoView {
    let say = &words().inbox;
    let query = list_query();
    let list = loaded(move || query.with(ListQuery::of_rows), list_requests);
    let states = [RequestState::Open, RequestState::Approved, RequestState::Rejected, RequestState::Withdrawn];
    let states = states.map(|state| (state.key(), state.words()));
    let filters = vec![Filter::elsewhere(SHOW), Filter::domains(), Filter::fixed(("state", say.state), say.all_states, states)];
    let part = move |key: &'static str, name: &'static str| {
        let to = if key.is_empty() { "/inbox".to_owned() } else { format!("/inbox?{SHOW}={key}") };
        view! { <a href=to aria-current=move || query.with(|query| query.filter(SHOW) == key).then_some("page")>{name}</a> }
    };
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        <nav class="seg mb-4" aria-label=say.shown>{part("", say.to_decide)}{part("mine", say.mine)}{part("all", say.all)}</nav>
        <DataTable place=place() query list columns=columns() filters empty=|| view! {
            <Empty title=say.none_title text=say.none_text/>
        }/>
    }
    .into_any()
}

/// Which requests: those to decide where the address does not say.
const SHOW: &str = "show";

fn columns() -> Vec<Column<RequestView>> {
    let say = &words().inbox;
    vec![
        Column::new("request", say.request, |request: &RequestView| {
            let to = format!("/inbox/{}", request.id);
            view! { <a class="main-cell" href=to>{request.title()}</a><span class="sub">{request.reason.clone()}</span> }
        })
        .sorts()
        .leads(),
        Column::new("state", say.state, |request: &RequestView| view! { <StateBadge state=request.state/> }).class("fit").sorts(),
        Column::new("environment", say.environment, |request: &RequestView| request.environment.key()).class("fit t-2"),
        Column::new("author", say.author, |request: &RequestView| request.author.clone()).class("fit t-2").sorts(),
        Column::new("since", say.sent, |request: &RequestView| view! { <Time at=request.created_at/> }).class("fit t-2 tn").sorts(),
    ]
}
