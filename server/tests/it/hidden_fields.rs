//! Fields that a grant hides: not in rows, cursors, filters, documents or reflection, under any name, and not by way of a Union.

use crate::common::{Grpc, Http, People, aircraft, binary};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

/// All planes by their seats, the most first, in pages behind the last row.
fn by_size() -> Json {
    json!({
        "title": "Planes by size", "source": "flights-db", "kind": "sql", "page_size": 50, "keyset": true,
        "form": {
            "table": {"name": "planes"},
            "select": (["tailnum", "manufacturer", "seats"].map(|name| json!({"name": name, "column": name}))),
            "filters": [
                {"column": "seats", "op": "at-least", "parameter": "seats"},
                {"column": "manufacturer", "op": "is", "parameter": "manufacturer"},
            ],
            "sort": [{"field": "seats", "descending": true}, {"field": "tailnum"}],
        },
        "parameters": [
            {"name": "seats", "type": "int64", "test_value": "100"}, {"name": "manufacturer", "type": "string", "test_value": "BOEING"},
        ],
        "fields": (["tailnum", "manufacturer", "seats"].map(|name| json!({"name": name, "column": name}))),
    })
}

/// Another app of the domain, by its key, that may call these APIs with nothing hidden.
async fn second_app(people: &People, server: &Sluice, apis: &[&str]) -> Http {
    people.builder.post("/apps", json!({"domain": "travel", "name": "second"})).await;
    let made = people.builder.post("/apps/travel/second/keys", json!({"environment": "prod"})).await;
    for api in apis {
        let path = format!("/apps/travel/second/grants/travel/{api}");
        assert!(people.owner.call(Method::PUT, &path, Some(json!({}))).await.0.is_success());
    }
    people.owner.served().await;
    Http { key: made["secret"].as_str().unwrap().to_owned(), ..Http::new(server) }
}

async fn text(http: &Http, path: &str) -> String {
    let response = http.get(path).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{path}");
    response.text().await.unwrap()
}

async fn refused(http: &Http, path: &str, words: &str) -> Json {
    let (status, body) = http.json(http.get(path)).await;
    assert!(status == 400 && problem_code(&body).0 == "invalid" && body.to_string().contains(words), "{path}: {status} {body}");
    body
}

#[tokio::test]
async fn a_hidden_column_sorts_and_is_shown_by_no_cursor_and_no_filter() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.publish("by-size", by_size(), json!({"hidden": ["seats"]})).await;
    let (http, second) = (Http::new(&server), second_app(&people, &server, &["by-size"]).await);
    let mut wanted: Vec<(i64, String)> = testkit::planes()
        .into_iter()
        .map(|(tailnum, plane)| (plane["seats"].as_ref().map_or(i64::MAX, |seats| -seats.parse::<i64>().unwrap()), tailnum))
        .collect();
    wanted.sort();
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let (status, page) = http.json(http.get(&format!("/api/travel/by-size?limit=1000{after}"))).await;
        assert_eq!(status, 200, "{page}");
        let rows = page["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| row.get("seats").is_none()));
        found.extend(rows.iter().map(|row| row["tailnum"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        let carried = URL_SAFE_NO_PAD.decode(next).unwrap();
        let last = found.last().unwrap().as_bytes();
        assert!(!carried.starts_with(b"k[") && !carried.windows(last.len()).any(|part| part == last), "{next}");
        after = format!("&after={next}");
    }
    assert_eq!(found, wanted.into_iter().map(|(_, tailnum)| tailnum).collect::<Vec<_>>());

    // A cursor is of one app and one question, and cannot be made or changed.
    let (_, page) = http.json(http.get("/api/travel/by-size?limit=5")).await;
    let next = page["next"].as_str().unwrap();
    refused(&http, &format!("/api/travel/by-size?manufacturer=BOEING&after={next}"), "first page").await;
    refused(&second, &format!("/api/travel/by-size?after={next}"), "first page").await;
    let changed = format!("{}{}", if next.starts_with('A') { 'B' } else { 'A' }, &next[1..]);
    refused(&http, &format!("/api/travel/by-size?after={changed}"), "first page").await;
    let forged = URL_SAFE_NO_PAD.encode(r#"k[300,"N14228"]"#);
    refused(&http, &format!("/api/travel/by-size?after={forged}"), "first page").await;

    // The filter on it is not there for this app, and is for the other.
    let body = refused(&http, "/api/travel/by-size?seats=300", "There are: manufacturer.").await;
    assert_eq!(body["errors"][0]["message"], "Unknown parameter seats. There are: manufacturer.");
    refused(&http, "/api/travel/by-size?fields=seats", "Unknown field seats").await;
    let (_, large) = second.json(second.get("/api/travel/by-size?seats=300&limit=1")).await;
    assert!(large["rows"][0]["seats"].as_i64().unwrap() >= 300, "{large}");
    assert_eq!(http.json(http.get("/api/travel/by-size?manufacturer=BOEING&limit=1")).await.0, 200);
    assert!(!text(&http, "/api/travel/by-size.ndjson?limit=5").await.contains("seats"));

    let mut grpc = Grpc::new(&server);
    let generic = grpc.call("sluice.v1.DataService/Query", &http.key, json!({"api": "travel/by-size", "parameters": {"seats": 300}}));
    assert_eq!(generic["code"], "INVALID_ARGUMENT", "{generic}");
    let first = grpc.call("sluice.travel.BySize/Query", &http.key, json!({"limit": 5}));
    let behind = grpc.call("sluice.travel.BySize/Query", &http.key, json!({"limit": 5, "after": first["ok"]["next"]}));
    assert_eq!((&behind["ok"]["rows"][0]["tailnum"], behind["ok"]["rows"][0].get("seats")), (&json!(found[5]), None), "{behind}");
    let foreign = grpc.call("sluice.travel.BySize/Query", &second.key, json!({"limit": 5, "after": first["ok"]["next"]}));
    assert_eq!((&foreign["code"], &foreign["fields"]), (&json!("INVALID_ARGUMENT"), &json!(["after"])), "{foreign}");
}

#[tokio::test]
async fn documents_and_reflection_are_made_for_the_caller() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.publish("by-size", by_size(), json!({"hidden": ["seats"]})).await;
    let (http, second) = (Http::new(&server), second_app(&people, &server, &["by-size"]).await);
    for path in ["/api/travel/by-size/openapi.json", "/api/travel/by-size/schema.proto"] {
        assert!(!text(&http, path).await.contains("seats"), "{path}");
        assert!(text(&second, path).await.contains("seats"), "{path}");
    }
    let all: Json = serde_json::from_str(&text(&http, "/api/openapi.json").await).unwrap();
    let of_one = json!([all["paths"]["/api/travel/by-size"], all["components"]["schemas"]["travel.by-size.Row"]]).to_string();
    assert!(of_one.contains("manufacturer") && !of_one.contains("seats"), "{of_one}");

    let mut grpc = Grpc::new(&server);
    let symbol = "sluice.travel.BySize";
    let seen = grpc.ask(&json!({"do": "file", "symbol": symbol}))["ok"].clone();
    assert_eq!(seen["BySizeRow"], json!(["tailnum", "manufacturer"]), "{seen}");
    assert!(!seen.to_string().contains("seats"), "{seen}");
    let whole = grpc.ask(&json!({"do": "file", "symbol": symbol, "reflect": second.key}))["ok"].clone();
    assert_eq!(whole["BySizeRow"], json!(["tailnum", "manufacturer", "seats"]), "{whole}");
    // What an app may not call is not there, and nobody asks without a key.
    let listed = grpc.ask(&json!({"do": "list", "reflect": second.key}))["ok"].to_string();
    assert!(listed.contains(symbol) && !listed.contains("sluice.travel.Plane"), "{listed}");
    assert_eq!(grpc.ask(&json!({"do": "file", "symbol": "sluice.travel.Plane", "reflect": second.key}))["ok"], Json::Null);
    for key in ["", "slk_0_x"] {
        for list in ["list", "list-alpha"] {
            assert_eq!(grpc.ask(&json!({"do": list, "reflect": key}))["code"], "UNAUTHENTICATED");
        }
        assert_eq!(grpc.ask(&json!({"do": "file", "symbol": symbol, "reflect": key}))["ok"], Json::Null);
    }
    let open = Sluice::demo_with(binary(), &[("SLUICE_OPEN_REFLECTION", "true")]);
    let listed = Grpc::new(&open).ask(&json!({"do": "list", "reflect": ""}))["ok"].to_string();
    assert!(listed.contains("sluice.travel.Plane"), "{listed}");
}

/// Makes another version of an API live.
async fn release(people: &People, name: &str, spec: Json) {
    let draft = people.builder.get(&format!("/apis/travel/{name}/draft")).await;
    let body = json!({"spec": spec, "edit": draft["edit"], "step": "send"});
    let (status, answer) = people.builder.call(Method::PUT, &format!("/apis/travel/{name}/draft"), Some(body)).await;
    assert!(status.is_success(), "{answer}");
    let path = format!("/requests/{}/decide", people.builder.submit("travel", name).await);
    people.approver.post(&path, json!({"approve": true, "accept_costs": true})).await;
    people.owner.served().await;
}

#[tokio::test]
async fn a_column_stays_hidden_whatever_a_version_calls_it() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    people.publish("craft", aircraft(json!("source")), json!({"hidden": ["seats"]})).await;
    let grant = "/apps/travel/demo-app/grants/travel/craft";
    for (hidden, words) in [("wings", "has no field wings"), ("tailnum", "A key field cannot be hidden")] {
        let (status, body) = people.owner.call(Method::PUT, grant, Some(json!({"hidden": [hidden]}))).await;
        assert!(status.as_u16() == 400 && body["errors"][0]["field"] == "hidden" && body.to_string().contains(words), "{body}");
    }
    let app = people.builder.get("/apps/travel/demo-app").await;
    let kept = app["grants"].as_array().unwrap().iter().find(|grant| grant["api"] == "craft").unwrap();
    assert_eq!(kept["hidden"], json!(["seats"]), "a refused grant changes nothing");

    let renamed = |fields: &[(&str, &str)]| {
        let mut spec = aircraft(json!("source"));
        for (name, column) in fields {
            spec["fields"].as_array_mut().unwrap().retain(|field| field["name"] != *name);
            spec["fields"].as_array_mut().unwrap().push(json!({"name": name, "column": column}));
        }
        spec["fields"].as_array_mut().unwrap().retain(|field| field["name"] != "seats");
        spec
    };
    let path = "/api/travel/craft?tailnum=N14228";
    release(&people, "craft", renamed(&[("places", "seats"), ("again", "seats")])).await;
    let (_, row) = http.json(http.get(path)).await;
    assert!(row["manufacturer"] == "BOEING" && row.get("places").is_none() && row.get("again").is_none(), "{row}");
    let one = json!({"keys": [{"tailnum": "N14228"}]});
    let (_, batch) = http.json(http.post("/api/travel/craft/batch", &one)).await;
    assert!(batch["rows"][0]["engines"] == 2 && !batch.to_string().contains("149"), "{batch}");
    assert_eq!(http.json(http.get("/api/travel/craft/v1?tailnum=N14228")).await.1.get("seats"), None);

    // A grant of an older program names its fields, and is followed in the same way.
    testkit::sqlite3(&server.data().join("sluice.db"), "UPDATE grants SET hidden = '[\"seats\"]' WHERE hidden <> '[]'");
    release(&people, "craft", renamed(&[("chairs", "seats")])).await;
    let (_, row) = http.json(http.get(path)).await;
    assert!(row["manufacturer"] == "BOEING" && row.get("chairs").is_none(), "{row}");
    assert!(!text(&http, "/api/travel/craft/openapi.json").await.contains("chairs"));
}

#[tokio::test]
async fn a_union_shows_and_takes_no_more_than_its_steps_do() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    people.publish("craft", aircraft(json!("source")), json!({"hidden": ["seats"]})).await;
    people.publish("by-size", by_size(), json!({"hidden": ["seats"]})).await;
    let tailnum = json!([{"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"}]);
    let from = |parameter: &str, of: &str| json!({"parameter": parameter, "from": {"parameter": of}});
    let step = json!({"name": "craft", "api": "craft", "inputs": [from("tailnum", "tailnum")]});
    let card = json!({"title": "A plane", "kind": "union", "steps": [step], "parameters": tailnum});
    let mut flat = card.clone();
    flat["shape"] = json!("flat");
    flat["fields"] = json!([{"name": "maker", "column": "craft.manufacturer"}, {"name": "places", "column": "craft.seats"}]);
    let sized = json!({
        "title": "Large planes", "kind": "union",
        "steps": [{"name": "sized", "api": "by-size", "limit": 3, "inputs": [from("seats", "smallest"), from("manufacturer", "maker")]}],
        "parameters": [{"name": "smallest", "type": "int64", "test_value": "300"}, {"name": "maker", "type": "string", "test_value": "BOEING"}],
    });
    for (name, spec) in [("card", card), ("flat-card", flat), ("large", sized)] {
        people.publish(name, spec, json!({})).await;
    }
    let second = second_app(&people, &server, &["card", "flat-card", "large"]).await;

    let one = async |http: &Http, path: &str| {
        let (status, body) = http.json(http.get(path)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    };
    let (mine, whole) = (one(&http, "/api/travel/card?tailnum=N14228").await, one(&second, "/api/travel/card?tailnum=N14228").await);
    assert!(mine["craft"]["manufacturer"] == "BOEING" && mine["craft"].get("seats").is_none(), "{mine}");
    assert_eq!(whole["craft"]["seats"], 149, "{whole}");
    let (mine, whole) =
        (one(&http, "/api/travel/flat-card?tailnum=N14228").await, one(&second, "/api/travel/flat-card?tailnum=N14228").await);
    assert_eq!((mine, whole), (json!({"maker": "BOEING"}), json!({"maker": "BOEING", "places": 149})));

    // What would go to a parameter of a step that this app cannot give cannot be given.
    refused(&http, "/api/travel/large?smallest=300", "There are: maker.").await;
    let rows = one(&http, "/api/travel/large?maker=BOEING").await;
    assert!(rows["sized"][0]["tailnum"].is_string() && rows["sized"][0].get("seats").is_none(), "{rows}");
    assert!(one(&second, "/api/travel/large?smallest=300").await["sized"][0]["seats"].as_i64().unwrap() >= 300);

    for (api, word) in [("card", "seats"), ("flat-card", "places"), ("large", "smallest"), ("large", "seats")] {
        for document in ["openapi.json", "schema.proto"] {
            assert!(!text(&http, &format!("/api/travel/{api}/{document}")).await.contains(word), "{api} {document}");
        }
    }
    let mut grpc = Grpc::new(&server);
    let mut raw = |key: &str| {
        let request = json!({"tailnum": "N14228"});
        let asked =
            json!({"do": "call", "method": "sluice.travel.Card/Query", "key": key, "reflect": key, "raw": true, "request": request});
        grpc.ask(&asked)["ok"].as_str().unwrap().to_owned()
    };
    // Field 7 with 149 in it, on the wire.
    assert!(raw(&second.key).contains("389501") && !raw(&http.key).contains("389501"));
    let listed = grpc.ask(&json!({"do": "file", "symbol": "sluice.travel.Card"}))["ok"].to_string();
    assert!(listed.contains("manufacturer") && !listed.contains("seats"), "{listed}");
}
