//! Every connector, by its driver: one line each.

use crate::{Connector, clickhouse::ClickHouse, mysql::Mysql, postgres::Postgres, sqlite::Sqlite};

/// All connectors, in the order of the form.
#[must_use]
pub fn connectors() -> [&'static dyn Connector; 4] {
    [&Postgres, &Mysql, &ClickHouse, &Sqlite]
}

/// The connector of a driver.
#[must_use]
pub fn connector(driver: &str) -> Option<&'static dyn Connector> {
    connectors().into_iter().find(|connector| connector.driver() == driver)
}
