//! Requests and decisions.

use axum::extract::State;
use control::Control;
use control::model::view::{RequestDetail, RequestView};
use control::review::Decision;
use http::Method;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path};
use crate::operation::Table;

pub(super) fn add(table: Table) -> Table {
    table
        .add::<(), Vec<RequestView>, _, _>(Method::GET, "/admin/v1/requests", "List the requests of my domains", list)
        .add::<(), RequestDetail, _, _>(
            Method::GET,
            "/admin/v1/requests/{request}",
            "Get a request with its diff and the result of its check",
            one,
        )
        .add::<Decision, (), _, _>(Method::POST, "/admin/v1/requests/{request}/decide", "Approve and release, or reject", decide)
        .add::<(), (), _, _>(Method::POST, "/admin/v1/requests/{request}/withdraw", "Withdraw a request of mine", withdraw)
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<RequestView>> {
    answer(control.requests(&caller).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<RequestDetail> {
    answer(control.request(&caller, &id).await)
}

async fn decide(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>, Body(input): Body<Decision>) -> Answer<()> {
    answer(control.decide(&caller, &id, &input).await)
}

async fn withdraw(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<()> {
    answer(control.withdraw(&caller, &id).await)
}
