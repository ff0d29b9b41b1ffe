//! What the log says of a failed request: once, under the id that its caller got, for people and for programs.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use reqwest::Response;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::{Grpc, Http, binary};

/// The demo with its log in a file, and the file.
fn logging(folder: &Path, format: &str) -> (Sluice, PathBuf) {
    let (begin, log, data) = (folder.join("begin.sh"), folder.join("log"), folder.join("data"));
    std::fs::write(&begin, format!("#!/bin/sh\nexec {} \"$@\" 2>>{}\n", binary().display(), log.display())).unwrap();
    std::fs::set_permissions(&begin, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::create_dir(&data).unwrap();
    (Sluice::start(&begin, "demo", &data, &[("SLUICE_LOG_FORMAT", format), ("NO_COLOR", "1")]), log)
}

fn id_of(response: &Response) -> String {
    response.headers()["x-request-id"].to_str().unwrap().to_owned()
}

/// The ids of a failed call of an API over HTTP, of one over gRPC, and of a failed request of the control plane.
async fn failures(server: &Sluice) -> [String; 3] {
    testkit::sqlite3(&server.data().join("sources/flights.db"), "DROP TABLE planes");
    let called = Http::new(server).get("/api/travel/plane?tailnum=N14228").send().await.unwrap();
    let (status, called_id) = (called.status().as_u16(), id_of(&called));
    let body: Json = called.json().await.unwrap();
    assert_eq!((status, body["request_id"].as_str()), (503, Some(called_id.as_str())), "{body}");
    let over_grpc = Grpc::new(server).call("sluice.travel.Plane/Get", &server.demo_key(), json!({"tailnum": "N14228"}));
    let grpc_id = over_grpc["request_id"].as_str().unwrap_or_else(|| panic!("{over_grpc}")).to_owned();
    let browser = Admin::browser(server, "owner@demo").await;
    testkit::sqlite3(&server.data().join("sluice.db"), "UPDATE apps SET origins = 'no list'");
    let no_fields: [(&str, &str); 0] = [];
    let asked = browser
        .post(format!("{}/fn/apps", server.url))
        .header("origin", &server.url)
        .header("accept", "application/json")
        .form(&no_fields)
        .send()
        .await
        .unwrap();
    let (status, asked_id) = (asked.status().as_u16(), id_of(&asked));
    let body: Json = asked.json().await.unwrap();
    assert_eq!((status, body["request_id"].as_str()), (500, Some(asked_id.as_str())), "{body}");
    [called_id, grpc_id, asked_id]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failed_request_has_one_line_with_its_id() {
    let folder = testkit::folder();
    let (server, log) = logging(folder.path(), "text");
    let [called, over_grpc, asked] = failures(&server).await;
    let log = std::fs::read_to_string(log).unwrap();
    let lines = |id: &str, said: &str| log.lines().filter(|line| line.contains(id) && line.contains(said)).count();
    assert_eq!((lines(&called, "a call failed"), lines(&called, "api=\"travel/plane\"")), (1, 1), "{log}");
    assert_eq!(lines(&over_grpc, "a call failed"), 1, "{log}");
    assert_eq!((lines(&asked, "a request failed"), lines(&asked, "path=\"/fn/apps\"")), (1, 1), "{log}");
    assert!(lines(&asked, "a stored definition cannot be read") >= 1, "the cause is under another id: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_each_line_of_the_log() {
    let folder = testkit::folder();
    let (server, log) = logging(folder.path(), "json");
    let [called, over_grpc, asked] = failures(&server).await;
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    let of = |id: &str| -> Vec<&Json> { lines.iter().filter(|line| line["request_id"] == id).collect() };
    let [line] = of(&called)[..] else { panic!("{log}") };
    assert_eq!((line["level"].as_str(), line["status"].as_u64(), line["code"].as_str()), (Some("WARN"), Some(503), Some("source-changed")));
    assert!(line["api"] == "travel/plane" && line["message"].as_str().unwrap().contains("Table planes does not exist"), "{line}");
    assert_eq!(of(&over_grpc).len(), 1, "{log}");
    let [line] = of(&asked)[..] else { panic!("{log}") };
    assert_eq!((line["level"].as_str(), line["path"].as_str(), line["status"].as_u64()), (Some("ERROR"), Some("/fn/apps"), Some(500)));
    let cause = lines.iter().find(|line| line["message"] == "a stored definition cannot be read" && line["span"]["request_id"] == asked);
    assert!(cause.is_some_and(|line| line["cause"].as_str().is_some_and(|cause| !cause.is_empty())), "{log}");
}
