//! Ready calls, run as they are copied; one document for all that an app may call; and the yes that costs need.

use std::process::Command;

use crate::common::{Http, People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Sluice;

/// JavaScript has one kind of number: 1.0 is 1.
fn as_numbers(json: Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().map(Json::from).unwrap_or_default(),
        Json::Array(items) => items.into_iter().map(as_numbers).collect(),
        Json::Object(object) => Json::Object(object.into_iter().map(|(name, value)| (name, as_numbers(value))).collect()),
        other => other,
    }
}

fn run(program: &str, arguments: &[&str], key: &str) -> Json {
    let output = Command::new(program).args(arguments).env("SLUICE_KEY", key).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{program}: {}", String::from_utf8_lossy(&output.stdout)))
}

/// TypeScript without its types: interfaces, and what a value is read as.
fn as_javascript(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        inside |= line.starts_with("interface ");
        if !inside {
            out.push_str(line.split(" as ").next().unwrap());
            out.push('\n');
        }
        inside &= line != "}";
    }
    out
}

#[tokio::test]
async fn a_copied_call_gives_what_the_api_gives() {
    let server = Sluice::demo(binary());
    let (http, people) = (Http::new(&server), People::of(&server).await);
    for (api, parameters) in [
        ("plane", vec![("tailnum", "N14228")]),
        ("delays", vec![("carrier", "UA"), ("month", "2,3")]),
        ("flight-day", vec![("date", "2013-01-01"), ("carrier", "UA"), ("flight", "1545")]),
    ] {
        let body = json!({"version": 1, "environment": "prod", "parameters": parameters});
        let tried = people.builder.post(&format!("/apis/travel/{api}/try"), body).await;
        let of = |name: &str| {
            let calls = tried["calls"].as_array().unwrap();
            calls.iter().find(|call| call[0] == name).unwrap()[1].as_str().unwrap().to_owned()
        };
        let (_, wanted) = http.json(http.get(&format!("/api/travel/{api}")).query(&parameters)).await;
        assert_eq!(run("bash", &["-c", &of("curl").replacen("curl", "curl -s", 1)], &http.key), wanted, "{api}");
        assert_eq!(run(&testkit::python(), &["-c", &of("Python")], &http.key), wanted, "{api}");
        let script = as_javascript(&of("TypeScript"));
        let ran = run("node", &["--input-type=module", "-e", &script], &http.key);
        assert_eq!(as_numbers(ran), as_numbers(wanted), "{api}: {script}");
        let shell = of("grpcurl");
        assert!(shell.contains("sluice.travel.") && shell.contains(&server.grpc), "{shell}");
    }
}

#[tokio::test]
async fn one_document_holds_all_that_an_app_may_call() {
    let server = Sluice::demo(binary());
    let http = Http::new(&server);
    let (status, document) = http.json(http.get("/api/openapi.json")).await;
    assert_eq!(status, 200);
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/api/travel/delays", "/api/travel/flight-day", "/api/travel/plane", "/api/travel/plane/batch"]);
    // Each points to its own row, which is the row of its own document.
    let one = http.json(http.get("/api/travel/plane/openapi.json")).await.1;
    assert_eq!(document["components"]["schemas"]["travel.plane.Row"], one["components"]["schemas"]["Row"]);
    let mut references = Vec::new();
    let mut stack = vec![&document];
    while let Some(json) = stack.pop() {
        match json {
            Json::Object(object) => {
                references.extend(object.get("$ref").and_then(Json::as_str));
                stack.extend(object.values());
            }
            Json::Array(items) => stack.extend(items),
            _ => {}
        }
    }
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    assert_eq!(http.client.get(format!("{}/api/openapi.json", server.url)).send().await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn a_question_that_reads_a_large_table_needs_an_approvers_yes() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let spec = json!({
        "title": "Flights of a plane", "source": "flights-db", "kind": "sql",
        "form": {
            "table": {"name": "flights"}, "select": [{"name": "carrier", "column": "carrier"}],
            "filters": [{"column": "tailnum", "op": "is", "parameter": "tailnum"}],
        },
        "parameters": [{"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"}],
        "fields": [{"name": "carrier", "column": "carrier"}],
    });
    let request = people.builder.send_api("travel", "of-plane", spec).await;
    let path = format!("/requests/{request}/decide");
    let (status, problem) = people.approver.call(Method::POST, &path, Some(json!({"approve": true}))).await;
    assert_eq!((status.as_u16(), &problem["errors"][0]["field"]), (400, &json!("accept_costs")), "{problem}");
    assert!(problem["errors"][0]["message"].as_str().unwrap().contains("reads all of flights"), "{problem}");
    people.approver.post(&path, json!({"approve": true, "accept_costs": true})).await;
    people.approver.served().await;
}

#[tokio::test]
async fn a_kept_case_keeps_what_answers_otherwise_from_going_live() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let case = json!({"name": "a plane", "parameters": {"tailnum": "N14228"}, "status": 200});
    let gone = json!({"name": "no plane", "parameters": {"tailnum": "N0"}, "status": 404});
    let mut spec = crate::common::aircraft(json!("source"));
    spec["cases"] = json!([case, gone]);
    people.builder.post("/apis", json!({"domain": "travel", "name": "kept", "spec": spec})).await;
    let tried = people.builder.post("/apis/travel/kept/try", json!({"environment": "prod", "parameters": [["tailnum", "N14228"]]})).await;
    spec["cases"][0]["sha256"] = tried["sha256"].clone();
    let check = async |spec: &Json| {
        people.builder.post("/apis/travel/kept/check", json!({"environment": "prod", "spec": spec})).await["cases"].clone()
    };
    let passed = |name: &str| json!({"name": name, "passed": true, "message": ""});
    assert_eq!(check(&spec).await, json!([passed("a plane"), passed("no plane")]));
    let draft = people.builder.get("/apis/travel/kept/draft").await;
    let save = json!({"spec": spec, "edit": draft["edit"], "step": "try"});
    assert!(people.builder.call(Method::PUT, "/apis/travel/kept/draft", Some(save)).await.0.is_success());
    let path = format!("/requests/{}", people.builder.submit("travel", "kept").await);
    assert_eq!(people.approver.get(&path).await["evidence"]["cases"][0], passed("a plane"));
    // The data changes between the check and the approval.
    testkit::sqlite3(&server.data().join("sources/flights.db"), "UPDATE planes SET seats = 1 WHERE tailnum = 'N14228'");
    let (status, problem) = people.approver.call(Method::POST, &format!("{path}/decide"), Some(json!({"approve": true}))).await;
    assert_eq!(status.as_u16(), 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("Test case a plane fails"), "{problem}");
    assert_eq!(check(&spec).await[0]["passed"], false);
    assert_eq!(check(&spec).await[1], passed("no plane"));
}

/// Costs as the check tells them, of a statement in SQL with optional parts.
async fn costs(people: &People, script: &str, parameters: &Json) -> Json {
    let spec = json!({"title": "Costs", "source": "flights-db", "kind": "sql", "script": script, "parameters": parameters});
    let (status, report) =
        people.builder.call(Method::POST, "/apis/travel/costly/check", Some(json!({"environment": "prod", "spec": spec}))).await;
    assert!(status.is_success() && report["errors"] == json!([]), "{report}");
    report["costs"].clone()
}

#[tokio::test]
async fn costs_are_told_for_what_is_read_and_not_for_how() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let carrier = json!([{"name": "carrier", "type": "string", "test_value": "UA"}]);
    // An index of all rows is all rows.
    let counted = "select carrier, count(*) as n from flights group by carrier order by carrier";
    assert_eq!(costs(&people, counted, &json!([])).await, json!(["Every request reads all of flights, about 336,776 rows."]));
    let named = "select f.month, count(*) as n from flights as f [[ where f.carrier = :carrier ]] group by f.month order by f.month";
    let without = json!(["A request without its optional parameters reads all of flights, about 336,776 rows."]);
    assert_eq!(costs(&people, named, &carrier).await, without);
    let looked_up = "select count(*) as n from flights where carrier = 'UA' and month = 2";
    assert_eq!(costs(&people, looked_up, &json!([])).await, json!([]));
}
