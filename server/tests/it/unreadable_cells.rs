//! An API says what it does with a cell that is not of its field's type, and does that: an error with the row and the column, or null.

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Sluice;

use crate::common::{Grpc, Http, People, binary};

/// Of these rows, the second has a word where a number should be.
const VISITS: &str = "CREATE TABLE visits (id INTEGER PRIMARY KEY, seats INTEGER); INSERT INTO visits VALUES (1, 10), (2, 'many'), (3, 30)";

fn spec(body: &Json, nulls: bool) -> Json {
    let mut spec = json!({"title": "Visits", "source": "lite", "policy": {"unreadable_as_null": nulls}});
    spec.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    spec
}

/// All rows in pages by offset, or behind the last row.
fn list(keyset: bool) -> Json {
    let select = ["id", "seats"].map(|name| json!({"name": name, "column": name}));
    let form = json!({"table": {"name": "visits"}, "select": select, "sort": [{"field": "id"}]});
    json!({"kind": "sql", "page_size": 10, "keyset": keyset, "form": form})
}

fn by_key() -> Json {
    json!({
        "kind": "kv", "table": {"name": "visits"}, "key": ["id"], "fields": (["id", "seats"].map(|name| json!({"name": name, "column": name}))),
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
    })
}

/// What the document of an API says of its good answer, and of 503.
async fn said(http: &Http, api: &str) -> (String, String) {
    let (_, document) = http.json(http.get(&format!("/api/travel/{api}/openapi.json"))).await;
    let of = |status: &str| document["paths"][format!("/api/travel/{api}")]["get"]["responses"][status]["description"].to_string();
    (of("200"), of("503"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_says_whether_a_cell_that_cannot_be_read_is_an_error_or_null() {
    let server = Sluice::demo(binary());
    let (people, http, mut grpc) = (People::of(&server).await, Http::new(&server), Grpc::new(&server));
    let folder = testkit::folder();
    let file = folder.path().join("visits.db");
    testkit::sqlite3(&file, VISITS);
    people.builder.put_source("lite", "sqlite", json!({"config": {"path": file}, "secrets": {}})).await;

    people.publish("strict", spec(&by_key(), false), json!({})).await;
    people.publish("lenient", spec(&by_key(), true), json!({})).await;
    people.publish("lenient-list", spec(&list(false), true), json!({})).await;
    let (status, failed) = http.json(http.get("/api/travel/strict?id=2")).await;
    assert_eq!((status, &failed["code"]), (503, &json!("source-changed")), "{failed}");
    assert!(failed["detail"].as_str().unwrap().contains("seats of row 1 has the value “many”"), "{failed}");
    let (good, bad) = said(&http, "strict").await;
    assert!(bad.contains("names the row, the column and the value") && !good.contains("null"), "{good} {bad}");

    assert_eq!(http.json(http.get("/api/travel/lenient?id=2")).await, (200, json!({"id": 2, "seats": null})));
    assert_eq!(http.json(http.get("/api/travel/lenient?id=3")).await, (200, json!({"id": 3, "seats": 30})));
    let rows = json!([{"id": 1, "seats": 10}, {"id": 2, "seats": null}, {"id": 3, "seats": 30}]);
    assert_eq!(http.json(http.get("/api/travel/lenient-list")).await.1["rows"], rows);
    let lines = http.get("/api/travel/lenient-list.ndjson").send().await.unwrap().text().await.unwrap();
    assert_eq!(lines.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()).collect::<Json>(), rows);
    let typed = grpc.call("sluice.travel.Lenient/Get", &http.key, json!({"id": 2}));
    assert_eq!(typed["ok"], json!({"id": "2"}), "{typed}");
    let (good, bad) = said(&http, "lenient").await;
    assert!(good.contains("does not have the type of its field is null") && !bad.contains("the row, the column"), "{good} {bad}");

    // A page would begin behind a value that nobody has read, and what is asked by the engine has no such cells.
    let refused = async |name: &str, spec: Json| {
        people.builder.post("/apis", json!({"domain": "travel", "name": name, "spec": spec})).await;
        let asked = json!({"environment": "prod", "spec": spec});
        people.builder.call(Method::POST, &format!("/apis/travel/{name}/check"), Some(asked)).await.1.to_string()
    };
    let said = refused("behind", spec(&list(true), true)).await;
    assert!(said.contains("unreadable_as_null") && said.contains("offset pagination"), "{said}");
    let of_files = testkit::folder();
    std::fs::write(of_files.path().join("visits.csv"), "id,seats\n1,10\n").unwrap();
    people.builder.put_source("files", "files", json!({"config": {"path": of_files.path()}})).await;
    let mut of_file = spec(&list(false), true);
    of_file["source"] = json!("files");
    let said = refused("of-file", of_file).await;
    assert!(said.contains("unreadable_as_null"), "{said}");
}
