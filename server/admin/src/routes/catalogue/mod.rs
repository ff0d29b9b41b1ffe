//! The catalogue, a file for each subject.

mod assets;
mod listed;
mod profiles;
mod scans;
mod search;

use crate::operation::Table;

pub(super) fn add(table: Table) -> Table {
    let table = assets::add(table);
    let table = scans::add(table);
    let table = search::add(table);
    profiles::add(table)
}
