//! The table of operations, a file for each subject.

mod access;
mod apis;
mod datasets;
mod identity;
mod reviews;
mod sources;
mod switches;

use crate::operation::Table;

pub(crate) fn table() -> Table {
    let table = identity::add(Table::new());
    let table = sources::add(table);
    let table = apis::add(table);
    let table = datasets::add(table);
    let table = switches::add(table);
    let table = reviews::add(table);
    access::add(table)
}

/// An answer of a JSON value, or a problem.
type Answer<T> = Result<axum::Json<T>, crate::extract::Failure>;

/// Wraps what a use case gives.
fn answer<T>(result: Result<T, control::model::Problem>) -> Answer<T> {
    Ok(axum::Json(result?))
}
