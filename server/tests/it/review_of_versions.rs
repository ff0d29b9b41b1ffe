//! What an approver sees of a version: sentences first, differences by setting, and what was rejected before.

use crate::common::{People, binary};
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

fn plane() -> Json {
    json!({
        "title": "A plane", "source": "flights-db", "kind": "kv", "table": {"name": "planes"}, "key": ["tailnum"],
        "parameters": [{"name": "tailnum", "type": "string", "required": true, "max": "6", "about": "As on the tail", "test_value": "N14228"}],
        "fields": [{"name": "tailnum", "column": "tailnum"}, {"name": "model", "column": "model"}, {"name": "seats", "column": "seats"}],
    })
}

async fn page(browser: &Client, server: &Sluice, path: &str) -> String {
    let answer = browser.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    // What the framework writes between texts is not seen.
    answer.text().await.unwrap().replace("<!>", "")
}

/// Saves the draft with a change, and sends it; gives the request's id.
async fn send_changed(people: &People, change: impl FnOnce(&mut Json)) -> String {
    let draft = people.builder.get("/apis/travel/craft/draft").await;
    let mut spec = draft["spec"].clone();
    change(&mut spec);
    let saved = json!({"spec": spec, "edit": draft["edit"]});
    let (status, body) = people.builder.call(Method::PUT, "/apis/travel/craft/draft", Some(saved)).await;
    assert!(status.is_success(), "{body}");
    people.builder.submit("travel", "craft").await
}

async fn reject(people: &People, request: &str, reason: &str) {
    people.approver.post(&format!("/requests/{request}/decide"), json!({"approve": false, "reason": reason})).await;
}

fn has(changes: &Json, label: &str, before: &str, after: &str) -> bool {
    changes.as_array().is_some_and(|all| all.contains(&json!({"label": label, "before": before, "after": after})))
}

#[tokio::test]
async fn a_new_api_is_told_in_sentences_before_its_definition() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let request = people.builder.send_api("travel", "craft", plane()).await;
    let approver = Admin::browser(&server, "approver@demo").await;
    let text = page(&approver, &server, &format!("/inbox/{request}")).await;
    let places: Vec<usize> = [
        "One row of planes, found by its key tailnum.",
        "3 fields: tailnum, model, seats.",
        "tailnum: text, required, at most 6 characters. As on the tail.",
        "Table planes of source flights-db.",
        "A request times out after 5,000 ms.",
        ">Sample<",
        "No version of this API is live.",
        "Full definition, line by line",
    ]
    .into_iter()
    .map(|what| text.find(what).unwrap_or_else(|| panic!("the page does not say “{what}”: {text}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn what_is_sent_again_is_compared_with_what_was_rejected() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let first = people.builder.send_api("travel", "craft", plane()).await;
    reject(&people, &first, "Say what it gives.").await;
    // The reason stands where the builder mends it, and the way there on the request.
    let draft = people.builder.get("/apis/travel/craft/draft").await;
    assert_eq!((&draft["rejected"]["version"], &draft["rejected"]["reason"]), (&json!(1), &json!("Say what it gives.")), "{draft}");
    let [builder, approver] = [Admin::browser(&server, "builder@demo").await, Admin::browser(&server, "approver@demo").await];
    let editor = page(&builder, &server, "/apis/travel/craft/edit").await;
    assert!(editor.contains("Say what it gives.") && editor.contains("Version 1 was rejected"));
    let edit = "href=\"/apis/travel/craft/edit\"";
    assert!(page(&builder, &server, &format!("/inbox/{first}")).await.contains(edit));
    assert!(!page(&approver, &server, &format!("/inbox/{first}")).await.contains(edit), "not for those who may not edit it");
    let second = send_changed(&people, |spec| spec["title"] = json!("One aircraft by its tail number")).await;
    assert!(!page(&builder, &server, &format!("/inbox/{first}")).await.contains(edit), "it was sent again");
    let detail = people.approver.get(&format!("/requests/{second}")).await;
    assert_eq!((&detail["rejected"]["request"], &detail["rejected"]["by"]), (&json!(first), &json!("approver@demo")), "{detail}");
    assert_eq!(detail["since_rejection"], json!([{"label": "Title", "before": "A plane", "after": "One aircraft by its tail number"}]));
    let text = page(&approver, &server, &format!("/inbox/{second}")).await;
    assert!(text.contains("Sent again") && text.contains("Say what it gives."));
    people.approver.approve(&second).await;
    // What was approved ends it: the next version is compared with the one that is live alone.
    let third = send_changed(&people, |spec| {
        spec["policy"] = json!({"timeout_ms": 9_000});
        spec["fields"].as_array_mut().unwrap().remove(2);
    })
    .await;
    let detail = people.approver.get(&format!("/requests/{third}")).await;
    assert!(detail["rejected"].is_null() && detail["since_rejection"].is_null(), "{detail}");
    assert!(has(&detail["changes"], "Timeout ms", "5000", "9000"), "{detail}");
    let gone = detail["changes"].as_array().unwrap().iter().find(|change| change["label"] == "Field seats").unwrap();
    assert_eq!(gone["after"], "", "{detail}");
    assert_eq!(detail["changes"].as_array().unwrap().len(), 2, "{detail}");
    assert!(people.builder.get("/apis/travel/craft/draft").await["rejected"].is_null());
}
