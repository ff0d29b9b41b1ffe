//! The ways that a table goes through the program, each compared cell by cell.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Sluice;

use super::Table;
use super::kinds::Kind;
use crate::common::{Grpc, Http, People, binary, pages_of};

/// The rows of a page, which is no part of how many there are.
const PAGE: usize = 17;
/// How long a sync may take, which looks every second.
const SYNC: Duration = Duration::from_secs(30);

/// Whether a cell is the one that it should be.
type Same = fn(Kind, &Json, &Json) -> bool;

/// A server, and what was found wrong so far.
pub(super) struct Walk {
    pub(super) people: People,
    http: Http,
    grpc: Grpc,
    _server: Sluice,
    cells: usize,
    wrong: Vec<String>,
}

impl Walk {
    pub(super) async fn begin() -> Self {
        let server = Sluice::demo(binary());
        let (people, http, grpc) = (People::of(&server).await, Http::new(&server), Grpc::new(&server));
        people.builder.put_source("warehouse", "datasets", json!({"config": {}})).await;
        Self { people, http, grpc, _server: server, cells: 0, wrong: Vec::new() }
    }

    /// Says how much was compared, and fails with the first finds of each way.
    pub(super) fn end(self, at_least: usize) {
        println!("{} cells compared", self.cells);
        let shown: Vec<&str> = self.wrong.iter().take(60).map(String::as_str).collect();
        assert!(self.wrong.is_empty(), "{} of {} cells and more:\n{}", self.wrong.len(), self.cells, shown.join("\n"));
        assert!(self.cells >= at_least, "{} cells", self.cells);
    }

    /// Each column is among those of the table, or told to be left out.
    pub(super) async fn told(&mut self, source: &str, table: &Table, left_out: &[&str]) {
        let tables = self.people.builder.get(&format!("/sources/{source}/prod/tables")).await;
        let found = tables.as_array().unwrap().iter().find(|found| found["table"]["name"] == table.name.as_str()).unwrap();
        let has = |name: &str| found["columns"].as_array().unwrap().iter().any(|column| column["name"] == name);
        assert!(has("id"), "{found}");
        self.wrong.extend(table.columns.iter().filter(|(name, _)| !has(name)).map(|(name, _)| format!("{name} is no column: {found}")));
        for name in left_out {
            let is_told = found["note"].as_str().is_some_and(|note| note.contains(&format!("{name} (")));
            self.wrong.extend((has(name) || !is_told).then(|| format!("{name} is not told to be left out: {found}")));
        }
    }

    /// Lists over the source: page by page (behind the last row where a key is known), as NDJSON, and by gRPC.
    pub(super) async fn listed(&mut self, source: (&str, &Json), table: &Table, is_keyed: bool) {
        let api = format!("{}-list", table.name);
        let spec = json!({
            "title": "Values", "source": source.0, "kind": "sql", "page_size": PAGE, "keyset": is_keyed, "policy": {"timeout_ms": 20_000},
            "form": {"table": source.1, "select": table.fields(), "sort": [{"field": "id"}]},
        });
        self.people.publish(&api, spec, json!({})).await;
        let pages = pages_of(&self.http, &api, table.rows.len()).await;
        self.compare("pages", table, &pages, Kind::is_same);
        self.streamed(&api, table).await;
    }

    /// A list as it is read, over HTTP and over gRPC.
    async fn streamed(&mut self, api: &str, table: &Table) {
        let response = self.http.get(&format!("/api/travel/{api}?format=ndjson")).send().await.unwrap();
        let (status, body) = (response.status().as_u16(), response.text().await.unwrap());
        assert_eq!(status, 200, "{api}: {body}");
        let rows: Vec<Json> = body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        self.compare(&format!("{api} as NDJSON"), table, &rows, Kind::is_same);
        let typed = format!("{}/Stream", model::message::service_name("travel", api));
        let typed = self.grpc.call(&typed, &self.http.key, json!({}));
        self.compare(&format!("{api} by gRPC"), table, &messages(&typed, &typed["ok"], None), Kind::is_same_over_grpc);
        let asked = json!({"api": format!("travel/{api}"), "parameters": {}});
        let generic = self.grpc.call("sluice.v1.DataService/Stream", &self.http.key, asked);
        self.compare(
            &format!("{api} by the generic service"),
            table,
            &messages(&generic, &generic["ok"], Some("row")),
            Kind::is_same_over_grpc,
        );
    }

    /// A dataset of the whole table, and an API of its rows by key.
    pub(super) async fn built(&mut self, source: (&str, &Json), table: &Table, incremental: Option<&Json>) {
        let name = &table.name;
        let new = json!({"domain": "travel", "name": name, "source": source.0, "table": source.1, "key": ["id"], "store": "embedded"});
        self.people.builder.post("/datasets", new).await;
        if let Some(incremental) = incremental {
            let job = json!({"follow": incremental});
            let (status, body) = self.people.builder.call(Method::PUT, &format!("/datasets/travel/{name}/job"), Some(job)).await;
            assert!(status.is_success(), "{body}");
        }
        self.rebuilt(table).await;
        let spec = json!({
            "title": "A row of values", "source": source.0, "kind": "kv", "table": source.1, "key": ["id"], "serve_from": {"dataset": name},
            "fields": table.fields(), "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
        });
        self.people.publish(&format!("{name}-key"), spec, json!({})).await;
        self.by_key("built", table).await;
    }

    /// Builds the dataset of a table, of which no row is left out.
    pub(super) async fn rebuilt(&mut self, table: &Table) {
        let built = self.people.builder.build("travel", &table.name).await;
        let is = (&built["state"], &built["figures"]["written_rows"]);
        assert_eq!(is, (&json!("live"), &json!(table.rows.len())), "{}: {built:#}", table.name);
        self.people.builder.served().await;
    }

    /// Waits until the dataset has what came to its source since.
    pub(super) async fn synced(&mut self, table: &Table) {
        let began = Instant::now();
        loop {
            let rows = self.batch(table).await;
            let is_there = |(row, cells): (&Json, &Vec<Json>)| {
                row.is_object() && table.columns.iter().zip(cells).all(|((name, kind), wanted)| kind.is_same(&row[name.as_str()], wanted))
            };
            // What is wrong is told below.
            if rows.iter().zip(table.rows.values()).all(is_there) || began.elapsed() > SYNC {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.by_key("synced", table).await;
    }

    /// Every row by its key, over HTTP and over gRPC.
    pub(super) async fn by_key(&mut self, way: &str, table: &Table) {
        let rows = self.batch(table).await;
        self.compare(&format!("{way}, by key"), table, &rows, Kind::is_same);
        let api = format!("{}-key", table.name);
        let one = table.last_id();
        let (status, row) = self.http.json(self.http.get(&format!("/api/travel/{api}?id={one}"))).await;
        assert!(status == 200 && Some(&row) == rows.last(), "{api}: {status} {row}");
        let keys: Vec<Json> = table.rows.keys().map(|id| json!({"id": id})).collect();
        let typed = format!("{}/BatchGet", model::message::service_name("travel", &api));
        let typed = self.grpc.call(&typed, &self.http.key, json!({"keys": keys}));
        let rows = messages(&typed, &typed["ok"]["rows"], Some("row"));
        self.compare(&format!("{way}, by gRPC"), table, &rows, Kind::is_same_over_grpc);
        let generic = json!({"api": format!("travel/{api}"), "keys": keys});
        let generic = self.grpc.call("sluice.v1.DataService/BatchGet", &self.http.key, generic);
        let rows = messages(&generic, &generic["ok"]["rows"], Some("row"));
        self.compare(&format!("{way}, by the generic service"), table, &rows, Kind::is_same_over_grpc);
    }

    async fn batch(&self, table: &Table) -> Vec<Json> {
        let keys: Vec<Json> = table.rows.keys().map(|id| json!({"id": id})).collect();
        let request = self.http.post(&format!("/api/travel/{}-key/batch", table.name), &json!({"keys": keys}));
        let (status, answer) = self.http.json(request).await;
        assert_eq!(status, 200, "{}: {answer}", table.name);
        answer["rows"].as_array().unwrap().clone()
    }

    /// A columnar dataset of the table, as a list.
    pub(super) async fn columnar(&mut self, source: (&str, &Json), table: &Table) {
        let name = format!("{}-whole", table.name);
        let new = json!({"domain": "travel", "name": name, "source": source.0, "table": source.1, "key": [], "store": "columnar"});
        self.people.builder.post("/datasets", new).await;
        let built = self.people.builder.build("travel", &name).await;
        assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(table.rows.len())), "{name}: {built:#}");
        self.people.builder.served().await;
        let spec = json!({
            "title": "Values", "source": "warehouse", "kind": "sql", "policy": {"timeout_ms": 20_000},
            "form": {"table": {"name": name}, "select": table.fields(), "sort": [{"field": "id"}]},
        });
        self.people.publish(&name, spec, json!({})).await;
        self.streamed(&name, table).await;
    }

    /// Compares rows, which should be those of the table in the order of their ids.
    fn compare(&mut self, way: &str, table: &Table, found: &[Json], same: Same) {
        let way = format!("{}, {way}", table.name);
        let ids: Vec<i64> = found.iter().map(|row| id(&row["id"])).collect();
        if !ids.iter().eq(table.rows.keys()) {
            self.wrong.push(format!("{way}: the rows are {ids:?}"));
            return;
        }
        for (row, (id, cells)) in found.iter().zip(&table.rows) {
            assert_eq!(cells.len(), table.columns.len(), "{way}: row {id}");
            for ((name, kind), wanted) in table.columns.iter().zip(cells) {
                let is = &row[name.as_str()];
                self.cells += 1;
                if !same(*kind, is, wanted) {
                    self.wrong.push(format!("{way}: {name} ({kind:?}) of row {id} is {is} and should be {wanted}"));
                }
            }
        }
    }
}

/// The rows that a client was given, each of them under a name or not.
fn messages(answer: &Json, rows: &Json, under: Option<&str>) -> Vec<Json> {
    let rows = rows.as_array().unwrap_or_else(|| panic!("{answer}"));
    rows.iter().map(|row| under.map_or(row, |name| &row[name]).clone()).collect()
}

/// A wide integer is a text or a number, by the client.
fn id(cell: &Json) -> i64 {
    let number = cell.as_f64().or_else(|| cell.as_str()?.parse().ok());
    number.map_or(-1, |number| number as i64)
}
