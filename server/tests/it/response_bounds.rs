//! How large responses may be, in every format, and what the process holds of one that is larger.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::common::{Grpc, Http, People, Source, binary};
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

const FORMATS: [&str; 7] = ["json", "columns", "ndjson", "csv", "excel", "parquet", "arrow"];

fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() >> 10
}

/// The most memory that a process takes while this lives, in MiB.
pub(crate) struct Watched {
    most: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    before: u64,
}

impl Watched {
    pub(crate) fn new(pid: u32) -> Self {
        let (most, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (of, end) = (most.clone(), over.clone());
        std::thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                of.fetch_max(memory(pid), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        Self { most, over, before: memory(pid) }
    }

    pub(crate) fn more(&self) -> u64 {
        self.most.load(Ordering::Relaxed).saturating_sub(self.before)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

#[allow(clippy::needless_pass_by_value)] // json! makes values
fn bodies(source: &Source, policy: Json) -> Json {
    json!({
        "title": "Bodies", "source": "bodies-db", "kind": "sql",
        "form": {
            "table": source.table("bodies"),
            "select": [{"name": "n", "column": "n"}, {"name": "body", "column": "body"}],
            "sort": [{"field": "n"}],
        },
        "policy": policy,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn large_cells_and_large_responses_are_refused_before_they_are_held() {
    let (server, source) = (Sluice::demo(binary()), Source::postgres());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    source.run("CREATE TABLE bodies (n bigint PRIMARY KEY, body text NOT NULL); INSERT INTO bodies VALUES (1, 'small')").await;
    people.builder.put_source("bodies-db", source.driver(), source.binding()).await;
    people.publish("bodies", bodies(&source, json!({"timeout_ms": 30_000})), json!({})).await;
    let larger = json!({"timeout_ms": 30_000, "max_bytes": 256_u64 << 20});
    people.publish("larger", bodies(&source, larger), json!({})).await;
    let mut grpc = Grpc::new(&server);

    // Five cells of 200 MB: the first one is refused, by name and row, before anything was sent.
    source.run("DELETE FROM bodies; INSERT INTO bodies SELECT n, repeat('x', 200000000) FROM generate_series(1, 5) AS n").await;
    let watched = Watched::new(server.pid());
    for format in FORMATS {
        let (status, problem) = http.json(http.get(&format!("/api/travel/bodies?format={format}"))).await;
        let (code, detail) = problem_code(&problem);
        assert!((status, code) == (413, "too-large") && detail.contains("Row 1") && detail.contains("body"), "{format}: {problem}");
    }
    let streamed = grpc.call("sluice.travel.Bodies/Stream", &http.key, json!({}));
    assert_eq!(streamed["reason"], "too-large", "{streamed}");
    assert!(watched.more() < 1_000, "five cells of 200 MB took {} MiB", watched.more());
    drop(watched);

    // Many cells that are allowed, and too many together.
    source.run("DELETE FROM bodies; INSERT INTO bodies SELECT n, repeat('x', 2 << 20) FROM generate_series(1, 60) AS n").await;
    let watched = Watched::new(server.pid());
    for format in ["json", "columns"] {
        let (status, problem) = http.json(http.get(&format!("/api/travel/bodies?format={format}"))).await;
        assert_eq!((status, problem_code(&problem).0), (413, "too-large"), "{format}: {problem}");
    }
    // Of a file in groups of rows nothing is sent before the first group is whole, so the bound is passed before.
    let (status, problem) = http.json(http.get("/api/travel/bodies?format=parquet")).await;
    assert_eq!((status, problem_code(&problem).0), (413, "too-large"), "{problem}");
    for format in ["ndjson", "csv", "excel", "arrow"] {
        let response = http.get(&format!("/api/travel/bodies?format={format}")).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{format}: the first rows are good");
        assert!(response.bytes().await.is_err(), "{format}: a part of it looks whole");
    }
    let streamed = grpc.call("sluice.travel.Bodies/Stream", &http.key, json!({}));
    assert_eq!(streamed["reason"], "too-large", "{streamed}");
    assert!(watched.more() < 500, "responses of 120 MiB took {} MiB", watched.more());

    // A policy lets streams be larger; what is made whole before it is sent stays as it is.
    for format in ["ndjson", "csv", "arrow"] {
        let whole = http.get(&format!("/api/travel/larger?format={format}")).send().await.unwrap().bytes().await.unwrap();
        assert!(whole.len() > 120 << 20, "{format}: {} bytes", whole.len());
    }
    assert_eq!(http.json(http.get("/api/travel/larger")).await.0, 413);
    // The connections that were left in the middle of a row are of no harm to others.
    source.run("DELETE FROM bodies WHERE n > 1").await;
    let (status, page) = http.json(http.get("/api/travel/bodies")).await;
    assert_eq!((status, page["rows"].as_array().map(Vec::len)), (200, Some(1)));
}
