//! The catalogue, a file for each subject.

mod assets;
mod listed;
mod scans;

use crate::operation::Table;

pub(super) fn add(table: Table) -> Table {
    let table = assets::add(table);
    scans::add(table)
}
