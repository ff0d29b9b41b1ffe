//! The inbox: what waits for a decision, and all that a decision needs.

pub(crate) mod api;
mod diff;
mod held;
mod request;

use leptos::prelude::*;
use model::list::ListQuery;
use model::view::{RequestState, RequestView};

use self::api::list_requests;
use crate::ui::{Column, DataTable, Empty, Filter, ListPlace, PageHead, PageName, StateBadge, Time, list_query};

pub(crate) use request::RequestPage;

const PLACE: ListPlace = ListPlace { name: "Requests", path: "/inbox" };

#[component]
pub(crate) fn InboxPage() -> impl IntoView {
    let query = list_query();
    let list = Resource::new(move || query.with(ListQuery::of_rows), list_requests);
    let states = [RequestState::Open, RequestState::Approved, RequestState::Rejected, RequestState::Withdrawn];
    let states = states.map(|state| (state.key(), state.words()));
    let filters = vec![Filter::elsewhere(SHOW), Filter::domains(), Filter::fixed("state", "All states", states)];
    let part = move |key: &'static str, name: &'static str| {
        let to = if key.is_empty() { "/inbox".to_owned() } else { format!("/inbox?{SHOW}={key}") };
        view! { <a href=to aria-current=move || query.with(|query| query.filter(SHOW) == key).then_some("page")>{name}</a> }
    };
    view! {
        <PageName name="Inbox"/>
        <PageHead title="Inbox" lead="Somebody asks, somebody else decides."/>
        <nav class="seg mb-4" aria-label="Which requests">{part("", "To decide")}{part("mine", "Mine")}{part("all", "All")}</nav>
        <DataTable place=PLACE query list columns=columns() filters empty=|| view! {
            <Empty title="Nothing waits here" text="When somebody sends an API for review, or asks for a change of a source or dataset that live APIs read, it stands here with what it changes."/>
        }/>
    }
    .into_any()
}

/// Which requests: those to decide where the address does not say.
const SHOW: &str = "show";

fn columns() -> Vec<Column<RequestView>> {
    vec![
        Column::new("request", "Request", |request: &RequestView| {
            let to = format!("/inbox/{}", request.id);
            view! { <a class="main-cell" href=to>{request.title()}</a><span class="sub">{request.reason.clone()}</span> }
        })
        .sorts()
        .leads(),
        Column::new("state", "State", |request: &RequestView| view! { <StateBadge state=request.state/> }).class("fit").sorts(),
        Column::new("environment", "For", |request: &RequestView| request.environment.key()).class("fit t-2"),
        Column::new("author", "By", |request: &RequestView| request.author.clone()).class("fit t-2").sorts(),
        Column::new("since", "Since", |request: &RequestView| view! { <Time at=request.created_at/> }).class("fit t-2 tn").sorts(),
    ]
}
