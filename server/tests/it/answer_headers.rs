//! What every kind of answer tells browsers: pages, documents, calls of APIs, and what the edge itself says.

use std::collections::BTreeMap;
use std::time::Duration;

use testkit::{Admin, Sluice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::common::{binary, until};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

struct Answer {
    status: String,
    headers: BTreeMap<String, String>,
    has_body: bool,
}

/// Sends a request as it stands, and reads until the connection ends.
async fn answer(address: &str, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("it is answered").unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&*text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, has_body: !body.is_empty() }
}

/// What is wrong with what an answer says of itself.
fn faults(of: &Answer, data: bool, under_tls: bool) -> Vec<String> {
    let told = |name: &str| of.headers.get(name).map(String::as_str).unwrap_or_default();
    let mut wanted = vec![
        ("content-type", !of.has_body || !told("content-type").is_empty()),
        ("x-content-type-options", told("x-content-type-options") == "nosniff"),
        ("cache-control", ["no-store", "no-cache"].contains(&told("cache-control"))),
        ("x-request-id", data || !told("x-request-id").is_empty()),
        ("strict-transport-security", told("strict-transport-security").starts_with("max-age=") == under_tls),
    ];
    if !data {
        wanted.extend([
            ("cross-origin-opener-policy", told("cross-origin-opener-policy") == "same-origin"),
            ("permissions-policy", told("permissions-policy").contains("camera=()")),
            ("x-frame-options", told("x-frame-options") == "DENY"),
            ("referrer-policy", told("referrer-policy") == "same-origin"),
        ]);
    }
    wanted.into_iter().filter(|(_, good)| !good).map(|(name, _)| format!("{name} is {:?}", told(name))).collect()
}

/// Requests of every kind: what is answered, whether it is data of an API, and how it is sent.
fn kinds(host: &str, key: &str, token: &str) -> Vec<(&'static str, bool, String)> {
    let head =
        |method: &str, path: &str, more: &str| format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n");
    let get = |path: &str| head("GET", path, "");
    let of_app = format!("authorization: Bearer {key}\r\n");
    let of_person = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let long = "x".repeat(9 << 20);
    let with_body =
        |path: &str, more: &str, body: &str| format!("{}{body}", head("POST", path, &format!("{more}content-length: {}\r\n", body.len())));
    let slow = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n";
    let own = format!("origin: https://{host}\r\n");
    vec![
        ("200", false, get("/sign-in")),
        ("302", false, get("/apis")),
        ("200", false, get("/favicon.svg")),
        ("404", false, get("/pkg/none.js")),
        ("200", false, get("/healthz")),
        ("200", false, get("/readyz")),
        ("403", false, "GET /metrics HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n".to_owned()),
        ("405", false, head("PUT", "/healthz", "content-length: 0\r\n")),
        ("401", false, get("/admin/v1/me")),
        ("404", false, get("/admin/v1/none")),
        ("200", false, head("GET", "/admin/v1/me", &of_person)),
        ("403", false, with_body("/fn/me", "origin: https://evil.example\r\n", "")),
        ("413", false, with_body("/admin/v1/apis", &of_person, &long)),
        ("401", false, get("/api/travel/plane/openapi.json")),
        ("303", false, get("/api/travel/plane/docs")),
        // By the edge itself, before anything is asked of the rest.
        ("400", false, "GET /sign-in HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned()),
        ("400", false, format!("GET /api/travel/plane HTTP/1.1\r\nhost: {host}\r\nhost: {host}\r\nconnection: close\r\n{of_app}\r\n")),
        ("421", false, "GET /admin/v1/me HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n".to_owned()),
        ("408", false, head("POST", "/fn/sign-in", &format!("{own}{slow}"))),
        // Calls of APIs, and what goes wrong with them.
        ("200", true, head("GET", "/api/travel/plane?tailnum=N14228", &of_app)),
        ("200", true, head("GET", "/api/travel/delays.csv", &of_app)),
        ("200", true, head("GET", "/api/openapi.json", &of_app)),
        ("400", true, head("GET", "/api/travel/plane?tail=N14228", &of_app)),
        ("401", true, get("/api/travel/plane?tailnum=N14228")),
        ("404", true, head("GET", "/api/travel/none", &of_app)),
        ("405", true, head("DELETE", "/api/travel/plane", &of_app)),
        ("400", true, head("POST", "/api/travel/delays", &format!("{of_app}{slow}"))),
        ("413", true, with_body("/api/travel/plane/batch", &of_app, &long[..2 << 20])),
    ]
}

#[tokio::test]
async fn every_kind_of_answer_tells_browsers_what_they_may_do() {
    let timeout = ("SLUICE_CONNECTION_TIMEOUT_S", "1");
    for (server, host, under_tls) in [
        (Sluice::demo_with(binary(), &[timeout]), None, false),
        (Sluice::demo_with(binary(), &[timeout, ("SLUICE_PUBLIC_URL", "https://sluice.example")]), Some("sluice.example"), true),
    ] {
        let address = server.url.trim_start_matches("http://");
        // Behind TLS a browser keeps its session for TLS alone; the token is there without one.
        let token = if under_tls { "none".to_owned() } else { Admin::demo(&server, "builder@demo").await.token };
        let mut wrong = Vec::new();
        for (status, data, request) in kinds(host.unwrap_or(address), &server.demo_key(), &token) {
            if under_tls && request.contains("Bearer none") {
                continue;
            }
            let of = answer(address, &request).await;
            let first = request.lines().next().unwrap_or_default();
            if of.status != status {
                wrong.push(format!("{first}: {} and not {status}", of.status));
            }
            wrong.extend(faults(&of, data, under_tls).into_iter().map(|fault| format!("{first}: {status}: {fault}")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn beyond_the_caps_the_refusal_tells_browsers_the_same() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_MAX_CONNECTIONS_PER_ADDRESS", "4"), ("SLUICE_CONNECTION_TIMEOUT_S", "30")]);
    let address = server.url.trim_start_matches("http://");
    let mut crowd = Vec::new();
    let refused = loop {
        crowd.push(TcpStream::connect(address).await.unwrap());
        assert!(crowd.len() < 20, "the caps are not reached");
        let of = answer(address, &format!("GET /sign-in HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")).await;
        if of.status != "200" {
            break of;
        }
    };
    assert_eq!((refused.status.as_str(), refused.headers["retry-after"].as_str()), ("429", "1"));
    assert_eq!(faults(&refused, false, false), Vec::<String>::new());
    // The port for gRPC says what it speaks, as text.
    drop(crowd);
    let grpc = async || reqwest::get(format!("http://{}/", server.grpc)).await.unwrap();
    until(LONG, "there is room again", async || grpc().await.status().as_u16() == 415).await;
    let told = grpc().await;
    assert_eq!(told.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(told.headers()["x-content-type-options"], "nosniff");
}
