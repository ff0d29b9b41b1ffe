//! The pages of monitoring by a client without a script: whose time they are in, that no text of an address is markup, and the stream of
//! ticks.

use std::time::Duration;

use reqwest::{Client, Response};
use testkit::{Admin, Sluice};

use crate::common::binary;

/// The cookie of a session of one of the demo's people.
async fn session(server: &Sluice, email: &str) -> String {
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = [("email", email), ("next", "/")];
    let joined = http.post(format!("{}/fn/sign-in-demo", server.url)).header("origin", &server.url).form(&form).send().await.unwrap();
    let cookie = joined.headers().get("set-cookie").expect("who signs in has a session").to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn get(server: &Sluice, path: &str, cookie: &str) -> Response {
    Client::new().get(format!("{}{path}", server.url)).header("cookie", cookie).header("accept", "text/html").send().await.unwrap()
}

#[tokio::test]
async fn a_chart_is_whole_without_a_script_and_in_the_readers_zone() {
    let server = Sluice::demo(binary());
    let session = session(&server, "owner@demo").await;
    for (told, shown) in [("", "UTC"), ("; zone=Asia/Kolkata", "Asia/Kolkata"), ("; zone=<b>", "UTC"), ("; zone=../../etc/passwd", "UTC")] {
        let page = get(&server, "/monitoring?range=15m", &format!("{session}{told}")).await;
        assert_eq!(page.status(), 200, "{told}");
        let page = page.text().await.unwrap();
        assert!(page.contains(&format!("data-zone=\"{shown}\"")), "{told}");
        for part in ["data-chart=\"requests\"", "data-chart=\"responses\"", "class=\"chart-plot\"", "<summary>As a table</summary>"] {
            assert!(page.contains(part), "{told}: {part} is missing");
        }
        // A style in an element is what the content security policy forbids.
        assert!(!page.contains(" style=\""), "{told}");
    }
}

#[tokio::test]
async fn no_text_of_an_address_becomes_markup() {
    let server = Sluice::demo(binary());
    let session = session(&server, "admin@demo").await;
    let evil = "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E";
    for path in [
        format!("/monitoring?domain={evil}"),
        format!("/monitoring?range={evil}"),
        format!("/monitoring?range=1h&compare={evil}&scale={evil}&top={evil}"),
        format!("/monitoring?from=1000&to={evil}"),
        format!("/monitoring?environment={evil}"),
        format!("/monitoring/{evil}/travel/plane"),
        format!("/monitoring/api/travel/{evil}"),
    ] {
        let page = get(&server, &path, &session).await;
        assert!(page.status().as_u16() < 500, "{path}");
        assert!(!page.text().await.unwrap().contains("<img"), "{path}");
    }
}

#[tokio::test]
async fn ticks_come_to_who_is_signed_in_and_to_nobody_else() {
    let server = Sluice::demo(binary());
    let refused = Client::new().get(format!("{}/monitoring/live", server.url)).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let http = Admin::browser(&server, "viewer@demo").await;
    let mut stream = http.get(format!("{}/monitoring/live", server.url)).send().await.unwrap();
    assert_eq!((stream.status().as_u16(), stream.headers()["content-type"].to_str().unwrap()), (200, "text/event-stream"));
    assert_eq!(stream.headers()["cache-control"].to_str().unwrap(), "no-cache");
    let mut told = String::new();
    while !told.ends_with("\n\n") {
        let chunk = tokio::time::timeout(Duration::from_secs(15), stream.chunk()).await.expect("a tick comes each ten seconds");
        told.push_str(std::str::from_utf8(&chunk.unwrap().expect("the stream goes on")).unwrap());
    }
    let at: i64 = told.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().parse().unwrap();
    assert!(told.starts_with("event: tick\n") && (0..3_000).contains(&(at % 10_000)), "{told}");
}
