//! The main job over `/admin/v1`: a draft becomes a version, somebody else approves, it is live at once, and back again.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice, problem_code};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sluice"))
}

fn airport() -> Json {
    json!({
        "title": "One airport by its code", "source": "flights-db", "kind": "kv",
        "table": {"name": "airports"}, "key": ["faa"],
        "parameters": [{"name": "faa", "type": "string", "required": true, "test_value": "JFK"}],
        "fields": [{"name": "faa", "column": "faa"}, {"name": "name", "column": "name"}, {"name": "altitude", "column": "alt"}],
    })
}

fn script(sql: &str, parameters: &Json) -> Json {
    json!({"title": "A question", "source": "flights-db", "kind": "sql", "script": sql, "parameters": parameters})
}

async fn call(server: &Sluice, path: &str) -> (u16, Json) {
    let response = reqwest::Client::new().get(format!("{}{path}", server.url)).bearer_auth(server.demo_key()).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Waits for the gateway to serve the revision that the metadata is at; nothing is slept through.
async fn released(server: &Sluice, admin: &Admin) {
    let revision = admin.get("/me").await["revision"].as_i64().unwrap();
    for _ in 0..2_000 {
        let ready: Json = reqwest::get(format!("{}/readyz", server.url)).await.unwrap().json().await.unwrap();
        if ready["revision"].as_i64().unwrap() >= revision {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the gateway did not reach revision {revision}");
}

#[tokio::test]
async fn a_draft_goes_live_by_a_second_person_and_rolls_back() {
    let server = Sluice::demo(binary());
    let (builder, approver, owner) =
        (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "approver@demo").await, Admin::demo(&server, "owner@demo").await);
    let request = builder.send_api("travel", "airfield", airport()).await;
    assert_eq!(call(&server, "/api/travel/airfield?faa=JFK").await.0, 404, "nothing is live before it is approved");

    let (status, refused) =
        builder.call(Method::POST, &format!("/requests/{request}/decide"), Some(json!({"approve": true, "accept_costs": true}))).await;
    assert_eq!((status.as_u16(), problem_code(&refused).0), (403, "forbidden"));
    let (status, again) = builder.call(Method::POST, "/apis/travel/airfield/submit", Some(json!({"environment": "prod", "edit": 1}))).await;
    assert_eq!(status.as_u16(), 409, "{again}");
    let (status, mute) = approver.call(Method::POST, &format!("/requests/{request}/decide"), Some(json!({"approve": false}))).await;
    assert_eq!(status.as_u16(), 400, "a rejection needs a reason: {mute}");

    let detail = approver.get(&format!("/requests/{request}")).await;
    assert_eq!(detail["evidence"]["sample"]["rows"][0][0], "JFK", "{detail}");
    approver.post(&format!("/requests/{request}/decide"), json!({"approve": true, "reason": "good"})).await;
    owner.call(Method::PUT, "/apps/travel/demo-app/grants/travel/airfield", Some(json!({}))).await;
    released(&server, &owner).await;
    let (status, body) = call(&server, "/api/travel/airfield?faa=JFK").await;
    assert_eq!((status, body["name"].as_str()), (200, Some("John F Kennedy Intl")), "{body}");

    let mut second = airport();
    second["fields"].as_array_mut().unwrap().pop();
    let draft = builder.get("/apis/travel/airfield/draft").await;
    builder.call(Method::PUT, "/apis/travel/airfield/draft", Some(json!({"spec": second, "edit": draft["edit"], "step": "send"}))).await;
    let next = builder.submit("travel", "airfield").await;
    let detail = approver.get(&format!("/requests/{next}")).await;
    assert_eq!(detail["breaks"], json!(["The field altitude was removed."]));
    approver.post(&format!("/requests/{next}/decide"), json!({"approve": true, "accept_costs": true})).await;
    released(&server, &owner).await;
    assert_eq!(call(&server, "/api/travel/airfield?faa=JFK").await.1.get("altitude"), None);
    assert!(call(&server, "/api/travel/airfield/v1?faa=JFK").await.1.get("altitude").is_some(), "an approved version can be pinned");

    let (status, _) =
        builder.call(Method::POST, "/apis/travel/airfield/rollback", Some(json!({"environment": "prod", "version": 1}))).await;
    assert_eq!(status.as_u16(), 403, "a builder does not roll back");
    owner.post("/apis/travel/airfield/rollback", json!({"environment": "prod", "version": 1})).await;
    released(&server, &owner).await;
    assert!(call(&server, "/api/travel/airfield?faa=JFK").await.1.get("altitude").is_some());
    let audit = owner.get("/audit").await;
    let actions: Vec<&str> = audit.as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions[0], "api.released");
    assert!(actions.contains(&"version.approved") && actions.contains(&"version.submitted"));
}

#[tokio::test]
async fn two_editors_of_one_draft_lose_nothing() {
    let server = Sluice::demo(binary());
    let (builder, owner) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "owner@demo").await);
    builder.post("/apis", json!({"domain": "travel", "name": "airfield", "spec": airport()})).await;
    let seen = builder.get("/apis/travel/airfield/draft").await["edit"].clone();
    let mut theirs = airport();
    theirs["title"] = "Theirs".into();
    let save = |spec: Json| Some(json!({"spec": spec, "edit": seen, "step": "table"}));
    assert!(owner.call(Method::PUT, "/apis/travel/airfield/draft", save(theirs)).await.0.is_success());
    let (status, told) = builder.call(Method::PUT, "/apis/travel/airfield/draft", save(airport())).await;
    assert_eq!(status.as_u16(), 409);
    assert!(told["detail"].as_str().unwrap().contains("owner@demo"), "{told}");
    assert_eq!(builder.get("/apis/travel/airfield/draft").await["spec"]["title"], "Theirs");
    let (status, taken) = owner.call(Method::POST, "/apis", Some(json!({"domain": "travel", "name": "airfield", "spec": airport()}))).await;
    assert_eq!((status.as_u16(), taken["errors"][0]["field"].as_str()), (400, Some("name")));
}

#[tokio::test]
async fn what_a_check_must_refuse_it_refuses_with_a_place() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let text = json!([{"name": "x", "type": "string", "required": true}]);
    for (sql, parameters, word) in [
        ("delete from flights", json!([]), "SELECT"),
        ("select 1; select 2", json!([]), "one statement"),
        ("select 1 /* x */; drop table flights -- y", json!([]), "one statement"),
        ("select load_extension('x')", json!([]), "load_extension"),
        ("select * from :x", text.clone(), "cannot stand"),
        ("select carrier from flights order by :x", text.clone(), "sort by"),
        ("select carier from flights", json!([]), "carier"),
        ("select 1 from nowhere", json!([]), "nowhere"),
        ("select * from sqlite_master", json!([]), "server itself"),
        ("select 1 [[ where 1 = 1 ]]", json!([]), "never left out"),
        ("select 'x", json!([]), "never closed"),
        ("select 1 where 'a' = :x", json!([]), "Parameter x does not exist"),
    ] {
        let report = builder.post("/apis/travel/any/check", json!({"environment": "prod", "spec": script(sql, &parameters)})).await;
        let errors = report["errors"].to_string();
        assert!(errors.contains(word), "{sql}: {errors}");
    }
    let mut not_a_key = airport();
    not_a_key["table"]["name"] = "weather".into();
    not_a_key["key"] = json!(["origin"]);
    not_a_key["fields"] = json!([{"name": "origin", "column": "origin"}]);
    not_a_key["parameters"][0]["name"] = "origin".into();
    let report = builder.post("/apis/travel/any/check", json!({"environment": "prod", "spec": not_a_key})).await;
    assert!(report["errors"].to_string().contains("is not unique"), "{report}");
    let optional = script(
        "select carrier, count(*) as n from flights [[ where month = :m ]] group by carrier order by carrier",
        &json!([{"name": "m", "type": "int64"}]),
    );
    let report = builder.post("/apis/travel/any/check", json!({"environment": "prod", "spec": optional})).await;
    assert_eq!(report["errors"], json!([]), "{report}");
    assert_eq!(report["fields"][1]["type"], "int64");
}

#[tokio::test]
async fn the_console_runs_a_draft_with_real_rows() {
    let server = Sluice::demo(binary());
    let (builder, viewer) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "viewer@demo").await);
    builder.post("/apis", json!({"domain": "travel", "name": "airfield", "spec": airport()})).await;
    let try_it = |version: Json| json!({"version": version, "environment": "test", "parameters": [["faa", "JFK"]]});
    let answer = builder.post("/apis/travel/airfield/try", try_it(Json::Null)).await;
    assert_eq!(answer["status"], 200, "{answer}");
    assert!(answer["body"].as_str().unwrap().contains("Kennedy"));
    assert!(answer["calls"][0][1].as_str().unwrap().contains("/api/travel/airfield?faa=JFK"));
    assert!(!answer["plan"]["lines"].as_array().unwrap().is_empty());
    let (status, _) = viewer.call(Method::POST, "/apis/travel/airfield/try", Some(try_it(Json::Null))).await;
    assert_eq!(status.as_u16(), 403, "a viewer tries what is live alone");
    let live =
        viewer.post("/apis/travel/plane/try", json!({"version": 1, "environment": "prod", "parameters": [["tailnum", "N14228"]]})).await;
    assert_eq!(live["status"], 200);
}

#[tokio::test]
async fn a_revoked_key_and_an_ended_grant_stop_at_once() {
    let server = Sluice::demo(binary());
    let (builder, owner) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "owner@demo").await);
    let key = builder.post("/apps/travel/demo-app/keys", json!({"environment": "prod"})).await;
    released(&server, &owner).await;
    let with =
        |secret: &str| reqwest::Client::new().get(format!("{}/api/travel/plane?tailnum=N14228", server.url)).bearer_auth(secret).send();
    let secret = key["secret"].as_str().unwrap();
    assert_eq!(with(secret).await.unwrap().status(), 200);
    builder.call(Method::DELETE, &format!("/apps/travel/demo-app/keys/{}", key["id"].as_str().unwrap()), None).await;
    released(&server, &owner).await;
    assert_eq!(with(secret).await.unwrap().status(), 401);
    owner.call(Method::DELETE, "/apps/travel/demo-app/grants/travel/plane", None).await;
    released(&server, &owner).await;
    assert_eq!(with(&server.demo_key()).await.unwrap().status(), 403);
}
