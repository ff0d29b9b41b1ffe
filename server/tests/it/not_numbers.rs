//! Floats that are no numbers, in every form of an answer: by their names, and never as nothing.

use serde_json::json;
use testkit::Sluice;

use crate::common::{Grpc, Http, People, binary};

#[tokio::test]
async fn infinities_have_their_names_in_every_form() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let folder = testkit::folder();
    let file = folder.path().join("floats.db");
    testkit::sqlite3(
        &file,
        "CREATE TABLE floats (id INTEGER PRIMARY KEY, f REAL); INSERT INTO floats VALUES (1, 9e999), (2, -9e999), (3, 1.5)",
    );
    people.builder.put_source("lite", "sqlite", json!({"config": {"path": file}, "secrets": {}})).await;
    let select = json!([{"name": "id", "column": "id"}, {"name": "f", "column": "f"}]);
    let form = json!({"table": {"name": "floats"}, "select": select, "sort": [{"field": "id"}]});
    people.publish("floats", json!({"title": "Floats", "source": "lite", "kind": "sql", "form": form}), json!({})).await;
    let text = async |path: &str| {
        let response = http.get(path).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.text().await.unwrap()
    };
    let rows = r#"{"id":1,"f":"Infinity"},{"id":2,"f":"-Infinity"},{"id":3,"f":1.5}"#;
    assert!(text("/api/travel/floats").await.contains(rows));
    assert_eq!(text("/api/travel/floats.ndjson").await.trim(), rows.replace("},{", "}\n{"));
    assert_eq!(text("/api/travel/floats.csv").await, "id,f\r\n1,Infinity\r\n2,-Infinity\r\n3,1.5\r\n");
    assert!(text("/api/travel/floats.columns").await.contains(r#""f":["Infinity","-Infinity",1.5]"#));
    let document: serde_json::Value = serde_json::from_str(&text("/api/travel/floats/openapi.json").await).unwrap();
    let types = &document["components"]["schemas"]["Row"]["properties"]["f"]["type"];
    assert!(["number", "string"].iter().all(|name| types.as_array().unwrap().contains(&json!(name))), "{types}");
    let sample = people.builder.get("/sources/lite/prod/tables/floats/sample").await;
    assert_eq!(sample["rows"], json!([[1, "Infinity"], [2, "-Infinity"], [3, 1.5]]), "{sample}");
    // The double itself, which the stock client writes so.
    let mut grpc = Grpc::new(&server);
    let listed = grpc.call("sluice.travel.Floats/Query", &http.key, json!({}));
    assert_eq!(listed["ok"]["rows"][1]["f"], "-Infinity", "{listed}");
}
