//! Files that other projects publish: each registered, sampled, built into a dataset and read through an API, every cell as Python reads it.
//!
//! | package | files | left out |
//! | --- | --- | --- |
//! | PyPI's `vega_datasets` | those in `_data` and the three lists of them: CSV, JSON arrays, single objects | programs; what it would fetch from elsewhere |
//! | Debian's `iso-codes` | all in `json`: objects with one array, and their schemas, which are single objects | translations, which are in the form of gettext |
//! | PyPI's `pycountry` | its newer edition of the same lists | the same |

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::common::{Http, People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};
use tokio::task::JoinSet;

/// Files of these packages, at least.
const FILES: usize = 40;
/// Datasets that are built side by side.
const SIDE_BY_SIDE: usize = 4;

/// A file as Python reads it.
struct Public {
    package: String,
    table: String,
    /// With their names and types.
    columns: Json,
    rows: Vec<Json>,
}

impl Public {
    /// All of them, copied below a folder.
    fn all(folder: &Path) -> Vec<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/public_files.py");
        let output = Command::new(testkit::python()).arg(script).arg(folder).output().unwrap();
        assert!(output.status.success(), "vega_datasets and others are installed by scripts/setup.sh test: {output:?}");
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        let one = |line: &str| {
            let file: Json = serde_json::from_str(line).unwrap();
            let rows = file["rows"].as_array().unwrap().clone();
            Self { package: text(&file["package"]), table: text(&file["table"]), columns: file["columns"].clone(), rows }
        };
        String::from_utf8(output.stdout).unwrap().lines().map(one).collect()
    }

    /// The name of its dataset and its API.
    fn name(&self) -> String {
        format!("{}-{}", self.package, self.table).to_lowercase().replace('_', "-")
    }

    /// An API of all its rows, out of its dataset.
    fn api(&self) -> Json {
        let columns = self.columns.as_array().unwrap().iter().enumerate();
        let select: Vec<Json> = columns.map(|(at, column)| json!({"name": format!("c{at}"), "column": column["name"]})).collect();
        json!({
            "title": self.name(), "source": "warehouse", "kind": "sql",
            "form": {"table": {"name": self.name()}, "select": select},
            "policy": {"max_rows": 100_000, "timeout_ms": 20_000},
        })
    }

    /// The first row that is another one than Python's; nothing where all are the same.
    fn other_row(&self, rows: &[Json]) -> Option<String> {
        if rows.len() > self.rows.len() {
            return Some(format!("{}: {} rows, and should be {}", self.name(), rows.len(), self.rows.len()));
        }
        let mut pairs = rows.iter().zip(&self.rows);
        pairs.find(|(is, wanted)| !same(is, wanted)).map(|(is, wanted)| format!("{}: {is} should be {wanted}", self.name()))
    }
}

/// Python's `1` among numbers with a point is our `1.0`.
fn same(is: &Json, wanted: &Json) -> bool {
    match (is, wanted) {
        (Json::Number(is), Json::Number(wanted)) if is.is_f64() != wanted.is_f64() => is.as_f64() == wanted.as_f64(),
        (Json::Array(is), Json::Array(wanted)) => is.len() == wanted.len() && is.iter().zip(wanted).all(|(is, wanted)| same(is, wanted)),
        (is, wanted) => is == wanted,
    }
}

/// Each file is a table with the columns and types that Python sees, and its sample has its first rows.
async fn sample(builder: &Admin, all: &[Public], folder: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in all.iter().map(|public| &public.package).collect::<BTreeSet<_>>() {
        builder.put_source(package, "files", json!({"config": {"path": folder.join(package)}})).await;
        let tables = builder.get(&format!("/sources/{package}/prod/tables")).await;
        for public in all.iter().filter(|public| public.package == *package) {
            let table = tables.as_array().unwrap().iter().find(|table| table["table"]["name"] == public.table.as_str());
            let columns = table.and_then(|table| table["columns"].as_array()).cloned().unwrap_or_default();
            let columns: Json = columns.iter().map(|column| json!({"name": column["name"], "type": column["data_type"]})).collect();
            if columns != public.columns {
                wrong.push(format!("{}: the columns are {columns} and should be {}", public.name(), public.columns));
            }
            let sample = builder.get(&format!("/sources/{package}/prod/tables/{}/sample", public.table)).await;
            let rows = sample["rows"].as_array().unwrap();
            let is_whole = rows.len() >= public.rows.len().min(5) && sample["unreadable"].as_array().is_none_or(Vec::is_empty);
            wrong.extend((!is_whole).then(|| format!("{}: the sample is {sample}", public.name())));
            wrong.extend(public.other_row(rows));
        }
    }
    wrong
}

/// Builds a dataset of each, some at a time.
async fn build(builder: &Admin, all: &[Public]) {
    for some in all.chunks(SIDE_BY_SIDE) {
        let mut builds = JoinSet::new();
        for public in some {
            let (builder, name, rows) = (builder.clone(), public.name(), public.rows.len());
            let new = json!({
                "domain": "travel", "name": name, "source": public.package, "table": {"name": public.table}, "key": [], "store": "columnar",
            });
            builds.spawn(async move {
                builder.post("/datasets", new).await;
                let built = builder.build("travel", &name).await;
                assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(rows)), "{name}: {built:#}");
            });
        }
        while let Some(built) = builds.join_next().await {
            built.unwrap();
        }
    }
    builder.served().await;
}

/// Makes an API of each dataset live, and waits once for all of them.
async fn publish(people: &People, all: &[Public]) {
    for public in all {
        let name = public.name();
        let request = people.builder.send_api("travel", &name, public.api()).await;
        people.approver.approve(&request).await;
        let grant = format!("/apps/travel/demo-app/grants/travel/{name}");
        let (status, body) = people.owner.call(Method::PUT, &grant, Some(json!({}))).await;
        assert!(status.is_success(), "{name}: {body}");
    }
    people.owner.served().await;
}

#[tokio::test]
async fn files_of_public_packages_are_what_python_reads_of_them() {
    let folder = testkit::folder();
    let all = Public::all(folder.path());
    assert!(all.len() >= FILES, "{} files", all.len());
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    people.builder.put_source("warehouse", "datasets", json!({"config": {}})).await;
    let mut wrong = sample(&people.builder, &all, folder.path()).await;
    build(&people.builder, &all).await;
    publish(&people, &all).await;
    let mut cells = 0;
    for public in &all {
        let response = http.get(&format!("/api/travel/{}?format=ndjson", public.name())).send().await.unwrap();
        let (status, body) = (response.status().as_u16(), response.text().await.unwrap());
        assert_eq!(status, 200, "{}: {body}", public.name());
        let row = |line: &str| serde_json::from_str::<serde_json::Map<String, Json>>(line).unwrap().into_iter().map(|(_, cell)| cell);
        let rows: Vec<Json> = body.lines().map(|line| row(line).collect()).collect();
        if rows.len() == public.rows.len() {
            wrong.extend(public.other_row(&rows));
        } else {
            wrong.push(format!("{}: {} rows, and should be {}", public.name(), rows.len(), public.rows.len()));
        }
        cells += rows.len() * public.columns.as_array().unwrap().len();
    }
    println!("{} files with {cells} cells", all.len());
    assert!(cells > 200_000, "{cells} cells");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
