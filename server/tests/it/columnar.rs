//! Columnar datasets: questions over the copies of tables of different sources, in one, against the data itself.

use std::collections::BTreeMap;

use crate::common::{Http, People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

async fn columnar(people: &People, name: &str, source: &str, table: &str, key: Json) -> Json {
    let new = json!({"domain": "travel", "name": name, "source": source, "table": {"name": table}, "key": key, "store": "columnar"});
    people.builder.post("/datasets", new).await;
    people.builder.build("travel", name).await
}

/// Flights by the maker of their plane: two datasets, joined.
fn by_maker() -> Json {
    json!({
        "title": "Flights by maker and month", "source": "warehouse", "kind": "sql",
        "form": {
            "table": {"name": "flown"},
            "joins": [{"name": "hangar", "table": {"name": "hangar"}, "on": [{"left": "tailnum", "right": "tailnum"}]}],
            "select": [
                {"name": "manufacturer", "column": "hangar.manufacturer"},
                {"name": "flights", "aggregate": "count"},
            ],
            "filters": [{"column": "month", "op": "is", "parameter": "month"}],
            "sort": [{"field": "manufacturer"}],
        },
        "parameters": [{"name": "month", "type": "int64", "test_value": "2"}],
    })
}

/// The same, counted without any SQL.
fn counted(month: i64) -> BTreeMap<String, i64> {
    let planes = testkit::planes();
    let mut counts = BTreeMap::new();
    for cells in testkit::flight_cells(&["month", "tailnum"]) {
        let maker = cells[1].as_ref().and_then(|tailnum| planes.get(tailnum)?["manufacturer"].clone());
        if let (true, Some(maker)) = (cells[0] == Some(month.to_string()), maker) {
            *counts.entry(maker).or_default() += 1;
        }
    }
    counts
}

fn rows_of(answer: &Json) -> BTreeMap<String, i64> {
    let rows = answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}"));
    rows.iter().filter_map(|row| Some((row["manufacturer"].as_str()?.to_owned(), row["flights"].as_i64().unwrap()))).collect()
}

#[tokio::test]
async fn tables_of_two_sources_are_asked_as_one_switched_and_rolled_back() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    // The flights out of SQLite, the planes out of a file.
    let folder = testkit::folder();
    people
        .builder
        .put_source("warehouse", "datasets", json!({"config": json!({"path": folder.path().display().to_string()}), "secrets": {}}))
        .await;
    let mut csv = "tailnum,manufacturer\n".to_owned();
    for (tailnum, plane) in testkit::planes() {
        csv += &format!("{tailnum},\"{}\"\n", plane["manufacturer"].clone().unwrap());
    }
    std::fs::write(folder.path().join("planes.csv"), &csv).unwrap();
    people
        .builder
        .put_source("files", "files", json!({"config": json!({"path": folder.path().display().to_string()}), "secrets": {}}))
        .await;
    let flown = columnar(&people, "flown", "flights-db", "flights", json!([])).await;
    assert_eq!((flown["state"].as_str(), flown["figures"]["written_rows"].as_i64()), (Some("live"), Some(336_776)), "{flown}");
    let bytes = |name: &str| flown["figures"][name].as_i64().unwrap();
    assert!(bytes("stored_bytes") * 4 < bytes("row_bytes"), "{flown}");
    let hangar = columnar(&people, "hangar", "files", "planes", json!(["tailnum"])).await;
    assert_eq!(hangar["state"], "live", "{hangar}");
    people.builder.served().await;
    // Answers are kept for an hour, of the dataset versions that gave them.
    let mut kept = by_maker();
    kept["policy"] = json!({"cache": {"memory": true, "ttl_ms": 3_600_000}});
    people.publish("makers", kept, json!({})).await;
    let used = people.builder.get("/datasets/travel/hangar").await;
    assert_eq!(used["apis"], json!(["travel/makers"]));
    for month in [2, 7] {
        let (status, answer) = http.json(http.get(&format!("/api/travel/makers?month={month}"))).await;
        assert_eq!((status, rows_of(&answer)), (200, counted(month)));
    }
    // A file may stand beside the datasets as it is.
    let mut beside = by_maker();
    beside["form"]["joins"][0]["table"] = json!({"name": "planes"});
    people.publish("makers-of-file", beside, json!({})).await;
    let (status, answer) = http.json(http.get("/api/travel/makers-of-file?month=2")).await;
    assert_eq!((status, rows_of(&answer)), (200, counted(2)));
    // A new version of one of them is in the next answer; a bad one never is; going back takes an instant.
    std::fs::write(folder.path().join("planes.csv"), csv.replace("BOEING", "B")).unwrap();
    assert_eq!(people.builder.build("travel", "hangar").await["state"], "live");
    people.builder.served().await;
    let makers = async || rows_of(&http.json(http.get("/api/travel/makers?month=2")).await.1);
    let renamed = makers().await;
    assert_eq!((renamed.get("B"), renamed.get("BOEING")), (counted(2).get("BOEING"), None));
    std::fs::write(folder.path().join("planes.csv"), format!("{csv}N14228,twice\n")).unwrap();
    let twice = people.builder.build("travel", "hangar").await;
    assert!(twice["state"] == "failed" && twice["reason"].as_str().unwrap().contains("N14228"), "{twice}");
    assert_eq!(makers().await, renamed);
    people.owner.post("/datasets/travel/hangar/switch", json!({"version": 1})).await;
    people.owner.served().await;
    assert_eq!(makers().await, counted(2));
}

#[tokio::test]
async fn a_columnar_dataset_is_for_questions_and_of_its_own_domain() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.builder.put_source("warehouse", "datasets", json!({"config": json!({}), "secrets": {}})).await;
    let built = columnar(&people, "hangar", "flights-db", "planes", json!([])).await;
    assert_eq!(built["state"], "live", "{built}");
    // By its key it is not served.
    let mut spec = crate::common::aircraft(json!({"dataset": "hangar"}));
    people.builder.post("/apis", json!({"domain": "travel", "name": "by-key", "spec": spec})).await;
    let submit = json!({"environment": "prod", "reason": "a test", "edit": 1});
    let (status, refused) = people.builder.call(Method::POST, "/apis/travel/by-key/submit", Some(submit.clone())).await;
    assert_eq!((status.as_u16(), problem_code(&refused).0), (400, "invalid"), "{refused}");
    assert!(refused.to_string().contains("columnar"), "{refused}");
    // In test nothing is live, so its table is not there.
    spec["source"] = json!("warehouse");
    spec["table"] = json!({"name": "hangar"});
    spec["serve_from"] = json!("source");
    people.builder.post("/apis", json!({"domain": "travel", "name": "by-question", "spec": spec})).await;
    let in_test = json!({"environment": "test", "reason": "a test", "edit": 1});
    let (_, missing) = people.builder.call(Method::POST, "/apis/travel/by-question/submit", Some(in_test)).await;
    assert!(missing.to_string().contains("no table hangar"), "{missing}");
    let (status, sent) = people.builder.call(Method::POST, "/apis/travel/by-question/submit", Some(submit)).await;
    assert!(status.is_success(), "{sent}");
    // Whose datasets they are is not a setting.
    let binding = json!({"config": {"sluice.domain": "other"}, "secrets": {}});
    let forged = json!({"name": "forged", "domain": "travel", "driver": "datasets", "bindings": {"prod": binding}});
    let (status, body) = people.builder.call(Method::PUT, "/sources/forged", Some(forged)).await;
    assert_eq!(status.as_u16(), 400, "{body}");
}

#[tokio::test]
async fn a_decimal_of_any_size_is_mapped_before_it_is_compared_or_sorted_by() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let folder = testkit::folder();
    let file = folder.path().join("amounts.db");
    testkit::sqlite3(
        &file,
        "CREATE TABLE amounts (id INTEGER PRIMARY KEY, n NUMERIC); INSERT INTO amounts VALUES (1,9),(2,10),(3,1.5),(4,1.54)",
    );
    people.builder.put_source("lite", "sqlite", json!({"config": {"path": file}, "secrets": {}})).await;
    people.builder.put_source("warehouse", "datasets", json!({"config": {}, "secrets": {}})).await;
    let built = columnar(&people, "amounts", "lite", "amounts", json!(["id"])).await;
    assert_eq!(built["state"], "live", "{built}");
    let price = json!({"name": "price", "of": {"column": "n"}, "type": {"decimal": {"precision": 18, "scale": 4}}});
    // As a text that is cast to the digits of 1.5, 1.54 would not be greater.
    let mapping = json!({"columns": [price], "only": [{"column": "n", "op": "greater", "value": "1.5"}]});
    let new = json!({"domain": "travel", "name": "priced", "source": "lite", "table": {"name": "amounts"}, "key": ["id"], "store": "columnar", "mapping": mapping});
    people.builder.post("/datasets", new).await;
    let built = people.builder.build("travel", "priced").await;
    assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(3)), "{built}");
    people.builder.served().await;
    let field = |name: &str, column: &str| json!({"name": name, "column": column});
    let asked = json!([{"name": "asked", "type": {"decimal": {"precision": 0, "scale": 0}}}]);
    let form = |table: &str, select: Json, filters: Json, sort: Json| {
        let form = json!({"table": {"name": table}, "select": select, "filters": filters, "sort": sort});
        json!({"title": "Amounts", "source": "warehouse", "kind": "sql", "form": form, "parameters": if filters == json!([]) { json!([]) } else { asked.clone() }})
    };
    let is = |column: &str| json!([{"column": column, "op": "is", "parameter": "asked"}]);
    let plain = json!([field("id", "id"), field("n", "n")]);
    let greatest = json!([{"name": "m", "column": "n", "aggregate": "greatest"}]);
    let script =
        json!({"title": "Amounts", "source": "warehouse", "kind": "sql", "script": "SELECT id FROM amounts ORDER BY n", "parameters": []});
    for (spec, is_right) in [
        (form("amounts", plain.clone(), json!([]), json!([{"field": "id"}])), true),
        (form("amounts", plain.clone(), is("n"), json!([])), false),
        (form("amounts", plain.clone(), json!([]), json!([{"field": "n"}])), false),
        (form("amounts", greatest, json!([]), json!([])), false),
        (script, false),
    ] {
        let body = json!({"environment": "prod", "spec": spec});
        let (_, report) = people.builder.call(Method::POST, "/apis/travel/amounts/check", Some(body)).await;
        let errors = report["errors"].to_string();
        assert!(
            if is_right { errors == "[]" } else { errors.contains("n is a decimal of any size") && errors.contains("decimal(p,s)") },
            "{spec}: {report}"
        );
    }
    let priced = json!([field("id", "id"), field("price", "price")]);
    people.publish("priced", form("priced", priced, is("price"), json!([{"field": "price"}])), json!({})).await;
    let (_, sorted) = http.json(http.get("/api/travel/priced")).await;
    let ids: Vec<i64> =
        sorted["rows"].as_array().unwrap_or_else(|| panic!("{sorted}")).iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [4, 1, 2], "{sorted}");
    let (_, found) = http.json(http.get("/api/travel/priced?asked=1.54")).await;
    assert_eq!(found["rows"], json!([{"id": 4, "price": "1.5400"}]));
    let (_, none) = http.json(http.get("/api/travel/priced?asked=1.5")).await;
    assert_eq!(none["rows"], json!([]));
}
