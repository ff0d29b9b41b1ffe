//! Documentation that an owner marks as public can be read by everybody: it, the OpenAPI document, and nothing else.

use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::binary;

const CONTACT: &str = "Ask in the channel travel-data.";

async fn get(http: &Client, server: &Sluice, path: &str) -> (u16, String) {
    let response = http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn send(http: &Client, server: &Sluice, function: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let request = http.post(format!("{}/fn/{function}", server.url)).header("origin", &server.url).header("accept", "application/json");
    let response = request.form(fields).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// What nobody may learn who has no account.
fn leaks(text: &str) -> Vec<&'static str> {
    ["flights-db", "planes", "@demo", "SELECT", "select ", "sqlite", "\"column\"", "source_type"]
        .into_iter()
        .filter(|word| text.contains(word))
        .collect()
}

#[tokio::test]
async fn everybody_reads_what_an_owner_has_marked_and_nothing_else() {
    let server = Sluice::demo(binary());
    let nobody = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let owner = Admin::demo(&server, "owner@demo").await;
    let at = [("domain", "travel"), ("name", "plane")];
    let (page, openapi) = ("/documentation/travel/plane", "/api/travel/plane/openapi.json");
    let (status, before) = get(&nobody, &server, page).await;
    assert_eq!(status, 404);
    assert!(!before.contains("tail number"), "nothing is told of an API that is not public");
    assert_eq!(send(&nobody, &server, "public-documentation", &at).await.0, 404);
    assert_eq!(get(&nobody, &server, openapi).await.0, 401);
    // The same is said of an API that is not there.
    let none = send(&nobody, &server, "public-documentation", &[("domain", "travel"), ("name", "none")]).await;
    let detail = |text: &str| serde_json::from_str::<Json>(text).unwrap()["detail"].clone();
    assert_eq!(detail(&none.1), detail(&send(&nobody, &server, "public-documentation", &at).await.1));

    // By the form of an owner, without a script.
    let http = Admin::browser(&server, "owner@demo").await;
    let form_token = Admin::form_token(&http, &server).await;
    let marked = [at[0], at[1], ("public", "true"), ("contact", CONTACT), ("form_token", &form_token)];
    assert_eq!(send(&http, &server, "set-public-documentation", &marked).await.0, 200);
    let (status, shown) = get(&nobody, &server, page).await;
    assert_eq!(status, 200, "{shown}");
    for text in ["One aircraft by its tail number", "tailnum", "N14228", CONTACT, "/sign-in?next=", "too-many-requests"] {
        assert!(shown.contains(text), "{text} is not on the page");
    }
    assert_eq!(leaks(&shown), Vec::<&str>::new());
    let (_, answer) = send(&nobody, &server, "public-documentation", &at).await;
    assert_eq!(leaks(&answer), Vec::<&str>::new(), "{answer}");
    let (status, document) = get(&nobody, &server, openapi).await;
    assert_eq!((status, leaks(&document)), (200, Vec::new()), "{document}");
    assert_eq!(document, get(&http, &server, openapi).await.1, "it is the document of those who are signed in");

    // Nothing else of it, and nothing of other APIs.
    for function in ["api", "switches", "draft", "acceleration", "callable", "requests", "apps", "public-url"] {
        assert_eq!(send(&nobody, &server, function, &at).await.0, 401, "{function}");
    }
    assert_eq!(get(&nobody, &server, "/api/travel/plane/schema.proto").await.0, 401);
    assert_eq!(get(&nobody, &server, "/documentation/travel/delays").await.0, 404);
    assert_eq!(get(&nobody, &server, "/api/travel/delays/openapi.json").await.0, 401);

    // A script's text is not told, and what is live nowhere is not shown.
    let mark = json!({"public": true});
    assert!(owner.call(Method::PUT, "/apis/travel/delays/documentation", Some(mark)).await.0.is_success());
    let (status, delays) = get(&nobody, &server, "/documentation/travel/delays").await;
    assert_eq!((status, leaks(&delays)), (200, Vec::new()));
    assert!(delays.contains("Ask an owner of the domain travel"), "the way to ask stands there without a text too");
    owner.post("/apis/travel/delays/retire", json!({"environment": "prod"})).await;
    assert_eq!(get(&nobody, &server, "/documentation/travel/delays").await.0, 404);

    // It is in the audit log, and is taken back.
    assert!(owner.call(Method::PUT, "/apis/travel/plane/documentation", Some(json!({"public": false}))).await.0.is_success());
    assert_eq!(get(&nobody, &server, page).await.0, 404);
    assert_eq!(owner.get("/apis/travel/plane").await["documentation"], json!({"public": false}));
    let audit = owner.get("/audit").await;
    let noted: Vec<(&str, &str)> = audit
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["action"] == "api.documentation" && row["subject"] == "travel/plane")
        .map(|row| (row["before"].as_str().unwrap(), row["after"].as_str().unwrap()))
        .collect();
    let public = format!("public\ncontact: {CONTACT}");
    assert_eq!(noted, [(public.as_str(), "not public"), ("not public", public.as_str())]);
}

#[tokio::test]
async fn documents_carry_the_mark_and_leave_it_where_they_say_nothing() {
    let server = Sluice::demo(binary());
    let (owner, builder) = (Admin::demo(&server, "owner@demo").await, Admin::demo(&server, "builder@demo").await);
    let export = async || owner.get("/export").await.as_str().unwrap_or_default().to_owned();
    let plane =
        |text: &str| text.split("---\n").find(|part| part.contains("\nname: plane\n")).unwrap_or_else(|| panic!("{text}")).to_owned();
    let unmarked = plane(&export().await);
    assert!(!unmarked.contains("documentation"), "{unmarked}");
    let marked = unmarked.replacen("spec:", "documentation: { public: true, contact: Ask us }\nspec:", 1);
    let (status, problem) = builder.call(Method::POST, "/apply", Some(json!({"documents": marked}))).await;
    assert_eq!(status.as_u16(), 403, "{problem}");
    let plan = owner.post("/apply", json!({"documents": marked})).await;
    assert_eq!((plan["changes"][0]["effect"].as_str(), plan["applied"].as_bool()), (Some("change"), Some(true)), "{plan}");
    assert!(plane(&export().await).contains("contact: Ask us"));
    // The same again, or a document that says nothing of it, keeps it: for a builder too.
    for documents in [&marked, &unmarked] {
        let plan = builder.post("/apply", json!({"documents": documents})).await;
        assert_eq!(plan["changes"][0]["effect"], "keep", "{plan}");
    }
    assert_eq!(owner.get("/apis/travel/plane").await["documentation"], json!({"public": true, "contact": "Ask us"}));
}
