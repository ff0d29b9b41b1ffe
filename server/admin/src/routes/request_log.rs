//! The request log.

use axum::extract::State;
use control::Control;
use control::model::view::{RequestLogPage, RequestLogQuery};
use http::Method;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Query};
use crate::operation::Table;

pub(super) fn add(table: Table) -> Table {
    const LOG: &str = "/admin/v1/request-log";
    table
        .add::<(), RequestLogPage, _, _>(Method::GET, LOG, "Search the request log of all nodes, newest first", search)
        .with_query::<RequestLogQuery>()
}

async fn search(State(control): State<Control>, Asker(caller): Asker, Query(query): Query<RequestLogQuery>) -> Answer<RequestLogPage> {
    answer(control.search_requests(&caller, &query).await)
}
