//! Requests that a recognised tool makes out of our own documents, right ones and wrong ones: none is a fault of ours, and
//! each is answered with a status and a type that the document names.

use std::process::Command;

use crate::common::{Http, binary};
use serde_json::Value as Json;
use testkit::{Admin, Sluice};

/// What is compared with every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,allow_header_conformance";

/// Lets the tool ask all that a document describes, for so many seconds at most.
fn ask_all(server: &Sluice, document: &str, bearer: &str, seconds: u32) {
    let work = testkit::folder();
    let output = Command::new(testkit::python())
        .args(["-m", "schemathesis.cli", "run", &format!("{}{document}", server.url), "--url", &server.url])
        .args(["--header", &format!("authorization: Bearer {bearer}"), "--checks", CHECKS])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--max-time", &seconds.to_string(), "--seed", "4711"])
        .args(["--generation-database", "none", "--suppress-health-check", "all", "--request-timeout", "30"])
        .args(["--no-shrink", "--warnings", "off", "--no-color"])
        .current_dir(work.path())
        .env("HOME", work.path())
        .output()
        .expect("schemathesis is installed by scripts/setup.sh test");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{document}: {said}{}", String::from_utf8_lossy(&output.stderr));
    // One that asks nothing finds nothing.
    assert!(said.contains("generated"), "{said}");
}

#[tokio::test]
async fn the_administration_answers_as_its_document_says() {
    let server = Sluice::demo(binary());
    let admin = Admin::demo(&server, "admin@demo").await;
    ask_all(&server, "/admin/v1/openapi.json", &admin.token, 30);
    // What it sent has neither ended the process nor taken anything away.
    let admin = Admin::demo(&server, "admin@demo").await;
    let apis = admin.get("/apis").await;
    assert!(apis.as_array().unwrap().iter().any(|api| api["name"] == "plane"), "{apis}");
    let http = Http::new(&server);
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
}

#[tokio::test]
async fn apis_answer_as_their_document_says() {
    let server = Sluice::demo(binary());
    let http = Http::new(&server);
    ask_all(&server, "/api/openapi.json", &http.key, 15);
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
}

#[tokio::test]
async fn what_is_wrong_at_the_administration_is_a_problem_of_its_kind() {
    let server = Sluice::demo(binary());
    let admin = Admin::demo(&server, "admin@demo").await;
    let http = reqwest::Client::new();
    let url = |path: &str| format!("{}/admin/v1{path}", server.url);
    let requests = [
        (http.get(url("/audit?before=yesterday")), 400, "invalid"),
        (http.get(url("/datasets/travel/aircraft/versions/one/dirty")), 400, "invalid"),
        (http.get(url("/nothing")), 404, "not-found"),
        (http.patch(url("/apps")), 405, "method-not-allowed"),
        (http.post(url("/apps")).body("{}"), 400, "invalid"),
    ];
    for (request, status, code) in requests {
        let response = request.bearer_auth(&admin.token).send().await.unwrap();
        let (found, headers) = (response.status().as_u16(), response.headers().clone());
        let body: Json = response.json().await.unwrap();
        assert_eq!((found, body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(headers["content-type"], "application/problem+json", "{body}");
        if status == 405 {
            assert_eq!(headers["allow"], "GET,HEAD,POST");
        }
    }
}
