//! Scripts in the dialects of their sources, published and called: each file of `tests/cases/scripts` is a case.

use std::path::Path;

use crate::common::{Http, People, Source, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{ClickHouse, Sluice};

const WORDS: &str = r"CREATE TABLE words (id int PRIMARY KEY, w text); INSERT INTO words VALUES (1, 'it''s'), (2, 'a\b'), (3, 'é')";
const NUMBERS: &str = "CREATE TABLE m_bool (id int PRIMARY KEY, b tinyint(1)); INSERT INTO m_bool VALUES (1, 1), (2, 2);
    CREATE TABLE t (id int, `order` int, `x :y` int); INSERT INTO t VALUES (1, 7, 1)";

/// A script, what it is called with, and what comes out.
#[derive(Default)]
struct Case {
    name: String,
    source: String,
    parameters: Vec<Json>,
    call: String,
    page_size: Json,
    rows: Json,
    refused: String,
    script: String,
}

impl Case {
    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let (head, script): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("--: "));
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut case = Self { name, script: script.join("\n"), ..Self::default() };
        for line in head {
            let (what, said) = line.trim_start_matches("--: ").split_once(": ").unwrap();
            match what {
                "source" => case.source = said.to_owned(),
                "page_size" => case.page_size = said.parse::<u32>().unwrap().into(),
                "rows" => case.rows = serde_json::from_str(said).unwrap(),
                "refused" => case.refused = said.to_owned(),
                "parameter" => case.take_parameter(said),
                other => panic!("{}: {other} is no line of a case", file.display()),
            }
        }
        case
    }

    fn take_parameter(&mut self, said: &str) {
        let words: Vec<&str> = said.split(' ').collect();
        let [name, kind, needed, value] = words[..] else { panic!("{said}") };
        self.parameters.push(json!({"name": name, "type": kind, "required": needed == "required", "test_value": value}));
        self.call.push_str(&format!("{}{name}={value}", if self.call.is_empty() { "?" } else { "&" }));
    }

    fn spec(&self) -> Json {
        let mut spec = json!({
            "title": self.name, "source": format!("scripts-{}", self.source), "kind": "sql",
            "script": self.script, "parameters": self.parameters,
        });
        if !self.page_size.is_null() {
            spec["page_size"] = self.page_size.clone();
        }
        spec
    }

    async fn holds(&self, people: &People, http: &Http) {
        let (name, asked) = (&self.name, json!({"environment": "prod", "spec": self.spec()}));
        if !self.refused.is_empty() {
            let (status, report) = people.builder.call(Method::POST, "/apis/travel/any/check", Some(asked)).await;
            let errors = report["errors"].to_string();
            assert!(status.is_success() && errors.contains(&self.refused), "{name}: {errors}");
            return;
        }
        people.publish(name, self.spec(), json!({})).await;
        let (status, answer) = http.json(http.get(&format!("/api/travel/{name}{}", self.call))).await;
        assert_eq!((status, &answer["rows"]), (200, &self.rows), "{name}: {answer}");
        assert_eq!(answer["next"].is_null(), self.page_size.is_null(), "{name}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_read_by_the_rules_of_their_sources() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let (postgres, mariadb, click) = (Source::postgres(), Source::mariadb(), ClickHouse::start());
    postgres.run(WORDS).await;
    mariadb.run(NUMBERS).await;
    click.run("default", "CREATE TABLE t1 (id Int64, w String) ENGINE = MergeTree ORDER BY id");
    click.run("default", "INSERT INTO t1 VALUES (1, 'one'), (2, 'two')");
    let clicks = json!({"config": {"url": click.url, "database": "default", "user": "default"}, "secrets": {}});
    people.builder.put_source("scripts-postgres", "postgres", postgres.binding()).await;
    people.builder.put_source("scripts-mysql", "mysql", mariadb.binding()).await;
    people.builder.put_source("scripts-clickhouse", "clickhouse", clicks).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/scripts");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    assert!(files.len() >= 13, "{files:?}");
    for file in files {
        Case::read(&file).holds(&people, &http).await;
    }
}
