//! Values compared with columns of every type, and pages that begin behind them: the cases of `tests/cases/binds`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::common::{Http, People, binary, pages_of};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{MariaDb, Postgres, Sluice, TempDir};

/// The servers that cases are made on, each in a place of its own.
struct Servers {
    postgres: Postgres,
    mariadb: MariaDb,
    folder: TempDir,
}

impl Servers {
    fn start() -> Self {
        let mariadb = MariaDb::start();
        mariadb.run("mysql", "CREATE DATABASE cases");
        Self { postgres: Postgres::start(), mariadb, folder: testkit::folder() }
    }

    /// Makes a case's tables, and gives the driver and binding of its source.
    async fn set_up(&self, kind: &str, name: &str, sql: &str) -> (&'static str, Json) {
        match kind {
            "sqlite" => {
                let file = self.folder.path().join(format!("{name}.db"));
                testkit::sqlite3(&file, sql);
                ("sqlite", json!({"config": {"path": file}, "secrets": {}}))
            }
            "postgres" => {
                self.postgres.run("postgres", sql).await;
                let port = self.postgres.port().to_string();
                let config = json!({"host": "127.0.0.1", "port": port, "database": "postgres", "user": "postgres", "tls": "disable"});
                ("postgres", json!({"config": config, "secrets": {}}))
            }
            "mariadb" => {
                self.mariadb.run("cases", sql);
                let port = self.mariadb.port().to_string();
                let config = json!({"host": "127.0.0.1", "port": port, "database": "cases", "user": "reader", "tls": "disable"});
                ("mysql", json!({"config": config, "secrets": {"password": "reader"}}))
            }
            other => panic!("{name}: there is no source {other}"),
        }
    }
}

fn cases() -> Vec<(String, Json)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/binds");
    let mut cases: Vec<(String, Json)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let case = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), case)
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn ids(rows: &Json) -> Vec<i64> {
    rows.as_array().into_iter().flatten().map(|row| row["id"].as_i64().unwrap()).collect()
}

/// What comes of one call, beside what should.
fn assert_call(name: &str, call: &Json, (status, answer): (u16, Json)) {
    let wanted = call["status"].as_u64().unwrap_or(200);
    assert_eq!(u64::from(status), wanted, "{name}: {call} gives {answer}");
    if !call["ids"].is_null() {
        assert_eq!(json!(ids(&answer["rows"])), call["ids"], "{name}: {call} gives {answer}");
    }
    if !call["rows"].is_null() {
        assert_eq!(answer["rows"], call["rows"], "{name}: {call}");
    }
    for (member, value) in call["row"].as_object().into_iter().flatten() {
        assert_eq!(&answer[member], value, "{name}: {call} gives {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_of_bound_values() {
    let server = Sluice::demo(binary());
    let (people, http, servers) = (People::of(&server).await, Http::new(&server), Servers::start());
    let cases = cases();
    assert!(cases.len() >= 30, "{}", cases.len());
    let mut known = BTreeSet::new();
    for (name, case) in &cases {
        let (driver, binding) = servers.set_up(case["source"].as_str().unwrap(), name, case["setup"].as_str().unwrap()).await;
        // Those of one server are one source.
        let source = if driver == "sqlite" { name.as_str() } else { driver };
        if known.insert(source) {
            people.builder.put_source(source, driver, binding).await;
        }
        let mut spec = case["api"].clone();
        spec["source"] = json!(source);
        if let Some(said) = case["refused"].as_str() {
            let body = json!({"environment": "prod", "spec": spec});
            let (_, report) = people.builder.call(Method::POST, &format!("/apis/travel/{name}/check"), Some(body)).await;
            assert!(report["errors"].to_string().contains(said), "{name}: {report}");
            continue;
        }
        people.publish(name, spec.clone(), json!({})).await;
        for call in case["calls"].as_array().into_iter().flatten() {
            let request = http.get(&format!("/api/travel/{name}")).query(call["query"].as_object().unwrap());
            let request = if spec["page_size"].is_null() { request } else { request.query(&[("limit", "100")]) };
            assert_call(name, call, http.json(request).await);
        }
        if !case["pages"].is_null() {
            let found = pages_of(&http, name, 20).await;
            assert_eq!(json!(ids(&json!(found))), case["pages"], "{name}");
        }
    }
}
