//! Terms and entities: mapped to columns, renamed, checked against the catalogue, and carried by documents together with tags.

use crate::catalogue_assets::scan;
use crate::catalogue_tags::{Stage, column, holding, put, refused};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use testkit::Admin;

#[tokio::test]
async fn a_term_keeps_its_columns_under_a_name_that_contains_the_old_one() {
    let stage = Stage::new().await;
    let builder = &stage.people.builder;
    let term = json!({"name": "Seat count", "definition": "How many **may sit** in it.<script>", "synonyms": ["Capacity", "座位数"]});
    let made = builder.post("/glossary", json!({"domain": "travel", "term": term})).await;
    let id = made.as_str().unwrap();
    let columns = [column("planes", "engines"), column("planes", "seats")];
    builder.post(&format!("/glossary/{id}/columns"), json!({"add": columns})).await;
    let wrong = json!({"add": [columns[0], "table:flights-db/planes", column("planes", "none")]});
    let (_, said) = builder.call(Method::POST, &format!("/glossary/{id}/columns"), Some(wrong)).await;
    let fields: Vec<&str> = said["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["add.1", "add.2"]);
    let renamed = json!({"edit": 1, "term": {"name": "Seat count of an aircraft", "synonyms": ["Seat count"]}});
    put(builder, &format!("/glossary/{id}"), renamed.clone()).await;
    assert_eq!(refused(builder, Method::PUT, &format!("/glossary/{id}"), renamed).await.0, 409);
    let page = builder.get(&format!("/glossary/{id}")).await;
    assert_eq!((&page["view"]["term"]["name"], &page["columns"]), (&json!("Seat count of an aircraft"), &json!(columns)));
    assert_eq!(holding(builder, &columns[0]).await["terms"][0]["name"], "Seat count of an aircraft");
    // The old name is free again, in any case.
    let again = json!({"domain": "travel", "term": {"name": "SEAT count"}});
    builder.post("/glossary", again.clone()).await;
    assert_eq!(refused(builder, Method::POST, "/glossary", again).await, (400, "name".to_owned()));
    stage.admin.post("/domains", json!({"name": "finance"})).await;
    let stranger = stage.another("stranger@demo", "finance", "owner").await;
    assert_eq!(refused(&stranger, Method::GET, &format!("/glossary/{id}"), Json::Null).await.0, 404);
    assert!(stranger.get("/glossary").await.as_array().unwrap().is_empty());
    let (status, _) = builder.call(Method::DELETE, &format!("/glossary/{id}"), None).await;
    assert!(status.is_success() && holding(builder, &columns[0]).await["terms"].as_array().unwrap().is_empty());
}

/// A flight with its aircraft and the airport that it goes to.
fn flight() -> Json {
    json!({
        "title": "A flight", "source": "flights-db",
        "tables": [
            {"name": "flights", "table": {"name": "flights"}},
            {"name": "aircraft", "table": {"name": "planes"}},
            {"name": "arrival", "table": {"name": "airports"}},
        ],
        "joins": [
            {"left": "flights", "right": "aircraft", "on": [{"left": "tailnum", "right": "tailnum"}]},
            {"left": "arrival", "right": "flights", "on": [{"left": "faa", "right": "dest"}]},
        ],
        "attributes": [
            {"name": "number", "table": "flights", "column": "flight"},
            {"name": "seats", "table": "aircraft", "column": "seats"},
            {"name": "city", "title": "Where it goes", "table": "arrival", "column": "name"},
        ],
    })
}

#[tokio::test]
async fn an_api_begins_with_an_entity() {
    let stage = Stage::new().await;
    let builder = &stage.people.builder;
    for (pointer, value, field) in [
        ("/attributes/1/column", json!("wings"), "attributes.1.column"),
        ("/joins/0/on/0/right", json!("registration"), "joins.0.on.0.right"),
        ("/joins/1/left", json!("aircraft"), "joins.1.on.0.left"),
        ("/tables/2/table/name", json!("harbours"), "tables.2.table"),
        ("/source", json!("none"), "source"),
        ("/title", json!("\u{202e}"), "title"),
    ] {
        let mut wrong = flight();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let said = refused(builder, Method::PUT, "/entities/travel/trip", json!({"entity": wrong})).await;
        assert_eq!(said, (400, field.to_owned()), "{pointer}");
    }
    let mut apart = flight();
    apart["joins"].as_array_mut().unwrap().pop();
    let said = refused(builder, Method::PUT, "/entities/travel/trip", json!({"entity": apart})).await;
    assert_eq!(said, (400, "tables.2.name".to_owned()), "nothing joins the airports");
    put(builder, "/entities/travel/trip", json!({"entity": flight()})).await;
    assert_eq!(refused(builder, Method::PUT, "/entities/travel/trip", json!({"entity": flight()})).await, (400, "name".to_owned()));
    assert_eq!(refused(&stage.people.approver, Method::GET, "/entities/travel/trip/start", Json::Null).await.0, 403);
    let spec = builder.get("/entities/travel/trip/start").await;
    builder.post("/apis", json!({"domain": "travel", "name": "flight-seats", "spec": spec})).await;
    let report = builder.post("/apis/travel/flight-seats/check", json!({"environment": "prod", "spec": spec})).await;
    assert_eq!((&report["errors"], report["sample"]["rows"].as_array().unwrap().is_empty()), (&json!([]), false), "{report}");
    // Each row is one that the source itself makes of the three tables.
    let file = stage.server.data().join("sources/flights.db");
    for row in report["sample"]["rows"].as_array().unwrap() {
        let city = row[2].as_str().map_or_else(|| "NULL".to_owned(), |city| format!("'{}'", city.replace('\'', "''")));
        let seats = if row[1].is_null() { "NULL".to_owned() } else { row[1].to_string() };
        let sql = format!(
            "SELECT COUNT(*) > 0 FROM flights LEFT JOIN planes ON planes.tailnum = flights.tailnum
             LEFT JOIN airports ON airports.faa = flights.dest
             WHERE flights.flight = {} AND planes.seats IS {seats} AND airports.name IS {city}",
            row[0]
        );
        assert_eq!(testkit::sqlite3(&file, &sql).trim(), "1", "{row}");
    }
    // What does not fit the source any more is told, and begins no API.
    testkit::sqlite3(&file, "ALTER TABLE planes RENAME COLUMN seats TO places");
    assert_eq!(scan(builder, "flights-db").await["state"], "done");
    let entity = builder.get("/entities/travel/trip").await;
    assert_eq!(entity["problems"][0]["field"], "attributes.1.column", "{entity}");
    assert_eq!(refused(builder, Method::GET, "/entities/travel/trip/start", Json::Null).await, (400, "attributes.1.column".to_owned()));
    let (status, _) = builder.call(Method::DELETE, "/entities/travel/trip", None).await;
    assert!(status.is_success());
    assert_eq!(refused(builder, Method::GET, "/entities/travel/trip", Json::Null).await.0, 404);
}

#[tokio::test]
async fn documents_carry_tags_terms_and_entities() {
    let stage = Stage::new().await;
    let documents = [
        json!({"document": "tag", "name": "PII", "vocabulary": "privacy", "colour": "red", "masks": true, "assets": [column("planes", "tailnum")]}),
        json!({"document": "vocabulary", "name": "privacy", "title": "Privacy", "set_by": "owner"}),
        json!({"document": "term", "domain": "travel", "name": "Tail mark", "synonyms": ["Registration"], "columns": [column("planes", "tailnum")]}),
        json!({"document": "entity", "domain": "travel", "name": "trip", "entity": flight()}),
    ];
    let text = documents.map(|document| document.to_string()).join("\n---\n");
    let apply = async |admin: &Admin, text: &str| {
        let plan = admin.post("/apply", json!({"documents": text})).await;
        plan["changes"].as_array().unwrap().iter().map(|change| change["effect"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (status, _) = stage.people.builder.call(Method::POST, "/apply", Some(json!({"documents": text}))).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a vocabulary is made by an admin");
    assert_eq!(apply(&stage.admin, &text).await, ["send for review", "make", "make", "make"]);
    assert_eq!(apply(&stage.admin, &text).await, ["keep"; 4], "it is asked for already");
    let tailnum = column("planes", "tailnum");
    let held = holding(&stage.admin, &tailnum).await;
    assert_eq!((&held["tags"][0]["name"], &held["masked"], &held["terms"][0]["name"]), (&json!("PII"), &json!(false), &json!("Tail mark")));
    let exported = stage.people.builder.get("/export").await;
    let exported = exported.as_str().unwrap();
    for part in ["document: vocabulary", "document: tag", "document: term", "document: entity", tailnum.as_str()] {
        assert!(exported.contains(part), "{part}: {exported}");
    }
    // What is so already changes nothing, whoever says it.
    let plan = stage.people.builder.post("/apply", json!({"documents": exported, "dry_run": true})).await;
    assert!(plan["changes"].as_array().unwrap().iter().all(|change| change["effect"] == "keep"), "{plan}");
    let missing = json!({"document": "term", "domain": "travel", "name": "Seats", "columns": [column("planes", "none")]}).to_string();
    let said = refused(&stage.people.builder, Method::POST, "/apply", json!({"documents": missing})).await;
    assert_eq!(said, (400, "documents[0].columns.0".to_owned()));
}
