//! Who breaks if an asset goes, what of lineage somebody may not see, and lineage for other programs.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use testkit::Admin;

use crate::catalogue_lineage::{TABLE, at, boxes, demo, lineage};
use crate::common::{Http, LONG, until};

#[tokio::test]
async fn who_breaks_if_a_column_goes_is_told_with_owners_requests_and_the_route() {
    let (server, people) = demo().await;
    let http = Http::new(&server);
    for _ in 0..3 {
        assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
    }
    let impact = async |path: &str| people.builder.get(&format!("/lineage/{}/impact", at(path))).await;
    let affected = |view: &Json| -> Vec<String> {
        let told = |item: &Json| {
            let columns: Vec<&str> = item["columns"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
            format!("{} {} {}", item["path"].as_str().unwrap(), item["effect"].as_str().unwrap(), columns.join(","))
        };
        view["affected"].as_array().unwrap().iter().map(told).collect()
    };
    let year = impact("column:table:flights-db/planes#year").await;
    assert_eq!(
        affected(&year),
        [
            "dataset:travel/aircraft direct year",
            "job:travel/aircraft direct ",
            "api:travel/plane direct year_built",
            "api:travel/flight-day direct plane",
            "app:travel/demo-app direct ",
        ]
    );
    let of = |view: &Json, path: &str| view["affected"].as_array().unwrap().iter().find(|item| item["path"] == path).unwrap().clone();
    let app = of(&year, "app:travel/demo-app");
    assert_eq!(app["route"], json!(["table:flights-db/planes", "api:travel/plane", "app:travel/demo-app"]));
    assert_eq!(of(&year, "api:travel/plane")["owner"], "builder@demo");
    // The figures are written each ten seconds.
    until(LONG, "the requests are counted", async || {
        of(&impact("column:table:flights-db/planes#year").await, "api:travel/plane")["requests"] == 3
    })
    .await;
    // A column that nothing but the dataset copies, and one that is the key of an API.
    assert_eq!(
        affected(&impact("column:table:flights-db/planes#speed").await),
        ["dataset:travel/aircraft direct speed", "job:travel/aircraft direct "]
    );
    let carrier = impact("column:table:flights-db/flights#month").await;
    assert!(affected(&carrier).contains(&"api:travel/flight indirect ".to_owned()), "{carrier}");
    assert!(affected(&carrier).contains(&"api:travel/delays direct month".to_owned()), "{carrier}");
    let address = format!("{}/admin/v1/lineage/{}/impact?format=csv", server.url, at("column:table:flights-db/planes#speed"));
    let csv = reqwest::Client::new().get(address).bearer_auth(&people.builder.token).send().await.unwrap();
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    let csv = csv.text().await.unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(csv.contains("dataset:travel/aircraft,dataset,direct,speed,"), "{csv}");
}

#[tokio::test]
async fn what_somebody_may_not_see_is_a_grey_box_without_a_name() {
    let (server, people) = demo().await;
    let admin = Admin::demo(&server, "admin@demo").await;
    admin.post("/domains", json!({"name": "finance"})).await;
    for app in ["ledger", "vault"] {
        admin.post("/apps", json!({"domain": "finance", "name": app})).await;
        let (status, body) = admin.call(Method::PUT, &format!("/apps/finance/{app}/grants/travel/plane"), Some(json!({}))).await;
        assert!(status.is_success(), "{body}");
    }
    let viewer = Admin::demo(&server, "viewer@demo").await;
    let view = lineage(&viewer, "api:travel/plane", "down=5").await;
    assert!(boxes(&view).contains(&"2 app".to_owned()), "{view}");
    let impact = viewer.get(&format!("/lineage/{}/impact", at(TABLE))).await;
    assert_eq!(impact["hidden"], json!([{"kind": "app", "count": 2}]));
    for text in [view.to_string(), impact.to_string(), lineage(&viewer, TABLE, "down=5&find=ledge").await.to_string()] {
        assert!(!text.contains("ledger") && !text.contains("finance"), "{text}");
    }
    let seen = lineage(&admin, "api:travel/plane", "down=5").await;
    assert!(boxes(&seen).contains(&"app:finance/ledger".to_owned()), "{seen}");
    let missing = async |path: &str| viewer.call(Method::GET, &format!("/lineage/{}", at(path)), None).await;
    assert_eq!(missing("app:finance/ledger").await.0, StatusCode::NOT_FOUND);
    // What is not there is answered alike, but for its name.
    let told = async |name: &str| missing(&format!("app:finance/{name}")).await.1["detail"].as_str().unwrap().replace(name, "x");
    assert_eq!(told("ledger").await, told("nobody").await);
    // The SQL has a right of its own.
    let sql = async |who: &Admin| who.call(Method::GET, &format!("/lineage/{}/sql", at("api:travel/flight")), None).await;
    assert_eq!(sql(&viewer).await.0, StatusCode::FORBIDDEN);
    let (status, body) = sql(&people.builder).await;
    assert!(status.is_success() && body[0]["sql"].as_str().unwrap().contains("strftime"), "{body}");
}

#[tokio::test]
async fn events_are_those_of_openlineage() {
    let (_server, people) = demo().await;
    let events = people.builder.get("/openlineage").await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openlineage_reader.py");
    let mut reader = Command::new(testkit::python()).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(events.to_string().as_bytes()).unwrap();
    let output = reader.wait_with_output().unwrap();
    let read: Json = serde_json::from_slice(&output.stdout).expect("openlineage-python is installed by scripts/setup.sh test");
    assert_eq!(read["wrong"], json!([]), "{read}");
    assert_eq!((read["JobEvent"].as_u64(), read["RunEvent"].as_u64()), (Some(7), Some(2)), "six APIs and a job, and its run");
    let names: BTreeSet<&str> = events.as_array().unwrap().iter().map(|event| event["job"]["name"].as_str().unwrap()).collect();
    assert!(names.contains("job:travel/aircraft") && names.contains("api:travel/flight-day"), "{names:?}");
    let plane = events.as_array().unwrap().iter().find(|event| event["job"]["name"] == "api:travel/plane").unwrap();
    let facet = &plane["outputs"][0]["facets"]["columnLineage"];
    assert_eq!(facet["fields"]["year_built"]["inputFields"][0]["field"], "year");
    assert_eq!(facet["dataset"][0]["transformations"], json!([{"type": "INDIRECT", "subtype": "FILTER"}]));
    assert_eq!(people.builder.call(Method::GET, "/openlineage?domain=finance", None).await.0, StatusCode::NOT_FOUND);
}
