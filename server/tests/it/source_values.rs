//! Values of every type of the database servers as APIs, samples, datasets and gRPC give them, compared with the cases of `tests/cases/values`:
//! a file of that folder is a case, its head says what is right.

use std::path::Path;

use crate::common::{Grpc, Http, People, Source, binary};
use reqwest::Method;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};
use testkit::{ClickHouse, Sluice};

/// One file.
struct Case {
    source: String,
    table: String,
    same: Vec<String>,
    /// Rows, byte by byte.
    rows: Vec<String>,
    refused: String,
    rejected: u64,
    sql: String,
}

impl Case {
    fn read(text: &str) -> Self {
        let of = |word: &str| -> Vec<String> {
            let head = format!("-- {word}: ");
            text.lines().filter_map(|line| line.strip_prefix(&head)).map(str::to_owned).collect()
        };
        let one = |word: &str| of(word).pop().unwrap_or_default();
        Self {
            source: one("source"),
            table: one("table"),
            same: one("same").split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            rows: of("row"),
            refused: one("refused"),
            rejected: one("rejected").parse().unwrap_or(0),
            sql: text.lines().filter(|line| !line.starts_with("-- ")).collect::<Vec<_>>().join("\n"),
        }
    }

    /// All cases of a server.
    fn all(of: &str) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/values");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let cases: Vec<Self> = files.iter().map(|file| Self::read(&std::fs::read_to_string(file).unwrap())).collect();
        cases.into_iter().filter(|case| case.source == of).collect()
    }

    fn name(&self) -> String {
        self.table.replace('_', "-")
    }

    fn columns(&self) -> Vec<String> {
        let first: Map<String, Json> = serde_json::from_str(&self.rows[0]).unwrap();
        first.keys().cloned().collect()
    }

    /// The text of a cell that is right: of a string what it holds, else the JSON itself.
    fn cell(row: &str, column: &str) -> Option<String> {
        let cells: std::collections::HashMap<String, Box<RawValue>> = serde_json::from_str(row).unwrap();
        let raw = cells[column].get();
        if raw == "null" { None } else { Some(serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned())) }
    }
}

/// A server with the tables of its cases.
enum Server {
    Sql(Source),
    ClickHouse(ClickHouse),
}

impl Server {
    async fn run(&self, sql: &str) {
        match self {
            Self::Sql(source) => source.run(sql).await,
            Self::ClickHouse(server) => sql.split(";\n").filter(|one| !one.trim().is_empty()).for_each(|one| server.run("default", one)),
        }
    }

    fn driver(&self) -> &'static str {
        match self {
            Self::Sql(source) => source.driver(),
            Self::ClickHouse(_) => "clickhouse",
        }
    }

    fn binding(&self) -> Json {
        match self {
            Self::Sql(source) => source.binding(),
            Self::ClickHouse(server) => json!({"config": {"url": server.url, "database": "default", "user": "default"}, "secrets": {}}),
        }
    }

    fn table(&self, name: &str) -> Json {
        match self {
            Self::Sql(source) => source.table(name),
            Self::ClickHouse(_) => json!({"name": name}),
        }
    }

    /// What the server's own client prints of a column.
    async fn printed(&self, case: &Case, column: &str) -> Vec<String> {
        let Self::Sql(source) = self else { return Vec::new() };
        let text = if source.driver() == "postgres" { format!("{column}::text") } else { column.to_owned() };
        source.ask(&format!("SELECT {text} AS line FROM {} WHERE {column} IS NOT NULL ORDER BY id", case.table)).await
    }
}

async fn every_case(of: &str, server: Server) {
    let sluice = Sluice::demo(binary());
    let (people, http, mut grpc) = (People::of(&sluice).await, Http::new(&sluice), Grpc::new(&sluice));
    people.builder.put_source("values", server.driver(), server.binding()).await;
    let cases = Case::all(of);
    assert!(!cases.is_empty());
    for case in cases {
        server.run(&case.sql).await;
        for column in &case.same {
            let right: Vec<String> = case.rows.iter().filter_map(|row| Case::cell(row, column)).collect();
            assert_eq!(right, server.printed(&case, column).await, "{}: {column} as the client prints it", case.table);
        }
        sampled(&people, &case).await;
        if case.refused.is_empty() {
            listed(&people, &http, (&server, &case)).await;
        } else {
            refused(&people, (&server, &case)).await;
        }
        looked_up((&people, &http, &mut grpc), (&server, &case)).await;
    }
}

fn form(server: &Server, case: &Case) -> Json {
    let select: Vec<Json> = case.columns().iter().map(|name| json!({"name": name, "column": name})).collect();
    json!({
        "title": "Values", "source": "values", "kind": "sql",
        "form": {"table": server.table(&case.table), "select": select, "sort": [{"field": "id"}]},
    })
}

/// By a form, and by a script.
async fn listed(people: &People, http: &Http, (server, case): (&Server, &Case)) {
    let script = format!("SELECT {} FROM {} ORDER BY id", case.columns().join(", "), case.table);
    let script = json!({"title": "Values", "source": "values", "kind": "sql", "script": script});
    for (kind, spec) in [("form", form(server, case)), ("script", script)] {
        let name = format!("{}-{kind}", case.name());
        people.publish(&name, spec, json!({})).await;
        let response = http.get(&format!("/api/travel/{name}")).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        let rows = format!("[{}]", case.rows.join(","));
        assert!(status.is_success() && text.contains(&rows), "{name}: {status}\n{text}\nis not\n{rows}");
    }
}

/// An API that meets a cell which cannot be read says so at its check, and where.
async fn refused(people: &People, (server, case): (&Server, &Case)) {
    let name = format!("{}-form", case.name());
    let spec = form(server, case);
    people.builder.post("/apis", json!({"domain": "travel", "name": name, "spec": spec})).await;
    let asked = json!({"environment": "prod", "spec": spec});
    let (_, said) = people.builder.call(Method::POST, &format!("/apis/travel/{name}/check"), Some(asked)).await;
    assert!(said.to_string().contains(&case.refused), "{name}: {said}");
}

/// A sample has every row, and says which cells it could not read.
async fn sampled(people: &People, case: &Case) {
    let sample = people.builder.get(&format!("/sources/values/prod/tables/{}/sample", case.table)).await;
    let rows = sample["rows"].as_array().unwrap();
    assert_eq!(rows.len() as u64, case.rows.len() as u64 + case.rejected, "{}: {sample}", case.table);
    if !case.refused.is_empty() {
        assert!(sample["unreadable"].to_string().contains(&case.refused), "{}: {sample}", case.table);
        return;
    }
    let columns: Vec<&str> = sample["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    for right in &case.rows {
        let right_json: Json = serde_json::from_str(right).unwrap();
        let at = columns.iter().position(|name| *name == "id").unwrap();
        let row = rows.iter().find(|row| row[at] == right_json["id"]).unwrap();
        let cells = row.as_array().unwrap();
        assert_eq!(cells.len(), columns.len(), "{}: {row}", case.table);
        for (cell, column) in cells.iter().zip(&columns) {
            // JSON with more digits than a number has is shown as its text.
            let text = cell.as_str().map(str::to_owned);
            let same = *cell == right_json[column] || (text.is_some() && text == Case::cell(right, column));
            assert!(same, "{}: {column} is {cell} in the sample, not {}", case.table, right_json[column]);
        }
    }
}

/// By key, out of a dataset that was built of the table.
async fn looked_up((people, http, grpc): (&People, &Http, &mut Grpc), (server, case): (&Server, &Case)) {
    let (dataset, api) = (case.name(), format!("{}-key", case.name()));
    let new = json!({"domain": "travel", "name": dataset, "source": "values", "table": server.table(&case.table), "key": ["id"]});
    people.builder.post("/datasets", new).await;
    let job = json!({"dirty": {"rows": 100}});
    let (status, body) = people.builder.call(Method::PUT, &format!("/datasets/travel/{dataset}/job"), Some(job)).await;
    assert!(status.is_success(), "{body}");
    let built = people.builder.build("travel", &dataset).await;
    assert_eq!((&built["state"], &built["figures"]["dirty_rows"]), (&json!("live"), &json!(case.rejected)), "{dataset}: {built:#}");
    let fields: Vec<Json> = case.columns().iter().map(|name| json!({"name": name, "column": name})).collect();
    let spec = json!({
        "title": "A row of values", "source": "values", "kind": "kv", "table": server.table(&case.table), "key": ["id"],
        "serve_from": {"dataset": dataset}, "fields": fields,
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
    });
    people.publish(&api, spec, json!({})).await;
    let service = format!("sluice.travel.{}", grpc_name(&api));
    for right in &case.rows {
        let right_json: Json = serde_json::from_str(right).unwrap();
        let text = http.get(&format!("/api/travel/{api}?id={}", right_json["id"])).send().await.unwrap().text().await.unwrap();
        assert_eq!(text.trim(), right, "{api}");
        let typed = grpc.call(&format!("{service}/Get"), &http.key, json!({"id": right_json["id"]}));
        for (column, cell) in right_json.as_object().unwrap().iter().filter(|(_, cell)| cell.is_string()) {
            assert_eq!(&typed["ok"][column], cell, "{api}: {column} by gRPC: {typed}");
        }
    }
}

/// `zero-dates-key` as `ZeroDatesKey`.
fn grpc_name(name: &str) -> String {
    let upper = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.split('-').map(upper).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_postgres_are_those_that_its_own_client_prints() {
    every_case("postgres", Server::Sql(Source::postgres())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_mariadb_are_those_that_its_own_client_prints() {
    every_case("mariadb", Server::Sql(Source::mariadb())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_clickhouse_keep_their_digits_also_inside_of_others() {
    every_case("clickhouse", Server::ClickHouse(ClickHouse::start())).await;
}

/// A flag that a definition says is yes or no stays that, and never takes another number for yes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_of_mysql_is_yes_or_no_where_its_definition_says_so_and_a_2_is_told() {
    let source = Source::mariadb();
    source.run("CREATE TABLE flags (id int PRIMARY KEY, yes tinyint(1)); INSERT INTO flags VALUES (1, 0), (2, 1)").await;
    let sluice = Sluice::demo(binary());
    let (people, http) = (People::of(&sluice).await, Http::new(&sluice));
    people.builder.put_source("values", source.driver(), source.binding()).await;
    let spec = json!({
        "title": "A flag", "source": "values", "kind": "kv", "table": {"name": "flags"}, "key": ["id"],
        "fields": [{"name": "id", "column": "id"}, {"name": "yes", "column": "yes", "type": "bool"}],
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
    });
    people.publish("flags", spec, json!({})).await;
    let call = async |id: u32| http.json(http.get(&format!("/api/travel/flags?id={id}"))).await;
    assert_eq!((call(1).await.1, call(2).await.1), (json!({"id": 1, "yes": false}), json!({"id": 2, "yes": true})));
    source.run("UPDATE flags SET yes = 2 WHERE id = 2").await;
    let (status, body) = call(2).await;
    assert!(status == 503 && body["detail"].as_str().unwrap().contains("yes of row 1 has the value 2"), "{status} {body}");
}
