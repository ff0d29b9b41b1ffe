//! A server that is restarted behind a full pool: all 16 idle connections are closed by it, and nobody who asks then is told so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use connect::pools::Pools;
use connect::{BatchStream, BindingConfig, Connection, Purpose, Statement};
use futures::{StreamExt, TryStreamExt};
use model::table::TableRef;
use model::{DataType, Field};
use testkit::{MariaDb, Postgres};

const CONNECTIONS: usize = 16;
const CALLS: usize = 32;

fn config(port: u16, [database, user, password]: [&str; 3]) -> BindingConfig {
    let port = port.to_string();
    let settings = [("host", "127.0.0.1"), ("port", port.as_str()), ("database", database), ("user", user), ("tls", "disable")];
    BindingConfig {
        settings: settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        secrets: [("password".to_owned(), password.to_owned())].into(),
    }
}

fn numbers(max_rows: usize) -> Statement {
    let fields = vec![Field { name: "n".into(), column: "n".into(), data_type: DataType::Int64, ..Field::default() }];
    Statement {
        sql: "SELECT n FROM numbers ORDER BY n".into(),
        binds: Vec::new(),
        fields,
        timeout: Duration::from_secs(20),
        max_rows,
        purpose: Purpose::Response,
    }
}

async fn count(rows: BatchStream) -> Result<usize, String> {
    let batches: Vec<_> = rows.try_collect().await.map_err(|error| format!("{error} ({})", error.cause))?;
    Ok(batches.iter().map(RecordBatch::num_rows).sum())
}

async fn ask(connection: &Arc<dyn Connection>) -> Result<usize, String> {
    count(connection.query(numbers(usize::MAX)).await.map_err(|error| format!("{error} ({})", error.cause))?).await
}

/// As many connections as there may be, all of them idle.
async fn fill(connection: &Arc<dyn Connection>, rows: usize) {
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = connection.query(numbers(usize::MAX)).await.unwrap();
        // Its first rows are there, and the others wait: it keeps its connection.
        assert!(stream.next().await.unwrap().is_ok());
        open.push(stream);
    }
    for stream in open {
        assert!(count(stream).await.unwrap() < rows);
    }
}

async fn calls(connection: &Arc<dyn Connection>, rows: usize) -> Vec<String> {
    let mut failed = Vec::new();
    for _ in 0..CALLS {
        match ask(connection).await {
            Ok(count) => assert_eq!(count, rows),
            Err(error) => failed.push(error),
        }
    }
    failed
}

/// What is asked beside statements.
async fn others(connection: &Arc<dyn Connection>) {
    connection.test().await.unwrap();
    assert!(!connection.tables().await.unwrap().is_empty());
    assert!(connection.table(&TableRef::new("numbers")).await.unwrap().is_some());
    assert_eq!(connection.describe("SELECT n FROM numbers", &[]).await.unwrap().len(), 1);
    connection.explain("SELECT n FROM numbers", &[]).await.unwrap();
}

async fn restarted(driver: &str, config: &BindingConfig, rows: usize, mut restart: impl FnMut()) {
    let connection: Arc<dyn Connection> = Pools::default().get("numbers/prod", driver, config).unwrap();
    fill(&connection, rows).await;
    restart();
    let failed = calls(&connection, rows).await;
    println!("{driver}: {} of {CALLS} calls failed after a restart behind {CONNECTIONS} idle connections: {failed:?}", failed.len());
    assert!(failed.is_empty(), "no row was sent: {failed:?}");
    fill(&connection, rows).await;
    restart();
    others(&connection).await;
    fill(&connection, rows).await;
    restart();
    // All at once: none of them waits for a place that another one of them holds.
    let all = futures::future::join_all((0..CONNECTIONS).map(|_| ask(&connection))).await;
    assert!(all.iter().all(|answer| *answer == Ok(rows)), "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_restarted_behind_sixteen_idle_connections_fails_nobody() {
    const ROWS: usize = 20_000;
    let mut server = Postgres::start();
    let numbers = format!("CREATE TABLE numbers (n bigint PRIMARY KEY); INSERT INTO numbers SELECT generate_series(1, {ROWS})");
    server.run("postgres", &numbers).await;
    let config = config(server.port(), ["postgres", "postgres", ""]);
    let restart = || {
        server.stop();
        server.resume();
    };
    restarted("postgres", &config, ROWS, restart).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_restarted_behind_sixteen_idle_connections_fails_nobody() {
    const ROWS: usize = 20_000;
    let mut server = MariaDb::start();
    server.run("mysql", "CREATE DATABASE shop");
    let numbers = format!("CREATE TABLE numbers (n bigint PRIMARY KEY); INSERT INTO numbers SELECT seq FROM seq_1_to_{ROWS}");
    server.run("shop", &numbers);
    let config = config(server.port(), ["shop", "reader", "reader"]);
    let restart = || {
        server.stop();
        server.resume();
    };
    restarted("mysql", &config, ROWS, restart).await;
}
