//! For tests alone: real servers on free ports, the flights read another way, and a client.
//!
//! Everything that is started here ends with the value that holds it, and leaves nothing behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::missing_panics_doc)]

mod attacks;
mod certificates;
mod chance;
mod clickhouse;
mod client;
mod flights;
mod kafka;
mod mariadb;
mod ports;
mod postgres;
mod prometheus;
mod redis;
mod s3;
mod schema_registry;
mod sluice;

pub use attacks::ATTACKS;
pub use certificates::Certificates;
pub use chance::Chance;
pub use clickhouse::{ClickHouse, python};
pub use client::{Admin, problem_code};
pub use flights::{Flight, flight_cells, flights, planes};
pub use kafka::{Doors, Kafka};
pub use mariadb::MariaDb;
pub use ports::free_port;
pub use postgres::Postgres;
pub use prometheus::Prometheus;
pub use redis::{Redis, RedisCluster, RedisSentinel};
pub use s3::S3;
pub use schema_registry::SchemaRegistry;
pub use sluice::{DEMO_APIS, Sluice, binary_beside_tests};
pub use tempfile::TempDir;

/// Changes a SQLite file with the stock client. Somebody may be reading it, such as the demo's own build: it waits for them.
pub fn sqlite3(file: &std::path::Path, sql: &str) -> String {
    let done = std::process::Command::new("sqlite3").args(["-cmd", ".timeout 20000"]).arg(file).arg(sql).output().unwrap();
    assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The library that lets a process see another time, where Debian puts it.
#[must_use]
pub fn faketime() -> String {
    let folders = std::fs::read_dir("/usr/lib").unwrap().flatten();
    let found = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|file| file.exists());
    found.expect("libfaketime is installed by scripts/setup.sh test").display().to_string()
}

/// A folder that goes with its value.
#[must_use]
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("sluice-test-").tempdir().unwrap()
}
