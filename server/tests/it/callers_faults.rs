//! What a caller gets wrong is the caller's: it is told so, and takes nothing from the others.

use std::time::SystemTime;

use crate::common::{Http, People, Source, binary};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

#[allow(clippy::needless_pass_by_value)] // json! makes values
fn script(source: &str, sql: &str, parameters: Json) -> Json {
    json!({
        "title": "A question", "source": source, "kind": "sql", "script": sql, "parameters": parameters,
        "fields": [{"name": "n", "column": "n", "type": "int64"}, {"name": "word", "column": "word", "type": "string"}],
    })
}

const NUMBERS: &str =
    "CREATE TABLE numbers (n bigint PRIMARY KEY, word varchar(20) NOT NULL); INSERT INTO numbers VALUES (1, 'one'), (2, 'two')";

/// 400, with the parameter named.
async fn refused(http: &Http, path: &str, field: &str) {
    let (status, problem) = http.json(http.get(path)).await;
    assert_eq!((status, problem_code(&problem).0), (400, "invalid"), "{path}: {problem}");
    assert_eq!(problem["errors"][0]["field"], field, "{path}: {problem}");
    let said = problem.to_string();
    assert!(!said.contains("syntax") && !said.contains("SQLSTATE") && !said.contains("0x00"), "a driver's own text: {said}");
}

#[tokio::test]
async fn a_value_that_postgresql_cannot_use_is_the_callers_fault_and_opens_no_breaker() {
    let (server, source) = (Sluice::demo(binary()), Source::postgres());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    source.run(NUMBERS).await;
    people.builder.put_source("words", source.driver(), source.binding()).await;
    let sql = "SELECT n, word FROM numbers WHERE word = :word [[AND n = CAST(:number AS bigint)]]";
    let parameters = json!([
        {"name": "word", "type": "string", "required": true, "test_value": "one"},
        {"name": "number", "type": "string", "test_value": "1"},
    ]);
    people.publish("lookup", script("words", sql, parameters), json!({})).await;
    refused(&http, "/api/travel/lookup?word=a%00b", "word").await;
    refused(&http, "/api/travel/lookup?word=one&number=many", "number").await;
    refused(&http, "/api/travel/lookup?word=one&number=99999999999999999999", "number").await;
    refused(&http, "/api/travel/lookup.csv?word=a%00b", "word").await;
    assert_eq!(http.json(http.get("/api/travel/lookup?word=one&number=1")).await.1["rows"], json!([{"n": 1, "word": "one"}]));

    let from = |parameter: &str| json!([{"parameter": parameter, "from": {"parameter": parameter}}]);
    let parameter = |name: &str, test: &str| json!({"name": name, "type": "string", "required": true, "test_value": test});
    let union = json!({
        "title": "A plane and a word", "kind": "union",
        "steps": [
            {"name": "plane", "api": "plane", "inputs": from("tailnum")},
            {"name": "lookup", "api": "lookup", "grade": "secondary", "inputs": from("word")},
        ],
        "parameters": [parameter("tailnum", "N14228"), parameter("word", "one")],
    });
    people.publish("plane-and-word", union, json!({})).await;
    let ask = async |word: &str| http.json(http.get(&format!("/api/travel/plane-and-word?tailnum=N14228&word={word}"))).await;
    for _ in 0..8 {
        let (status, answer) = ask("a%00b").await;
        assert_eq!((status, &answer["degraded"][0]["code"]), (200, &json!("invalid")), "{answer}");
    }
    let (status, answer) = ask("two").await;
    assert_eq!((status, &answer["degraded"]), (200, &Json::Null), "the breaker stayed closed: {answer}");
}

#[tokio::test]
async fn a_value_that_mariadb_or_sqlite_cannot_calculate_with_is_the_callers_fault() {
    let (server, source) = (Sluice::demo(binary()), Source::mariadb());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    source.run(NUMBERS).await;
    people.builder.put_source("words", source.driver(), source.binding()).await;
    let parameters = json!([{"name": "number", "type": "int64", "required": true, "test_value": "0"}]);
    let sql = "SELECT n, word FROM numbers WHERE n < 9223372036854775807 + :number";
    people.publish("in-mariadb", script("words", sql, parameters.clone()), json!({})).await;
    refused(&http, "/api/travel/in-mariadb?number=9223372036854775807", "number").await;
    assert_eq!(http.json(http.get("/api/travel/in-mariadb?number=0")).await.1["rows"].as_array().map(Vec::len), Some(2));

    let sql = "SELECT abs(-9223372036854775807 - :number) AS n, 'a word' AS word";
    people.publish("in-sqlite", script("flights-db", sql, parameters), json!({})).await;
    refused(&http, "/api/travel/in-sqlite?number=1", "number").await;
    assert_eq!(http.json(http.get("/api/travel/in-sqlite?number=0")).await.0, 200);
}

#[tokio::test]
async fn times_of_a_token_beyond_every_calendar_are_answered() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let issuer = json!({"environment": "prod", "issuer": "sluice-demo", "audience": "flights"});
    let made = people.builder.post("/apps/travel/demo-app/issuers", issuer).await;
    people.builder.served().await;
    let key = EncodingKey::from_secret(made["secret"].as_str().unwrap().as_bytes());
    let soon = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 600;
    for (exp, nbf, status) in [
        (json!(1e300), Json::Null, 200),
        (json!(u64::MAX), json!(-1e300), 200),
        (json!(9.223_372_036_854_775e15), Json::Null, 200),
        (json!(-1e300), Json::Null, 401),
        (json!(soon), json!(1e300), 401),
        (json!(soon), json!(-9.3e15), 200),
    ] {
        let claims = json!({"iss": "sluice-demo", "aud": "flights", "exp": exp, "nbf": nbf});
        let token = encode(&Header::default(), &claims, &key).unwrap();
        // Twice: verified, and remembered.
        for _ in 0..2 {
            let response = http.client.get(format!("{}/api/travel/delays?limit=1", server.url)).bearer_auth(&token).send().await;
            assert_eq!(response.unwrap().status().as_u16(), status, "{claims}");
        }
    }
}
