//! The table of operations, a file for each subject.

mod access;
mod alerts;
mod answer;
mod apis;
mod datasets;
mod identity;
mod metrics;
mod request_log;
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
    let table = metrics::add(table);
    let table = alerts::add(table);
    let table = request_log::add(table);
    access::add(table)
}
