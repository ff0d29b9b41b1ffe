//! Bodies of requests as clients send them: JSON with a mark in front, forms, and what is told of those that are not read.

use crate::common::{Http, binary};
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

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
