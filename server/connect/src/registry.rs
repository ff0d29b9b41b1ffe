//! Every connector, by its driver: one line each.

use std::sync::OnceLock;

use crate::{Connector, Writes, clickhouse::ClickHouse, mysql::Mysql, postgres::Postgres, sqlite::Sqlite};

type Known = &'static dyn Connector;

/// Those with an engine of their own, which live in crates that only the program names.
static MORE: OnceLock<Vec<Known>> = OnceLock::new();

/// Adds connectors, once, when the program is put together.
pub fn add(more: Vec<Known>) {
    // A second call is that of another test in the same process, with the same ones.
    let _ = MORE.set(more);
}

/// All connectors, in the order of the form.
pub fn connectors() -> impl Iterator<Item = Known> {
    let own: [Known; 4] = [&Postgres, &Mysql, &ClickHouse, &Sqlite];
    own.into_iter().chain(MORE.get().into_iter().flatten().copied())
}

/// Whether sources of a driver tell the changes of their tables themselves.
#[must_use]
pub fn feeds(driver: &str) -> bool {
    connector(driver).is_some_and(Connector::feeds)
}

/// Whether sources of a driver say when the files of a table have changed.
#[must_use]
pub fn has_marks(driver: &str) -> bool {
    connector(driver).is_some_and(Connector::has_marks)
}

/// What can be written into sources of a driver.
#[must_use]
pub fn writes(driver: &str) -> Writes {
    connector(driver).map_or(Writes::Nothing, Connector::writes)
}

/// The connector of a driver.
#[must_use]
pub fn connector(driver: &str) -> Option<Known> {
    connectors().find(|connector| connector.driver() == driver)
}
