//! The sources, each with the flights and the planes, and how they are asked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connect::egress::Egress;
use connect::places::Places;
use connect::policy::{self, Policy};
use connect::{BindingConfig, Connection, Connector, Purpose, Statement, registry};
use futures::TryStreamExt;
use model::dialect::Dialect;
use model::statement::{Page, Template};
use model::{DataType, Field, Value};
use sqlx::{Connection as _, Executor};
use testkit::{ClickHouse, MariaDb, Postgres};

use super::data::{Cell, FLIGHTS, PLANES, Row};
use super::questions::Question;

pub struct Peer {
    pub name: &'static str,
    pub dialect: Dialect,
    connection: Arc<dyn Connection>,
}

pub fn open(driver: &'static str, settings: &[(&str, &str)]) -> Peer {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let connector = registry::connector(driver).unwrap();
    let connection = connector.open(&BindingConfig { settings, ..Default::default() }).unwrap();
    Peer { name: driver, dialect: connector.dialect(), connection }
}

/// The rows of a page of at most 500, and one more.
pub async fn asked(peer: &Peer, question: &Question, after: &[Value]) -> Vec<Row> {
    let template = Template::new(&question.spec, peer.dialect).unwrap();
    let rendered = template.render(&question.spec, &question.arguments, Page { limit: 500, offset: 0 }, after);
    let statement = Statement {
        sql: rendered.sql.clone(),
        binds: rendered.binds,
        fields: question.spec.fields.clone(),
        timeout: Duration::from_secs(60),
        max_rows: 501,
        purpose: Purpose::Response,
    };
    let batches: Vec<_> = match peer.connection.query(statement).await {
        Ok(stream) => stream.try_collect().await,
        Err(error) => Err(error),
    }
    .unwrap_or_else(|error| panic!("{}: {error:?}\n{}", peer.name, rendered.sql));
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cell = |(index, field): (usize, &Field)| match connect::proto::value_of(batch, index, row, field.data_type) {
                Value::Text(text) => Cell::Text(text),
                Value::Int(number) => Cell::Number(number as f64),
                Value::Float(number) => Cell::Number(number),
                _ => Cell::Empty,
            };
            rows.push(question.spec.fields.iter().enumerate().map(cell).collect());
        }
    }
    rows
}

/// Means differ in their last digits with the order of adding.
pub fn same(a: &[Row], b: &[Row]) -> bool {
    let near = |a: &Cell, b: &Cell| match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a == b,
    };
    let like = |a: &Row, b: &Row| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(a, b));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| like(a, b))
}

type Columns = [(&'static str, DataType, bool)];

/// The tables with the lines that fill them.
pub struct Filled {
    folder: testkit::TempDir,
}

const TABLES: [(&str, &Columns); 2] = [("flights", &FLIGHTS), ("planes", &PLANES)];

impl Filled {
    /// Tab-separated files, `\\N` for what is empty.
    pub fn write() -> Self {
        let folder = testkit::folder();
        let places = Places::new(&[folder.path().to_owned()], &[]).unwrap();
        policy::set(Policy { places, egress: Egress::new(&["127.0.0.0/8".to_owned()]).unwrap(), own_servers: Vec::new() });
        let names: Vec<&str> = FLIGHTS.iter().map(|(name, ..)| *name).collect();
        let planes = testkit::planes();
        let planes = planes.values().map(|plane| PLANES.iter().map(|(name, ..)| plane[*name].clone()).collect());
        for (name, rows) in [("flights", testkit::flight_cells(&names)), ("planes", planes.collect())] {
            let mut lines = String::new();
            for row in rows {
                // A time as every source reads it.
                let cell = |cell: &Option<String>| {
                    cell.as_deref().map_or("\\N".to_owned(), |text| {
                        if text.ends_with('Z') && text.contains('T') && text.len() == 20 {
                            text.trim_end_matches('Z').replace('T', " ")
                        } else {
                            text.to_owned()
                        }
                    })
                };
                lines.push_str(&row.iter().map(cell).collect::<Vec<_>>().join("\t"));
                lines.push('\n');
            }
            std::fs::write(folder.path().join(name), lines).unwrap();
        }
        Self { folder }
    }

    fn file(&self, table: &str) -> std::path::PathBuf {
        self.folder.path().join(table)
    }

    pub async fn postgres(&self, server: &Postgres) -> Peer {
        let mut client = sqlx::PgConnection::connect(&server.database("source").await).await.unwrap();
        client.execute("SET TIME ZONE 'UTC'").await.unwrap();
        for (name, columns) in TABLES {
            client.execute(sqlx::AssertSqlSafe(create(name, columns, of_postgres))).await.unwrap();
            let mut copy = client.copy_in_raw(&format!("COPY {name} FROM STDIN")).await.unwrap();
            copy.send(std::fs::read(self.file(name)).unwrap()).await.unwrap();
            copy.finish().await.unwrap();
        }
        let port = server.port().to_string();
        open("postgres", &[("host", "127.0.0.1"), ("port", &port), ("database", "source"), ("user", "postgres"), ("tls", "disable")])
    }

    pub fn mariadb(&self, server: &MariaDb) -> Peer {
        server.run("mysql", "CREATE DATABASE source CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
        for (name, columns) in TABLES {
            server.run("source", &create(name, columns, of_mysql));
            server.run("source", &format!("LOAD DATA LOCAL INFILE '{}' INTO TABLE {name}", self.file(name).display()));
        }
        let port = server.port().to_string();
        let user = [("user", "reader"), ("password", "reader"), ("tls", "disable")];
        open("mysql", &[&[("host", "127.0.0.1"), ("port", &port), ("database", "source")][..], &user].concat())
    }

    pub fn clickhouse(&self, server: &ClickHouse) -> Peer {
        server.run("default", "CREATE DATABASE source");
        for (name, columns) in TABLES {
            server.run("source", &(create(name, columns, of_clickhouse) + " ENGINE = MergeTree ORDER BY tuple()"));
            server.run("source", &format!("INSERT INTO {name} FROM INFILE '{}' FORMAT TabSeparated", self.file(name).display()));
        }
        open("clickhouse", &[("url", &server.url), ("database", "source")])
    }

    /// The same lines as files, one of them packed, asked by DataFusion.
    pub fn files(&self) -> Peer {
        let folder = self.folder.path().join("files");
        std::fs::create_dir(&folder).unwrap();
        for (name, columns) in TABLES {
            let header: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
            let lines = std::fs::read_to_string(self.file(name)).unwrap().replace("\\N", "");
            let text = format!("{}\n{lines}", header.join("\t"));
            std::fs::write(folder.join(format!("{name}.tsv")), text).unwrap();
        }
        let packed = std::process::Command::new("gzip").arg("-1").arg(folder.join("planes.tsv")).status().unwrap();
        assert!(packed.success());
        let path = folder.display().to_string();
        let settings = [("path", path.as_str()), ("types", "dep_delay=float64, air_time=float64")];
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let connection = engine::Files.open(&BindingConfig { settings, ..Default::default() }).unwrap();
        Peer { name: "files", dialect: engine::Files.dialect(), connection }
    }

    pub async fn sqlite(&self) -> Peer {
        let database = self.folder.path().join("source.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database).create_if_missing(true);
        let mut client = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        for (name, columns) in TABLES {
            client.execute(sqlx::AssertSqlSafe(create(name, columns, of_sqlite))).await.unwrap();
        }
        client.close().await.unwrap();
        for (name, columns) in TABLES {
            import(&database, name, columns, &self.file(name));
        }
        open("sqlite", &[("path", &database.display().to_string())])
    }
}

fn import(database: &Path, name: &str, columns: &Columns, file: &Path) {
    let nulls = columns.iter().map(|(column, ..)| format!("UPDATE {name} SET {column} = NULL WHERE {column} = '\\N';"));
    let script = format!(".mode tabs\n.import {} {name}\n{}\n", file.display(), nulls.collect::<Vec<_>>().join("\n"));
    let mut imported = std::process::Command::new("sqlite3").arg(database).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut imported.stdin.take().unwrap(), script.as_bytes()).unwrap();
    assert!(imported.wait().unwrap().success());
}

fn create(name: &str, columns: &Columns, kind: fn(DataType) -> &'static str) -> String {
    let column = |(name, data_type, nullable): &(&str, DataType, bool)| {
        let kind = kind(*data_type);
        match (kind.starts_with('?'), nullable) {
            (true, true) => format!("{name} Nullable({})", &kind[1..]),
            (true, false) => format!("{name} {}", &kind[1..]),
            (false, true) => format!("{name} {kind}"),
            (false, false) => format!("{name} {kind} NOT NULL"),
        }
    };
    let mut parts: Vec<String> = columns.iter().map(column).collect();
    // Without a key, some sources look at every plane for every flight.
    if name == "planes" && kind(DataType::String) != of_clickhouse(DataType::String) {
        parts.push("PRIMARY KEY (tailnum)".into());
    }
    format!("CREATE TABLE {name} ({})", parts.join(", "))
}

fn of_postgres(data_type: DataType) -> &'static str {
    match data_type {
        DataType::String => "VARCHAR(40)",
        DataType::Float64 => "DOUBLE PRECISION",
        DataType::Timestamp => "TIMESTAMP WITH TIME ZONE",
        _ => "BIGINT",
    }
}

fn of_mysql(data_type: DataType) -> &'static str {
    if data_type == DataType::Timestamp { "DATETIME" } else { of_postgres(data_type) }
}

fn of_sqlite(data_type: DataType) -> &'static str {
    if data_type == DataType::Timestamp { "TIMESTAMP" } else { of_postgres(data_type) }
}

/// With a mark in front: here what may be empty is another type.
fn of_clickhouse(data_type: DataType) -> &'static str {
    match data_type {
        DataType::String => "?String",
        DataType::Float64 => "?Float64",
        DataType::Timestamp => "?DateTime('UTC')",
        _ => "?Int64",
    }
}
