//! What happens when something goes away: the process at any named point between two writes, a table, the metadata.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, DEMO_APIS, Postgres, Sluice};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sluice"))
}

const APPROVE_POINTS: [(&str, bool); 6] = [
    ("approve.before-write", false),
    ("approve.after-request", false),
    ("approve.after-version", false),
    ("approve.after-release", false),
    ("approve.before-commit", false),
    ("approve.after-commit", true),
];
const APPLY_POINTS: [(&str, bool); 5] = [
    ("apply.before-write", false),
    ("apply.after-source", false),
    ("apply.after-api", false),
    ("apply.before-commit", false),
    ("apply.after-commit", true),
];
const DOCUMENTS: &str = "
document: source
name: second
domain: travel
driver: sqlite
bindings: { prod: { config: { path: \"{path}\" } } }
---
document: api
domain: travel
name: carrier
spec:
  source: second
  kind: kv
  table: { name: airlines }
  key: [carrier]
  parameters: [{ name: carrier, type: string, required: true, test_value: UA }]
  fields: [{ name: carrier, column: carrier }, { name: name, column: name }]
";

/// A demo folder that a test may kill and start again.
struct Home {
    folder: testkit::TempDir,
}

impl Home {
    fn new() -> Self {
        Self { folder: testkit::folder() }
    }

    fn start(&self, kill_at: Option<&str>) -> Sluice {
        let environment: Vec<(&str, &str)> = kill_at.map(|name| ("SLUICE_KILL_AT", name)).into_iter().collect();
        Sluice::start(binary(), "demo", self.folder.path(), &environment)
    }
}

/// Sends something that the process will not survive, and sees that it died at the point and not by itself.
async fn dies(server: &mut Sluice, call: impl Future<Output = Result<reqwest::Response, reqwest::Error>>) {
    assert!(call.await.is_err(), "the process should have died before it answered");
    let status = server.wait();
    assert_eq!(status.signal(), Some(9), "the point was not hit: {status}");
}

fn decide(server: &Sluice, admin: &Admin, request: &str) -> impl Future<Output = Result<reqwest::Response, reqwest::Error>> + use<> {
    let url = format!("{}/admin/v1/requests/{request}/decide", server.url);
    reqwest::Client::new().post(url).bearer_auth(&admin.token).json(&json!({"approve": true, "accept_costs": true})).send()
}

fn airlines(domain_source: &str) -> Json {
    json!({
        "source": domain_source, "kind": "kv", "table": {"name": "airlines"}, "key": ["carrier"],
        "parameters": [{"name": "carrier", "type": "string", "required": true, "test_value": "UA"}],
        "fields": [{"name": "carrier", "column": "carrier"}, {"name": "name", "column": "name"}],
    })
}

/// A release and its decision are both there, or neither is.
async fn whole(server: &Sluice, live: bool) {
    let owner = Admin::demo(server, "owner@demo").await;
    let detail = owner.get("/apis/travel/carrier").await;
    let is_live = !detail["summary"]["live"].as_array().unwrap().is_empty();
    assert_eq!(is_live, live, "{detail}");
    let version = &detail["versions"][0];
    assert_eq!(version["state"], if live { "approved" } else { "in-review" });
    let audit = owner.get("/audit").await;
    let released =
        audit.as_array().unwrap().iter().filter(|row| row["action"] == "api.released" && row["subject"] == "travel/carrier").count();
    assert_eq!(released, usize::from(live), "{audit}");
}

async fn killed_while_approving(point: &str, survives: bool) {
    let home = Home::new();
    let mut server = home.start(None);
    let request = Admin::demo(&server, "builder@demo").await.send_api("travel", "carrier", airlines("flights-db")).await;
    server.kill();
    let mut server = home.start(Some(point));
    let approver = Admin::demo(&server, "approver@demo").await;
    let call = decide(&server, &approver, &request);
    dies(&mut server, call).await;
    let server = home.start(None);
    whole(&server, survives).await;
    if !survives {
        let approver = Admin::demo(&server, "approver@demo").await;
        approver.post(&format!("/requests/{request}/decide"), json!({"approve": true, "accept_costs": true})).await;
        whole(&server, true).await;
    }
}

async fn killed_while_applying(point: &str, survives: bool) {
    let home = Home::new();
    drop(home.start(None));
    let mut server = home.start(Some(point));
    let (builder, approver) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "approver@demo").await);
    let path = home.folder.path().join("sources/flights.db");
    let body = json!({"documents": DOCUMENTS.replace("{path}", &path.display().to_string()), "approver_token": approver.token});
    let url = format!("{}/admin/v1/apply", server.url);
    let call = reqwest::Client::new().post(url).bearer_auth(&builder.token).json(&body).send();
    dies(&mut server, call).await;
    let server = home.start(None);
    let builder = Admin::demo(&server, "builder@demo").await;
    assert_eq!(builder.get("/sources").await.as_array().unwrap().len(), if survives { 2 } else { 1 }, "{point}");
    assert_eq!(builder.get("/apis").await.as_array().unwrap().len(), DEMO_APIS + usize::from(survives), "{point}");
    if survives {
        whole(&server, true).await;
    }
}

#[tokio::test]
async fn killed_at_any_point_of_an_approval_it_comes_back_whole() {
    for (point, survives) in APPROVE_POINTS {
        killed_while_approving(point, survives).await;
    }
}

#[tokio::test]
async fn killed_at_any_point_of_an_apply_it_comes_back_whole() {
    for (point, survives) in APPLY_POINTS {
        killed_while_applying(point, survives).await;
    }
}

/// Points by a fixed sequence: two here, fifty in `make soak`.
#[tokio::test]
async fn killed_at_points_by_chance_it_comes_back_whole() {
    let kills: usize = std::env::var("SLUICE_SOAK_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let all: Vec<(&str, bool)> = APPROVE_POINTS.into_iter().chain(APPLY_POINTS).collect();
    let mut seed: usize = std::env::var("SLUICE_SOAK_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_131_231);
    for kill in 0..kills {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (point, survives) = all[(seed >> 33) % all.len()];
        println!("kill {kill}: {point}");
        if point.starts_with("approve") {
            killed_while_approving(point, survives).await;
        } else {
            killed_while_applying(point, survives).await;
        }
    }
}

async fn status(server: &Sluice, path: &str) -> (u16, Json) {
    let response = reqwest::Client::new().get(format!("{}{path}", server.url)).bearer_auth(server.demo_key()).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_dropped_table_is_told_plainly_and_the_rest_goes_on() {
    let server = Sluice::demo(binary());
    assert_eq!(status(&server, "/api/travel/plane?tailnum=N14228").await.0, 200);
    testkit::sqlite3(&server.data().join("sources/flights.db"), "DROP TABLE planes");
    let (code, problem) = status(&server, "/api/travel/plane?tailnum=N14228").await;
    assert_eq!((code, problem["code"].as_str()), (503, Some("source-changed")), "{problem}");
    let said = problem["detail"].as_str().unwrap();
    assert!(said.contains("does not exist") && !said.contains("error returned from database"), "{said}");
    assert_eq!(status(&server, "/api/travel/delays?carrier=UA").await.0, 200);
    std::fs::remove_file(server.data().join("sources/flights.db")).unwrap();
    let viewer = Admin::demo(&server, "viewer@demo").await;
    assert_eq!(viewer.get("/apis").await.as_array().unwrap().len(), DEMO_APIS, "the portal stays up");
}

#[tokio::test]
async fn a_source_that_refuses_or_is_away_is_told_plainly() {
    let postgres = Postgres::start();
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let source = |port: u16, user: &str, database: &str| {
        let config = json!({"host": "127.0.0.1", "port": port.to_string(), "database": database, "user": user});
        json!({"name": "pg", "domain": "travel", "driver": "postgres", "bindings": {"prod": {"config": config, "secrets": {"password": "x"}}}})
    };
    for (input, code, word) in [
        (source(1, "postgres", "postgres"), "source-unavailable", "does not respond"),
        (source(postgres.port(), "postgres", "nothing"), "source-unavailable", "no database"),
        (source(postgres.port(), "nobody", "postgres"), "source-unavailable", "refused"),
    ] {
        let (_, problem) = builder.call(Method::POST, "/sources/pg/prod/test", Some(input)).await;
        let said = problem["detail"].as_str().unwrap_or_default();
        assert!(problem["code"] == code && said.contains(word), "{word}: {problem}");
    }
    let (good, said) = builder.call(Method::POST, "/sources/pg/prod/test", Some(source(postgres.port(), "postgres", "postgres"))).await;
    assert!(good.is_success() && said.as_str().unwrap().starts_with("PostgreSQL"), "{said}");
    builder.call(Method::PUT, "/sources/pg", Some(source(postgres.port(), "postgres", "postgres"))).await;
    let kept = builder.get("/sources/pg").await;
    assert_eq!(kept["bindings"]["prod"]["secrets_set"], json!(["password"]));
    let sealed = std::fs::read(server.data().join("sluice.db")).unwrap();
    assert!(!sealed.windows(14).any(|part| part == b"\"password\":\"x\""), "the secret is sealed on disk");
}

#[tokio::test]
async fn a_gateway_goes_on_without_its_metadata_and_starts_without_it() {
    let mut postgres = Postgres::start();
    let url = postgres.database("sluice").await;
    let folder = testkit::folder();
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let environment = [("SLUICE_DATABASE_URL", url.as_str()), ("SLUICE_MASTER_KEY", key)];
    let server = Sluice::start(binary(), "demo", folder.path(), &environment);
    assert_eq!(status(&server, "/api/travel/plane?tailnum=N14228").await.0, 200);
    postgres.stop();
    assert_eq!(status(&server, "/api/travel/plane?tailnum=N14228").await.0, 200, "calls need no metadata");
    let page = reqwest::get(format!("{}/sign-in", server.url)).await.unwrap();
    assert_eq!(page.status(), 200);
    drop(server);
    let server = Sluice::start(binary(), "demo", folder.path(), &environment);
    assert_eq!(status(&server, "/api/travel/plane?tailnum=N14228").await.0, 200, "the last snapshot is on disk");
    let text = std::fs::read_to_string(folder.path().join("snapshot.json")).unwrap();
    assert!(text.contains("travel") && !text.contains(&server.demo_key()), "keys are kept as hashes");
    postgres.resume();
    for _ in 0..20_000 {
        let ready: Json = reqwest::get(format!("{}/readyz", server.url)).await.unwrap().json().await.unwrap();
        if ready["metadata"] == true {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the metadata came back, and was not noticed");
}
