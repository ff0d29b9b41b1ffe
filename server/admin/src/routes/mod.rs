//! The table of operations, a file for each subject.

mod access;
mod alerts;
mod answer;
mod apis;
mod datasets;
mod identity;
mod metrics;
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
    access::add(table)
}
