//! Sources that misbehave on the wire, as networks and servers do: silent, slow, cut off mid-row, changed behind our back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::{Http, People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Postgres, Sluice, problem_code};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the wire behaves from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Whole,
    /// It accepts, and nothing comes through.
    Silent,
    /// A few bytes at a time.
    Slow,
    /// It breaks after so many more bytes of one connection.
    CutAfter(usize),
}

/// What stands between Sluice and its source.
struct Between {
    port: u16,
    wire: Arc<watch::Sender<Wire>>,
}

impl Between {
    async fn new(source: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(watch::channel(Wire::Whole).0);
        let of = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", source)).await else { continue };
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                tokio::spawn(pass(from_client, to_server, of.subscribe(), false));
                tokio::spawn(pass(from_server, to_client, of.subscribe(), true));
            }
        });
        Self { port, wire }
    }

    fn is_now(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut wire: watch::Receiver<Wire>, answers: bool) {
    let mut buffer = vec![0; 16 << 10];
    let mut left = usize::MAX;
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if wire.wait_for(|wire| *wire != Wire::Silent).await.is_err() {
            return;
        }
        let now = *wire.borrow_and_update();
        let sent = match now {
            Wire::Slow => {
                let mut sent = Ok(());
                for some in buffer[..read].chunks(16) {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    sent = to.write_all(some).await;
                }
                sent
            }
            Wire::CutAfter(most) if answers => {
                left = left.min(most);
                let some = read.min(left);
                left -= some;
                let sent = to.write_all(&buffer[..some]).await;
                if left == 0 {
                    return;
                }
                sent
            }
            _ => to.write_all(&buffer[..read]).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

const ROWS: usize = 20_000;

async fn publish(people: &People, port: u16) {
    let binding = json!({"config": {"host": "127.0.0.1", "port": port.to_string(), "database": "postgres", "user": "postgres", "tls": "disable"}, "secrets": {}});
    let source = json!({"name": "far", "domain": "travel", "driver": "postgres", "bindings": {"test": binding, "prod": binding}});
    let (status, body) = people.builder.call(Method::PUT, "/sources/far", Some(source)).await;
    assert!(status.is_success(), "{body}");
    let api = json!({
        "title": "Numbers and their words", "source": "far", "kind": "sql",
        "form": {
            "table": {"schema": "public", "name": "numbers"},
            "select": [{"name": "n", "column": "n"}, {"name": "word", "column": "word"}],
            "filters": [{"column": "n", "op": "at-most", "parameter": "upto"}],
            "sort": [{"field": "n"}],
        },
        "parameters": [{"name": "upto", "type": "int64", "test_value": "3"}],
        "policy": {"timeout_ms": 1_500, "max_rows": 100_000},
    });
    people.publish("numbers", api, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_that_misbehaves_costs_its_own_callers_their_answer_and_nothing_else() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let postgres = Postgres::start();
    let rows = format!(
        "CREATE TABLE numbers (n bigint PRIMARY KEY, word text NOT NULL);
         INSERT INTO numbers SELECT n, 'the number ' || n FROM generate_series(1, {ROWS}) AS n"
    );
    postgres.run("postgres", &rows).await;
    let between = Between::new(postgres.port()).await;
    publish(&people, between.port).await;
    let call = async |upto: usize| http.json(http.get(&format!("/api/travel/numbers?upto={upto}"))).await;
    let whole = async || {
        let (status, answer) = call(3).await;
        assert_eq!((status, answer["rows"].as_array().map(Vec::len)), (200, Some(3)), "{answer}");
    };
    whole().await;
    // It accepts, and never answers: within the time of the API its callers are told, on known connections and new ones.
    between.is_now(Wire::Silent);
    for _ in 0..2 {
        let began = Instant::now();
        let many = futures::future::join_all((0..4).map(|_| call(3))).await;
        for (status, answer) in many {
            assert_eq!((status, problem_code(&answer).0), (504, "source-timeout"), "{answer}");
        }
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200, "the others are not held up");
    between.is_now(Wire::Whole);
    whole().await;
    // Slow is not wrong.
    between.is_now(Wire::Slow);
    whole().await;
    // Cut off in the middle of its rows: no answer rather than a part of one, and a stream that does not look whole.
    between.is_now(Wire::CutAfter(100 << 10));
    let (status, answer) = call(ROWS).await;
    assert_eq!((status, problem_code(&answer).0), (503, "source-unavailable"), "{answer}");
    let streamed = http.get(&format!("/api/travel/numbers.ndjson?upto={ROWS}")).send().await.unwrap();
    assert!(streamed.status().as_u16() == 503 || streamed.bytes().await.is_err(), "a part looks whole");
    between.is_now(Wire::Whole);
    whole().await;
    let (status, answer) = call(ROWS).await;
    assert_eq!((status, answer["rows"].as_array().map(Vec::len)), (200, Some(ROWS)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_changes_its_type_after_the_release_is_told_until_it_fits_again() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let postgres = Postgres::start();
    let sql = async |text: &str| postgres.run("postgres", text).await;
    sql("CREATE TABLE numbers (n bigint PRIMARY KEY, word text NOT NULL); INSERT INTO numbers VALUES (1, 'one'), (2, 'two')").await;
    publish(&people, postgres.port()).await;
    let call = async || http.json(http.get("/api/travel/numbers")).await;
    let rows = json!([{"n": 1, "word": "one"}, {"n": 2, "word": "two"}]);
    assert_eq!(call().await.1["rows"], rows);
    let changed = async |what: &str| {
        let (status, answer): (u16, Json) = call().await;
        let (code, detail) = problem_code(&answer);
        assert!((status, code) == (503, "source-changed") && detail.contains(what), "{status} {answer}");
    };
    sql("ALTER TABLE numbers ALTER COLUMN n TYPE text USING 'no. ' || n").await;
    changed("n").await;
    sql("ALTER TABLE numbers ALTER COLUMN n TYPE bigint USING substr(n, 5)::bigint").await;
    assert_eq!(call().await.1["rows"], rows);
    sql("ALTER TABLE numbers RENAME COLUMN word TO term").await;
    changed("word").await;
    sql("ALTER TABLE numbers RENAME COLUMN term TO word").await;
    assert_eq!(call().await.1["rows"], rows);
}
