//! The catalogue, a file for each subject.

mod assets;
mod entities;
mod glossary;
mod lineage;
mod listed;
mod profiles;
mod scans;
mod search;
mod stewards;
mod suggestions;
mod tags;

use crate::operation::Table;

pub(super) fn add(table: Table) -> Table {
    let table = assets::add(table);
    let table = lineage::add(table);
    let table = scans::add(table);
    let table = search::add(table);
    let table = profiles::add(table);
    let table = tags::add(table);
    let table = glossary::add(table);
    let table = entities::add(table);
    let table = suggestions::add(table);
    stewards::add(table)
}
