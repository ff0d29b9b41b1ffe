//! Files as people have them, through the port: registered, sampled, served by an API, and built into a dataset with its rejected rows.

use std::io::Write as _;

use crate::common::{Http, People, binary, pages_of};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Sluice;

/// As a spreadsheet saves it: semicolons, decimal commas, numbers that begin with zeros.
const ORDERS: &str = "id;zip;preis\n1;02134;1,50\n2;94107;2.345,75\n";

fn api() -> Json {
    json!({
        "title": "Orders of a file", "source": "drop", "kind": "sql",
        "form": {
            "table": {"name": "orders"},
            "select": [{"name": "id", "column": "id"}, {"name": "zip", "column": "zip"}, {"name": "preis", "column": "preis"}],
            "sort": [{"field": "id"}],
        },
    })
}

#[tokio::test]
async fn a_file_is_sampled_served_and_built_and_a_row_that_is_none_is_told_by_its_line() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let builder = &people.builder;
    let folder = testkit::folder();
    let file = folder.path().join("orders.csv");
    std::fs::write(&file, ORDERS).unwrap();
    std::fs::write(folder.path().join("cut.csv.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    builder.put_source("drop", "files", json!({"config": {"path": folder.path()}})).await;
    // What cannot be read stays in the list, with its reason.
    let tables = builder.get("/sources/drop/prod/tables").await;
    let note = |name: &str| tables.as_array().unwrap().iter().find(|table| table["table"]["name"] == name).unwrap()["note"].clone();
    assert!(note("cut").as_str().unwrap().contains("cut.csv.gz: the file is incomplete"), "{tables:#}");
    assert!(note("orders").as_str().unwrap().contains("separator=;"), "{tables:#}");
    let rows = json!([{"id": 1, "zip": "02134", "preis": 1.5}, {"id": 2, "zip": "94107", "preis": 2345.75}]);
    people.publish("orders", api(), json!({})).await;
    let (status, answer) = http.json(http.get("/api/travel/orders")).await;
    assert_eq!((status, &answer["rows"]), (200, &rows), "{answer:#}");
    // A row with a cell too many: the sample shows the others, an API says where it is, and a build counts it.
    let mut open = std::fs::OpenOptions::new().append(true).open(&file).unwrap();
    open.write_all(b"3;10001;5,00;what\n4;00501;7,25\n").unwrap();
    let sample = builder.get("/sources/drop/prod/tables/orders/sample").await;
    assert_eq!(sample["rows"].as_array().unwrap().len(), 3, "{sample:#}");
    assert!(sample["unreadable"][0].as_str().unwrap().starts_with("orders.csv, line 4: The row has 4 cells"), "{sample:#}");
    let (status, answer) = http.json(http.get("/api/travel/orders")).await;
    assert!(status != 200 && answer.to_string().contains("orders.csv, line 4"), "{status} {answer:#}");
    let new = json!({"domain": "travel", "name": "orders", "source": "drop", "table": {"name": "orders"}, "key": ["id"]});
    builder.post("/datasets", new).await;
    let failed = builder.build("travel", "orders").await;
    assert!(failed["state"] == "failed" && failed["reason"].as_str().unwrap().contains("orders.csv, line 4"), "{failed:#}");
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/orders/job", Some(json!({"dirty": {"rows": 1}}))).await;
    assert!(status.is_success(), "{body}");
    let built = builder.build("travel", "orders").await;
    assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(3)), "{built:#}");
    let number = built["number"].as_i64().unwrap();
    let rejected = builder.get(&format!("/datasets/travel/orders/versions/{number}/dirty")).await;
    assert_eq!((rejected.as_array().unwrap().len(), &rejected[0]["place"]), (1, &json!("orders.csv, line 4")), "{rejected:#}");
    // Only digits now: what the dataset has stays a text, and so do its zeros.
    std::fs::write(&file, "id;zip;preis\n1;10001;1,50\n2;20002;2,50\n").unwrap();
    let again = builder.build("travel", "orders").await;
    assert_eq!((&again["state"], &again["figures"]["written_rows"]), (&json!("live"), &json!(2)), "{again:#}");
}

/// As pandas writes times: of the first, a float of microseconds would be another one.
const STAMPS: &str = "import sys, pyarrow as pa, pyarrow.parquet as pq
times = pa.array([1357034400123456789, 1357034400000001000], pa.timestamp('ns'))
pq.write_table(pa.table({'id': pa.array([1, 2], pa.int64()), 't': times}), sys.argv[1])";

#[tokio::test]
async fn nanoseconds_of_a_file_are_kept_as_text_or_told_and_never_cut_off() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let builder = &people.builder;
    let folder = testkit::folder();
    let file = folder.path().join("stamps.parquet");
    let written = std::process::Command::new(testkit::python()).args(["-c", STAMPS]).arg(&file).status().unwrap();
    assert!(written.success());
    builder.put_source("drop", "files", json!({"config": {"path": folder.path()}})).await;
    let sample = builder.get("/sources/drop/prod/tables/stamps/sample").await;
    let rows = json!([[1, "2013-01-01T10:00:00.123456789Z"], [2, "2013-01-01T10:00:00.000001Z"]]);
    assert_eq!((&sample["rows"], &sample["columns"][1]["data_type"]), (&rows, &json!("string")), "{sample:#}");
    let new = |source: &str| json!({"domain": "travel", "name": source, "source": source, "table": {"name": "stamps"}, "key": ["id"]});
    builder.post("/datasets", new("drop")).await;
    let built = builder.build("travel", "drop").await;
    assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(2)), "{built:#}");
    // Pages behind them go on to the end.
    let api = json!({
        "title": "Stamps of a file", "source": "drop", "kind": "sql", "page_size": 1,
        "form": {"table": {"name": "stamps"}, "select": [{"name": "t", "column": "t"}], "distinct": true, "sort": [{"field": "t"}]},
        "keyset": true,
    });
    people.publish("stamps", api, json!({})).await;
    let rows = pages_of(&http, "stamps", 3).await;
    assert_eq!(json!(rows), json!([{"t": "2013-01-01T10:00:00.000001Z"}, {"t": "2013-01-01T10:00:00.123456789Z"}]));
    // Where somebody wants times, the one that none of them holds is told.
    builder.put_source("times", "files", json!({"config": {"path": folder.path(), "types": "t=timestamp"}})).await;
    let sample = builder.get("/sources/times/prod/tables/stamps/sample").await;
    assert_eq!(sample["rows"], json!([[2, "2013-01-01T10:00:00.000001Z"]]), "{sample:#}");
    let told = sample["unreadable"][0].as_str().unwrap();
    assert!(told.contains("t should be a timestamp, but the value is 2013-01-01T10:00:00.123456789"), "{sample:#}");
    builder.post("/datasets", new("times")).await;
    let failed = builder.build("travel", "times").await;
    assert!(failed["state"] == "failed" && failed["reason"].as_str().unwrap().contains("123456789"), "{failed:#}");
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/times/job", Some(json!({"dirty": {"rows": 1}}))).await;
    assert!(status.is_success(), "{body}");
    let built = builder.build("travel", "times").await;
    assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(1)), "{built:#}");
}
