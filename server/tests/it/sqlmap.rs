//! A recognised tool for SQL injection against one API of each SQL source: it must come back empty-handed, and it must
//! find what it looks for where there is something to find.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

use crate::common::{Http, People, binary};
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{ClickHouse, MariaDb, Postgres, Sluice};

/// What the tool says of both parameters of an address.
async fn verdict(url: String, key: String) -> String {
    let work = testkit::folder();
    let asked = tokio::task::spawn_blocking(move || {
        let output = Command::new(testkit::python())
            .args(["-m", "sqlmap.sqlmap", "-u", &format!("{url}?name=anna&n=1"), "-p", "name,n"])
            .args(["--batch", "--flush-session", "--disable-coloring", "--level", "1", "--risk", "1", "--threads", "2"])
            // Blind by truth, by error, by UNION and by stacked statements; times would measure this machine.
            .args(["--technique", "BEUS", "--ignore-code", "400", "--header", &format!("authorization: Bearer {key}")])
            .arg("--output-dir")
            .arg(work.path())
            .env("HOME", work.path())
            .output()
            .expect("sqlmap is installed by scripts/setup.sh test");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    });
    asked.await.unwrap()
}

const ROWS: &str = "INSERT INTO people VALUES ('anna', 1, 'open'), ('berta', 2, 'closed')";

async fn publish(people: &People, name: &str, driver: &str, schema: &str, config: Json, secret: &str) {
    let secrets = if secret.is_empty() { json!({}) } else { json!({"password": secret}) };
    let binding = json!({"config": config, "secrets": secrets});
    let source = json!({"name": name, "domain": "travel", "driver": driver, "bindings": {"test": binding, "prod": binding}});
    let (status, body) = people.builder.call(Method::PUT, &format!("/sources/{name}"), Some(source)).await;
    assert!(status.is_success(), "{body}");
    let mut table = json!({"name": "people"});
    if !schema.is_empty() {
        table["schema"] = schema.into();
    }
    let api = json!({
        "title": "People by name", "source": name, "kind": "sql",
        "form": {
            "table": table,
            "select": [{"name": "name", "column": "name"}, {"name": "n", "column": "n"}, {"name": "state", "column": "state"}],
            "filters": [{"column": "name", "op": "is", "parameter": "name"}, {"column": "n", "op": "at-least", "parameter": "n"}],
        },
        "parameters": [{"name": "name", "type": "string", "test_value": "anna"}, {"name": "n", "type": "int64", "test_value": "1"}],
    });
    people.publish(&format!("{name}-people"), api, json!({})).await;
}

/// An address that puts what it is given into its statement: what must never be.
async fn with_a_hole(file: PathBuf) -> String {
    async fn answer(State(file): State<PathBuf>, Query(given): Query<HashMap<String, String>>) -> String {
        let sql = format!("SELECT name, n, state FROM people WHERE name = '{}'", given["name"]);
        let output = Command::new("sqlite3").arg("-json").arg(&file).arg(sql).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/people", listener.local_addr().unwrap());
    let routes = Router::new().route("/people", get(answer)).with_state(file);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tool_finds_nothing_in_any_sql_source() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let folder = testkit::folder();
    let file = folder.path().join("people.db");
    let table = "CREATE TABLE people (name varchar(20), n int, state varchar(20))";
    testkit::sqlite3(&file, &format!("{table}; {ROWS}"));
    publish(&people, "lite", "sqlite", "", json!({"path": file.display().to_string()}), "").await;
    let postgres = Postgres::start();
    postgres.run("postgres", &format!("{table}; {ROWS}")).await;
    let place =
        |port: u16, user: &str, database: &str| json!({"host": "127.0.0.1", "port": port.to_string(), "database": database, "user": user});
    publish(&people, "post", "postgres", "public", place(postgres.port(), "postgres", "postgres"), "").await;
    let maria = MariaDb::start();
    maria.run("", "CREATE DATABASE crowd");
    maria.run("crowd", &format!("{table}; {ROWS}"));
    publish(&people, "maria", "mysql", "", place(maria.port(), "reader", "crowd"), "reader").await;
    let click = ClickHouse::start();
    click.run("default", "CREATE TABLE people (name String, n Int32, state String) ENGINE = MergeTree ORDER BY name");
    click.run("default", ROWS);
    publish(&people, "click", "clickhouse", "", json!({"url": click.url, "database": "default"}), "").await;
    let mut asked = Vec::new();
    for name in ["lite", "post", "maria", "click"] {
        let path = format!("/api/travel/{name}-people");
        let (status, answer) = http.json(http.get(&format!("{path}?name=anna&n=1"))).await;
        assert_eq!((status, &answer["rows"][0]["state"]), (200, &json!("open")), "{name}: {answer}");
        asked.push((name, tokio::spawn(verdict(format!("{}{path}", server.url), http.key.clone()))));
    }
    let hole = tokio::spawn(verdict(with_a_hole(file).await, String::new()));
    for (name, asked) in asked {
        let said = asked.await.unwrap();
        assert!(said.contains("all tested parameters do not appear to be injectable"), "{name}: {said}");
    }
    let said = hole.await.unwrap();
    assert!(said.contains("Parameter: name (GET)") && !said.contains("do not appear to be injectable"), "it looks at nothing: {said}");
}
