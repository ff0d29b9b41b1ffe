//! Bodies of requests as clients send them: JSON with a mark in front, forms, and what is told of those that are not read.

use crate::common::{Http, People, binary};
use serde_json::{Value as Json, json};
use testkit::{Postgres, Sluice, problem_code};

async fn sent(http: &Http, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Json) {
    let mut request = http.client.post(format!("{}{path}", http.url)).bearer_auth(&http.key).body(body.to_vec());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    http.json(request).await
}

#[tokio::test]
async fn bodies_are_read_or_refused_by_name() {
    let server = Sluice::demo(binary());
    let http = Http::new(&server);
    let plane = http.json(http.get("/api/travel/plane?tailnum=N14228")).await;
    assert_eq!(plane.0, 200, "{}", plane.1);
    let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    for (headers, body) in [
        (vec![("content-type", "application/json")], "\u{feff}{\"tailnum\": \"N14228\"}"),
        (vec![form], "tailnum=N14228"),
        (vec![form], "tailnum=N%31%34228"),
        (vec![form], " {\"tailnum\": \"N14228\"}"),
        (vec![("content-encoding", "identity")], "{\"tailnum\": \"N14228\"}"),
    ] {
        let answer = sent(&http, "/api/travel/plane", &headers, body.as_bytes()).await;
        assert_eq!(answer, plane, "{headers:?} {body}");
    }
    let gzip = ("content-encoding", "gzip");
    let parts = ("content-type", "multipart/form-data; boundary=x");
    for (header, path, word) in [
        (gzip, "/api/travel/plane", "gzip"),
        (gzip, "/api/travel/plane/batch", "gzip"),
        (parts, "/api/travel/plane", "multipart/form-data"),
        (parts, "/api/travel/plane/batch", "multipart/form-data"),
    ] {
        let (status, problem) = sent(&http, path, &[header], b"\x1f\x8b\x08\x00").await;
        let (code, detail) = problem_code(&problem);
        assert!(status == 415 && code == "invalid" && detail.contains(word) && detail.contains("Send"), "{path}: {status} {problem}");
    }
    let keys = [&b"\xef\xbb\xbf"[..], json!({"keys": [{"tailnum": "N14228"}]}).to_string().as_bytes()].concat();
    let (status, batch) = sent(&http, "/api/travel/plane/batch", &[], &keys).await;
    assert_eq!((status, &batch["rows"][0]), (200, &plane.1), "{batch}");
}

#[tokio::test]
async fn numbers_of_a_body_are_asked_with_all_their_digits() {
    let (server, postgres) = (Sluice::demo(binary()), Postgres::start());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let (exact, rounded) = ("0.12345678901234567890", "0.12345678901234568");
    let table = format!(
        "CREATE TABLE digits (n numeric PRIMARY KEY, label text); INSERT INTO digits VALUES ({exact}, 'exact'), ({rounded}, 'rounded')"
    );
    postgres.run("postgres", &table).await;
    let config =
        json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "postgres", "user": "postgres", "tls": "disable"});
    people.builder.put_source("pg", "postgres", json!({"config": config, "secrets": {}})).await;
    let any = json!({"decimal": {"precision": 0, "scale": 0}});
    let by_key = json!({
        "title": "A row by its number", "source": "pg", "kind": "kv", "table": {"name": "digits"}, "key": ["n"],
        "parameters": [{"name": "n", "type": any, "required": true}],
        "fields": [{"name": "n", "column": "n"}, {"name": "label", "column": "label"}],
    });
    people.publish("digits", by_key, json!({})).await;
    for (number, label) in [(exact, "exact"), (rounded, "rounded"), ("12345678901234567890e-20", "exact")] {
        let (status, row) = sent(&http, "/api/travel/digits", &[], format!("{{\"n\": {number}}}").as_bytes()).await;
        assert_eq!((status, &row["label"]), (200, &json!(label)), "{number}: {row}");
    }
    let keys = format!("{{\"keys\": [{{\"n\": {rounded}}}, {{\"n\": {exact}}}, {{\"n\": 7}}]}}");
    let (status, batch) = sent(&http, "/api/travel/digits/batch", &[], keys.as_bytes()).await;
    let labels: Vec<&Json> = batch["rows"].as_array().unwrap_or_else(|| panic!("{batch}")).iter().map(|row| &row["label"]).collect();
    assert_eq!((status, labels), (200, vec![&json!("rounded"), &json!("exact"), &Json::Null]), "{batch}");
    let by_script = json!({
        "title": "A document as it was sent", "source": "pg", "kind": "sql",
        "script": "SELECT label, CAST(:doc AS text) AS doc FROM digits WHERE n = :n",
        "parameters": [{"name": "n", "type": any, "required": true}, {"name": "doc", "type": "json", "required": true}],
    });
    people.publish("documented", by_script, json!({})).await;
    let body = format!("{{\"n\": {exact}, \"doc\": {{\"price\": 1.10, \"n\": 12345678901234567890123}}}}");
    let (status, answer) = sent(&http, "/api/travel/documented", &[], body.as_bytes()).await;
    let right = postgres.ask("postgres", "SELECT '{\"price\": 1.10, \"n\": 12345678901234567890123}'::jsonb::text AS line").await;
    assert_eq!((status, &answer["rows"]), (200, &json!([{"label": "exact", "doc": right[0]}])), "{answer}");
}
