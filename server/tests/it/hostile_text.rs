//! Texts that would be HTML, in every field that a person can fill: shown on every page as the texts that they are, and
//! read back by a parser that reads as browsers do.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::common::{People, binary};
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

/// Ends every element that text can stand in, and begins those that do harm.
const HOSTILE: &str = "</textarea></title></script><script>window.x=1</script><img src=x onerror=\"window.x=1\">\"'&amp;&lt;";
/// The same for fields that take at most a hundred characters.
const SHORT: &str = "</textarea></title></script><script>window.x=1</script><img src=x onerror=1>\"'&amp;";
/// What a page shows of both, as text.
const MARK: &str = "<img src=x onerror=";

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn sql() -> String {
    format!("\n\nSELECT tailnum, model FROM planes WHERE tailnum = :tail AND model <> {}", quoted(HOSTILE))
}

/// An API with hostile text wherever a definition takes text.
fn api() -> Json {
    json!({
        "title": HOSTILE, "source": "flights-db", "kind": "sql", "script": sql(),
        "parameters": [{"name": "tail", "type": "string", "required": true, "about": HOSTILE, "test_value": "N14228"}],
        "fields": [
            {"name": "tailnum", "column": "tailnum", "about": HOSTILE},
            {"name": "model", "column": "model", "about": HOSTILE, "nullable": true},
        ],
        "cases": [{"name": HOSTILE, "parameters": {"tail": "N14228"}, "status": 200}],
    })
}

/// A Union with a fixed answer that is none; it stays a draft.
fn union() -> Json {
    json!({
        "title": HOSTILE, "kind": "union",
        "steps": [
            {"name": "plane", "api": "plane", "inputs": [{"parameter": "tailnum", "from": {"parameter": "tailnum"}}]},
            {"name": "again", "api": "plane", "grade": "secondary", "fallback": {"fixed": format!("\n{HOSTILE}")},
             "inputs": [{"parameter": "tailnum", "from": {"parameter": "tailnum"}}]},
        ],
        "parameters": [{"name": "tailnum", "type": "string", "required": true, "about": HOSTILE, "test_value": "N14228"}],
    })
}

/// Fills everything. Gives the request that published the API.
async fn fill(server: &Sluice, people: &People) -> String {
    let admin = Admin::demo(server, "admin@demo").await;
    let put = async |who: &Admin, path: &str, body: Json| {
        let (status, answer) = who.call(Method::PUT, path, Some(body)).await;
        assert!(status.is_success(), "PUT {path}: {status} {answer}");
    };
    put(&admin, "/domains/travel", json!({"title": SHORT})).await;
    admin.post("/tokens", json!({"name": SHORT, "days": 1})).await;
    let config = json!({"host": "127.0.0.1", "port": "1", "database": HOSTILE, "user": HOSTILE, "tls_ca": format!("\n{HOSTILE}")});
    let binding = json!({"config": config, "secrets": {"password": HOSTILE}});
    let source = json!({"name": "hostile-db", "domain": "travel", "driver": "postgres", "about": HOSTILE, "bindings": {"prod": binding}});
    put(&people.builder, "/sources/hostile-db", source).await;
    let mapping = json!({"columns": [
        {"name": "label", "of": {"expression": quoted(HOSTILE)}}, {"name": "region", "of": {"constant": HOSTILE}},
    ]});
    let dataset =
        json!({"domain": "travel", "name": "hostile-rows", "source": "flights-db", "table": {"name": "planes"}, "mapping": mapping});
    people.builder.post("/datasets", dataset).await;
    let issuer = json!({"environment": "prod", "issuer": HOSTILE, "audience": HOSTILE, "fixed": {"carrier": HOSTILE}});
    people.owner.post("/apps/travel/demo-app/issuers", issuer).await;
    people.builder.post("/apis", json!({"domain": "travel", "name": "hostile-union", "spec": union()})).await;
    people.builder.post("/apis", json!({"domain": "travel", "name": "hostile", "spec": api()})).await;
    let edit = people.builder.get("/apis/travel/hostile/draft").await["edit"].clone();
    let sent = json!({"environment": "prod", "reason": HOSTILE, "edit": edit});
    let request = people.builder.post("/apis/travel/hostile/submit", sent).await.as_str().unwrap().to_owned();
    let decided = json!({"approve": true, "accept_costs": true, "reason": HOSTILE});
    people.approver.post(&format!("/requests/{request}/decide"), decided).await;
    people.builder.post("/apis", json!({"domain": "travel", "name": "hostile-draft", "spec": api()})).await;
    request
}

/// An admin's browser that names itself in a hostile way.
async fn hostile_browser(server: &Sluice) -> Client {
    let http = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).user_agent(SHORT).build().unwrap();
    let form = [("email", "admin@demo"), ("next", "/")];
    let sent = http.post(format!("{}/fn/sign-in-demo", server.url)).header("origin", &server.url).form(&form);
    assert!(sent.send().await.unwrap().status().as_u16() < 400);
    http
}

/// What a browser's parser makes of pages.
fn parsed(pages: &[String]) -> Vec<Json> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/html_reader.py");
    let mut reader = Command::new(testkit::python()).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = reader.stdin.take().unwrap();
    let text = json!(pages).to_string();
    let writing = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = reader.wait_with_output().unwrap();
    writing.join().unwrap().expect("html5lib is installed by scripts/setup.sh test");
    serde_json::from_slice(&output.stdout).expect("html5lib is installed by scripts/setup.sh test")
}

/// Everything by which a text would have become more than one.
fn harm(page: &Json) -> Vec<String> {
    let mut found = Vec::new();
    for tag in ["img", "iframe", "object", "embed", "base", "frame", "applet"] {
        if !page["tags"][tag].is_null() {
            found.push(format!("<{tag}>"));
        }
    }
    for script in page["scripts"].as_array().unwrap() {
        if script["nonce"].as_str().is_none_or(str::is_empty) || script["text"].as_str().unwrap().trim() == "window.x=1" {
            found.push(format!("a foreign script: {script}"));
        }
    }
    found.extend(page["handlers"].as_array().unwrap().iter().map(|name| format!("the handler {name}")));
    let links = page["links"].as_array().unwrap().iter().filter_map(Json::as_str);
    found.extend(links.filter(|link| link.trim().to_lowercase().starts_with("javascript:")).map(|link| format!("the link {link}")));
    found
}

/// Where it is, whether the hostile text must be seen there as text, and the field of several lines with what is stored in it.
type Page<'a> = (String, bool, Option<(&'a str, &'a str)>);

#[tokio::test]
async fn what_people_write_stays_text_on_every_page() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let request = fill(&server, &people).await;
    let http = hostile_browser(&server).await;
    let in_address: String = HOSTILE.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let script = sql();
    let certificate = format!("\n{HOSTILE}");
    let pages: Vec<Page> = vec![
        ("/".into(), false, None),
        ("/apis".into(), true, None),
        ("/apis/new".into(), false, None),
        ("/apis/travel/hostile".into(), true, None),
        ("/apis/travel/hostile/versions".into(), true, None),
        ("/apis/travel/hostile/access".into(), true, None),
        ("/apis/travel/hostile/traffic".into(), true, None),
        ("/apis/travel/hostile/test".into(), false, None),
        ("/apis/travel/hostile-draft/edit".into(), false, Some(("script", &script))),
        ("/apis/travel/hostile-draft/edit?step=parameters".into(), false, None),
        ("/apis/travel/hostile-draft/edit?step=policy".into(), false, None),
        ("/apis/travel/hostile-draft/edit?step=try".into(), true, None),
        ("/apis/travel/hostile-draft/edit?step=send".into(), false, None),
        ("/apis/travel/hostile-union/edit".into(), false, Some(("Constant response (JSON)", &certificate))),
        ("/inbox?show=all".into(), true, None),
        (format!("/inbox/{request}"), true, None),
        ("/sources".into(), false, None),
        ("/sources/new".into(), false, None),
        ("/sources/hostile-db".into(), true, Some(("prod-tls_ca", &certificate))),
        (format!("/sources/flights-db/tables/{in_address}"), true, None),
        (format!("/sources/{in_address}"), false, None),
        ("/datasets".into(), false, None),
        ("/datasets/new".into(), false, None),
        ("/datasets/travel/hostile-rows".into(), true, None),
        ("/apps".into(), false, None),
        ("/apps/travel/demo-app".into(), true, None),
        ("/domains".into(), true, None),
        ("/domains/travel".into(), true, None),
        (format!("/domains/{in_address}"), false, None),
        ("/people".into(), false, None),
        ("/audit".into(), true, None),
        ("/account".into(), true, None),
        (format!("/sign-in?next={in_address}"), false, None),
        (format!("/join/{in_address}"), false, None),
        (format!("/inbox/{in_address}"), false, None),
        (format!("/{in_address}"), false, None),
    ];
    let mut texts = Vec::new();
    for (path, ..) in &pages {
        let response = http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap();
        let status = response.status().as_u16();
        assert!(status == 200 || (path.contains('%') && status == 404), "{path}: {status}");
        texts.push(response.text().await.unwrap());
    }
    let mut wrong = Vec::new();
    let parsed = parsed(&texts);
    assert_eq!(parsed.len(), pages.len());
    for ((path, seen, field), page) in pages.iter().zip(parsed) {
        wrong.extend(harm(&page).into_iter().map(|what| format!("{path}: {what}")));
        if *seen && !page["text"].as_str().unwrap().contains(MARK) {
            wrong.push(format!("{path} does not show it"));
        }
        let Some((name, stored)) = field else { continue };
        let areas = page["textareas"].as_array().unwrap();
        match areas.iter().find(|area| area["id"] == *name || area["label"] == *name) {
            Some(area) if area["text"] == *stored => {}
            other => wrong.push(format!("{path}: {name} holds {other:?} and not {stored:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
