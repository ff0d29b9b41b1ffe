//! The request log: requests are found by the ids that their callers got, with what they did, and without what they gave.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};
use serde_json::{Value as Json, json};
use testkit::{Admin, Postgres, Sluice};

use crate::common::{Grpc, Http, LONG, People, aircraft, binary, until};

fn id_of(response: &Response) -> String {
    response.headers()["x-request-id"].to_str().unwrap().to_owned()
}

async fn search(admin: &Admin, query: &str) -> Vec<Json> {
    let page = admin.get(&format!("/request-log?{query}")).await;
    page["requests"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
}

/// The entry of a request, once its thread has it.
async fn entry(admin: &Admin, id: &str) -> Json {
    let query = format!("request_id={id}");
    until(LONG, "the request is in the log", async || !search(admin, &query).await.is_empty()).await;
    let mut found = search(admin, &query).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Who gave a parameter, with its value where that is shown.
fn parameters(entry: &Json) -> BTreeMap<String, Option<String>> {
    let of = |one: &Json| (one["name"].as_str().unwrap().to_owned(), one["value"].as_str().map(str::to_owned));
    entry["parameters"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn a_request_is_found_by_its_id_with_what_it_did_and_its_values_are_masked() {
    let server = Sluice::demo(binary());
    let (http, people) = (Http::new(&server), People::of(&server).await);
    let mut shown = aircraft(json!("source"));
    shown["parameters"][0]["loggable"] = json!(true);
    people.publish("shown", shown, json!({})).await;
    let viewer = Admin::demo(&server, "viewer@demo").await;

    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let called = http.get("/api/travel/plane?tailnum=N14228").header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    let called = called.send().await.unwrap();
    let (id, version) = (id_of(&called), called.headers()["x-sluice-api-version"].to_str().unwrap().to_owned());
    let bytes = called.bytes().await.unwrap().len();
    let plane = entry(&viewer, &id).await;
    assert_eq!((plane["api"].as_str(), plane["app"].as_str()), (Some("travel/plane"), Some("travel/demo-app")), "{plane}");
    assert_eq!((plane["trace_id"].as_str(), plane["caller"].as_str(), &plane["code"]), (Some(trace), Some("key"), &Json::Null));
    assert_eq!((plane["version"].to_string(), plane["environment"].as_str()), (version, Some("prod")));
    assert_eq!(plane["bytes"].as_u64(), Some(bytes as u64), "{plane}");
    let micros = |name: &str| plane[name].as_u64().unwrap();
    assert_eq!(micros("total_us"), micros("gateway_us") + micros("cache_us") + micros("source_us"), "{plane}");
    assert_eq!(parameters(&plane), BTreeMap::from([("tailnum".to_owned(), None)]));
    assert!(!plane.to_string().contains("N14228"), "{plane}");

    let called = http.get("/api/travel/shown?tailnum=N14228").send().await.unwrap();
    let of_shown = entry(&viewer, &id_of(&called)).await;
    assert_eq!(parameters(&of_shown), BTreeMap::from([("tailnum".to_owned(), Some("N14228".to_owned()))]));

    // One that is turned away for want of a grant has its API and its app all the same.
    people.builder.publish(&people.approver, "travel", "closed", aircraft(json!("source"))).await;
    let called = http.get("/api/travel/closed?tailnum=N14228").send().await.unwrap();
    let closed = entry(&viewer, &id_of(&called)).await;
    let told = ["code", "api", "app"].map(|name| closed[name].as_str().unwrap_or_default());
    assert_eq!(told, ["forbidden", "travel/closed", "travel/demo-app"], "{closed}");

    // Over gRPC, and of a body.
    let over_grpc = Grpc::new(&server).call("sluice.travel.Plane/Get", &http.key, json!({"tailnum": "NOBODY1"}));
    let of_grpc = entry(&viewer, over_grpc["request_id"].as_str().unwrap_or_else(|| panic!("{over_grpc}"))).await;
    assert_eq!((of_grpc["api"].as_str(), parameters(&of_grpc)["tailnum"].clone()), (Some("travel/plane"), None));
    let posted = http.post("/api/travel/shown", &json!({"tailnum": "N14228", "password": "hunter2"})).send().await.unwrap();
    let refused = entry(&viewer, &id_of(&posted)).await;
    assert_eq!(refused["code"], "invalid");
    assert_eq!(parameters(&refused), BTreeMap::from([("tailnum".to_owned(), Some("N14228".to_owned()))]));
    assert!(!refused.to_string().contains("hunter2"), "{refused}");
}

#[tokio::test]
async fn a_union_leads_to_its_steps_and_a_stranger_is_seen_by_admins_alone() {
    let server = Sluice::demo(binary());
    let (http, viewer, admin) = (Http::new(&server), Admin::demo(&server, "viewer@demo").await, Admin::demo(&server, "admin@demo").await);
    let called = http.get("/api/travel/flight-day?date=2013-01-01&carrier=UA&flight=1545").send().await.unwrap();
    assert_eq!(called.status(), StatusCode::OK);
    let card = entry(&viewer, &id_of(&called)).await;
    let spans = card["spans"].as_array().unwrap();
    let steps: BTreeSet<&str> = spans.iter().filter(|span| span["kind"] == "step").filter_map(|span| span["name"].as_str()).collect();
    assert!(["flight", "plane", "destination", "weather"].iter().all(|step| steps.contains(step)), "{card}");
    let span = |name: &str| spans.iter().find(|span| span["name"] == name).unwrap();
    let end = |span: &Json| span["began_us"].as_u64().unwrap() + span["took_us"].as_u64().unwrap();
    assert!(span("plane")["began_us"].as_u64().unwrap() >= end(span("flight")), "it waits for the flight: {card}");
    assert!(spans.iter().all(|one| end(one) <= card["total_us"].as_u64().unwrap() + 1_000), "{card}");
    // What each step asked its source stands within the step.
    for step in ["flight", "plane", "destination", "weather"] {
        let asked =
            |part: &str| spans.iter().find(|span| span["name"] == part && span["step"] == step).unwrap_or_else(|| panic!("{step}: {card}"));
        let statement = asked("statement");
        assert_eq!((statement["note"].as_str(), statement["driver"].as_str()), (Some("flights-db"), Some("sqlite")), "{card}");
        assert!(statement["rows"].is_u64(), "{card}");
        let began = |span: &Json| span["began_us"].as_u64().unwrap();
        assert!(began(asked("connection")) <= began(statement) && began(span(step)) <= began(statement), "{card}");
        assert!(end(statement) <= end(span(step)) + 20_000, "{card}");
    }
    let order: Vec<u64> = spans.iter().filter_map(|span| span["began_us"].as_u64()).collect();
    assert!(order.is_sorted() && spans[0]["name"] == "request", "{card}");

    let stranger = http.client.get(format!("{}/api/travel/plane?tailnum=N14228", server.url)).bearer_auth("slk_none_none").send();
    let stranger = id_of(&stranger.await.unwrap());
    let seen = entry(&admin, &stranger).await;
    assert_eq!((seen["code"].as_str(), seen["api"].as_str(), seen["app"].as_str()), (Some("unauthenticated"), Some(""), Some("")));
    assert_eq!(search(&viewer, &format!("request_id={stranger}")).await, Vec::<Json>::new());
    for wrong in ["code=teapot", "after=x", "limit=0", "limit=201", "from=x", "colour=red"] {
        let (status, body) = viewer.call(reqwest::Method::GET, &format!("/request-log?{wrong}"), None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}: {body}");
    }
}

/// A list of a table that has three rows.
async fn publish_shelves(people: &People, name: &str) {
    let spec = json!({
        "title": "Shelves", "source": "shared", "kind": "sql",
        "form": {"table": {"schema": "public", "name": "shelves"}, "select": [{"name": "n", "column": "n"}], "sort": [{"field": "n"}]},
        "page_size": 20,
        "policy": {"timeout_ms": 20_000},
    });
    people.publish(name, spec, json!({})).await;
}

/// A figure of the pool that APIs of a domain have of the source.
async fn of_pool(http: &Http, figure: &str) -> usize {
    let metrics = http.get("/metrics").send().await.unwrap().text().await.unwrap();
    let of = format!("sluice_source_{figure}{{source=\"shared\",env=\"prod\",compartment=\"travel");
    let line = metrics.lines().find(|line| line.starts_with(&of));
    line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_how_long_it_waited_for_a_slot_and_what_its_source_gave() {
    let (server, postgres) = (Sluice::demo(binary()), Postgres::start());
    let (http, people, viewer) = (Http::new(&server), People::of(&server).await, Admin::demo(&server, "viewer@demo").await);
    postgres.run("postgres", "CREATE TABLE shelves (n bigint PRIMARY KEY); INSERT INTO shelves VALUES (1), (2), (3)").await;
    let config = json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "postgres", "user": "postgres"});
    people.builder.put_source("shared", "postgres", json!({"config": config, "secrets": {"password": ""}})).await;
    publish_shelves(&people, "shelves").await;
    publish_shelves(&people, "held-shelves").await;

    let called = http.get("/api/travel/shelves").send().await.unwrap();
    assert_eq!(called.status(), StatusCode::OK);
    let alone = entry(&viewer, &id_of(&called)).await;
    let part = |entry: &Json, name: &str| entry["spans"].as_array().unwrap().iter().find(|span| span["name"] == name).cloned();
    assert_eq!(part(&alone, "queue"), None, "a slot was free: {alone}");
    let statement = part(&alone, "statement").unwrap_or_else(|| panic!("{alone}"));
    let told = (statement["note"].as_str(), statement["driver"].as_str(), statement["rows"].as_u64(), statement["failed"].as_bool());
    assert_eq!(told, (Some("shared"), Some("postgres"), Some(3), Some(false)), "{alone}");
    assert!(part(&alone, "connection").is_some(), "{alone}");
    assert!(!alone.to_string().contains("SELECT"), "no statement is in it: {alone}");

    // One app alone gets twelve of the sixteen slots. Those are held, and its next request waits for one.
    let lock = postgres.hold("postgres", "LOCK TABLE shelves IN ACCESS EXCLUSIVE MODE").await;
    let held: Vec<_> = (0..12).map(|_| tokio::spawn(http.get("/api/travel/held-shelves").send())).collect();
    until(LONG, "twelve slots are held", async || of_pool(&http, "running").await == 12).await;
    let waiting = tokio::spawn(http.get("/api/travel/shelves").send());
    until(LONG, "a request waits", async || of_pool(&http, "waiting").await == 1).await;
    let seen = Instant::now();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let waited = seen.elapsed();
    drop(lock);
    let called = waiting.await.unwrap().unwrap();
    assert_eq!(called.status(), StatusCode::OK);
    for held in held {
        assert_eq!(held.await.unwrap().unwrap().status(), StatusCode::OK);
    }
    let queued = entry(&viewer, &id_of(&called)).await;
    let queue = part(&queued, "queue").unwrap_or_else(|| panic!("{queued}"));
    let micros = |span: &Json, name: &str| u128::from(span[name].as_u64().unwrap());
    assert!(micros(&queue, "took_us") >= waited.as_micros(), "at least {waited:?}: {queued}");
    assert!(micros(&queue, "took_us") <= micros(&queued, "source_us"), "{queued}");
    let statement = part(&queued, "statement").unwrap();
    assert!(micros(&statement, "began_us") >= micros(&queue, "began_us") + micros(&queue, "took_us"), "{queued}");
}

#[tokio::test]
async fn the_first_twenty_failures_are_kept_and_all_are_counted() {
    let server = Sluice::demo(binary());
    let (http, viewer) = (Http::new(&server), Admin::demo(&server, "viewer@demo").await);
    let mut sent = Vec::new();
    for _ in 0..60 {
        sent.push(id_of(&http.get("/api/travel/plane").send().await.unwrap()));
    }
    let query = "api=travel/plane&code=invalid&limit=200";
    until(LONG, "the first failures are in the log", async || search(&viewer, query).await.len() >= 20).await;
    let found = search(&viewer, query).await;
    let kept: Vec<&str> = found.iter().filter_map(|entry| entry["request_id"].as_str()).collect();
    assert!(sent[..20].iter().all(|id| kept.contains(&id.as_str())), "the first ones: {kept:?}");
    let mut windows: BTreeMap<u64, usize> = BTreeMap::new();
    for entry in &found {
        let end = entry["at"].as_u64().unwrap() + entry["total_us"].as_u64().unwrap() / 1_000;
        *windows.entry(end / 10_000).or_default() += 1;
    }
    assert!(windows.values().all(|kept| *kept <= 20), "{windows:?}");
    assert!(found.windows(2).all(|pair| pair[0]["at"].as_i64() >= pair[1]["at"].as_i64()), "newest first");
    assert_eq!(search(&viewer, "api=travel/plane&code=ok").await.len(), 0);
    let metrics = http.client.get(format!("{}/metrics", server.url)).send().await.unwrap().text().await.unwrap();
    let line = "sluice_requests_total{domain=\"travel\",api=\"plane\",kind=\"kv\",env=\"prod\",code=\"invalid\"} 60";
    assert!(metrics.contains(line), "{metrics}");
    assert!(metrics.contains("sluice_request_log_stopped 0"), "{metrics}");

    // Page by page it is the same.
    let (mut pages, mut after) = (Vec::new(), String::new());
    loop {
        let page = viewer.get(&format!("/request-log?api=travel/plane&code=failed&limit=7&after={after}")).await;
        pages.extend(page["requests"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(pages, search(&viewer, query).await);
}

#[tokio::test]
async fn what_was_kept_is_found_again_after_a_restart() {
    let folder = testkit::folder();
    let mut server = Sluice::start(binary(), "demo", folder.path(), &[]);
    let called = Http::new(&server).get("/api/travel/plane?tailnum=N14228").send().await.unwrap();
    let id = id_of(&called);
    let before = entry(&Admin::demo(&server, "viewer@demo").await, &id).await;
    // As an operator ends it: the open segment is written.
    assert!(std::process::Command::new("kill").args(["-TERM", &server.pid().to_string()]).status().unwrap().success());
    assert!(server.wait().success());
    let part = folder.path().join("request-log/1-2-0.part");
    std::fs::write(&part, "what a killed process had begun").unwrap();
    let server = Sluice::start(binary(), "demo", folder.path(), &[]);
    let after = entry(&Admin::demo(&server, "viewer@demo").await, &id).await;
    assert_eq!(after, before);
    until(LONG, "the part is removed", async || !part.exists()).await;
}

#[test]
fn settings_that_are_none_keep_the_program_from_starting() {
    let folder = testkit::folder();
    for (name, value, told) in [
        ("SLUICE_REQUEST_LOG_DAYS", "0", "request_log_days"),
        ("SLUICE_REQUEST_LOG_MB", "much", "request_log_mb"),
        ("SLUICE_NODE_ADDRESS", "10.0.0.7", "node_address"),
        ("SLUICE_OTLP_ENDPOINT", "https://collector.example:4317", "SLUICE_OTLP_ENDPOINT"),
    ] {
        let environment = [(name, value), ("SLUICE_HTTP_ADDR", "127.0.0.1:0"), ("SLUICE_GRPC_ADDR", "127.0.0.1:0")];
        let mut command = std::process::Command::new(binary());
        let output = command.arg("serve").env("SLUICE_DATA_DIR", folder.path()).envs(environment).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.to_lowercase().contains(&told.to_lowercase()), "{name}={value}: {said}");
    }
}
