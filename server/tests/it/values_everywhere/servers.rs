//! Tables of database servers, filled by their own clients, and followed by the column that says when a row changed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value as Json, json};
use testkit::{Chance, ClickHouse, TempDir};

use super::columns::{Column, TYPES_OF_POSTGRES, of_clickhouse, of_mariadb, of_postgres, of_sqlite};
use super::given::Given;
use super::kinds::Kind;
use super::walk::Walk;
use super::{Table, chance};
use crate::common::Source;
use crate::common::items::at;

/// Rows that a dataset is built of, and those that come later.
const FIRST: i64 = 60;
const ALL: i64 = 100;
/// Rows of one statement.
const AT_ONCE: usize = 20;

enum Server {
    Sql(Source),
    Sqlite(TempDir),
    ClickHouse(ClickHouse),
}

impl Server {
    /// Runs statements with the server's own client.
    fn run(&self, sql: &str) {
        match self {
            Self::Sql(Source::Postgres(server)) => drop(server.psql("postgres", sql)),
            Self::Sql(Source::MariaDb(server)) => server.run("shop", &format!("SET time_zone = '+00:00'; {sql}")),
            Self::Sqlite(_) => drop(testkit::sqlite3(&self.file(), sql)),
            Self::ClickHouse(server) => sql.split(";\n").filter(|one| !one.trim().is_empty()).for_each(|one| server.run("default", one)),
        }
    }

    fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("values.db"),
            _ => PathBuf::new(),
        }
    }

    /// What the client prints of these expressions, row by row.
    fn printed(&self, expressions: &[String]) -> Vec<Vec<Option<String>>> {
        let some = |with: &str| expressions.iter().map(|one| with.replace("{}", one)).collect::<Vec<_>>().join(", ");
        let of_json = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        match self {
            Self::Sql(Source::Postgres(server)) => {
                let sql = format!("SELECT to_json(ARRAY[{}]) FROM everything ORDER BY id", some("({})::text"));
                server.psql("postgres", &sql).lines().map(of_json).collect()
            }
            Self::Sql(Source::MariaDb(server)) => {
                let sql = format!("SET time_zone = '+00:00'; SELECT {} FROM everything ORDER BY id", some("HEX({})"));
                let cell = |hex: &str| (hex != "NULL").then(|| of_hex(hex));
                server.ask("shop", &sql).iter().map(|line| line.split('\t').map(cell).collect()).collect()
            }
            Self::Sqlite(_) => {
                let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/values_everywhere.py");
                let sql = format!("SELECT {} FROM everything ORDER BY id", some("{}"));
                let output = Command::new(testkit::python()).args([script, "sqlite"]).arg(self.file()).arg(sql).output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                String::from_utf8(output.stdout).unwrap().lines().map(of_json).collect()
            }
            Self::ClickHouse(server) => {
                let sql = format!("SELECT {} FROM everything ORDER BY id FORMAT JSONCompactEachRow", some("{}"));
                server.ask("default", &sql).iter().map(|line| of_json(line)).collect()
            }
        }
    }

    /// How a client is asked for the text of a column.
    fn asked(&self, column: &Column, name: &str) -> String {
        let own = match self {
            Self::Sql(Source::MariaDb(_)) => "CAST({} AS CHAR)",
            Self::ClickHouse(_) => "toString({})",
            Self::Sql(_) | Self::Sqlite(_) => "{}",
        };
        (if column.ask.is_empty() { own } else { column.ask }).replace("{}", name)
    }

    fn literal(&self, given: &Given) -> String {
        match (given, self) {
            (Given::Bare(text), _) => text.clone(),
            (Given::Quoted(text), _) => format!("'{text}'"),
            (Given::Text(text), Self::Sql(Source::Postgres(_))) => format!("convert_from('\\x{}', 'UTF8')", hex(text.as_bytes())),
            (Given::Text(text), Self::Sql(Source::MariaDb(_))) => format!("CONVERT(X'{}' USING utf8mb4)", hex(text.as_bytes())),
            (Given::Text(text), Self::Sqlite(_)) => format!("CAST(X'{}' AS TEXT)", hex(text.as_bytes())),
            (Given::Text(text), Self::ClickHouse(_)) => format!("unhex('{}')", hex(text.as_bytes())),
            (Given::Bytes(bytes), Self::Sql(Source::Postgres(_))) => format!("'\\x{}'", hex(bytes)),
            (Given::Bytes(bytes), _) => format!("X'{}'", hex(bytes)),
        }
    }

    /// Its columns; that which says when a row changed is the first.
    fn columns(&self) -> Vec<Column> {
        let (changed, ask, types) = match self {
            Self::Sql(Source::Postgres(_)) => ("timestamptz", "", of_postgres()),
            Self::Sql(Source::MariaDb(_)) => ("datetime(6)", "", of_mariadb()),
            Self::Sqlite(_) => ("DATETIME", "", of_sqlite()),
            Self::ClickHouse(_) => ("DateTime64(6, 'UTC')", "toString({})", of_clickhouse()),
        };
        let changed = Column { native: changed, kind: Kind::Moment, ask, make: |_| Given::Quoted(at(0)), is_filled: true };
        std::iter::once(changed).chain(types).collect()
    }

    fn create(&self, columns: &[Column]) {
        let columns: Vec<String> = columns.iter().enumerate().map(|(at, column)| format!("c{at} {}", column.native)).collect();
        let (before, key, behind) = match self {
            Self::Sql(Source::Postgres(_)) => (TYPES_OF_POSTGRES, "id bigint PRIMARY KEY", ""),
            Self::Sql(Source::MariaDb(_)) => ("", "id bigint PRIMARY KEY", " CHARACTER SET utf8mb4"),
            Self::Sqlite(_) => ("", "id INTEGER PRIMARY KEY", ""),
            Self::ClickHouse(_) => ("", "id Int64", " ENGINE = MergeTree ORDER BY id"),
        };
        self.run(&format!("{before} CREATE TABLE everything ({key}, {}){behind}", columns.join(", ")));
    }

    /// Rows of these ids, which changed at a second.
    fn insert(&self, columns: &[Column], chance: &mut Chance, ids: impl Iterator<Item = i64>, second: u32) {
        let row = |id: i64| {
            let cell = |column: &Column, chance: &mut Chance| match chance.below(8) {
                0 if !column.is_filled => "NULL".to_owned(),
                // PostgreSQL makes no document of a text by itself.
                _ if column.native.starts_with("json") && matches!(self, Self::Sql(Source::Postgres(_))) => {
                    format!("({})::{}", self.literal(&(column.make)(chance)), column.native)
                }
                _ => self.literal(&(column.make)(chance)),
            };
            let cells: Vec<String> = columns[1..].iter().map(|column| cell(column, chance)).collect();
            format!("({id}, '{}', {})", at(second), cells.join(", "))
        };
        let rows: Vec<String> = ids.map(row).collect();
        for some in rows.chunks(AT_ONCE) {
            self.run(&format!("INSERT INTO everything VALUES {}", some.join(", ")));
        }
    }

    fn read(&self, columns: &[Column]) -> Table {
        let named: Vec<(String, Kind)> = columns.iter().enumerate().map(|(at, column)| (format!("c{at}"), column.kind)).collect();
        let id = match self {
            Self::Sql(Source::MariaDb(_)) => "CAST(id AS CHAR)",
            Self::ClickHouse(_) => "toString(id)",
            Self::Sql(_) | Self::Sqlite(_) => "id",
        };
        let expressions = columns.iter().zip(&named).map(|(column, (name, _))| self.asked(column, name));
        let expressions: Vec<String> = std::iter::once(id.to_owned()).chain(expressions).collect();
        let row = |printed: Vec<Option<String>>| {
            assert_eq!(printed.len(), 1 + named.len(), "{printed:?}");
            let cells = printed[1..].iter().zip(&named).map(|(text, (_, kind))| kind.answered(text.as_deref())).collect();
            (printed[0].as_ref().unwrap().parse().unwrap(), cells)
        };
        let rows: BTreeMap<i64, Vec<Json>> = self.printed(&expressions).into_iter().map(row).collect();
        Table { name: "everything".into(), columns: named, rows }
    }

    fn driver(&self) -> &'static str {
        match self {
            Self::Sql(source) => source.driver(),
            Self::Sqlite(_) => "sqlite",
            Self::ClickHouse(_) => "clickhouse",
        }
    }

    fn binding(&self) -> Json {
        match self {
            Self::Sql(source) => source.binding(),
            Self::Sqlite(_) => json!({"config": {"path": self.file()}, "secrets": {}}),
            Self::ClickHouse(server) => json!({"config": {"url": server.url, "database": "default", "user": "default"}, "secrets": {}}),
        }
    }

    fn table(&self) -> Json {
        match self {
            Self::Sql(source) => source.table("everything"),
            Self::Sqlite(_) | Self::ClickHouse(_) => json!({"name": "everything"}),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_hex(hex: &str) -> String {
    let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    String::from_utf8(bytes.collect()).unwrap()
}

/// Through every way, built and then synced. Some of the rows that come later take the place of earlier ones, where the server can do that.
async fn everywhere(server: Server) {
    let mut chance = chance(server.driver());
    let columns = server.columns();
    server.create(&columns);
    server.insert(&columns, &mut chance, 0..FIRST, 0);
    let mut walk = Walk::begin().await;
    walk.people.builder.put_source("values", server.driver(), server.binding()).await;
    let (table, location) = (server.read(&columns), server.table());
    let (source, is_keyed) = (("values", &location), !matches!(server, Server::ClickHouse(_)));
    walk.told("values", &table, &[]).await;
    walk.listed(source, &table, is_keyed).await;
    walk.columnar(source, &table).await;
    let incremental = json!({"cursor": "c0", "every_s": 1, "overlap": 5});
    walk.built(source, &table, Some(&incremental)).await;
    if is_keyed {
        server.run("DELETE FROM everything WHERE id < 10");
        server.insert(&columns, &mut chance, 0..10, 60);
    }
    server.insert(&columns, &mut chance, FIRST..ALL, 61);
    let table = server.read(&columns);
    assert_eq!(table.rows.len(), ALL as usize);
    walk.synced(&table).await;
    walk.end(5_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_every_type_of_postgres_are_the_same_everywhere() {
    everywhere(Server::Sql(Source::postgres())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_every_type_of_mariadb_are_the_same_everywhere() {
    everywhere(Server::Sql(Source::mariadb())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_every_type_of_sqlite_are_the_same_everywhere() {
    everywhere(Server::Sqlite(testkit::folder())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_every_type_of_clickhouse_are_the_same_everywhere() {
    everywhere(Server::ClickHouse(ClickHouse::start())).await;
}
