//! One suite, every connector: tables, keys, types, prepared and explained statements, streams, time-outs, read-only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::sync::Arc;
use std::time::Duration;

use connect::egress::Egress;
use connect::places::Places;
use connect::policy::{self, Policy};
use connect::{BindingConfig, Connection, Purpose, SourceErrorKind, Statement, registry};
use futures::TryStreamExt;
use model::dialect::Dialect;
use model::table::TableRef;
use model::{DataType, Field, Value};
use sqlx::Executor;
use testkit::{ClickHouse, MariaDb, Postgres};

const TABLES: &str = "
CREATE TABLE readings (id INTEGER NOT NULL PRIMARY KEY, place VARCHAR(20) NOT NULL, level DOUBLE PRECISION, taken DATE, noted TIMESTAMP, good BOOLEAN);
CREATE TABLE pairs (a INTEGER NOT NULL, b INTEGER NOT NULL, UNIQUE (a, b));
CREATE TABLE loose (x INTEGER);
INSERT INTO readings VALUES (1, 'north', 1.5, '2013-01-01', '2013-01-01 10:00:00', TRUE), (2, 'south', NULL, NULL, NULL, FALSE), (3, 'north', -2.25, '2013-12-31', '2013-12-31 23:59:59', NULL);";

/// Every type of PostgreSQL that has a place in a row.
const KINDS: &str = r#"
CREATE TABLE kinds (n int PRIMARY KEY, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, d numeric(20,6), w numeric,
    day date, clock time, local timestamp, point timestamptz, u uuid, j json, jb jsonb, raw bytea, t text, c char(5), v varchar(9));
INSERT INTO kinds VALUES
    (1, true, 32767, 2147483647, 9223372036854775807, 1.5, 1e300, 12345678901234.123456, 98765432109876543210.0123456789,
     '2013-12-31', '23:59:59.123456', '2013-12-31 23:59:59.5', '2013-12-31 23:59:59.000001+02', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
     '{"b": 1, "a": [1, 2.50, null]}', '{"b": 1, "a": [1, 2.50, null]}', '\x00ff10', 'Größe', 'ab', 'x'),
    (2, false, -32768, -2147483648, -9223372036854775808, -0.25, -1e-300, -0.000001, -0.0001,
     '0001-01-01', '00:00:00', '1969-12-31 23:59:59.999999', '0001-01-01 00:00:00+00', '00000000-0000-0000-0000-000000000000',
     '[]', 'null', '', '', '', ''),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, true, 0, 0, 0, 0, 0, 0, 10000, '2000-01-01', '12:00', '2000-01-01', '2000-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
     '"x"', '7', '\x01', 'a', 'b', 'c'),
    (5, true, 0, 0, 0, 0, 0, 100000000.5, 40000.00001, '9999-12-31', '12:00:00.1', '9999-12-30', '9999-12-30', NULL, '1', '1', 'x', '1', '1', '1');
INSERT INTO kinds (n, d, w, t) SELECT g, g * 1.000001, power(10::numeric, g % 25) / 7, repeat('x', g % 3000) FROM generate_series(6, 5000) g;
"#;

struct Peer {
    connection: Arc<dyn Connection>,
    dialect: Dialect,
    /// A statement that takes far longer than a test may.
    slow: &'static str,
    /// Whether tables have keys that hold.
    keys: bool,
}

fn open(driver: &str, settings: &[(&str, &str)]) -> Arc<dyn Connection> {
    let places = Places::new(&[std::env::temp_dir()], &[]).unwrap();
    policy::set(Policy { places, egress: Egress::new(&["127.0.0.0/8".to_owned()]).unwrap(), own_servers: Vec::new() });
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    registry::connector(driver).unwrap().open(&BindingConfig { settings, ..Default::default() }).unwrap()
}

fn field(name: &str, data_type: DataType) -> Field {
    Field { name: name.into(), column: name.into(), data_type, ..Field::default() }
}

fn statement(sql: &str, binds: Vec<(DataType, Value)>, fields: Vec<Field>) -> Statement {
    Statement { sql: sql.into(), binds, fields, timeout: Duration::from_secs(5), max_rows: 100, purpose: Purpose::Response }
}

async fn rows(connection: &dyn Connection, statement: Statement) -> Vec<String> {
    let fields = statement.fields.clone();
    let places: Vec<(usize, &Field)> = fields.iter().enumerate().collect();
    let batches: Vec<_> = connection.query(statement).await.unwrap().try_collect().await.unwrap();
    let mut found = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let mut text = Vec::new();
            connect::json::write_row(&mut text, batch, row, &places);
            found.push(String::from_utf8(text).unwrap());
        }
    }
    found
}

async fn tables_and_keys(peer: &Peer) {
    let tables = peer.connection.tables().await.unwrap();
    let names: Vec<&str> = tables.iter().map(|info| info.table.name.as_str()).collect();
    assert_eq!(names, ["loose", "pairs", "readings"]);
    let readings = peer.connection.table(&TableRef::new("readings")).await.unwrap().unwrap();
    let key = |columns: &[&str]| if peer.keys { columns.iter().map(|name| (*name).to_owned()).collect() } else { Vec::<String>::new() };
    assert_eq!(readings.key, key(&["id"]));
    let types: Vec<DataType> = readings.columns.iter().skip(1).map(|column| column.data_type).collect();
    // MySQL's yes and no is a number of one digit, which may hold others.
    let flag = if peer.dialect == Dialect::Mysql { DataType::Int32 } else { DataType::Bool };
    assert_eq!(types, [DataType::String, DataType::Float64, DataType::Date, DataType::Timestamp, flag]);
    assert!(!readings.columns[1].nullable && readings.columns[2].nullable);
    assert_eq!(peer.connection.table(&TableRef::new("pairs")).await.unwrap().unwrap().key, key(&["a", "b"]));
    assert!(peer.connection.table(&TableRef::new("loose")).await.unwrap().unwrap().key.is_empty());
    assert!(peer.connection.table(&TableRef::new("nothing")).await.unwrap().is_none());
}

async fn rows_stream_as_they_are(peer: &Peer) {
    let sql = format!(
        "SELECT place, level, taken, noted, good FROM readings WHERE id <= {} ORDER BY id",
        peer.dialect.placeholder(1, DataType::Int64)
    );
    let fields = vec![
        field("place", DataType::String),
        field("level", DataType::Float64),
        field("taken", DataType::Date),
        field("noted", DataType::Timestamp),
        field("good", DataType::Bool),
    ];
    let found = rows(&*peer.connection, statement(&sql, vec![(DataType::Int64, Value::Int(2))], fields)).await;
    assert_eq!(
        found,
        [
            r#"{"place":"north","level":1.5,"taken":"2013-01-01","noted":"2013-01-01T10:00:00Z","good":true}"#,
            r#"{"place":"south","level":null,"taken":null,"noted":null,"good":false}"#,
        ]
    );
    let cut = Statement { max_rows: 1, ..statement("SELECT id FROM readings", vec![], vec![field("id", DataType::Int64)]) };
    assert_eq!(rows(&*peer.connection, cut).await.len(), 1);
}

async fn a_bound_value_is_never_part_of_the_text(peer: &Peer) {
    let sql = format!("SELECT id FROM readings WHERE place = {}", peer.dialect.placeholder(1, DataType::String));
    let fields = vec![field("id", DataType::Int64)];
    for attack in testkit::ATTACKS.into_iter().chain(["north' OR '1'='1; DROP TABLE readings --"]) {
        // Behind the value of a row too, which it must not end.
        for evil in [attack.to_owned(), format!("north{attack}")] {
            let bind = vec![(DataType::String, Value::Text(evil.clone()))];
            assert!(rows(&*peer.connection, statement(&sql, bind, fields.clone())).await.is_empty(), "{evil}");
        }
    }
    assert_eq!(rows(&*peer.connection, statement("SELECT id FROM readings", vec![], fields)).await.len(), 3);
}

async fn statements_are_described_and_explained(peer: &Peer) {
    let columns =
        peer.connection.describe("SELECT place, count(*) AS n, avg(level) AS mean FROM readings GROUP BY place", &[]).await.unwrap();
    let types: Vec<(&str, DataType)> = columns.iter().map(|column| (column.name.as_str(), column.data_type)).collect();
    assert_eq!(types, [("place", DataType::String), ("n", DataType::Int64), ("mean", DataType::Float64)]);
    let plan = peer.connection.explain("SELECT x FROM loose", &[]).await.unwrap();
    assert_eq!(plan.full_scans, ["loose"], "{plan:?}");
    let missing = peer.connection.describe("SELECT absent FROM readings", &[]).await.unwrap_err();
    assert_eq!(missing.kind, SourceErrorKind::Missing, "{missing:?}");
    assert!(!missing.cause.is_empty() && missing.sentence.to_lowercase().contains("column"), "{missing:?}");
}

async fn a_slow_statement_ends_at_its_time_out(peer: &Peer) {
    let slow = Statement { timeout: Duration::from_millis(50), ..statement(peer.slow, vec![], vec![field("n", DataType::Int64)]) };
    let started = std::time::Instant::now();
    let ended: Result<Vec<_>, _> = match peer.connection.query(slow).await {
        Ok(stream) => stream.try_collect().await,
        Err(error) => Err(error),
    };
    assert_eq!(ended.unwrap_err().kind, SourceErrorKind::Timeout);
    assert!(started.elapsed() < Duration::from_secs(4), "it was cut, not waited for");
}

async fn nothing_can_be_written(peer: &Peer) {
    for sql in ["INSERT INTO loose VALUES (1)", "DELETE FROM readings", "CREATE TABLE mine (x INTEGER)"] {
        let refused: Result<Vec<_>, _> = match peer.connection.query(statement(sql, vec![], vec![])).await {
            Ok(stream) => stream.try_collect().await,
            Err(error) => Err(error),
        };
        assert!(refused.is_err(), "{sql} was let by");
    }
    assert_eq!(rows(&*peer.connection, statement("SELECT id FROM readings", vec![], vec![field("id", DataType::Int64)])).await.len(), 3);
}

async fn suite(peer: Peer) {
    peer.connection.test().await.unwrap();
    tables_and_keys(&peer).await;
    rows_stream_as_they_are(&peer).await;
    a_bound_value_is_never_part_of_the_text(&peer).await;
    statements_are_described_and_explained(&peer).await;
    a_slow_statement_ends_at_its_time_out(&peer).await;
    nothing_can_be_written(&peer).await;
}

#[tokio::test]
async fn sqlite_is_a_source() {
    use sqlx::Connection;
    let folder = testkit::folder();
    let file = folder.path().join("source.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(TABLES).await.unwrap();
    connection.close().await.unwrap();
    let slow = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) AS n FROM c";
    suite(Peer { connection: open("sqlite", &[("path", &file.display().to_string())]), dialect: Dialect::Sqlite, slow, keys: true }).await;
    // A text that is none is told with its place, and is the bytes that it is where those are asked for; never nothing.
    let odd = "SELECT 1 AS id, 'a' AS t UNION ALL SELECT 2, CAST(x'636166e9' AS TEXT) ORDER BY id";
    let source = open("sqlite", &[("path", &file.display().to_string())]);
    let told = source.query(statement(odd, vec![], vec![field("t", DataType::String)])).await.unwrap().try_collect::<Vec<_>>().await;
    assert!(told.unwrap_err().sentence.starts_with("t of row 2 has a value of 4 bytes, which is not a text."));
    assert_eq!(rows(&*source, statement(odd, vec![], vec![field("t", DataType::Bytes)])).await[1], r#"{"t":"Y2Fm6Q=="}"#);
    let missing = folder.path().join("all.db").display().to_string();
    let gone = open("sqlite", &[("path", &missing)]).test().await.unwrap_err();
    assert_eq!(gone.kind, SourceErrorKind::Unreachable, "{gone:?}");
    // Neither outside of the operator's folders, nor by an address that SQLite would read as one.
    let address = format!("file:{}?mode=rw", file.display());
    for path in ["/nowhere/at/all.db", "/etc/shadow", ":memory:", "", "source.db", address.as_str()] {
        let settings = [("path".to_owned(), path.to_owned())].into();
        let refused = registry::connector("sqlite").unwrap().open(&BindingConfig { settings, ..Default::default() });
        assert!(refused.err().unwrap().sentence.contains("source_roots"), "{path}");
    }
}

#[tokio::test]
async fn postgres_is_a_source() {
    use sqlx::Connection;
    let server = Postgres::start();
    let mut connection = sqlx::PgConnection::connect(&server.database("source").await).await.unwrap();
    connection.execute(TABLES).await.unwrap();
    connection.close().await.unwrap();
    let port = server.port().to_string();
    let settings = [("host", "127.0.0.1"), ("port", port.as_str()), ("database", "source"), ("user", "postgres"), ("tls", "disable")];
    let slow = "SELECT count(*) AS n FROM generate_series(1, 1000000000)";
    suite(Peer { connection: open("postgres", &settings), dialect: Dialect::Postgres, slow, keys: true }).await;
    let mut watcher = sqlx::PgConnection::connect(&server.url("source")).await.unwrap();
    watcher.execute(EVENTS).await.unwrap();
    let asked = open("postgres", &settings);
    reads_whole(&*asked, "SELECT note FROM events WHERE id = (SELECT id FROM events ORDER BY seen DESC LIMIT 1)", &[]).await;
    reads_whole(&*asked, "SELECT note FROM events WHERE kind = 'late'", &[]).await;
    reads_whole(&*asked, "SELECT id FROM events WHERE kind <> 'late'", &["events"]).await;
    // The reader goes, and so does the statement on the server.
    let stream = open("postgres", &settings).query(endless(slow)).await.unwrap();
    let running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%generate_series(1, 1000000000)%' AND pid <> pg_backend_pid()";
    let mut until = async |count: i64| {
        let began = std::time::Instant::now();
        while sqlx::query_scalar::<_, i64>(running).fetch_one(&mut watcher).await.unwrap() != count {
            assert!(began.elapsed() < Duration::from_secs(10), "{count} never came");
        }
    };
    until(1).await;
    drop(stream);
    until(0).await;
    // The rows that were asked for are there, and so the statement is over.
    let many = "SELECT a.n FROM generate_series(1, 1000) a(n), generate_series(1, 1000001) b(n) /* generate_series(1, 1000000000) */";
    let few = Statement { max_rows: 5, ..endless(many) };
    assert_eq!(rows(&*open("postgres", &settings), few).await.len(), 5);
    until(0).await;
}

/// Some of its rows have an index of their own.
const EVENTS: &str = "CREATE TABLE events (id int PRIMARY KEY, seen int NOT NULL, kind text NOT NULL, note text);
    INSERT INTO events SELECT g, g, CASE WHEN g % 200 = 0 THEN 'late' ELSE 'usual' END, 'x' FROM generate_series(1, 20000) g;
    CREATE INDEX events_seen ON events (seen);
    CREATE INDEX events_late ON events (id) WHERE kind = 'late';
    ANALYZE events;";

async fn reads_whole(connection: &dyn Connection, sql: &str, tables: &[&str]) {
    let plan = connection.explain(sql, &[]).await.unwrap();
    assert_eq!(plan.full_scans, tables, "{sql}: {plan:?}");
}

/// What a build reads as a copy is what a call reads row by row, for every type, at its edges and empty.
#[tokio::test]
async fn postgres_copies_what_it_sends_row_by_row() {
    let server = Postgres::start();
    server.run("postgres", KINDS).await;
    let port = server.port().to_string();
    let connection = open("postgres", &[("host", "127.0.0.1"), ("port", &port), ("database", "postgres"), ("user", "postgres")]);
    let table = connection.table(&TableRef::new("kinds")).await.unwrap().unwrap();
    let fields: Vec<Field> = table.columns.iter().rev().map(|column| field(&column.name, column.data_type)).collect();
    let sql = "SELECT * FROM kinds ORDER BY n";
    let by_row = rows(&*connection, Statement { max_rows: 100_000, ..statement(sql, vec![], fields.clone()) }).await;
    let whole = Statement {
        max_rows: usize::MAX,
        purpose: Purpose::Build,
        timeout: Duration::from_secs(3_600),
        ..statement(sql, vec![], fields.clone())
    };
    let copied = rows(&*connection, whole.clone()).await;
    assert_eq!((by_row.len(), copied.len()), (5_000, 5_000));
    for (copied, by_row) in copied.iter().zip(&by_row) {
        assert_eq!(copied, by_row);
    }
    // Its types may change between two builds, and the connection stays of use.
    server.run("postgres", "DELETE FROM kinds WHERE n > 5; ALTER TABLE kinds ALTER i4 TYPE bigint, ALTER v TYPE text").await;
    let numbers = || statement("SELECT n FROM kinds", vec![], vec![field("n", DataType::Int64)]);
    assert_eq!(rows(&*connection, whole.clone()).await.len(), 5);
    assert_eq!(rows(&*connection, numbers()).await.len(), 5);
    // What has no place in its column is an error for a call, is told beside the rows of a build, and spoils the connection for nobody.
    let unread = "UPDATE kinds SET day = 'infinity', w = 'NaN' WHERE n = 2; INSERT INTO kinds (n) SELECT generate_series(100, 50000)";
    server.run("postgres", unread).await;
    let by_row = Statement { max_rows: 100_000, ..statement(sql, vec![], fields.clone()) };
    let refused = connection.query(by_row).await.unwrap().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(
        refused.kind == SourceErrorKind::Mismatch && refused.sentence.starts_with("day of row 2 has the value “infinity”"),
        "{refused}"
    );
    let batches: Vec<_> = connection.query(whole.clone()).await.unwrap().try_collect().await.unwrap();
    let told: Vec<_> = batches.into_iter().flat_map(|batch| connect::unreadable::take(batch).1).collect();
    assert_eq!(told.iter().map(|cell| cell.row).collect::<Vec<_>>(), [1]);
    assert!(told[0].reason.starts_with("day of row 2 has the value “infinity”"), "{told:?}");
    assert_eq!(rows(&*connection, numbers()).await.len(), 100);
    server.run("postgres", "DELETE FROM kinds WHERE n >= 100").await;
    // A reader that goes ends it, and others are served.
    let endless =
        Statement { sql: "SELECT g AS n FROM generate_series(1, 100000000) g".into(), fields: vec![field("n", DataType::Int64)], ..whole };
    drop(connection.query(endless).await);
    assert_eq!(rows(&*connection, numbers()).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_is_a_source() {
    let server = MariaDb::start();
    server.run("mysql", "CREATE DATABASE source CHARACTER SET utf8mb4");
    server.run("source", &TABLES.replace("noted TIMESTAMP", "noted DATETIME"));
    let port = server.port().to_string();
    let settings = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("database", "source"),
        ("user", "reader"),
        ("password", "reader"),
        ("tls", "disable"),
    ];
    let slow = "SELECT count(*) AS n FROM seq_1_to_1000001 a, seq_1_to_1000002 b WHERE a.seq % 7 < b.seq % 11";
    suite(Peer { connection: open("mysql", &settings), dialect: Dialect::Mysql, slow, keys: true }).await;
    server.run("source", "CREATE TABLE events (id INT PRIMARY KEY, seen INT NOT NULL, note VARCHAR(9), KEY events_seen (seen))");
    server.run("source", "INSERT INTO events SELECT seq, seq, 'x' FROM seq_1_to_20000");
    let asked = open("mysql", &settings);
    reads_whole(&*asked, "SELECT note FROM events WHERE id = (SELECT id FROM events ORDER BY seen DESC LIMIT 1)", &[]).await;
    reads_whole(&*asked, "SELECT note FROM events WHERE seen = (SELECT max(seen + 0) FROM events)", &["events"]).await;
    let named = "WITH events AS (SELECT * FROM events WHERE note = 'x') SELECT id FROM events";
    reads_whole(&*asked, named, &["events"]).await;
    // The reader goes, and so does the statement on the server.
    let stream = open("mysql", &settings).query(endless(slow)).await.unwrap();
    let running =
        "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%seq_1_to_1000001 a%' AND info NOT LIKE '%processlist%'";
    let until = |count: &'static str| {
        let began = std::time::Instant::now();
        while server.ask("source", running) != [count] {
            assert!(began.elapsed() < Duration::from_secs(10), "{count} never came");
        }
    };
    until("1");
    drop(stream);
    until("0");
    // The rows that were asked for are there, and so the statement is over.
    let many = "SELECT b.seq AS n FROM seq_1_to_1000001 a, seq_1_to_1000002 b";
    assert_eq!(rows(&*open("mysql", &settings), Statement { max_rows: 5, ..endless(many) }).await.len(), 5);
    until("0");
}

fn endless(sql: &str) -> Statement {
    Statement { timeout: Duration::from_secs(30), ..statement(sql, vec![], vec![field("n", DataType::Int64)]) }
}

#[tokio::test]
async fn clickhouse_is_a_source() {
    let server = ClickHouse::start();
    server.run("default", "CREATE DATABASE source");
    for sql in [
        "CREATE TABLE readings (id Int64, place String, level Nullable(Float64), taken Nullable(Date), noted Nullable(DateTime), good Nullable(Bool)) ENGINE = MergeTree ORDER BY id",
        "CREATE TABLE pairs (a Int64, b Int64) ENGINE = MergeTree ORDER BY (a, b)",
        "CREATE TABLE loose (x Int64) ENGINE = MergeTree ORDER BY tuple()",
    ] {
        server.run("source", sql);
    }
    let rows = TABLES.rsplit_once("INSERT INTO readings").unwrap().1.trim_end_matches(';');
    server.run("source", &format!("INSERT INTO readings{rows}"));
    server.run("source", "INSERT INTO loose VALUES (1)");
    let settings = [("url", server.url.as_str()), ("database", "source")];
    let slow = "SELECT toInt64(count()) AS n FROM numbers(100000000000)";
    suite(Peer { connection: open("clickhouse", &settings), dialect: Dialect::Clickhouse, slow, keys: false }).await;
    // NULL in the place of a parameter, and nowhere else.
    let fields = vec![field("a", DataType::String), field("b", DataType::Int64)];
    let asked = statement("SELECT 'it''s {p1:Int64}' AS a, {p1:Int64} AS b", vec![(DataType::Int64, Value::Null)], fields);
    assert_eq!(self::rows(&*open("clickhouse", &settings), asked).await, [r#"{"a":"it's {p1:Int64}","b":null}"#]);
    // The server would take what stands behind ? for a part of the statement, or for another user.
    for query in [
        "?query=WITH%20x%20AS%20(SELECT%20*%20FROM%20url('http://127.0.0.1:1/',%20CSV))",
        "?user=other&password=known",
        "?readonly=0",
        "?",
        "#x",
    ] {
        let url = format!("{}/{query}", server.url.trim_end_matches('/'));
        let config = BindingConfig { settings: [("url".to_owned(), url.clone())].into(), ..BindingConfig::default() };
        let refused = registry::connector("clickhouse").unwrap().open(&config).err().unwrap_or_else(|| panic!("{url} was taken"));
        assert!(refused.kind == SourceErrorKind::Config && refused.to_string().contains("must not contain ? or #"), "{refused:?}");
    }
    let wrong = open("clickhouse", &[("url", server.url.as_str()), ("password", "wrong")]).test().await.unwrap_err();
    assert_eq!(wrong.kind, SourceErrorKind::Refused, "{wrong:?}");
    let gone = open("clickhouse", &[("url", "http://127.0.0.1:1")]).test().await.unwrap_err();
    assert_eq!(gone.kind, SourceErrorKind::Unreachable, "{gone:?}");
}
