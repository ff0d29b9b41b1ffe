//! Every file of `tests/cases/shared` against the real server of its dialect: each table is listed, sampled, answered by an API, and read by key
//! out of a dataset, and each cell is compared with what the database's own client prints. A new file there is a new case. All differences of
//! a server's files are told together.

mod client;
mod file;
mod given;
mod kept;
mod right;
mod scripts;

use std::collections::BTreeMap;

use crate::common::{Http, People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Sluice;

use client::Client;
use file::{CaseFile, Server};
use given::{Given, rows_of};
use right::{SCRIPTS, Shown};

/// The most differences of one answer that are told.
const TOLD: usize = 12;

/// One file on its server.
struct Trial<'a> {
    people: &'a People,
    http: &'a Http,
    client: &'a Client,
    server: Server,
    file: &'a CaseFile,
    /// What is not right.
    found: Vec<String>,
}

/// An API that is to be made live.
struct Planned {
    name: String,
    spec: Json,
}

impl Trial<'_> {
    async fn run(&mut self) {
        let database = self.client.load(self.file);
        let mut by_schema: BTreeMap<String, Vec<client::Table>> = BTreeMap::new();
        // Scripts of a file without tables are asked of a source, too.
        let first = if self.server == Server::Postgres { "public" } else { "" };
        by_schema.entry(first.to_owned()).or_default();
        for table in self.client.tables(&database) {
            by_schema.entry(table.schema.clone()).or_default().push(table);
        }
        let (mut tables, mut sources) = (Vec::new(), BTreeMap::<String, String>::new());
        for (index, (schema, theirs)) in by_schema.into_iter().enumerate() {
            let source = format!("f-{}-s{index}", self.file.name);
            let (driver, binding) = self.client.binding(&database, &schema);
            self.people.builder.put_source(&source, driver, binding).await;
            tables.extend(self.listed(&source, theirs).await);
            sources.insert(schema, source);
        }
        for table in &tables {
            self.sampled(table).await;
        }
        let mut planned = Vec::new();
        for table in &tables {
            self.plan_lists(table, &mut planned).await;
        }
        let scripts = self.plan_scripts(&sources[first], &mut planned).await;
        let live = self.publish(planned).await;
        for table in &tables {
            self.answered(table, &live).await;
        }
        for (name, case) in scripts.iter().filter(|(name, _)| live.contains(name)) {
            self.script_gives(name, case).await;
        }
        self.kept(&tables).await;
    }

    fn differs(&mut self, what: &str) {
        let file = &self.file.name;
        self.found.push(format!("{file} {what}"));
    }

    /// What the program lists, beside what is there.
    async fn listed(&mut self, source: &str, theirs: Vec<client::Table>) -> Vec<Given> {
        let listed = self.people.builder.get(&format!("/sources/{source}/prod/tables")).await;
        let names: Vec<&str> = listed.as_array().unwrap().iter().map(|info| info["table"]["name"].as_str().unwrap()).collect();
        for name in names.iter().filter(|name| !theirs.iter().any(|table| table.name == **name)) {
            self.differs(&format!("{name}: is listed, and the client knows no such table"));
        }
        let mut tables = Vec::new();
        for (index, table) in theirs.into_iter().enumerate() {
            let Some(at) = names.iter().position(|name| *name == table.name) else {
                self.differs(&format!("{}: is not listed", table.name));
                continue;
            };
            let name = format!("{source}-t{index}");
            match Given::new((self.server, &self.file.name), (source, &name), &table, &listed[at]) {
                Ok(given) => tables.push(given),
                Err(said) => self.differs(&said),
            }
        }
        tables
    }

    /// A sample has some rows of the table, empty cells where they cannot be read, and says which.
    async fn sampled(&mut self, table: &Given) {
        let address = percent_encoding::utf8_percent_encode(&table.name, percent_encoding::NON_ALPHANUMERIC);
        let (status, sample) =
            self.people.builder.call(Method::GET, &format!("/sources/{}/prod/tables/{address}/sample", table.source), None).await;
        let Some(rows) = sample["rows"].as_array().filter(|_| status.is_success()) else {
            return self.differs(&format!("{}: cannot be sampled: {status} {sample}", table.name));
        };
        if rows.len() != table.rows.len().min(8) {
            self.differs(&format!("{}: the sample has {} rows, and the table {}", table.name, rows.len(), table.rows.len()));
        }
        for row in rows {
            let row: Vec<Json> = row.as_array().cloned().unwrap_or_default();
            let Some(right) = table.rows.iter().find(|right| table.is_sample_of(right, &row)) else {
                self.differs(&format!("{}: no row of the table is the sample's {}", table.name, json!(row)));
                continue;
            };
            for phrase in right.iter().filter_map(Shown::phrase) {
                if !sample["unreadable"].to_string().contains(phrase) {
                    self.differs(&format!("{}: the sample does not tell {phrase}, but {}", table.name, sample["unreadable"]));
                }
            }
        }
    }

    /// A list of all columns; where some hold what cannot be read, that is refused or an error, and the other columns are a list.
    async fn plan_lists(&mut self, table: &Given, planned: &mut Vec<Planned>) {
        let all: Vec<usize> = (0..table.columns.len()).collect();
        let whole = Planned { name: format!("{}-all", table.api), spec: table.list_spec(&all) };
        match self.check(&whole).await {
            Ok(()) => planned.push(whole),
            Err(said) if table.phrases().any(|phrase| said.contains(phrase)) => {}
            Err(said) => self.differs(&format!("{}: an API of all columns is refused: {said}", table.name)),
        }
        let plain = table.plain_columns();
        if plain.len() == all.len() || plain.is_empty() {
            return;
        }
        let some = Planned { name: format!("{}-some", table.api), spec: table.list_spec(&plain) };
        match self.check(&some).await {
            Ok(()) => planned.push(some),
            Err(said) => self.differs(&format!("{}: an API of the columns that can be read is refused: {said}", table.name)),
        }
    }

    /// What the check says against a definition.
    async fn check(&self, planned: &Planned) -> Result<(), String> {
        let body = json!({"environment": "prod", "spec": planned.spec});
        let (status, report) = self.people.builder.call(Method::POST, "/apis/travel/any/check", Some(body)).await;
        if !status.is_success() {
            return Err(report.to_string());
        }
        if report["errors"].as_array().is_none_or(Vec::is_empty) { Ok(()) } else { Err(report["errors"].to_string()) }
    }

    /// Makes them live, all in one go; gives their names.
    async fn publish(&mut self, planned: Vec<Planned>) -> Vec<String> {
        if planned.is_empty() {
            return Vec::new();
        }
        let document = |one: &Planned| json!({"document": "api", "domain": "travel", "name": one.name, "spec": one.spec}).to_string();
        let documents: Vec<String> = planned.iter().map(document).collect();
        let asked = json!({
            "documents": documents.join("\n---\n"), "environment": "prod", "approver_token": self.people.approver.token,
            "accept_costs": true, "reason": "Cases.",
        });
        let (status, body) = self.people.builder.call(Method::POST, "/apply", Some(asked)).await;
        if !status.is_success() {
            self.differs(&format!("its {} APIs cannot be made live, though each passed its check: {body}", planned.len()));
            return Vec::new();
        }
        for one in &planned {
            let grant = format!("/apps/travel/demo-app/grants/travel/{}", one.name);
            let (status, body) = self.people.owner.call(Method::PUT, &grant, Some(json!({}))).await;
            assert!(status.is_success(), "{}: {body}", one.name);
        }
        self.people.owner.served().await;
        planned.into_iter().map(|one| one.name).collect()
    }

    async fn answered(&mut self, table: &Given, live: &[String]) {
        let all: Vec<usize> = (0..table.columns.len()).collect();
        for (end, columns) in [("all", all), ("some", table.plain_columns())] {
            let name = format!("{}-{end}", table.api);
            if !live.contains(&name) {
                continue;
            }
            let response = self.http.get(&format!("/api/travel/{name}")).send().await.unwrap();
            let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
            if columns.len() > table.plain_columns().len() {
                if status != 503 || !table.phrases().any(|phrase| text.contains(phrase)) {
                    self.differs(&format!(
                        "{}: a list that has a cell which cannot be read is {status} {}",
                        table.name,
                        given::short(&text)
                    ));
                }
                continue;
            }
            if status != 200 {
                self.differs(&format!("{}: the list is {status} {text}", table.name));
                continue;
            }
            let rows = rows_of(&text);
            let right: Vec<Vec<Shown>> = table.rows.iter().map(|row| columns.iter().map(|at| row[*at].clone()).collect()).collect();
            let wrong = table.wrong(&columns, &rows, &right);
            self.tell(&format!("{}: the list", table.name), &wrong);
            let lines = self.http.get(&format!("/api/travel/{name}.ndjson")).send().await.unwrap().text().await.unwrap();
            if !lines.lines().eq(rows.iter().map(String::as_str)) {
                self.differs(&format!("{}: NDJSON has other rows than JSON: {}", table.name, given::short(&lines)));
            }
        }
    }

    fn tell(&mut self, what: &str, wrong: &[String]) {
        for one in wrong.iter().take(TOLD) {
            self.differs(&format!("{what}: {one}"));
        }
        if wrong.len() > TOLD {
            self.differs(&format!("{what}: {} more", wrong.len() - TOLD));
        }
    }
}

/// All files of a server.
async fn every_file(server: Server) {
    let sluice = Sluice::demo(binary());
    let (people, http, client) = (People::of(&sluice).await, Http::new(&sluice), Client::start(server));
    let (mut tried, mut found) = (0, Vec::new());
    for file in CaseFile::all().iter().filter(|file| file.is_for(server)) {
        let mut trial = Trial { people: &people, http: &http, client: &client, server, file, found: Vec::new() };
        trial.run().await;
        found.append(&mut trial.found);
        tried += 1;
    }
    assert!(tried > 0, "no file of {server:?}");
    assert!(found.is_empty(), "{} differences in {tried} files of {server:?}:\n{}", found.len(), found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shared_cases_of_postgresql_come_out_right() {
    every_file(Server::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shared_cases_of_mariadb_come_out_right() {
    every_file(Server::MariaDb).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shared_cases_of_clickhouse_come_out_right() {
    every_file(Server::ClickHouse).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shared_cases_of_sqlite_come_out_right() {
    every_file(Server::Sqlite).await;
}

/// What the list says of a file that is gone says nothing.
#[test]
fn the_list_of_what_is_right_names_scripts_that_are_there() {
    let files = CaseFile::all();
    for case in &SCRIPTS {
        let is_there = |file: &CaseFile| file.name == case.file && file.scripts.iter().any(|script| script.text.starts_with(case.begins));
        assert!(files.iter().any(is_there), "{}: “{}”", case.file, case.begins);
    }
}
