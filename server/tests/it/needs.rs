//! What the home page says: all that is wrong and all that waits, to those whom it concerns, and nothing else.

use crate::common::{Http, People, binary};
use reqwest::Client;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

/// The needs of somebody, each as its kind and what it is about.
pub(crate) async fn needs(browser: &Client, server: &Sluice) -> Vec<(String, String)> {
    let answer = browser.post(format!("{}/fn/needs", server.url)).header("origin", &server.url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let needs: Vec<Json> = answer.json().await.unwrap();
    let text = |need: &Json, key: &str| need[key].as_str().unwrap().to_owned();
    needs.iter().map(|need| (text(need, "kind"), text(need, "subject"))).collect()
}

pub(crate) fn has(needs: &[(String, String)], kind: &str, subject: &str) -> bool {
    needs.iter().any(|(k, s)| (k.as_str(), s.as_str()) == (kind, subject))
}

pub(crate) async fn page(browser: &Client, server: &Sluice, path: &str) -> String {
    let answer = browser.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

const CLEAR: &str = "All clear. Nothing needs your attention.";

/// A key lookup in a SQLite file that a test takes away.
async fn notes(server: &Sluice, people: &People) -> std::path::PathBuf {
    let file = server.data().join("sources/notes.db");
    testkit::sqlite3(&file, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes VALUES (1, 'one')");
    people.builder.put_source("notes-db", "sqlite", json!({"config": {"path": file}, "secrets": {}})).await;
    file
}

fn note() -> Json {
    json!({
        "title": "A note", "source": "notes-db", "kind": "kv", "table": {"name": "notes"}, "key": ["id"],
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
        "fields": [{"name": "id", "column": "id"}, {"name": "text", "column": "text"}],
    })
}

#[tokio::test]
async fn an_api_that_fails_and_a_build_that_failed_are_no_all_clear() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    people.builder.built().await;
    let owner = Admin::browser(&server, "owner@demo").await;
    let file = notes(&server, &people).await;
    people.publish("note", note(), json!({})).await;
    assert_eq!(http.json(http.get("/api/travel/note?id=1")).await.0, 200);
    let before = needs(&owner, &server).await;
    assert!(before.is_empty(), "{before:?}");
    assert!(page(&owner, &server, "/").await.contains(CLEAR));
    // A caller's own fault is nobody's need.
    assert_eq!(http.json(http.get("/api/travel/note?id=2")).await.0, 404);
    assert!(needs(&owner, &server).await.is_empty());
    testkit::sqlite3(&file, "DROP TABLE notes");
    assert_eq!(http.json(http.get("/api/travel/note?id=1")).await.0, 503);
    let failing = needs(&owner, &server).await;
    assert!(has(&failing, "api-fails", "travel/note"), "{failing:?}");
    let home = page(&owner, &server, "/").await;
    assert!(!home.contains(CLEAR) && home.contains("travel/note failed"), "{home}");
    assert!(page(&owner, &server, "/apis").await.contains("Live v1, failing"));
    testkit::sqlite3(&file, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes VALUES (1, 'one')");
    assert_eq!(http.json(http.get("/api/travel/note?id=1")).await.0, 200);
    assert!(page(&owner, &server, "/apis").await.contains("Live v1, failed recently"));
    // A build that fails for good.
    let new = json!({"domain": "travel", "name": "kept-notes", "source": "notes-db", "table": {"name": "notes"}});
    people.builder.post("/datasets", new).await;
    people.change("kept-notes", "job", json!({"retries": 0})).await;
    testkit::sqlite3(&file, "DROP TABLE notes");
    let built = people.builder.build("travel", "kept-notes").await;
    assert_eq!(built["state"], "failed", "{built}");
    let failed = needs(&owner, &server).await;
    assert!(has(&failed, "build-failed", "travel/kept-notes"), "{failed:?}");
    assert!(page(&owner, &server, "/datasets").await.contains("Build failed"));
}

#[tokio::test]
async fn each_has_what_is_theirs_to_do() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.builder.built().await;
    let [builder, approver, owner] = [
        Admin::browser(&server, "builder@demo").await,
        Admin::browser(&server, "approver@demo").await,
        Admin::browser(&server, "owner@demo").await,
    ];
    notes(&server, &people).await;
    people.builder.post("/apis", json!({"domain": "travel", "name": "note", "spec": note()})).await;
    assert!(has(&needs(&builder, &server).await, "draft", "travel/note"));
    assert!(needs(&owner, &server).await.is_empty(), "somebody else's draft is theirs");
    let request = people.builder.submit("travel", "note").await;
    assert!(has(&needs(&approver, &server).await, "decide", "travel/note v1"));
    assert!(!has(&needs(&builder, &server).await, "draft", "travel/note"));
    let rejected = json!({"approve": false, "reason": "Give it a better title."});
    people.approver.post(&format!("/requests/{request}/decide"), rejected).await;
    let of_builder = needs(&builder, &server).await;
    assert!(has(&of_builder, "rejected", "travel/note v1"), "{of_builder:?}");
    assert!(page(&builder, &server, "/").await.contains("Give it a better title."));
    assert!(!needs(&approver, &server).await.iter().any(|(_, subject)| subject.contains("note")));
    assert!(page(&builder, &server, "/apis").await.contains("Rejected"));
    // Sent again, it is rejected no more.
    let draft = people.builder.get("/apis/travel/note/draft").await;
    let mut spec = draft["spec"].clone();
    spec["title"] = json!("One note by its id");
    let (status, _) =
        people.builder.call(reqwest::Method::PUT, "/apis/travel/note/draft", Some(json!({"spec": spec, "edit": draft["edit"]}))).await;
    assert!(status.is_success());
    let request = people.builder.submit("travel", "note").await;
    assert!(!needs(&builder, &server).await.iter().any(|(kind, _)| kind == "rejected"));
    people.approver.approve(&request).await;
    assert!(!has(&needs(&approver, &server).await, "decide", "travel/note v2"));
    // Taken down, it is no draft.
    let retired = people.owner.call(reqwest::Method::POST, "/apis/travel/note/retire", Some(json!({"environment": "prod"}))).await;
    assert!(retired.0.is_success(), "{}", retired.1);
    let note = people.builder.get("/apis/travel/note").await;
    assert_eq!(note["summary"]["retired"], true, "{note}");
    assert!(page(&builder, &server, "/apis/travel/note").await.contains("Retired"));
}

#[tokio::test]
async fn degraded_responses_are_counted_and_told() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let file = notes(&server, &people).await;
    people.publish("note", note(), json!({})).await;
    let step = |name: &str, api: &str, parameter: &str, more: Json| {
        let mut step = json!({"name": name, "api": api, "inputs": [{"parameter": parameter, "from": {"parameter": parameter}}]});
        step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        step
    };
    let union = json!({
        "title": "A plane and a note", "kind": "union",
        "steps": [step("plane", "plane", "tailnum", json!({})), step("note", "note", "id", json!({"grade": "secondary"}))],
        "parameters": [
            {"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"},
            {"name": "id", "type": "int64", "required": true, "test_value": "1"},
        ],
    });
    people.publish("both", union, json!({})).await;
    let both = async || http.json(http.get("/api/travel/both?tailnum=N14228&id=1")).await;
    let (status, whole) = both().await;
    assert_eq!((status, whole["degraded"].is_null()), (200, true), "{whole}");
    let owner = Admin::browser(&server, "owner@demo").await;
    assert!(!needs(&owner, &server).await.iter().any(|(kind, _)| kind == "api-degraded"));
    testkit::sqlite3(&file, "DROP TABLE notes");
    for _ in 0..2 {
        let (status, degraded) = both().await;
        assert_eq!((status, degraded["degraded"][0]["step"].as_str()), (200, Some("note")), "{degraded}");
    }
    let told = needs(&owner, &server).await;
    assert!(has(&told, "api-degraded", "travel/both") && has(&told, "api-fails", "travel/note"), "{told:?}");
    let figures = people.builder.get("/apis/travel/both/switches").await["figures"].clone();
    let prod = figures.as_array().unwrap().iter().find(|of| of["environment"] == "prod").unwrap().clone();
    assert_eq!((prod["answered"].as_u64(), prod["degraded"].as_u64()), (Some(3), Some(2)), "{figures}");
    let metrics = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    let line = metrics.lines().find(|line| line.starts_with("sluice_degraded_total") && line.contains("api=\"both\""));
    assert!(line.is_some_and(|line| line.ends_with(" 2")), "{line:?}");
}
