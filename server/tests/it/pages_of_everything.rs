//! Columns of every type that can be sorted by, filled by chance: pages to the end give each row once in the source's own order, and a
//! filter by a value finds the rows that have it.

use std::fmt::Write as _;
use std::process::Command;

use crate::common::{Http, People, binary, pages_of};
use serde_json::{Value as Json, json};
use testkit::{Chance, ClickHouse, MariaDb, Postgres, Sluice};

const ROWS: i64 = 20;

/// A type of a source, what it is to us, and how a value of it is made.
struct Type {
    native: &'static str,
    ours: Json,
    make: fn(&mut Chance) -> String,
    /// What is shown is what can be asked with.
    is_shown: bool,
}

fn of(native: &'static str, ours: &str, make: fn(&mut Chance) -> String) -> Type {
    Type { native, ours: json!(ours), make, is_shown: true }
}

fn decimal(native: &'static str, make: fn(&mut Chance) -> String, is_shown: bool) -> Type {
    Type { native, ours: json!({"decimal": {"precision": 38, "scale": 10}}), make, is_shown }
}

/// With as many digits as a value has.
fn any_decimal(native: &'static str, make: fn(&mut Chance) -> String) -> Type {
    Type { native, ours: json!({"decimal": {"precision": 0, "scale": 0}}), make, is_shown: true }
}

/// Of a file, whose values are made elsewhere.
fn of_file(native: &'static str, ours: &str) -> Type {
    of(native, ours, |_| String::new())
}

/// Sorted by alone: what is shown of it is less than it is.
fn hidden(native: &'static str, ours: &str, make: fn(&mut Chance) -> String) -> Type {
    Type { is_shown: false, ..of(native, ours, make) }
}

fn small(chance: &mut Chance) -> String {
    (chance.below(7) as i64 - 3).to_string()
}

fn wide(chance: &mut Chance) -> String {
    let number = chance.number() as i64;
    // The least of all is no literal of every source.
    number.max(i64::MIN + 1).to_string()
}

fn unsigned(chance: &mut Chance) -> String {
    chance.number().to_string()
}

fn money(chance: &mut Chance) -> String {
    format!("{}.{:04}", small(chance), chance.below(10_000))
}

fn digits(chance: &mut Chance) -> String {
    format!("{}.{:018}", small(chance), chance.below(5))
}

fn fine_digits(chance: &mut Chance) -> String {
    format!("'{}.{:030}'", small(chance), chance.below(5))
}

fn largest(chance: &mut Chance) -> String {
    let numbers = ["0", "1", "18446744073709551616", "57896044618658097711785492504343953926634992332820282019728792003956564819967"];
    format!("'{}'", numbers[chance.below(4) as usize])
}

fn largest_unsigned(chance: &mut Chance) -> String {
    let largest_of_all = "'115792089237316195423570985008687907853269984665640564039457584007913129639935'";
    if chance.below(3) == 0 { largest_of_all.to_owned() } else { largest(chance) }
}

fn float(chance: &mut Chance) -> String {
    ["0.1", "-0.3", "1.5", "3.4", "1e30", "-1e-30", "16777216", "0"][chance.below(8) as usize].to_owned()
}

fn odd_float(chance: &mut Chance) -> String {
    match chance.below(5) {
        0 => "'NaN'".to_owned(),
        1 => "'Infinity'".to_owned(),
        2 => "'-Infinity'".to_owned(),
        _ => float(chance),
    }
}

fn infinite(chance: &mut Chance) -> String {
    match chance.below(4) {
        0 => "9e999".to_owned(),
        1 => "-9e999".to_owned(),
        _ => float(chance),
    }
}

fn text(chance: &mut Chance) -> String {
    let text = ["", "a", "A", "ab", "a ", " a", "ä", "ß", "it''s", "x,y", "日本", "🛫"][chance.below(12) as usize];
    format!("'{text}'")
}

fn bytes(chance: &mut Chance) -> String {
    ["''", "'00'", "'00ff'", "'41'", "'6162'"].map(|hex| format!("X{hex}"))[chance.below(5) as usize].clone()
}

fn escaped_bytes(chance: &mut Chance) -> String {
    bytes(chance).replacen("X'", "'\\x", 1)
}

fn yes_or_no(chance: &mut Chance) -> String {
    ["true", "false"][chance.below(2) as usize].to_owned()
}

fn day(chance: &mut Chance) -> String {
    format!("'20{:02}-{:02}-{:02}'", chance.below(3), chance.below(12) + 1, chance.below(28) + 1)
}

fn clock(chance: &mut Chance) -> String {
    format!("'{:02}:{:02}:{:02}'", chance.below(24), chance.below(60), chance.below(60))
}

fn time(chance: &mut Chance) -> String {
    format!("'2024-01-0{} {:02}:{:02}:00'", chance.below(2) + 1, chance.below(24), chance.below(3))
}

fn nanos(chance: &mut Chance) -> String {
    format!("'2024-01-01 10:00:00.{:09}'", chance.below(5))
}

fn micros(chance: &mut Chance) -> String {
    format!("'2024-01-01 10:00:00.{:06}'", chance.below(5))
}

fn with_zone(chance: &mut Chance) -> String {
    time(chance).replace(' ', "T").replace(":00'", ":00Z'")
}

fn seconds(chance: &mut Chance) -> String {
    (1_704_448_800 + chance.below(5)).to_string()
}

fn millis(chance: &mut Chance) -> String {
    (1_704_448_800_000 + chance.below(5)).to_string()
}

fn julian(chance: &mut Chance) -> String {
    format!("julianday({})", time(chance))
}

fn uuid(chance: &mut Chance) -> String {
    format!("'018f2f9e-8f3a-7c1e-9d5b-{:012x}'", chance.below(5))
}

fn mood(chance: &mut Chance) -> String {
    format!("'{}'", ["sad", "ok", "happy"][chance.below(3) as usize])
}

fn long_address(chance: &mut Chance) -> String {
    format!("'::{:x}'", chance.below(300))
}

fn not_a_number(chance: &mut Chance) -> String {
    odd_float(chance).replace('\'', "").replace("Infinity", "inf").replace("NaN", "nan")
}

fn address(chance: &mut Chance) -> String {
    format!("'10.0.{}.{}'", chance.below(3), chance.below(100))
}

fn bits(chance: &mut Chance) -> String {
    format!("b'{:010b}'", chance.below(1_024))
}

fn year(chance: &mut Chance) -> String {
    (2_000 + chance.below(5)).to_string()
}

fn of_sqlite() -> Vec<Type> {
    vec![
        of("INTEGER", "int64", wide),
        of("REAL", "float64", float),
        hidden("REAL", "float64", infinite),
        decimal("DECIMAL(12,4)", money, true),
        of("TEXT", "string", text),
        of("TEXT COLLATE NOCASE", "string", text),
        of("BLOB", "bytes", bytes),
        of("BOOLEAN", "bool", yes_or_no),
        of("DATE", "date", day),
        of("DATETIME", "timestamp", time),
        of("DATETIME", "timestamp", micros),
        of("DATETIME", "timestamp", with_zone),
        of("DATETIME", "timestamp", seconds),
        of("DATETIME", "timestamp", millis),
        of("DATETIME", "timestamp", julian),
    ]
}

fn of_postgres() -> Vec<Type> {
    vec![
        of("smallint", "int32", small),
        of("integer", "int32", small),
        of("bigint", "int64", wide),
        decimal("numeric(12,4)", money, true),
        decimal("numeric", digits, false),
        of("real", "float64", float),
        of("double precision", "float64", float),
        hidden("double precision", "float64", odd_float),
        hidden("real", "float64", odd_float),
        of("text", "string", text),
        of("varchar(9)", "string", text),
        of("char(5)", "string", text),
        of("citext", "string", text),
        of("boolean", "bool", yes_or_no),
        of("date", "date", day),
        of("time", "time", clock),
        of("timestamp", "timestamp", micros),
        of("timestamptz", "timestamp", micros),
        of("uuid", "uuid", uuid),
        of("bytea", "bytes", escaped_bytes),
        of("mood", "string", mood),
        hidden("inet", "string", address),
        of("posint", "int32", |chance| (chance.below(9) + 1).to_string()),
    ]
}

fn of_mariadb() -> Vec<Type> {
    vec![
        of("int", "int64", small),
        of("bigint", "int64", wide),
        decimal("bigint unsigned", unsigned, false),
        decimal("decimal(12,4)", money, true),
        decimal("decimal(65,30)", digits, false),
        of("float", "float64", float),
        of("double", "float64", float),
        of("varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "string", text),
        of("varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "string", text),
        of("date", "date", day),
        of("time", "time", clock),
        of("datetime(6)", "timestamp", micros),
        hidden("tinyint(1)", "bool", small),
        of("bit(10)", "int64", bits),
        of("varbinary(8)", "bytes", bytes),
        of("enum('sad','ok','happy')", "string", mood),
        of("year", "int64", year),
    ]
}

fn of_clickhouse() -> Vec<Type> {
    vec![
        of("Nullable(Int8)", "int32", small),
        of("Nullable(Int64)", "int64", wide),
        any_decimal("Nullable(UInt64)", unsigned),
        any_decimal("Nullable(Int256)", largest),
        any_decimal("Nullable(UInt256)", largest_unsigned),
        any_decimal("Nullable(Decimal(12, 4))", money),
        any_decimal("Nullable(Decimal(76, 30))", fine_digits),
        of("Nullable(Float32)", "float64", float),
        of("Nullable(Float64)", "float64", float),
        of("Nullable(BFloat16)", "float64", float),
        hidden("Nullable(Float32)", "float64", not_a_number),
        hidden("Nullable(Float64)", "float64", not_a_number),
        of("Nullable(String)", "string", text),
        of("LowCardinality(Nullable(String))", "string", text),
        hidden("Nullable(FixedString(8))", "string", text),
        of("Nullable(Enum8('sad' = 1, 'ok' = 2, 'happy' = 3))", "string", mood),
        of("Nullable(IPv4)", "string", address),
        of("Nullable(IPv6)", "string", long_address),
        of("Nullable(Bool)", "bool", yes_or_no),
        of("Nullable(Date)", "date", day),
        of("Nullable(Date32)", "date", day),
        of("Nullable(DateTime('Asia/Tokyo'))", "timestamp", time),
        of("Nullable(DateTime64(3, 'UTC'))", "timestamp", micros),
        of("Nullable(DateTime64(6, 'Asia/Tokyo'))", "timestamp", micros),
        of("Nullable(DateTime64(9, 'Asia/Tokyo'))", "string", nanos),
        of("Nullable(DateTime64(9, 'UTC'))", "timestamp", nanos),
        of("Nullable(UUID)", "uuid", uuid),
    ]
}

/// As `chance_files.py` writes them.
fn of_files() -> Vec<Type> {
    vec![
        of_file("int8 of Parquet", "int32"),
        of_file("int64 of Parquet", "int64"),
        Type { ours: json!({"decimal": {"precision": 20, "scale": 0}}), ..of_file("uint64 of Parquet", "") },
        of_file("float32 of Parquet", "float64"),
        of_file("float64 of Parquet", "float64"),
        Type { ours: json!({"decimal": {"precision": 12, "scale": 4}}), ..of_file("decimal128 of Parquet", "") },
        of_file("string of Parquet", "string"),
        of_file("dictionary of Parquet", "string"),
        of_file("bool of Parquet", "bool"),
        of_file("date32 of Parquet", "date"),
        of_file("timestamp of Parquet", "timestamp"),
        of_file("timestamp of Parquet without a zone", "timestamp"),
        of_file("time64 of Parquet", "time"),
        of_file("whole numbers of CSV", "int64"),
        of_file("numbers of CSV", "float64"),
        of_file("words of CSV", "string"),
        of_file("dates of CSV", "date"),
        of_file("times of CSV", "timestamp"),
    ]
}

/// The statements that make and fill a table for each type: `t0 (id, v)`, `t1` and so on.
fn filled(types: &[Type], chance: &mut Chance) -> String {
    let mut sql = String::new();
    for (index, of) in types.iter().enumerate() {
        let _ = write!(sql, "CREATE TABLE t{index} (id INTEGER PRIMARY KEY, v {});", of.native);
        let _ = write!(sql, "INSERT INTO t{index} VALUES {};", values(of, chance));
    }
    sql
}

/// The rows of a table, as they stand behind VALUES.
fn values(of: &Type, chance: &mut Chance) -> String {
    let row = |id: i64, chance: &mut Chance| {
        let value = if chance.below(8) == 0 { "NULL".to_owned() } else { (of.make)(chance) };
        format!("({id},{value})")
    };
    (0..ROWS).map(|id| row(id, chance)).collect::<Vec<_>>().join(",")
}

/// Half of them the other way round.
fn falls(index: usize) -> bool {
    index % 2 == 1
}

fn spec(source: &str, index: usize, of: &Type) -> Json {
    json!({
        "title": "Rows by chance", "source": source, "kind": "sql", "page_size": 3, "keyset": true,
        "form": {
            "table": {"name": format!("t{index}")},
            // These know no keys, so a page can begin behind a row where no two rows are alike.
            "distinct": matches!(source, "click" | "files"),
            "select": [{"name": "id", "column": "id"}, {"name": "v", "column": "v"}],
            "filters": [{"column": "v", "op": "is", "parameter": "asked"}],
            "sort": [{"field": "v", "descending": falls(index)}, {"field": "id"}],
        },
        "parameters": [{"name": "asked", "type": of.ours}],
    })
}

/// A value as a query has it.
fn asked(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Compares each type's pages with the order of the stock client, which `ask` gives for a statement.
async fn compare(people: &People, http: &Http, source: &str, types: &[Type], ask: &impl AsyncFn(String) -> Vec<String>) {
    for (index, of) in types.iter().enumerate() {
        let direction = if falls(index) { "DESC" } else { "ASC" };
        let wanted =
            ask(format!("SELECT CAST(t{index}.id AS CHAR(9)) AS line FROM t{index} ORDER BY v IS NULL, v {direction}, t{index}.id")).await;
        let wanted: Vec<String> = wanted.iter().map(|id| id.trim().to_owned()).collect();
        paged(people, http, (source, index, of), &wanted).await;
    }
}

/// The pages of one type give the rows in this order, and each row is found by its value.
async fn paged(people: &People, http: &Http, (source, index, of): (&str, usize, &Type), wanted: &[String]) {
    let name = format!("{source}-{index}");
    people.publish(&name, spec(source, index, of), json!({})).await;
    let found = pages_of(http, &name, ROWS as usize).await;
    let ids: Vec<String> = found.iter().map(|row| row["id"].to_string()).collect();
    assert_eq!(ids, wanted, "{source}: {}", of.native);
    for row in found.iter().filter(|row| of.is_shown && !row["v"].is_null()) {
        let value = asked(&row["v"]);
        let request = http.get(&format!("/api/travel/{name}")).query(&[("asked", value.as_str()), ("limit", "100")]);
        let (status, answer) = http.json(request).await;
        let has = answer["rows"].as_array().is_some_and(|rows| rows.iter().any(|other| other["id"] == row["id"]));
        assert!(status == 200 && has, "{source}: {} of {value}: {answer}", of.native);
    }
}

/// A demo server, those who use it, and the values that a source is filled with.
async fn stage(source: &str) -> (Sluice, People, Http, Chance) {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let seed = std::env::var("SLUICE_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_105);
    println!("pages of everything in {source}: seed {seed}");
    (server, people, http, Chance::new(seed))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_of_sqlite_comes_once_in_the_order_of_its_source_and_is_found_by_its_value() {
    let (_server, people, http, mut chance) = stage("sqlite").await;
    let folder = testkit::folder();
    let file = folder.path().join("chance.db");
    testkit::sqlite3(&file, &filled(&of_sqlite(), &mut chance));
    people.builder.put_source("lite", "sqlite", json!({"config": {"path": file}, "secrets": {}})).await;
    let ask = async |sql: String| -> Vec<String> { testkit::sqlite3(&file, &sql).lines().map(str::to_owned).collect() };
    compare(&people, &http, "lite", &of_sqlite(), &ask).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_of_postgres_comes_once_in_the_order_of_its_source_and_is_found_by_its_value() {
    let (_server, people, http, mut chance) = stage("postgres").await;
    let postgres = Postgres::start();
    let types =
        "CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE DOMAIN posint AS integer CHECK (value > 0);";
    postgres.run("postgres", &format!("{types}{}", filled(&of_postgres(), &mut chance))).await;
    let config =
        json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "postgres", "user": "postgres", "tls": "disable"});
    people.builder.put_source("pg", "postgres", json!({"config": config, "secrets": {}})).await;
    let ask = async |sql: String| -> Vec<String> { postgres.ask("postgres", &sql).await };
    compare(&people, &http, "pg", &of_postgres(), &ask).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_of_mariadb_comes_once_in_the_order_of_its_source_and_is_found_by_its_value() {
    let (_server, people, http, mut chance) = stage("mariadb").await;
    let mariadb = MariaDb::start();
    mariadb.run("mysql", "CREATE DATABASE chance CHARACTER SET utf8mb4");
    mariadb.run("chance", &filled(&of_mariadb(), &mut chance));
    let config = json!({"host": "127.0.0.1", "port": mariadb.port().to_string(), "database": "chance", "user": "reader", "tls": "disable"});
    people.builder.put_source("maria", "mysql", json!({"config": config, "secrets": {"password": "reader"}})).await;
    let ask = async |sql: String| -> Vec<String> { mariadb.ask("chance", &sql) };
    compare(&people, &http, "maria", &of_mariadb(), &ask).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_of_clickhouse_comes_once_in_the_order_of_its_source_and_is_found_by_its_value() {
    let (_server, people, http, mut chance) = stage("clickhouse").await;
    let click = ClickHouse::start();
    for (index, of) in of_clickhouse().iter().enumerate() {
        click.run("default", &format!("CREATE TABLE t{index} (id Int32, v {}) ENGINE = MergeTree ORDER BY id", of.native));
        click.run("default", &format!("INSERT INTO t{index} VALUES {}", values(of, &mut chance)));
    }
    let config = json!({"url": click.url, "database": "default", "user": "default"});
    people.builder.put_source("click", "clickhouse", json!({"config": config, "secrets": {}})).await;
    let ask = async |sql: String| -> Vec<String> { click.ask("default", &sql) };
    compare(&people, &http, "click", &of_clickhouse(), &ask).await;
}

/// Sorted by the stock reader.
#[tokio::test(flavor = "multi_thread")]
async fn each_row_of_files_comes_once_in_the_order_of_its_source_and_is_found_by_its_value() {
    let (_server, people, http, mut chance) = stage("files").await;
    let folder = testkit::folder();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/chance_files.py");
    let seed = chance.below(1 << 32).to_string();
    let written = Command::new(testkit::python()).arg(script).arg(folder.path()).args([seed, ROWS.to_string()]).output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let orders: Vec<Vec<String>> = serde_json::from_slice(&written.stdout).unwrap();
    people.builder.put_source("files", "files", json!({"config": {"path": folder.path()}})).await;
    let types = of_files();
    assert_eq!(types.len(), orders.len());
    for (index, (of, wanted)) in types.iter().zip(&orders).enumerate() {
        paged(&people, &http, ("files", index, of), wanted).await;
    }
}
