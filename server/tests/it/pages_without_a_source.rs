//! Pages while a source is away: they come at once, with what is known and its age, and say what is asked for.

use std::time::{Duration, Instant};

use crate::common::{People, binary};
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use testkit::{Admin, Redis, Sluice};

/// Well under the five seconds after which a source is given up.
const AT_ONCE: Duration = Duration::from_secs(3);

/// A page as it is sent, before any script.
async fn page(browser: &Client, server: &Sluice, path: &str) -> String {
    let began = Instant::now();
    let answer = browser.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let text = answer.text().await.unwrap();
    assert!(began.elapsed() < AT_ONCE, "{path} took {:?}", began.elapsed());
    text
}

/// A database that takes connections and never says a word, under a name that comes first on the home page.
async fn silent_source(people: &People) -> tokio::net::TcpListener {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let config = json!({"host": "127.0.0.1", "port": port, "database": "db", "user": "reader", "tls": "disable"});
    people.builder.put_source("away", "postgres", json!({"config": config, "secrets": {}})).await;
    let draft = json!({"source": "away", "kind": "kv", "table": {"name": "numbers"}, "key": ["n"],
        "parameters": [{"name": "n", "type": "int64", "required": true}], "fields": [{"name": "n", "column": "n"}]});
    people.builder.post("/apis", json!({"domain": "travel", "name": "numbers", "spec": draft})).await;
    listener
}

#[tokio::test]
async fn no_page_waits_for_a_source() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let _silent = silent_source(&people).await;
    let browser = Admin::browser(&server, "owner@demo").await;
    let paths = [
        "/",
        "/sources",
        "/sources/away",
        "/sources/away/tables/numbers",
        "/datasets/new?source=away&table=numbers",
        "/apis/new?source=away&table=numbers",
        "/apis/travel/numbers/edit",
        "/apis/travel/numbers/edit?step=parameters",
        "/apis/travel/numbers/edit?step=send",
        "/apis/travel/plane/accelerate",
    ];
    let began = Instant::now();
    for path in paths {
        page(&browser, &server, path).await;
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    for (path, what) in
        [("/", "the tables of away"), ("/sources/away", "the tables of away"), ("/sources/away/tables/numbers", "rows of numbers")]
    {
        let text = page(&browser, &server, path).await;
        assert!(text.contains(&format!("Loading {what} from the source.")), "{path} says what is asked for");
    }
}

#[tokio::test]
async fn what_a_source_told_last_is_shown_with_its_age_once_it_is_gone() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let file = server.data().join("sources/a-notes.db");
    let made = testkit::sqlite3(&file, "CREATE TABLE remarks (id INTEGER PRIMARY KEY, text TEXT)");
    assert_eq!(made, "");
    people.builder.put_source("a-notes", "sqlite", json!({"config": {"path": file}, "secrets": {}})).await;
    let browser = Admin::browser(&server, "owner@demo").await;
    assert!(!page(&browser, &server, "/sources/a-notes").await.contains("/sources/a-notes/tables/remarks"), "nothing is known yet");
    let tables = people.builder.get("/sources/a-notes/prod/tables").await;
    assert_eq!(tables[0]["table"]["name"], "remarks");
    std::fs::remove_file(&file).unwrap();
    for path in ["/", "/sources/a-notes", "/sources/a-notes/tables/remarks"] {
        let text = page(&browser, &server, path).await;
        assert!(text.contains("remarks") && text.contains("Last loaded "), "{path} shows what is known, and since when");
    }
    // Of other settings nothing is known.
    let moved = server.data().join("sources/other.db");
    testkit::sqlite3(&moved, "CREATE TABLE other (id INTEGER PRIMARY KEY)");
    people.builder.put_source("a-notes", "sqlite", json!({"config": {"path": moved}, "secrets": {}})).await;
    let text = page(&browser, &server, "/sources/a-notes").await;
    assert!(!text.contains("tables/remarks") && text.contains("Loading the tables of a-notes from the source."));
}

#[tokio::test]
async fn a_source_that_answers_again_is_away_no_more() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let mut redis = Redis::start();
    let binding = |tables: &str| json!({"config": {"url": redis.url(), "tables": tables}, "secrets": {}});
    let (stored, others) = (binding("plane:{tailnum}"), binding("other:{n}"));
    people.builder.put_source("a-cache", "redis", stored.clone()).await;
    let edit = people.builder.get("/sources/a-cache").await["edit"].clone();
    let tried = async |binding: &Json| {
        let input = json!({"name": "a-cache", "domain": "travel", "driver": "redis", "edit": edit, "bindings": {"prod": binding}});
        people.builder.call(Method::POST, "/sources/a-cache/prod/test", Some(input)).await
    };
    let is_away = async || !people.builder.get("/sources/a-cache").await["away"].is_null();
    let goes_away = async |redis: &mut Redis| {
        redis.stop();
        let (status, asked) = people.builder.call(Method::GET, "/sources/a-cache/prod/tables", None).await;
        assert_eq!((status.as_u16(), is_away().await), (503, true), "{asked}");
        redis.resume();
    };
    goes_away(&mut redis).await;
    let (status, said) = tried(&others).await;
    assert_eq!((status.as_u16(), is_away().await), (200, true), "other settings: {said}");
    let (status, said) = tried(&stored).await;
    assert_eq!((status.as_u16(), is_away().await), (200, false), "a test: {said}");
    goes_away(&mut redis).await;
    let _ = redis.cli(&["HSET", "plane:N1", "seats", "4"]);
    let (status, sample) = people.builder.call(Method::GET, "/sources/a-cache/prod/tables/plane/sample", None).await;
    assert_eq!((status.as_u16(), is_away().await), (200, false), "a sample: {sample}");
}

#[tokio::test]
async fn what_is_known_of_a_source_is_told_to_its_own_domain() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.builder.get("/sources/flights-db/prod/tables").await;
    let asked = async |browser: &Client| {
        let request = browser.post(format!("{}/fn/known-tables", server.url)).header("origin", &server.url);
        request.json(&json!({"source": "flights-db", "environment": "prod", "table": "planes"})).send().await.unwrap()
    };
    let known: Json = asked(&Admin::browser(&server, "viewer@demo").await).await.json().await.unwrap();
    assert_eq!(known["tables"].as_array().map(Vec::len), Some(1), "{known}");
    assert_eq!(known["tables"][0]["table"]["name"], "planes");
    let (status, _) = people.builder.call(Method::GET, "/sources/none/prod/tables", None).await;
    assert_eq!(status, 404);
}
