//! What large responses and bodies of all requests together may hold in memory, and what becomes of those beyond that.

use crate::common::{Http, LONG, People, Source, binary, until};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Bytes that are set, and what one app, or one address, gets of them.
const MOST: &str = "67108864";
const OF_ONE: u64 = 48 << 20;
const API: &str = "/api/travel/bodies";

/// A connection that takes next to nothing of what it does not read.
async fn sent(server: &Sluice, request: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let mut stream = socket.connect(server.url.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// The status that comes, and nothing more of the response.
async fn status(stream: &mut TcpStream) -> String {
    let mut head = [0; 12];
    timeout(LONG, stream.read_exact(&mut head)).await.expect("it is answered").unwrap();
    String::from_utf8_lossy(&head[9..]).into_owned()
}

async fn figure(http: &Http, name: &str) -> u64 {
    let text = http.get("/metrics").send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is counted")).parse().unwrap()
}

/// Pages of 8 MiB, of which this app and another may call any.
async fn publish(server: &Sluice, people: &People, source: &Source) -> Http {
    source.run("CREATE TABLE bodies (n bigint PRIMARY KEY, body text NOT NULL); INSERT INTO bodies VALUES (1, 'small')").await;
    people.builder.put_source("bodies-db", source.driver(), source.binding()).await;
    let spec = json!({
        "title": "Bodies", "source": "bodies-db", "kind": "sql",
        "form": {
            "table": source.table("bodies"),
            "select": [{"name": "n", "column": "n"}, {"name": "body", "column": "body"}],
            "sort": [{"field": "n"}],
        },
        "page_size": 16,
        "policy": {"timeout_ms": 30_000},
    });
    people.publish("bodies", spec, json!({})).await;
    source.run("DELETE FROM bodies; INSERT INTO bodies SELECT n, repeat('x', 512 << 10) FROM generate_series(1, 16) AS n").await;
    people.builder.post("/apps", json!({"domain": "travel", "name": "modest-app"})).await;
    let key = people.builder.post("/apps/travel/modest-app/keys", json!({"environment": "prod"})).await;
    let grant = "/apps/travel/modest-app/grants/travel/bodies";
    let (status, body) = people.owner.call(reqwest::Method::PUT, grant, Some(json!({}))).await;
    assert!(status.is_success(), "{body}");
    people.owner.served().await;
    Http { key: key["secret"].as_str().unwrap().to_owned(), ..Http::new(server) }
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_that_nobody_reads_hold_what_is_set_and_leave_room_for_others() {
    let (server, source) = (Sluice::demo_with(binary(), &[("SLUICE_MAX_BYTES_IN_FLIGHT", MOST)]), Source::postgres());
    let (people, greedy) = (People::of(&server).await, Http::new(&server));
    let modest = publish(&server, &people, &source).await;
    let host = server.url.trim_start_matches("http://");
    let ask = |path: &str| format!("GET {API}{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\r\n", greedy.key);
    let (whole, part, stream) = (ask(""), ask("?limit=4"), ask(".csv"));

    // Together three times as large as all that there is; twelve at once, because an app gets as many slots of a source.
    let (mut clients, mut statuses) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let mut wave = futures::future::join_all((0..12).map(|_| sent(&server, &whole))).await;
        statuses.extend(futures::future::join_all(wave.iter_mut().map(status)).await);
        clients.append(&mut wave);
    }
    let begun = statuses.iter().filter(|status| *status == "200").count() as u64;
    assert!((1..=OF_ONE >> 23).contains(&begun) && statuses.iter().all(|status| matches!(status.as_str(), "200" | "503")), "{statuses:?}");
    let held = figure(&greedy, "sluice_response_bytes").await;
    assert!((begun << 23..=OF_ONE).contains(&held), "{begun} responses hold {held} bytes");
    assert_eq!(figure(&greedy, "sluice_overloaded_total").await, 24 - begun);

    // Until the app has all that it may have.
    let refused = loop {
        let response = greedy.get(API).send().await.unwrap();
        if response.status().as_u16() != 200 {
            break response;
        }
        assert!(response.bytes().await.is_ok());
        let mut client = sent(&server, &part).await;
        assert_eq!(status(&mut client).await, "200");
        clients.push(client);
    };
    assert_eq!(refused.status().as_u16(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    let refused: Json = refused.json().await.unwrap();
    assert_eq!(problem_code(&refused).0, "overloaded", "{refused}");
    for path in ["/api/travel/plane?tailnum=N14228", "/healthz"] {
        assert_eq!(greedy.get(path).send().await.unwrap().status().as_u16(), 200, "{path}");
    }
    let (status, page) = modest.json(modest.get(&format!("{API}?limit=4"))).await;
    assert_eq!((status, page["rows"].as_array().map(Vec::len)), (200, Some(4)));

    // All of it comes back with those who held it, streams too.
    drop(clients);
    until(LONG, "nothing is held", async || figure(&greedy, "sluice_response_bytes").await == 0).await;
    let answer = greedy.get(API).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.bytes().await.unwrap().len() > 8 << 20);
    let mut streams = futures::future::join_all((0..8).map(|_| sent(&server, &stream))).await;
    futures::future::join_all(streams.iter_mut().map(self::status)).await;
    let held = figure(&greedy, "sluice_response_bytes").await;
    assert!((1..=OF_ONE).contains(&held), "{held} bytes");
    drop(streams);
    until(LONG, "nothing is held", async || figure(&greedy, "sluice_response_bytes").await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_strangers_hold_what_is_set_and_take_nothing_from_responses() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_MAX_BYTES_IN_FLIGHT", MOST)]);
    let http = Http::new(&server);
    let host = server.url.trim_start_matches("http://");
    let head = format!("POST /fn/sign-in HTTP/1.1\r\nhost: {host}\r\norigin: {}\r\n", server.url);
    let head = format!("{head}content-type: application/x-www-form-urlencoded\r\ncontent-length: 4000000\r\n\r\n");
    // Each sends a MiB and keeps the rest to itself. Of 16 MiB for all, one address gets 12.
    let part = format!("{head}email={}", "x".repeat(1 << 20));
    let slow: FuturesUnordered<_> = (0..32)
        .map(|_| async {
            let mut stream = sent(&server, &part).await;
            (status(&mut stream).await, stream)
        })
        .collect();
    // Those that are not refused are waited for: they are dropped with what is left of the stream.
    let mut refused = slow.take(16);
    while let Some((status, _stream)) = refused.next().await {
        assert_eq!(status, "503");
    }
    let body = "x".repeat(1 << 20);
    let large = async || {
        let request = http.client.post(format!("{}/fn/sign-in", server.url)).header("origin", &server.url);
        request.header("content-type", "application/x-www-form-urlencoded").body(format!("email={body}")).send().await
    };
    for path in ["/api/travel/plane?tailnum=N14228", "/api/travel/delays", "/healthz", "/sign-in"] {
        assert_eq!(http.get(path).send().await.unwrap().status().as_u16(), 200, "{path}");
    }
    let form = [("email", "viewer@demo"), ("next", "/")];
    let entered = http.client.post(format!("{}/fn/sign-in-demo", server.url)).header("origin", &server.url).form(&form);
    assert_eq!(entered.send().await.unwrap().status().as_u16(), 200, "small ones pass");
    drop(refused);
    until(LONG, "there is room again", async || large().await.is_ok_and(|response| response.status().as_u16() != 503)).await;
}
