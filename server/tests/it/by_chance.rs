//! Requests, tokens and cursors by chance against the running program: what a caller sends is answered or refused with a
//! problem, and never a fault of ours. The seed is printed, so that a find can be repeated (`SLUICE_FUZZ_SEED`).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

use crate::common::{Http, binary};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value as Json, json};
use testkit::{Admin, Chance, Sluice};
use tokio::runtime::Runtime;

/// Addresses of every area of the port, right as they stand.
const TARGETS: [&str; 18] = [
    "/api/travel/plane?tailnum=N14228",
    "/api/travel/plane/v1?tailnum=N14228&fields=tailnum,seats",
    "/api/travel/plane/batch",
    "/api/travel/plane/openapi.json",
    "/api/travel/plane/schema.proto",
    "/api/travel/delays.csv?carrier=HA&month=1",
    "/api/travel/delays?carrier=HA&month=1&limit=2&format=ndjson",
    "/api/travel/flight-day?date=2013-01-01&carrier=UA&flight=1545",
    "/api/openapi.json",
    "/api/travel/plane/docs",
    "/admin/v1/apis/travel/plane",
    "/admin/v1/audit?limit=5&behind=3",
    "/admin/v1/openapi.json",
    "/sign-in?next=/apis",
    "/apis/travel/plane",
    "/fn/me",
    "/favicon.svg",
    "/readyz",
];

const BODIES: [&str; 4] = [
    "{\"tailnum\": \"N14228\"}",
    "{\"keys\": [{\"tailnum\": \"N14228\"}, {\"tailnum\": \"NOBODY\"}]}",
    "{\"carrier\": \"UA\", \"month\": [2, 3], \"limit\": 1}",
    "email=viewer%40demo&next=%2F",
];

/// Bytes that end a line of the request would only make another request of it.
fn in_one_line(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b'~' } else { byte }).collect()
}

fn spoiled(chance: &mut Chance, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..chance.below(4) {
        if chance.below(2) == 0 {
            chance.spoil(&mut bytes);
        } else {
            let at = chance.below(bytes.len() as u64 + 1) as usize;
            let more = chance.text();
            bytes.splice(at..at, more);
        }
    }
    bytes
}

fn request(chance: &mut Chance, address: &str, key: &str) -> Vec<u8> {
    let method = ["GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PROPFIND"][chance.below(10) as usize];
    let mut out = method.as_bytes().to_vec();
    out.push(b' ');
    // A space would end the address; what comes behind it is refused before any of our code.
    let target = TARGETS[chance.below(18) as usize];
    out.extend(in_one_line(spoiled(chance, target)).into_iter().map(|byte| if byte == b' ' { b'+' } else { byte }));
    out.extend_from_slice(format!(" HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n").as_bytes());
    if chance.below(4) > 0 {
        out.extend_from_slice(format!("authorization: Bearer {key}\r\n").as_bytes());
    }
    let names = ["accept", "accept-encoding", "content-type", "if-none-match", "traceparent", "cookie", "x-api-key", "origin", "range"];
    for _ in 0..chance.below(3) {
        out.extend_from_slice(names[chance.below(9) as usize].as_bytes());
        out.extend_from_slice(b": ");
        let values = ["application/json", "text/csv;q=0.5, */*", "W/\"0\"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"];
        let value = values[chance.below(4) as usize];
        out.extend(in_one_line(spoiled(chance, value)));
        out.extend_from_slice(b"\r\n");
    }
    let body = BODIES[chance.below(4) as usize];
    let body = if matches!(method, "POST" | "PUT") { spoiled(chance, body) } else { Vec::new() };
    out.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    out.extend(body);
    out
}

/// Sends bytes as they are; gives the status, or `None` where the connection was cut before one came.
fn ask(address: &str, request: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    let late = ended.as_ref().is_err_and(|error| matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
    assert!(!late, "no end of the answer within 30 s: {}", request.escape_ascii());
    let line = String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next()?).into_owned();
    line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn requests_by_chance_are_answered_or_refused_and_never_our_fault() {
    let server = Sluice::demo(binary());
    let (address, key) = (server.url.trim_start_matches("http://").to_owned(), server.demo_key());
    let (mut good, mut refused) = (0_u64, 0_u64);
    Chance::run("requests", |chance| {
        let request = request(chance, &address, &key);
        match ask(&address, &request) {
            Some(status) => {
                // A machine that is busy with something else for seconds is not the program's fault.
                assert!((200..500).contains(&status) || status == 504, "{status}: {}", request.escape_ascii());
                *(if status < 400 { &mut good } else { &mut refused }) += 1;
            }
            None => {
                let alive = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
                assert_eq!(ask(&address, alive.as_bytes()), Some(200), "it went away after {}", request.escape_ascii());
            }
        }
    });
    assert!(good > 0 && refused > 0, "{good} good ones and {refused} refused ones");
}

/// A claim that a token should not have, or a right one.
fn claim(chance: &mut Chance) -> Json {
    let text = String::from_utf8_lossy(&chance.text()).into_owned();
    match chance.below(10) {
        0 => Json::Null,
        1 => json!(1e300),
        2 => json!(-1e300),
        3 => json!(u64::MAX),
        4 => json!(0),
        5 => json!([text]),
        6 => json!({"tailnum": text}),
        7 => json!({"tailnum": "N14228"}),
        8 => json!(text),
        _ => json!(now() + 600),
    }
}

#[test]
fn tokens_by_chance_open_nothing_that_was_not_signed() {
    let server = Sluice::demo(binary());
    let made = runtime().block_on(async {
        let builder = Admin::demo(&server, "builder@demo").await;
        let issuer = json!({"environment": "prod", "issuer": "sluice-demo", "audience": "flights"});
        let made = builder.post("/apps/travel/demo-app/issuers", issuer).await;
        builder.served().await;
        made
    });
    let secret = EncodingKey::from_secret(made["secret"].as_str().unwrap().as_bytes());
    let address = server.url.trim_start_matches("http://").to_owned();
    let status_with = |token: &[u8]| {
        let mut request = format!("GET /api/travel/plane?tailnum=N14228 HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n").into_bytes();
        request.extend_from_slice(b"authorization: Bearer ");
        request.extend_from_slice(token);
        request.extend_from_slice(b"\r\n\r\n");
        ask(&address, &request)
    };
    let (mut opened, mut refused) = (0_u64, 0_u64);
    Chance::run("tokens", |chance| {
        let mut claims = json!({"iss": "sluice-demo", "aud": "flights", "exp": now() + 600});
        let changed = chance.below(3) == 0;
        if changed {
            let name = ["exp", "nbf", "iss", "aud", "sub", "iat", "sluice_parameters"][chance.below(7) as usize];
            claims[name] = claim(chance);
        }
        let token = encode(&Header { kid: None, ..Header::new(Algorithm::HS256) }, &claims, &secret).unwrap();
        let sent = if changed { token.clone().into_bytes() } else { in_one_line(spoiled(chance, &token)) };
        let status = status_with(&sent);
        assert!(status.is_none_or(|status| (200..500).contains(&status) || status == 504), "{status:?}: {claims} {}", sent.escape_ascii());
        if sent.trim_ascii() != token.as_bytes() {
            assert_ne!(status, Some(200), "a token that was changed is let in: {}", sent.escape_ascii());
        }
        *(if status == Some(200) { &mut opened } else { &mut refused }) += 1;
    });
    assert!(opened > 0 && refused > 0, "{opened} were let in and {refused} refused");
    assert_eq!(status_with(server.demo_key().as_bytes()), Some(200));
}

#[test]
fn cursors_by_chance_are_read_as_they_were_given_or_refused() {
    let server = Sluice::demo(binary());
    let (runtime, http) = (runtime(), Http::new(&server));
    let (status, first) = runtime.block_on(http.json(http.get("/api/travel/delays?limit=2")));
    assert_eq!(status, 200, "{first}");
    let next = first["next"].as_str().unwrap().to_owned();
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut refused = 0_u64;
    Chance::run("cursors", |chance| {
        let cursor = String::from_utf8_lossy(&spoiled(chance, &next)).into_owned();
        if cursor == next {
            return;
        }
        let path = format!("/api/travel/delays?limit=2&after={}", model::openapi::percent_encode(&cursor));
        let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n", http.key);
        let status = ask(&address, head.as_bytes());
        // A cursor is sealed: one that was changed by a byte is none. Some are longer than any address may be.
        assert!(matches!(status, Some(400 | 413 | 414)), "{status:?}: {path}");
        refused += 1;
    });
    assert!(refused > 0);
    let path = format!("/api/travel/delays?limit=2&after={}", model::openapi::percent_encode(&next));
    // With a connection of its own: the first one may have been idle for an hour.
    let http = Http::new(&server);
    let (status, second) = runtime.block_on(http.json(http.get(&path)));
    assert!(status == 200 && second["rows"] != first["rows"], "{second}");
}
