//! The databases' own clients: they make the tables of a file, and print every cell of them so that nothing is lost.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use testkit::{ClickHouse, MariaDb, Postgres, TempDir};

use super::file::{CaseFile, Server};
use super::right;

/// A cell that is not NULL, as the client prints it.
pub(super) struct Cell {
    /// What it is where the column's type does not say so: `blob` for bytes, whose text is hexadecimal; in SQLite the class of the value.
    pub kind: &'static str,
    pub text: String,
}

/// A row in the order of its table's columns.
pub(super) type Row = Vec<Option<Cell>>;

pub(super) struct Column {
    pub name: String,
    /// As it was declared.
    pub native: String,
}

/// A table or view with all that it holds.
pub(super) struct Table {
    /// Empty where the database has one place for all.
    pub schema: String,
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// A running database with its client.
pub(super) enum Client {
    Postgres(Postgres),
    MariaDb(MariaDb),
    ClickHouse(ClickHouse),
    /// A folder of files.
    Sqlite(TempDir),
}

impl Client {
    pub(super) fn start(server: Server) -> Self {
        match server {
            Server::Postgres => Self::Postgres(Postgres::start()),
            Server::MariaDb => Self::MariaDb(MariaDb::start()),
            Server::ClickHouse => Self::ClickHouse(ClickHouse::start()),
            Server::Sqlite => Self::Sqlite(testkit::folder()),
        }
    }

    fn server(&self) -> Server {
        match self {
            Self::Postgres(_) => Server::Postgres,
            Self::MariaDb(_) => Server::MariaDb,
            Self::ClickHouse(_) => Server::ClickHouse,
            Self::Sqlite(_) => Server::Sqlite,
        }
    }

    /// Makes a database of what a file says, with what it needs beside that; gives where its tables are.
    pub(super) fn load(&self, file: &CaseFile) -> String {
        let database = format!("case_{}", file.name.replace('-', "_"));
        let setup = if file.server == self.server() { file.setup.as_str() } else { "" };
        let beside = right::BESIDE.iter().find(|beside| beside.file == file.name && beside.server == self.server());
        let (before, after) = beside.map_or(("", ""), |beside| (beside.before, beside.after));
        let sql = format!("{before}\n{setup}\n{after}");
        match self {
            Self::Postgres(server) => {
                server.psql("postgres", &format!("CREATE DATABASE {database}"));
                server.psql(&database, &sql);
            }
            Self::MariaDb(server) => {
                server.run("mysql", &format!("CREATE DATABASE {database}"));
                server.run(&database, &sql);
                // A file that goes into a database of its own.
                let used = sql.split([';', '\n']).rev().find_map(|one| one.trim().strip_prefix("USE "));
                return used.map_or(database, |used| used.trim().to_owned());
            }
            Self::ClickHouse(server) => {
                server.run("default", &format!("CREATE DATABASE {database}"));
                sql.split(";\n").filter(|one| !one.trim().is_empty()).for_each(|one| server.run(&database, one));
            }
            Self::Sqlite(folder) => {
                testkit::sqlite3(&file_of(folder, &database), &sql);
            }
        }
        database
    }

    /// The driver and the binding of a source of it.
    pub(super) fn binding(&self, database: &str, schema: &str) -> (&'static str, Json) {
        match self {
            Self::Postgres(server) => {
                let port = server.port().to_string();
                let config = json!({"host": "127.0.0.1", "port": port, "database": database, "user": "postgres", "schema": schema});
                ("postgres", json!({"config": config, "secrets": {}}))
            }
            Self::MariaDb(server) => {
                let config = json!({"host": "127.0.0.1", "port": server.port().to_string(), "database": database, "user": "reader"});
                ("mysql", json!({"config": config, "secrets": {"password": "reader"}}))
            }
            Self::ClickHouse(server) => {
                ("clickhouse", json!({"config": {"url": server.url, "database": database, "user": "default"}, "secrets": {}}))
            }
            Self::Sqlite(folder) => ("sqlite", json!({"config": {"path": file_of(folder, database)}, "secrets": {}})),
        }
    }

    /// Every table and view of a database, with all rows.
    pub(super) fn tables(&self, database: &str) -> Vec<Table> {
        match self {
            Self::Postgres(server) => postgres_tables(server, database),
            Self::MariaDb(server) => mariadb_tables(server, database),
            Self::ClickHouse(server) => clickhouse_tables(server, database),
            Self::Sqlite(folder) => sqlite_tables(&file_of(folder, database)),
        }
    }
}

fn file_of(folder: &TempDir, database: &str) -> PathBuf {
    folder.path().join(format!("{database}.db"))
}

fn quoted(name: &str, quote: char) -> String {
    format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
}

/// Beside each column the expression that prints it: arrays as JSON, bytes in hexadecimal, all else as `psql` shows it.
const POSTGRES_TABLES: &str = "
SELECT jsonb_build_array(n.nspname, c.relname, (
    SELECT jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod), CASE
        WHEN t.typcategory = 'A' THEN 'to_json(' || quote_ident(a.attname) || ')::text'
        WHEN t.typname = 'bytea' THEN 'encode(' || quote_ident(a.attname) || ', ''hex'')'
        ELSE quote_ident(a.attname) || '::text' END) ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY n.nspname, c.relname";

fn postgres_tables(server: &Postgres, database: &str) -> Vec<Table> {
    let listed = server.psql(database, POSTGRES_TABLES);
    let one = |line: &str| {
        let (schema, name, columns): (String, String, Vec<(String, String, String)>) = serde_json::from_str(line).unwrap();
        let printed: Vec<&str> = columns.iter().map(|(_, _, printed)| printed.as_str()).collect();
        let from = format!("{}.{}", quoted(&schema, '"'), quoted(&name, '"'));
        let lines = server.psql(database, &format!("SELECT jsonb_build_array({}) FROM {from}", printed.join(", ")));
        let columns: Vec<Column> = columns.into_iter().map(|(name, native, _)| Column { name, native }).collect();
        let row = |line: &str| -> Row {
            let cells: Vec<Option<String>> = serde_json::from_str(line).unwrap();
            let kind = |at: usize| if columns[at].native == "bytea" { "blob" } else { "" };
            cells.into_iter().enumerate().map(|(at, text)| Some(Cell { kind: kind(at), text: text? })).collect()
        };
        let rows: Vec<Row> = lines.lines().map(row).collect();
        Table { schema, name, columns, rows }
    };
    listed.lines().map(one).collect()
}

fn is_bytes(native: &str) -> bool {
    ["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"].contains(&native.split(['(', ' ']).next().unwrap_or_default())
}

fn mariadb_tables(server: &MariaDb, database: &str) -> Vec<Table> {
    let sql = format!(
        "SELECT CONCAT_WS('|', HEX(table_name), HEX(column_name), HEX(column_type)) FROM information_schema.columns \
         WHERE table_schema = '{database}' ORDER BY table_name, ordinal_position"
    );
    let columns: Vec<[String; 3]> = server.ask(database, &sql).iter().map(|line| parts(line)).collect();
    let of_table = |some: &[[String; 3]]| {
        let columns: Vec<Column> = some.iter().map(|[_, name, native]| Column { name: name.clone(), native: native.clone() }).collect();
        let printed: Vec<String> = columns.iter().map(|column| format!("COALESCE(HEX({}), '-')", mariadb_text(column))).collect();
        let from = quoted(&some[0][0], '`');
        let sql = format!("SET time_zone = '+00:00'; SELECT CONCAT_WS('|', {}) FROM {from}", printed.join(", "));
        let cell = |(at, hex): (usize, &str)| {
            let is_bytes = is_bytes(&columns[at].native);
            (hex != "-")
                .then(|| Cell { kind: if is_bytes { "blob" } else { "" }, text: if is_bytes { hex.to_owned() } else { text_of(hex) } })
        };
        let rows: Vec<Row> = server.ask(database, &sql).iter().map(|line| line.split('|').enumerate().map(cell).collect::<Row>()).collect();
        Table { schema: String::new(), name: some[0][0].clone(), columns, rows }
    };
    columns.chunk_by(|a, b| a[0] == b[0]).map(of_table).collect()
}

/// A column of MariaDB as a text. The client prints six digits of a `float`, and bits as bytes.
fn mariadb_text(column: &Column) -> String {
    let name = quoted(&column.name, '`');
    match column.native.split(['(', ' ']).next().unwrap_or_default() {
        "bit" => format!("CAST({name} + 0 AS CHAR)"),
        "float" => format!("CAST(CAST({name} AS DOUBLE) AS CHAR)"),
        _ if is_bytes(&column.native) => name,
        _ => format!("CAST({name} AS CHAR CHARACTER SET utf8mb4)"),
    }
}

fn clickhouse_tables(server: &ClickHouse, database: &str) -> Vec<Table> {
    let sql = format!("SELECT table, name, type FROM system.columns WHERE database = '{database}' ORDER BY table, position");
    let lines = server.ask(database, &format!("{sql} FORMAT JSONCompactEachRow"));
    let columns: Vec<[String; 3]> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_table = |some: &[[String; 3]]| {
        let columns: Vec<Column> = some.iter().map(|[_, name, native]| Column { name: name.clone(), native: native.clone() }).collect();
        let printed: Vec<String> = columns.iter().map(clickhouse_text).collect();
        let sql = format!("SELECT {} FROM {} FORMAT JSONCompactEachRow", printed.join(", "), quoted(&some[0][0], '`'));
        let row = |line: &String| -> Row {
            let cells: Vec<Option<String>> = serde_json::from_str(line).unwrap();
            cells.into_iter().map(|text| Some(Cell { kind: "", text: text? })).collect()
        };
        let rows: Vec<Row> = server.ask(database, &sql).iter().map(row).collect();
        Table { schema: String::new(), name: some[0][0].clone(), columns, rows }
    };
    columns.chunk_by(|a, b| a[0] == b[0]).map(of_table).collect()
}

fn clickhouse_text(column: &Column) -> String {
    let name = quoted(&column.name, '`');
    let is_nested = ["Array(", "Map(", "Tuple(", "Nested("].iter().any(|form| column.native.starts_with(form));
    if is_nested { format!("toJSONString({name})") } else { format!("toString({name})") }
}

fn sqlite_tables(file: &Path) -> Vec<Table> {
    let names =
        "SELECT hex(name) FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let one = |hex: &str| {
        let name = text_of(hex);
        let sql = format!("SELECT hex(name) || '|' || hex(type) FROM pragma_table_info('{}') ORDER BY cid", name.replace('\'', "''"));
        let column = |line: &str| {
            let [name, native] = parts::<2>(line);
            Column { name, native }
        };
        let columns: Vec<Column> = testkit::sqlite3(file, &sql).lines().map(column).collect();
        let printed: Vec<String> = columns.iter().map(|column| sqlite_text(&quoted(&column.name, '"'))).collect();
        let sql = format!("SELECT {} FROM {}", printed.join(" || '|' || "), quoted(&name, '"'));
        let row = |line: &str| line.split('|').map(sqlite_cell).collect::<Row>();
        let rows: Vec<Row> = testkit::sqlite3(file, &sql).lines().map(row).collect();
        Table { schema: String::new(), name, columns, rows }
    };
    testkit::sqlite3(file, names).lines().map(one).collect()
}

/// A value with its class: texts and bytes in hexadecimal, numbers as they stand in SQL.
fn sqlite_text(name: &str) -> String {
    format!(
        "typeof({name}) || ':' || CASE typeof({name}) WHEN 'null' THEN '' WHEN 'text' THEN hex({name}) WHEN 'blob' THEN hex({name}) ELSE quote({name}) END"
    )
}

fn sqlite_cell(printed: &str) -> Option<Cell> {
    let (class, text) = printed.split_once(':').unwrap();
    let (kind, text) = match class {
        "null" => return None,
        "text" => ("text", text_of(text)),
        "blob" => ("blob", text.to_owned()),
        "integer" => ("integer", text.to_owned()),
        // In SQL it has more digits than tell it apart.
        _ => ("real", text.parse::<f64>().unwrap().to_string()),
    };
    Some(Cell { kind, text })
}

/// The bytes that are written in hexadecimal.
pub(super) fn bytes_of(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn text_of(hex: &str) -> String {
    String::from_utf8(bytes_of(hex)).unwrap()
}

/// Texts in hexadecimal, parted by bars.
fn parts<const COUNT: usize>(line: &str) -> [String; COUNT] {
    let parts: Vec<String> = line.split('|').map(text_of).collect();
    parts.try_into().unwrap()
}
