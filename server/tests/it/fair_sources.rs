//! One app cannot take a source from the others: downloads that nobody reads, and what becomes of them.

use std::time::{Duration, Instant};

use crate::common::{Http, LONG, People, Source, binary, until};
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const API: &str = "/api/travel/long-rows";

/// More than sockets hold: about 90 MB of rows.
async fn publish(people: &People, source: &Source) {
    let rows = "CREATE TABLE long_rows (n bigint PRIMARY KEY, word text NOT NULL);
        INSERT INTO long_rows SELECT n, repeat('x', 300) FROM generate_series(1, 300000) AS n";
    source.run(rows).await;
    people.builder.put_source("shared", source.driver(), source.binding()).await;
    let spec = json!({
        "title": "Long rows", "source": "shared", "kind": "sql",
        "form": {
            "table": source.table("long_rows"),
            "select": [{"name": "n", "column": "n"}, {"name": "word", "column": "word"}],
            "sort": [{"field": "n"}],
        },
        "page_size": 20,
        "policy": {"timeout_ms": 5_000, "max_rows": 1_000_000, "max_bytes": 1_u64 << 30},
    });
    people.publish("long-rows", spec, json!({})).await;
}

/// Another app that may call the same API.
async fn another_app(people: &People, server: &Sluice, name: &str, api: &str) -> Http {
    people.builder.post("/apps", json!({"domain": "travel", "name": name})).await;
    let key = people.builder.post(&format!("/apps/travel/{name}/keys"), json!({"environment": "prod"})).await;
    let grant = format!("/apps/travel/{name}/grants/travel/{api}");
    let (status, body) = people.owner.call(reqwest::Method::PUT, &grant, Some(json!({}))).await;
    assert!(status.is_success(), "{body}");
    people.owner.served().await;
    Http { key: key["secret"].as_str().unwrap().to_owned(), ..Http::new(server) }
}

async fn running(http: &Http) -> usize {
    let metrics = http.get("/metrics").send().await.unwrap().text().await.unwrap();
    let of = "sluice_source_running{source=\"shared\",env=\"prod\",compartment=\"travel";
    let line = metrics.lines().find(|line| line.starts_with(of));
    line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
}

/// A download that is begun and not read.
async fn unread(server: &Sluice, http: &Http) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    let request = format!("GET {API}.csv HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n", http.key);
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads eight KiB a second, for as long as something comes.
async fn trickle(mut stream: TcpStream) {
    let mut pace = tokio::time::interval(Duration::from_millis(200));
    let mut some = vec![0; 1_638];
    loop {
        pace.tick().await;
        if !matches!(stream.read(&mut some).await, Ok(1..)) {
            return;
        }
    }
}

/// What comes until the connection ends, however it does.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let (mut all, mut some) = (Vec::new(), vec![0; 64 << 10]);
    while let Ok(read @ 1..) = stream.read(&mut some).await {
        all.extend_from_slice(&some[..read]);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_downloads_of_one_app_leave_the_source_to_the_others_and_end() {
    let (server, source) = (Sluice::demo(binary()), Source::postgres());
    let (people, greedy) = (People::of(&server).await, Http::new(&server));
    publish(&people, &source).await;
    let modest = another_app(&people, &server, "modest-app", "long-rows").await;
    let mut downloads = Vec::new();
    for _ in 0..16 {
        downloads.push(unread(&server, &greedy).await);
    }
    until(LONG, "twelve downloads under way", async || running(&greedy).await == 12).await;

    let one = || modest.get(&format!("{API}?limit=1")).send();
    let began = Instant::now();
    for answer in futures::future::join_all((0..8).map(|_| one())).await {
        assert_eq!(answer.unwrap().status().as_u16(), 200);
    }
    assert!(began.elapsed() < Duration::from_secs(2), "nobody waited for the others: {:?}", began.elapsed());
    let refused = greedy.get(&format!("{API}?limit=1")).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    let refused: Json = refused.json().await.unwrap();
    assert_eq!(problem_code(&refused).0, "source-busy", "{refused}");

    // Of what nobody reads, the slots come back, and no part of a response looks like a whole one.
    until(LONG, "no download under way", async || running(&greedy).await == 0).await;
    assert_eq!(greedy.json(greedy.get(&format!("{API}?limit=1"))).await.0, 200);
    let mut begun = 0;
    for answer in futures::future::join_all(downloads.into_iter().map(rest)).await {
        if answer.starts_with(b"HTTP/1.1 200") {
            begun += 1;
            assert!(answer.len() > 64 << 10 && !answer.ends_with(b"0\r\n\r\n"), "{} bytes look whole", answer.len());
        } else {
            assert!(answer.starts_with(b"HTTP/1.1 503"), "{}", String::from_utf8_lossy(&answer[..answer.len().min(200)]));
        }
    }
    assert_eq!(begun, 12);
    // One that is read comes whole, and takes as long as its reader.
    let whole = greedy.get(&format!("{API}.ndjson")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(whole.iter().filter(|byte| **byte == b'\n').count(), 300_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_that_are_read_slowly_make_way_once_others_wait() {
    let (server, source) = (Sluice::demo(binary()), Source::postgres());
    let (people, demo) = (People::of(&server).await, Http::new(&server));
    publish(&people, &source).await;
    let (second, third) =
        (another_app(&people, &server, "second-app", "long-rows").await, another_app(&people, &server, "third-app", "long-rows").await);
    let quick = another_app(&people, &server, "quick-app", "long-rows").await;
    // Three apps hold all sixteen slots: each may have three times what is free.
    let mut readers = Vec::new();
    for (app, share, held) in [(&demo, 12, 12), (&second, 3, 15), (&third, 1, 16)] {
        for _ in 0..share {
            readers.push(tokio::spawn(trickle(unread(&server, app).await)));
        }
        until(LONG, "their downloads are under way", async || running(app).await == held).await;
    }
    let answered = async || quick.get(&format!("{API}?limit=1")).send().await.unwrap().status().as_u16() == 200;
    until(Duration::from_secs(10), "a call of another app is answered", answered).await;
    assert!(running(&quick).await >= 8, "those that need not make way go on");
    readers.iter().for_each(tokio::task::JoinHandle::abort);
}

/// A Union of a plane and of how many pairs of numbers there are, which takes longer than its step may where there are many.
async fn publish_pairs(people: &People, source: &Source) {
    source.run("CREATE TABLE numbers (n bigint PRIMARY KEY); INSERT INTO numbers SELECT n FROM generate_series(1, 3000) AS n").await;
    people.builder.put_source("counted", source.driver(), source.binding()).await;
    let integer = json!([{"name": "many", "type": "int64", "required": true, "test_value": "1"}]);
    let sql = "SELECT count(*) AS pairs FROM numbers a, numbers b, numbers c WHERE a.n <= :many AND b.n <= :many AND c.n <= :many";
    let pairs = json!({
        "title": "Pairs", "source": "counted", "kind": "sql", "script": sql, "parameters": integer,
        "fields": [{"name": "pairs", "column": "pairs", "type": "int64"}],
    });
    people.publish("pairs", pairs, json!({})).await;
    let from = |parameter: &str| json!([{"parameter": parameter, "from": {"parameter": parameter}}]);
    let union = json!({
        "title": "A plane and pairs", "kind": "union",
        "steps": [
            {"name": "plane", "api": "plane", "inputs": from("tailnum")},
            {"name": "pairs", "api": "pairs", "grade": "secondary", "timeout_ms": 1_000, "inputs": from("many")},
        ],
        "parameters": [
            {"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"},
            {"name": "many", "type": "int64", "required": true, "test_value": "1"},
        ],
    });
    people.publish("plane-and-pairs", union, json!({})).await;
}

#[tokio::test]
async fn a_step_is_paused_for_the_app_whose_questions_take_too_long_and_for_no_other() {
    let (server, source) = (Sluice::demo(binary()), Source::postgres());
    let (people, slow) = (People::of(&server).await, Http::new(&server));
    publish_pairs(&people, &source).await;
    let modest = another_app(&people, &server, "modest-app", "plane-and-pairs").await;
    let ask = async |http: &Http, many: u32| {
        let (status, answer) = http.json(http.get(&format!("/api/travel/plane-and-pairs?tailnum=N14228&many={many}"))).await;
        assert_eq!(status, 200, "{answer}");
        answer["degraded"][0]["code"].as_str().map(str::to_owned)
    };
    assert_eq!(ask(&slow, 1).await, None);
    for _ in 0..5 {
        assert_eq!(ask(&slow, 3_000).await.as_deref(), Some("source-timeout"));
    }
    assert_eq!(ask(&slow, 1).await.as_deref(), Some("source-unavailable"), "it is paused, whatever is asked");
    for _ in 0..5 {
        assert_eq!(ask(&modest, 1).await, None, "it answers the other app");
    }
    // After the pause one question tries, and opens it again.
    until(LONG, "an answer after the pause", async || ask(&slow, 1).await.is_none()).await;
}
