//! Three processes over one PostgreSQL, seen as one: a request is found from any of them, counts and percentiles are those of the load that
//! was sent, and one breach is told once.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::routing::post;
use axum::{Json as Body, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::vault::Vault;
use futures::StreamExt;
use jsonwebtoken::{EncodingKey, Header};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use testkit::{Admin, Sluice, problem_code};
use tokio::net::TcpListener;

use crate::common::{Cluster, Http, LONG, MASTER_KEY, People, Source, until};

/// Requests to each node.
const REQUESTS: u64 = 500;
/// Of each node at a time: an app has twelve concurrency slots, and other requests want some too.
const AT_ONCE: usize = 8;
const HALF_HOUR: u64 = 1_800_000;
/// A row that takes longer than its API allows.
const TOO_SLOW: u64 = 100_000;
const SEARCH: &str = "/internal/v1/request-log/search";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// What a node is called.
fn name(node: &Sluice) -> &str {
    node.url.trim_start_matches("http://")
}

/// The nodes, and the source that all of them read.
struct Three {
    nodes: [Sluice; 3],
    people: People,
    _cluster: Cluster,
    _source: Source,
}

impl Three {
    async fn start() -> Self {
        let (cluster, source) = (Cluster::start().await, Source::postgres());
        // Each row takes as long to read as it says: of five hundred between 20 and 200 ms, evenly spread, and of one three seconds.
        let rows = "CREATE TABLE naps_of (id bigint PRIMARY KEY, us bigint NOT NULL);
            INSERT INTO naps_of SELECT id, 20000 + id * 360 FROM generate_series(1, 500) AS id;
            INSERT INTO naps_of VALUES (100000, 3000000);
            CREATE FUNCTION nap(us bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS
                $$ BEGIN PERFORM pg_sleep(us / 1000000.0); RETURN us; END $$;
            CREATE VIEW naps AS SELECT id, nap(us) AS us FROM naps_of";
        source.run(rows).await;
        let nodes = [cluster.node(), cluster.node(), cluster.node()];
        let people = People::of(&nodes[0]).await;
        people.builder.put_source("naps-db", source.driver(), source.binding()).await;
        for (name, timeout_ms) in [("noted", 5_000), ("naps", 5_000), ("flaky", 500)] {
            people.publish(name, naps(timeout_ms), json!({})).await;
        }
        for node in &nodes {
            people.owner.at(node).served().await;
        }
        Self { nodes, people, _cluster: cluster, _source: source }
    }
}

fn naps(timeout_ms: u32) -> Json {
    json!({
        "title": "Rows that take their time", "source": "naps-db", "kind": "sql", "script": "SELECT id, us FROM naps WHERE id = :id",
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
        "fields": [{"name": "id", "column": "id", "type": "int64"}, {"name": "us", "column": "us", "type": "int64"}],
        "policy": {"timeout_ms": timeout_ms},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_are_searched_counted_and_watched_as_one() {
    let mut three = Three::start().await;
    let told = a_breach_is_told_once(&three);
    let others = async {
        requests_are_found_from_another_node(&three).await;
        only_nodes_are_answered(&three).await;
        figures_are_those_of_the_load(&three).await;
    };
    tokio::join!(told, others);
    nodes_that_do_not_respond_are_named(&mut three).await;
}

async fn search(admin: &Admin, query: &str) -> Json {
    admin.get(&format!("/request-log?{query}")).await
}

fn requests(page: &Json) -> &[Json] {
    page["requests"].as_array().unwrap_or_else(|| panic!("{page}"))
}

/// Calls an API of a node once, and gives the id of the request.
async fn call(node: &Sluice) -> String {
    let response = Http::new(node).get("/api/travel/noted?id=1").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.headers()["x-request-id"].to_str().unwrap().to_owned()
}

/// The page of one search, once it has so many requests.
async fn found(admin: &Admin, query: &str, many: usize) -> Json {
    until(LONG, "the requests are in the log", async || requests(&search(admin, query).await).len() >= many).await;
    let page = search(admin, query).await;
    assert_eq!((requests(&page).len(), &page["other_nodes"]), (many, &json!([])), "{page}");
    page
}

async fn requests_are_found_from_another_node(three: &Three) {
    let [first, second, third] = &three.nodes;
    let viewer = Admin::demo(first, "viewer@demo").await;
    let ids = [call(second).await, call(third).await, call(second).await, call(first).await];
    for (id, node) in ids.iter().zip([second, third, second, first]) {
        let page = found(&viewer, &format!("request_id={id}"), 1).await;
        let request = &requests(&page)[0];
        assert_eq!((request["node"].as_str(), request["api"].as_str()), (Some(name(node)), Some("travel/noted")), "{request}");
    }
    let query = "app=travel/demo-app&api=travel/noted";
    let all = found(&viewer, query, 4).await;
    let in_order: Vec<&str> = requests(&all).iter().map(|request| request["request_id"].as_str().unwrap()).collect();
    assert_eq!(in_order, ids.iter().rev().collect::<Vec<_>>(), "newest first, of all nodes");
    // Page by page it is the same.
    let (mut pages, mut after) = (Vec::new(), String::new());
    loop {
        let page = search(&viewer, &format!("{query}&limit=1&after={after}")).await;
        pages.extend_from_slice(requests(&page));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(pages, requests(&all));
    // What it did, on the page of a portal of another node.
    let page = Admin::browser(first, "viewer@demo").await.get(format!("{}/monitoring/requests/{}", first.url, ids[0]));
    let page = page.header("accept", "text/html").send().await.unwrap().text().await.unwrap();
    for part in [name(second), "naps-db", "span-bar"] {
        assert!(page.contains(part), "{part} is missing: {page}");
    }
    // Somebody of another domain finds nothing of it, on any node.
    let admin = Admin::demo(first, "admin@demo").await;
    admin.post("/domains", json!({"name": "finance"})).await;
    admin.post("/people", json!({"email": "stranger@demo"})).await;
    admin.call(Method::PUT, "/domains/finance/members/stranger@demo", Some(json!({"roles": ["owner"]}))).await;
    let stranger = Admin::demo(first, "stranger@demo").await;
    assert_eq!(
        search(&stranger, &format!("request_id={}", ids[0])).await,
        json!({"requests": [], "next": null, "unreadable": [], "other_nodes": []})
    );
}

/// A token as nodes make them.
fn token(master: &str, claims: &Json) -> String {
    let key = Vault::from_base64(master).unwrap().derived("requests between nodes");
    jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(&key)).unwrap()
}

async fn only_nodes_are_answered(three: &Three) {
    let [first, second, third] = &three.nodes;
    let (http, seconds) = (reqwest::Client::new(), now() / 1_000);
    let body = json!({"api": "travel/noted", "limit": 9, "sees": "all"}).to_string();
    let claims = |node: &Sluice, exp: u64, body: &str| {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(body));
        json!({"iss": name(first), "aud": name(node), "exp": exp, "body": hash})
    };
    let ask = |token: &str, body: &str| http.post(format!("{}{SEARCH}", second.url)).bearer_auth(token).body(body.to_owned());
    let good = token(MASTER_KEY, &claims(second, seconds + 10, &body));
    let answer: Json = ask(&good, &body).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["entries"].as_array().map(Vec::len), Some(2), "its own ones alone: {answer}");
    // The same search, for the asker of another domain.
    let narrowed = json!({"api": "travel/noted", "limit": 9, "sees": {"of": {"apis": ["finance"], "apps": ["finance"]}}}).to_string();
    let of_narrowed = token(MASTER_KEY, &claims(second, seconds + 10, &narrowed));
    let answer: Json = ask(&of_narrowed, &narrowed).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["entries"], json!([]), "{answer}");

    let other_key = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), good.split('.').nth(1).unwrap());
    let admin = Admin::demo(second, "admin@demo").await;
    let cookies = Admin::browser(second, "admin@demo").await;
    let refused: [(&str, RequestBuilder); 9] = [
        ("forged", ask(&token(other_key, &claims(second, seconds + 10, &body)), &body)),
        ("unsigned", ask(&unsigned, &body)),
        ("expired", ask(&token(MASTER_KEY, &claims(second, seconds - 5, &body)), &body)),
        ("valid for long", ask(&token(MASTER_KEY, &claims(second, seconds + 3_600, &body)), &body)),
        ("with another body", ask(&good, &body.replace('9', "8"))),
        ("for another node", ask(&token(MASTER_KEY, &claims(third, seconds + 10, &body)), &body)),
        ("a personal token", ask(&admin.token, &body)),
        ("a session", cookies.post(format!("{}{SEARCH}", second.url)).header("origin", &second.url).body(body.clone())),
        ("another method", http.get(format!("{}{SEARCH}", second.url)).bearer_auth(&good)),
    ];
    for (what, request) in refused {
        let response = request.send().await.unwrap();
        let (status, kind) = (response.status(), response.headers()["content-type"].to_str().unwrap().to_owned());
        let problem: Json = response.json().await.unwrap();
        assert_eq!((status.as_u16(), kind.as_str()), (401, "application/problem+json"), "{what}: {problem}");
        assert_eq!(problem_code(&problem).0, "unauthenticated", "{what}: {problem}");
        assert!(problem["entries"].is_null() && problem["request_id"] != "", "{what}: {problem}");
    }
}

/// The server's own time of a response, in microseconds.
fn server_time(response: &reqwest::Response) -> u64 {
    let timing = response.headers()["server-timing"].to_str().unwrap();
    let (_, millis) = timing.rsplit_once("gateway;dur=").unwrap();
    (millis.parse::<f64>().unwrap() * 1_000.0).round() as u64
}

/// Calls each row of a node once, and gives the times that its responses say.
async fn load(node: &Sluice) -> Vec<u64> {
    let http = &Http::new(node);
    let sent = futures::stream::iter(1..=REQUESTS).map(|id| async move {
        let response = http.get(&format!("/api/travel/naps?id={id}")).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        server_time(&response)
    });
    sent.buffer_unordered(AT_ONCE).collect().await
}

/// A chart of the API over one interval of half an hour, as a node draws it; and how many requests that makes.
async fn chart(admin: &Admin, from: u64) -> (Json, f64) {
    let metrics = "requests,latency-p50,latency-p95,latency-p99";
    let asked =
        format!("/metrics?kind=api&environment=prod&path=travel/naps&from={from}&to={}&step=1800&metrics={metrics}", from + HALF_HOUR);
    let view = admin.get(&asked).await;
    assert_eq!((view["from"].as_u64(), view["step"].as_u64()), (Some(from), Some(HALF_HOUR)), "{view}");
    let lasted = (view["now"].as_u64().unwrap() - from).min(HALF_HOUR);
    let requests = view["lines"][0]["values"][0].as_f64().unwrap_or_default() * lasted as f64 / 1_000.0;
    (view, requests)
}

async fn figures_are_those_of_the_load(three: &Three) {
    // All of it belongs to one interval.
    until(Duration::from_secs(30), "half an hour has begun", async || now() % HALF_HOUR < HALF_HOUR - 20_000).await;
    let from = now() / HALF_HOUR * HALF_HOUR;
    let [first, second, third] = &three.nodes;
    let (one, two, three_) = tokio::join!(load(first), load(second), load(third));
    let mut times = [one, two, three_].concat();
    times.sort_unstable();
    let sent = 3 * REQUESTS;
    assert_eq!(times.len() as u64, sent);
    assert!(now() / HALF_HOUR * HALF_HOUR == from, "the load took longer than twenty seconds");

    // Each node counts its own, at once.
    for node in &three.nodes {
        let text = reqwest::get(format!("{}/metrics", node.url)).await.unwrap().text().await.unwrap();
        let line = format!("sluice_requests_total{{domain=\"travel\",api=\"naps\",kind=\"sql\",env=\"prod\",code=\"ok\"}} {REQUESTS}");
        assert!(text.lines().any(|one| one == line), "{line} is missing: {text}");
    }
    // And any of them adds all up.
    let owner = &three.people.owner;
    until(LONG, "all requests are in the figures", async || chart(owner, from).await.1.round() as u64 >= sent).await;
    for admin in [owner.clone(), owner.at(third)] {
        until(LONG, "the figures of the other node are as new", async || chart(&admin, from).await.1.round() as u64 >= sent).await;
        let (view, requests) = chart(&admin, from).await;
        assert!((requests - sent as f64).abs() < 1e-3, "{requests}: {view}");
        for (line, percent) in [(1_usize, 50_usize), (2, 95), (3, 99)] {
            let told = view["lines"][line]["values"][0].as_f64().unwrap() * 1_000.0;
            // The time with this rank, and its two neighbours on each side.
            let rank = (times.len() * percent).div_ceil(100) - 1;
            let (least, most) = (times[rank - 2] as f64, times[rank + 2] as f64);
            assert!((least * 0.98..=most * 1.02).contains(&told), "p{percent}: {told} µs, and {least} to {most} µs as clients were told");
        }
    }
}

/// A notice that the receiver got, and when.
struct Got {
    at: Instant,
    notice: Json,
}

/// A receiver that takes every notice.
#[derive(Clone, Default)]
struct Hook(Arc<Mutex<Vec<Got>>>);

impl Hook {
    async fn start() -> (Self, String) {
        let hook = Self::default();
        let routes = Router::new().route("/hook", post(take)).with_state(hook.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (hook, url)
    }

    fn kinds(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|got| got.notice["kind"].as_str().unwrap().to_owned()).collect()
    }
}

async fn take(State(hook): State<Hook>, Body(notice): Body<Json>) {
    hook.0.lock().unwrap().push(Got { at: Instant::now(), notice });
}

async fn put(admin: &Admin, path: &str, body: Json) {
    let (status, said) = admin.call(Method::PUT, path, Some(body)).await;
    assert!(status.is_success(), "{path}: {status} {said}");
}

/// Calls the flaky API of each node so often, and gives the statuses of all responses.
async fn flaky(three: &Three, id: u64, each: usize) -> Vec<u16> {
    let clients = three.nodes.each_ref().map(Http::new);
    let calls = clients.iter().flat_map(|http| (0..each).map(move |_| http.get(&format!("/api/travel/flaky?id={id}")).send()));
    futures::future::join_all(calls).await.into_iter().map(|response| response.unwrap().status().as_u16()).collect()
}

async fn a_breach_is_told_once(three: &Three) {
    let (owner, builder) = (&three.people.owner, &three.people.builder);
    let (hook, url) = Hook::start().await;
    put(owner, "/receivers/travel/team", json!({"channel": {"webhook": {"url": url}}})).await;
    let watch = json!({"kind": "api", "environment": "prod", "path": "travel/flaky"});
    let rule = json!({"watch": watch, "metric": "error-share", "operator": "above", "threshold": 0.5, "window_minutes": 1,
        "min_events": 3, "notify": {"receivers": ["team"]}});
    put(builder, "/alert-rules/travel/errors", json!({"rule": rule})).await;
    // Figures are written each full ten seconds, and evaluated fifteen seconds later: at most 25 s, of which this takes some away.
    until(Duration::from_secs(15), "the middle of ten seconds", async || (3_000..8_500).contains(&(now() % 10_000))).await;
    let breach = Instant::now();
    assert_eq!(flaky(three, TOO_SLOW, 2).await, [504; 6]);
    until(LONG, "a notice that the rule fires", async || !hook.kinds().is_empty()).await;
    let told = hook.0.lock().unwrap()[0].at.duration_since(breach);
    assert!(told <= Duration::from_secs(30), "it took {told:?}");
    // Less than half of the requests have failed then.
    for _ in 0..5 {
        assert_eq!(flaky(three, 1, 1).await, [200; 3]);
    }
    let of_team = async || {
        let notices = owner.get("/notices").await;
        notices.as_array().unwrap().iter().filter(|notice| notice["receiver"] == "team").cloned().collect::<Vec<_>>()
    };
    until(LONG, "two notices are sent", async || {
        let notices = of_team().await;
        notices.len() >= 2 && notices.iter().all(|notice| notice["state"] == "sent")
    })
    .await;
    let notices = of_team().await;
    assert!(notices.len() == 2 && notices.iter().all(|notice| notice["attempts"] == 1), "{notices:#?}");
    assert_eq!(hook.kinds(), ["firing", "resolved"]);
    let first = hook.0.lock().unwrap()[0].notice.clone();
    assert_eq!((&first["name"], &first["alerts"][0]["subject"]), (&json!("errors"), &json!("api:prod:travel/flaky")), "{first}");
}

async fn nodes_that_do_not_respond_are_named(three: &mut Three) {
    let (viewer, browser) = (Admin::demo(&three.nodes[0], "viewer@demo").await, Admin::browser(&three.nodes[0], "viewer@demo").await);
    // One hangs and one is gone. Both have reported within the last minute.
    assert!(Command::new("kill").args(["-STOP", &three.nodes[1].pid().to_string()]).status().unwrap().success());
    three.nodes[2].kill();
    let silent = [name(&three.nodes[1]), name(&three.nodes[2])];
    let began = Instant::now();
    let page = search(&viewer, "api=travel/noted").await;
    assert!(began.elapsed() < Duration::from_secs(5), "a node is waited for: {:?}", began.elapsed());
    let named: Vec<&str> = page["other_nodes"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    assert!(named.len() == 2 && silent.iter().all(|node| named.contains(node)), "{page}");
    assert_eq!(requests(&page).len(), 1, "its own log is searched: {page}");
    let html = async |path: &str| {
        let page = browser.get(format!("{}{path}", three.nodes[0].url)).header("accept", "text/html").send().await.unwrap();
        page.text().await.unwrap()
    };
    let unknown = "/monitoring/requests/01890a5d-ac96-774b-bcce-b302099a8057";
    for path in ["/monitoring/requests", unknown] {
        let page = html(path).await;
        assert!(page.contains("did not respond") && silent.iter().all(|node| page.contains(node)), "{path}: {page}");
    }
}
