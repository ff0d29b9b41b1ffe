//! Assets of the catalogue: registered by scans of a real PostgreSQL, kept through its changes, and described by people.

use crate::common::{LONG, People, binary, until};
use crate::needs::{has, needs};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use testkit::{Admin, ClickHouse, Postgres, Sluice, problem_code};

/// Where an asset is under `/admin/v1`: the slashes of its path are written otherwise.
fn at(path: &str) -> String {
    format!("/assets/{}", path.replace('%', "%25").replace('/', "%2F").replace('#', "%23"))
}

async fn asset(admin: &Admin, path: &str) -> Json {
    admin.get(&at(path)).await
}

/// The value of a field that holds, and where it comes from.
fn holds(asset: &Json, field: &str) -> (String, String) {
    let values = asset["values"].as_array().unwrap();
    let value = values.iter().find(|value| value["field"] == field && value["holds"] == true);
    let text = |key: &str| value.and_then(|value| value[key].as_str()).unwrap_or_default().to_owned();
    (text("value"), text("origin"))
}

async fn set(admin: &Admin, path: &str, body: Json) -> (StatusCode, Json) {
    admin.call(Method::PUT, &at(path), Some(body)).await
}

/// Lets a source be scanned, and waits for the end of a scan that has not ended before.
pub(crate) async fn scan(admin: &Admin, source: &str) -> Json {
    let before = admin.get(&format!("/sources/{source}/scan")).await;
    if before.is_null() {
        let (status, body) = admin.call(Method::PUT, &format!("/sources/{source}/scan"), Some(json!({"spec": {}}))).await;
        assert!(status.is_success(), "{body}");
    } else {
        admin.post(&format!("/sources/{source}/scan/run"), Json::Null).await;
    }
    ended(admin, source, &before["finished_at"]).await
}

/// The scan of a source, once it has ended at another time than before.
async fn ended(admin: &Admin, source: &str, before: &Json) -> Json {
    let mut scan = Json::Null;
    until(LONG, "a scan that ended", async || {
        scan = admin.get(&format!("/sources/{source}/scan")).await;
        !scan["finished_at"].is_null() && scan["finished_at"] != *before
    })
    .await;
    scan
}

async fn shop(people: &People, server: &Postgres) {
    let config = json!({"host": "127.0.0.1", "port": server.port().to_string(), "database": "postgres", "user": "postgres"});
    people.builder.put_source("shop", "postgres", json!({"config": config, "secrets": {"password": ""}})).await;
}

#[tokio::test]
async fn a_rescan_keeps_what_people_wrote_and_the_columns_that_changed() {
    let (server, database) = (Sluice::demo(binary()), Postgres::start());
    let people = People::of(&server).await;
    let builder = &people.builder;
    builder.built().await;
    let made = "CREATE TABLE items (id bigint PRIMARY KEY, old int, label varchar(40), seats int);
        COMMENT ON TABLE items IS 'All items.'; COMMENT ON COLUMN items.label IS 'What it is called.'";
    database.run("postgres", made).await;
    shop(&people, &database).await;
    let done = scan(builder, "shop").await;
    assert_eq!((&done["state"], &done["counts"]["new_tables"], &done["counts"]["new_columns"]), (&json!("done"), &json!(1), &json!(4)));
    let table = asset(builder, "table:shop/items").await;
    assert_eq!(holds(&table, "description"), ("All items.".into(), "source".into()));
    let names: Vec<&str> = table["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!((names, table["column_count"].as_u64()), (vec!["id", "old", "label", "seats"], Some(4)));
    assert_eq!(table["columns"][2]["about"], "What it is called.");
    let label = asset(builder, "column:table:shop/items#label").await;
    let (status, edit) =
        set(builder, "column:table:shop/items#label", json!({"edit": label["edit"], "description": "*Ann's* word."})).await;
    assert!(status.is_success() && edit.as_i64() > label["edit"].as_i64(), "{edit}");
    // One is dropped before the others, one has another name, one another type, and the source says something else.
    let changed = "ALTER TABLE items DROP COLUMN old; ALTER TABLE items RENAME label TO title; ALTER TABLE items ALTER seats TYPE bigint;
        COMMENT ON COLUMN items.title IS 'Another word.'";
    database.run("postgres", changed).await;
    let done = scan(builder, "shop").await;
    let counts = &done["counts"];
    assert_eq!([&counts["renamed_columns"], &counts["retyped_columns"], &counts["gone_columns"]], [&json!(1), &json!(1), &json!(1)]);
    for path in ["column:table:shop/items#title", "column:table:shop/items#label"] {
        let title = asset(builder, path).await;
        assert_eq!((&title["summary"]["id"], &title["summary"]["name"]), (&label["summary"]["id"], &json!("title")), "{path}");
        assert_eq!(holds(&title, "description"), ("*Ann's* word.".into(), "person".into()));
        assert!(title["description_html"].as_str().unwrap().contains("<em>Ann"), "{title}");
        let of_source = title["values"].as_array().unwrap().iter().find(|value| value["origin"] == "source").unwrap();
        assert_eq!((&of_source["value"], &of_source["holds"]), (&json!("Another word."), &json!(false)));
    }
    let seats = asset(builder, "column:table:shop/items#seats").await;
    assert_eq!(seats["summary"]["data_type"], "bigint");
    assert_eq!(seats["history"][0]["field"], "type");
    assert!(asset(builder, "column:table:shop/items#old").await["summary"]["gone_at"].is_i64());
    // Nothing has changed: nothing is written.
    let revision = builder.get("/me").await["revision"].clone();
    let again = scan(builder, "shop").await;
    let quiet = builder.get("/me").await["revision"].as_i64().unwrap() - revision.as_i64().unwrap();
    assert_eq!((&again["state"], &again["counts"]["found"], quiet), (&json!("done"), &json!(1), 1), "the request for it alone");
}

#[tokio::test]
async fn a_source_that_is_away_loses_nothing_and_half_the_tables_are_asked_about() {
    let (server, mut database) = (Sluice::demo(binary()), Postgres::start());
    let people = People::of(&server).await;
    let builder = &people.builder;
    let made: String = (0..4).map(|index| format!("CREATE TABLE t{index} (id bigint PRIMARY KEY, label text);")).collect();
    database.run("postgres", &made).await;
    shop(&people, &database).await;
    assert_eq!(scan(builder, "shop").await["counts"]["new_tables"], 4);
    let tables = async || builder.get("/assets?source=shop&kind=table").await["found"].as_u64().unwrap();
    database.stop();
    let away = scan(builder, "shop").await;
    assert!(away["state"] == "failed" && away["reason"].as_str().unwrap().contains("Nothing was changed"), "{away}");
    assert_eq!(tables().await, 4, "what is not seen is not gone");
    database.resume();
    database.run("postgres", "DROP TABLE t0, t1, t2").await;
    let held = scan(builder, "shop").await;
    assert_eq!((&held["state"], &held["missing"]), (&json!("held"), &json!(["t0", "t1", "t2"])));
    assert_eq!(tables().await, 4);
    let (of_builder, of_viewer) = (Admin::browser(&server, "builder@demo").await, Admin::browser(&server, "viewer@demo").await);
    assert!(has(&needs(&of_builder, &server).await, "scan-held", "shop"));
    assert!(!has(&needs(&of_viewer, &server).await, "scan-held", "shop"), "a viewer cannot decide");
    let decide = async |accept: bool, scan: &Json| {
        let decision = json!({"accept": accept, "found_at": scan["finished_at"]});
        builder.call(Method::POST, "/sources/shop/scan/decide", Some(decision)).await
    };
    assert!(decide(false, &held).await.0.is_success());
    assert_eq!(decide(true, &held).await.0, StatusCode::CONFLICT, "it is decided already");
    assert_eq!((tables().await, has(&needs(&of_builder, &server).await, "scan-held", "shop")), (4, false));
    let held = scan(builder, "shop").await;
    assert!(decide(true, &held).await.0.is_success());
    let done = ended(builder, "shop", &held["finished_at"]).await;
    assert_eq!((&done["state"], &done["counts"]["gone_tables"]), (&json!("done"), &json!(3)));
    assert_eq!(tables().await, 1);
    // A table that comes back is the asset that it was.
    let gone = asset(builder, "table:shop/t0").await;
    database.run("postgres", "CREATE TABLE t0 (id bigint PRIMARY KEY, label text)").await;
    scan(builder, "shop").await;
    let back = asset(builder, "table:shop/t0").await;
    assert_eq!((&back["summary"]["id"], &back["summary"]["gone_at"]), (&gone["summary"]["id"], &Json::Null));
    assert_eq!(back["columns"][0]["gone_at"], Json::Null);
}

#[tokio::test]
async fn a_table_of_five_thousand_columns_is_registered_and_listed() {
    let (server, source) = (Sluice::demo(binary()), ClickHouse::start());
    let people = People::of(&server).await;
    let columns: Vec<String> = (0..5_000).map(|index| format!("c{index} Int32")).collect();
    source.run("default", &format!("CREATE TABLE wide ({}) ENGINE = MergeTree ORDER BY tuple()", columns.join(", ")));
    let config = json!({"url": source.url, "database": "default", "user": "default"});
    people.builder.put_source("click", "clickhouse", json!({"config": config, "secrets": {}})).await;
    let done = scan(&people.builder, "click").await;
    assert_eq!((&done["state"], &done["counts"]["new_columns"]), (&json!("done"), &json!(5_000)), "{done}");
    let table = asset(&people.builder, "table:click/wide").await;
    assert_eq!((table["column_count"].as_u64(), table["columns"].as_array().unwrap().len()), (Some(5_000), 50));
    let last = people.builder.get(&format!("{}/columns?page=100", at("table:click/wide"))).await;
    assert_eq!((last["found"].as_u64(), &last["rows"][49]["name"]), (Some(5_000), &json!("c4999")));
    source.run("default", "ALTER TABLE wide DROP COLUMN c0");
    assert_eq!(scan(&people.builder, "click").await["counts"]["gone_columns"], 1);
}

#[tokio::test]
async fn of_two_people_the_second_is_told_and_nothing_is_lost() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let path = "api:travel/plane";
    let seen = asset(&people.builder, path).await;
    assert_eq!(holds(&seen, "description").1, "source", "its definition says something of it");
    let names: Vec<&str> = seen["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"tailnum") && seen["columns"][0]["about"] == "Tail number", "{seen}");
    let described = |text: &str| json!({"edit": seen["edit"], "description": text});
    assert!(set(&people.builder, path, described("First.")).await.0.is_success());
    let (status, problem) = set(&people.owner, path, described("Second.")).await;
    assert_eq!((status, problem_code(&problem).0), (StatusCode::CONFLICT, "conflict"));
    let now = asset(&people.builder, path).await;
    assert_eq!(holds(&now, "description"), ("First.".into(), "person".into()));
    assert_eq!(now["history"][0]["after"], "First.");
    // Taken away, the word of the definition holds again.
    assert!(set(&people.owner, path, json!({"edit": now["edit"], "description": ""})).await.0.is_success());
    assert_eq!(holds(&asset(&people.builder, path).await, "description"), holds(&seen, "description"));
}

#[tokio::test]
async fn texts_are_bounded_and_shown_as_what_they_are() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let path = "source:flights-db";
    let edit = asset(&people.builder, path).await["edit"].clone();
    for (body, field) in [
        (json!({"edit": edit, "description": "x".repeat(100_000)}), "description"),
        (json!({"edit": edit, "description": "a\u{0}b"}), "description"),
        (json!({"edit": edit, "owner": "ann\u{202e}@demo"}), "owner"),
        (json!({"edit": edit, "steward": "a\u{200b}b"}), "steward"),
        (json!({"edit": edit, "tier": "P7"}), "tier"),
        (json!({"edit": edit, "links": [{"title": "x", "url": "javascript:alert(1)"}]}), "links.0.url"),
    ] {
        let (status, problem) = set(&people.builder, path, body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{problem}");
    }
    let hostile =
        "# Title\n\n<script>alert(1)</script>\n\n<b onclick=\"x\">b</b> ![x](https://evil.example/x.png) [x](javascript:alert(1))";
    assert!(set(&people.builder, path, json!({"edit": edit, "description": hostile, "tier": "P1"})).await.0.is_success());
    let shown = asset(&people.builder, path).await;
    let html = shown["description_html"].as_str().unwrap();
    assert!(html.starts_with("<h3>") && !["<script", "<b", "<img", "javascript:"].iter().any(|raw| html.contains(raw)), "{html}");
    assert_eq!((&shown["description"], &shown["summary"]["tier"]), (&json!(hostile), &json!("P1")));
    for odd in ["/assets/nothing", "/assets/table:x", "/assets/column:api:travel%2Fplane%23a%00b"] {
        assert_eq!(people.builder.call(Method::GET, odd, None).await.0, StatusCode::BAD_REQUEST, "{odd}");
    }
    assert_eq!(people.builder.get("/assets?kind=nothing").await["found"], 0);
}

#[tokio::test]
async fn an_asset_is_certified_and_deprecated_in_favour_of_another_one_and_written_into_documents() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.builder.built().await;
    let (api, dataset) = ("api:travel/plane", "dataset:travel/aircraft");
    let status = async |path: &str, act: &str, more: Json| {
        let mut body = json!({"edit": asset(&people.owner, path).await["edit"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        people.owner.call(Method::POST, &format!("{}/{act}", at(path)), Some(body)).await
    };
    assert!(status(dataset, "certify", json!({})).await.0.is_success());
    let certified = people.builder.get("/assets?status=certified&kind=dataset").await;
    assert_eq!((certified["found"].as_u64(), &certified["rows"][0]["path"]), (Some(1), &json!(dataset)));
    assert!(certified["rows"][0]["fresh_at"].is_i64(), "{certified}");
    for wrong in [json!({"successor": api}), json!({"successor": "api:travel/nothing"})] {
        assert_eq!(status(api, "deprecate", wrong).await.0, StatusCode::BAD_REQUEST);
    }
    assert!(status(api, "deprecate", json!({"successor": dataset})).await.0.is_success());
    let deprecated = asset(&people.builder, api).await;
    assert_eq!((&deprecated["summary"]["status"], &deprecated["successor"]["path"]), (&json!("deprecated"), &json!(dataset)));
    let (code, problem) = status(dataset, "deprecate", json!({"successor": api})).await;
    assert_eq!((code, &problem["errors"][0]["field"]), (StatusCode::BAD_REQUEST, &json!("successor")), "successors come to an end");
    // The same as documents: applied once, exported, and applied again without a change.
    let document = "document: asset\npath: dataset:travel/aircraft\ndescription: All aircraft.\ntier: P0\n";
    let apply = async |text: &str| people.builder.post("/apply", json!({"documents": text})).await;
    assert_eq!(apply(document).await["changes"], json!([{"subject": "asset dataset:travel/aircraft", "effect": "change"}]));
    assert_eq!(apply(document).await["changes"][0]["effect"], "keep");
    let exported = people.builder.get("/export").await;
    let exported = exported.as_str().unwrap();
    assert!(exported.contains("document: asset") && exported.contains("description: All aircraft.\ntier: P0\n"), "{exported}");
    assert_eq!(holds(&asset(&people.builder, dataset).await, "description"), ("All aircraft.".into(), "person".into()));
}
