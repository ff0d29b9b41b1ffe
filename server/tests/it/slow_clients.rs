//! Clients that take their time, hold on to what they have, or come in numbers; and what is said before anything is read.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::StreamExt;
use http::Request;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice, problem_code};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::common::{Grpc, Http, binary, until};

/// Longer than anything here takes that ends at all.
const LONG: Duration = Duration::from_secs(30);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// An empty SETTINGS frame.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

fn address(server: &Sluice) -> std::net::SocketAddr {
    server.url.trim_start_matches("http://").parse().unwrap()
}

/// A connection over which something was sent. It takes next to nothing that it does not read.
async fn sent(server: &Sluice, bytes: &[u8]) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let mut stream = socket.connect(address(server)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// All that comes until the end.
async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The status of a request that is sent whole, over a connection of its own. Its host `x` is the server.
async fn status(server: &Sluice, head: &str) -> String {
    let head = head.replace("host: x", &format!("host: {}", address(server)));
    let stream = sent(server, format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).await;
    rest(stream).await.get(9..12).unwrap_or_default().to_owned()
}

async fn figure(server: &Sluice, name: &str) -> u64 {
    let text = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is counted")).parse().unwrap()
}

/// A client of HTTP/2 that lets the server send as much of each response.
async fn http2(address: &str, window: u32) -> (SendRequest<Body>, JoinHandle<()>) {
    let stream = TcpStream::connect(address).await.unwrap();
    let handshake = Builder::new(TokioExecutor::new()).initial_stream_window_size(window).handshake(TokioIo::new(stream));
    let (send, connection) = handshake.await.unwrap();
    (send, tokio::spawn(async move { drop(connection.await) }))
}

/// A call of which the beginning is sent, and the end never.
fn unfinished(server: &Sluice, path: &str, key: Option<&str>) -> Request<Body> {
    let mut beginning = vec![0, 0, 15, 0, 0];
    beginning.resize(16 << 10, b'x');
    let beginning = futures::stream::once(std::future::ready(Ok::<_, std::io::Error>(Bytes::from(beginning))));
    let mut request = Request::post(format!("http://{}{path}", server.grpc)).header("content-type", "application/grpc");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    request.body(Body::from_stream(beginning.chain(futures::stream::pending()))).unwrap()
}

#[tokio::test]
async fn three_hundred_slow_clients_take_nothing_from_the_others_and_are_gone_after_the_limits() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_CONNECTION_TIMEOUT_S", "2")]);
    let (builder, http) = (Admin::demo(&server, "builder@demo").await, Http::new(&server));
    let (key, host) = (&http.key, address(&server));
    let unread =
        format!("GET /api/travel/plane?tailnum=N14228 HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\r\n").repeat(1_000);
    let body = "content-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
    let form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\nemail";
    let kinds: [(&str, Vec<u8>); 8] = [
        ("", Vec::new()),
        ("", PREFACE[..10].to_vec()),
        ("", [PREFACE, SETTINGS].concat()),
        ("", format!("GET /apis HTTP/1.1\r\nhost: {host}\r\n").into_bytes()),
        ("400", format!("POST /api/travel/delays HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n{body}").into_bytes()),
        ("408", format!("POST /fn/sign-in-demo HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n{form}").into_bytes()),
        ("408", format!("POST /admin/v1/apis HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n{body}", builder.token).into_bytes()),
        ("", unread.into_bytes()),
    ];
    let mut clients = Vec::new();
    for index in 0..300 {
        let (answer, bytes) = &kinds[index % kinds.len()];
        clients.push((*answer, sent(&server, bytes).await));
    }
    for path in ["/healthz", "/api/travel/plane?tailnum=N14228"] {
        let answered = timeout(Duration::from_secs(5), http.get(path).send()).await.expect("in time").unwrap();
        assert_eq!(answered.status().as_u16(), 200, "{path}");
    }
    // Before anything is read of what the server has sent: the connections of this test's own clients are left.
    until(LONG, "the slow clients are gone", async || figure(&server, "sluice_connections").await <= 4).await;
    for (index, (answer, stream)) in clients.into_iter().enumerate() {
        let came = rest(stream).await;
        assert!(answer.is_empty() || came.get(9..12) == Some(answer), "kind {}: {}", index % kinds.len(), &came[..came.len().min(200)]);
    }
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
}

#[tokio::test]
async fn an_http2_client_that_takes_no_response_loses_it_and_one_that_asks_nothing_is_told_to_go() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_CONNECTION_TIMEOUT_S", "1")]);
    let (key, address) = (server.demo_key(), address(&server).to_string());
    let get = |path: &str| {
        let request = Request::get(format!("{}{path}", server.url)).header("authorization", format!("Bearer {key}"));
        request.body(Body::empty()).unwrap()
    };
    let (mut send, connection) = http2(&address, 0).await;
    for _ in 0..2 {
        let response = send.send_request(get("/api/travel/plane?tailnum=N14228")).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        let body = timeout(LONG, axum::body::to_bytes(Body::new(response.into_body()), 1 << 20)).await.expect("it ends");
        assert!(body.is_err(), "the response is reset, and the connection stays for the next");
    }
    let (mut other, idle) = http2(&address, 1 << 20).await;
    let response = other.send_request(get("/healthz")).await.unwrap();
    assert_eq!(axum::body::to_bytes(Body::new(response.into_body()), 64).await.unwrap(), "alive");
    for connection in [connection, idle] {
        timeout(LONG, connection).await.expect("an idle connection is closed").unwrap();
    }
}

#[tokio::test]
async fn beyond_the_caps_health_and_administrators_are_answered_and_nobody_else() {
    let most = [("SLUICE_MAX_CONNECTIONS_PER_ADDRESS", "20"), ("SLUICE_CONNECTION_TIMEOUT_S", "60")];
    let server = Sluice::demo_with(binary(), &most);
    let tokens = [Admin::demo(&server, "admin@demo").await.token, Admin::demo(&server, "builder@demo").await.token];
    let key = server.demo_key();
    let api = format!("GET /api/travel/plane?tailnum=N14228 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}");
    assert_eq!(status(&server, &api).await, "200");
    let mut crowd = Vec::new();
    until(LONG, "the crowd is in", async || {
        crowd.push(sent(&server, b"").await);
        status(&server, &api).await == "429"
    })
    .await;
    assert_eq!(status(&server, "GET /healthz HTTP/1.1\r\nhost: x").await, "200");
    assert_eq!(status(&server, "GET /sign-in HTTP/1.1\r\nhost: x").await, "429");
    for (token, wanted) in tokens.iter().zip(["200", "429"]) {
        let me = format!("GET /admin/v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}");
        assert_eq!(status(&server, &me).await, wanted);
    }
    let mut grpc = Grpc::new(&server);
    assert_eq!(grpc.ask(&json!({"do": "health", "service": ""}))["ok"], "0801");
    drop(grpc);
    let (mut send, _connection) = http2(&server.grpc, 1 << 20).await;
    let refused = send.send_request(unfinished(&server, "/sluice.travel.Plane/Get", Some(&key))).await.unwrap();
    assert_eq!(refused.headers()["grpc-status"], "8");
    drop(crowd);
    until(LONG, "there is room again", async || status(&server, &api).await == "200").await;
    assert!(figure(&server, "sluice_connections_refused_total").await >= 4);
}

#[tokio::test]
async fn strangers_are_turned_away_before_their_bodies_are_read() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_CONNECTION_TIMEOUT_S", "30")]);
    let (key, host) = (server.demo_key(), address(&server));
    for (path, key, wanted) in [
        ("/api/travel/delays", "", "401"),
        ("/api/travel/plane/batch", "", "401"),
        ("/api/travel/nothing", &*key, "404"),
        ("/api/travel/nothing/batch", &*key, "404"),
    ] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {key}\r\ncontent-length: 100000\r\n\r\n{{");
        let mut stream = sent(&server, head.as_bytes()).await;
        let mut start = [0; 12];
        timeout(Duration::from_secs(10), stream.read_exact(&mut start)).await.expect("at once").unwrap();
        assert_eq!(std::str::from_utf8(&start[9..]).unwrap(), wanted, "{path}");
        // What was on its way is taken, so that the answer is not lost to a reset, and the connection goes on.
        stream.write_all(&vec![b' '; 99_999]).await.unwrap();
        let next = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(next.as_bytes()).await.unwrap();
        assert!(rest(stream).await.ends_with("alive"), "{path}");
    }
    // Two hundred unfinished calls over one connection.
    let (send, _connection) = http2(&server.grpc, 1 << 20).await;
    let calls = (0..200).map(|index| {
        let path = ["/sluice.travel.Plane/Get", "/sluice.travel.Nothing/Get", "/sluice.v1.DataService/Get"][index % 3];
        let (mut send, request) = (send.clone(), unfinished(&server, path, None));
        async move { (path, send.send_request(request).await.unwrap()) }
    });
    for (path, response) in timeout(Duration::from_secs(20), futures::future::join_all(calls)).await.expect("at once") {
        let wanted = if path.ends_with("Nothing/Get") { "12" } else { "16" };
        assert_eq!(response.headers()["grpc-status"], wanted, "{path}");
    }
}

#[tokio::test]
async fn a_message_that_does_not_end_is_not_waited_for_even_with_a_key() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_CONNECTION_TIMEOUT_S", "1")]);
    let (mut send, _connection) = http2(&server.grpc, 1 << 20).await;
    let call = send.send_request(unfinished(&server, "/sluice.travel.Plane/Get", Some(&server.demo_key())));
    let response = timeout(LONG, call).await.expect("it ends").unwrap();
    assert_eq!(response.headers()["grpc-status"], "3");
}

/// A watch of the whole's health, which needs no key and has no end.
fn watch(server: &Sluice) -> Request<Body> {
    let address = format!("http://{}/grpc.health.v1.Health/Watch", server.grpc);
    Request::post(address).header("content-type", "application/grpc").body(Body::from(vec![0; 5])).unwrap()
}

#[tokio::test]
async fn watches_of_health_are_few_and_leave_room_for_who_asks_once() {
    let server = Sluice::demo(binary());
    let (send, connection) = http2(&server.grpc, 1 << 20).await;
    let opened = (0..200).map(|_| {
        let mut send = send.clone();
        let request = watch(&server);
        async move { send.send_request(request).await.unwrap() }
    });
    let opened = timeout(LONG, futures::future::join_all(opened)).await.expect("each is told at once");
    let (refused, open): (Vec<_>, Vec<_>) = opened.into_iter().partition(|response| response.headers().contains_key("grpc-status"));
    assert_eq!(open.len(), 8, "of one address");
    assert!(refused.iter().all(|response| response.headers()["grpc-status"] == "8"));
    let check = Request::post(format!("http://{}/grpc.health.v1.Health/Check", server.grpc)).header("content-type", "application/grpc");
    let answer = send.clone().send_request(check.body(Body::from(vec![0; 5])).unwrap()).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(!answer.headers().contains_key("grpc-status"));
    // Whoever leaves makes room.
    drop((open, refused, answer, send));
    connection.abort();
    until(LONG, "there is room again", async || {
        let (mut send, _connection) = http2(&server.grpc, 1 << 20).await;
        !send.send_request(watch(&server)).await.unwrap().headers().contains_key("grpc-status")
    })
    .await;
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = Sluice::demo(binary());
    for path in ["/healthz", "/api/travel/plane?tailnum=N14228"] {
        for hosts in ["accept: */*", "host: x\r\nhost: x", "host: x\r\nhost: y"] {
            assert_eq!(status(&server, &format!("GET {path} HTTP/1.1\r\n{hosts}")).await, "400", "{path} {hosts}");
        }
        assert_eq!(status(&server, &format!("GET http://y{path} HTTP/1.1\r\nhost: x")).await, "400", "{path}");
    }
    let whole = format!("GET {}/healthz HTTP/1.1\r\nhost: x", server.url);
    assert_eq!(status(&server, &whole).await, "200");
    assert_eq!(status(&server, "GET /healthz HTTP/1.0\r\naccept: */*").await, "200");
}

#[tokio::test]
async fn a_panic_is_an_answer_with_an_id_and_is_counted() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_PANIC_AT", "edge.api,edge.grpc")]);
    let http = Http::new(&server);
    let before = figure(&server, "sluice_panics_total").await;
    let response = http.get("/api/travel/plane?tailnum=N14228").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 500);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Json = response.json().await.unwrap();
    assert!(problem_code(&body).0 == "internal" && body["request_id"] == *id && id.len() == 36, "{body}");
    let (mut send, _connection) = http2(&server.grpc, 1 << 20).await;
    let failed = send.send_request(unfinished(&server, "/sluice.travel.Plane/Get", Some(&http.key))).await.unwrap();
    assert_eq!(failed.headers()["grpc-status"], "13");
    assert!(failed.headers().contains_key("x-request-id"));
    assert_eq!(figure(&server, "sluice_panics_total").await, before + 2);
}
