//! Databases that are restarted while callers call: at most those fail who had got rows already, and the number is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use testkit::Sluice;

use crate::common::{Http, LONG, People, Source, binary, until};

const CALLERS: usize = 8;
const ROWS: usize = 200;
/// How long callers call after the restart.
const BEHIND: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Counted {
    stop: AtomicBool,
    asked: AtomicUsize,
    failed: AtomicUsize,
}

async fn call_on(http: Http, counted: Arc<Counted>) {
    while !counted.stop.load(Ordering::SeqCst) {
        let (status, answer) = http.json(http.get("/api/travel/numbers")).await;
        counted.asked.fetch_add(1, Ordering::SeqCst);
        if status == 200 {
            assert_eq!(answer["rows"].as_array().map(Vec::len), Some(ROWS), "a short answer that looks whole");
        } else {
            println!("failed: {answer}");
            counted.failed.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn restarted_under_load(mut source: Source) {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let rows = match &source {
        Source::Postgres(_) => format!("SELECT n, 'the number ' || n FROM generate_series(1, {ROWS}) AS n"),
        Source::MariaDb(_) => format!("SELECT seq, concat('the number ', seq) FROM seq_1_to_{ROWS}"),
    };
    source.run(&format!("CREATE TABLE numbers (n bigint PRIMARY KEY, word varchar(60) NOT NULL); INSERT INTO numbers {rows}")).await;
    people.builder.put_source("numbers-db", source.driver(), source.binding()).await;
    let select: Vec<Json> = ["n", "word"].map(|name| json!({"name": name, "column": name})).into();
    let api = json!({
        "title": "Numbers", "source": "numbers-db", "kind": "sql",
        "form": {"table": source.table("numbers"), "select": select, "sort": [{"field": "n"}]},
        "fields": [{"name": "n", "column": "n", "type": "int64"}, {"name": "word", "column": "word", "type": "string"}],
        // Longer than a restart takes.
        "policy": {"timeout_ms": 20_000},
    });
    people.publish("numbers", api, json!({})).await;
    let counted = Arc::new(Counted::default());
    let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(call_on(Http::new(&server), counted.clone()))).collect();
    until(LONG, "every caller calls", async || counted.asked.load(Ordering::SeqCst) > 2 * CALLERS).await;
    let before = counted.asked.load(Ordering::SeqCst);
    let began = Instant::now();
    // On a thread of its own: the callers go on meanwhile.
    let source = tokio::task::spawn_blocking(move || {
        match &mut source {
            Source::Postgres(server) => {
                server.stop();
                server.resume();
            }
            Source::MariaDb(server) => {
                server.stop();
                server.resume();
            }
        }
        source
    })
    .await
    .unwrap();
    let away = began.elapsed();
    tokio::time::sleep(BEHIND).await;
    counted.stop.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }
    let (asked, failed) = (counted.asked.load(Ordering::SeqCst), counted.failed.load(Ordering::SeqCst));
    println!("{}: {failed} of {asked} calls failed over a restart that took {} ms, {before} before it", source.driver(), away.as_millis());
    assert!(asked > before + CALLERS, "callers call on: {asked}");
    // Small lists are sent whole: no row of them is out before all are there. A server that is away for longer than a connection may
    // take to be made is another matter.
    if away < Duration::from_secs(4) {
        assert!(failed <= 1, "{failed} of {asked} failed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_restarted_under_load_fails_at_most_one_call() {
    restarted_under_load(Source::postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_restarted_under_load_fails_at_most_one_call() {
    restarted_under_load(Source::mariadb()).await;
}
