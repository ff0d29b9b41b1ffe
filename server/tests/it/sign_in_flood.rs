//! A flood of sign-ins: limits hold against parallel guesses and against few passwords tried on many people, the owner
//! of an account gets in from elsewhere, administrators are answered meanwhile, and the audit log stays small.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use testkit::Sluice;
use tokio::task::JoinSet;

use crate::common::binary;

const OWNER: &str = "me@company.example";
const PASSWORD: &str = "a long enough sentence";

/// A browser at an address of its own.
fn browser(address: &str) -> reqwest::Client {
    let address: IpAddr = address.parse().unwrap();
    let builder = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
    // Nothing is encrypted here, and reading the authorities of the world for each of hundreds takes longer than the flood.
    builder.tls_built_in_root_certs(false).local_address(address).build().unwrap()
}

async fn send(http: &reqwest::Client, url: &str, function: &str, form: &[(&str, &str)]) -> (u16, String) {
    let request = http.post(format!("{url}/fn/{function}")).header("origin", url).header("accept", "application/json");
    let response = request.form(form).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn sign_in(http: &reqwest::Client, url: &str, email: &str, password: &str) -> u16 {
    send(http, url, "sign-in", &[("email", email), ("password", password), ("next", "/")]).await.0
}

/// The statuses of sign-ins that are sent at once, each from an address, for a person.
async fn at_once(url: &str, attempts: impl Iterator<Item = (String, String)>) -> Vec<u16> {
    let mut sent = JoinSet::new();
    for (address, email) in attempts {
        let url = url.to_owned();
        sent.spawn(async move { sign_in(&browser(&address), &url, &email, "a guess").await });
    }
    sent.join_all().await
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}

/// A server with one admin, whose browser is signed in.
async fn served(folder: &std::path::Path) -> (Sluice, reqwest::Client) {
    served_with(folder, &[]).await
}

async fn served_with(folder: &std::path::Path, settings: &[(&str, &str)]) -> (Sluice, reqwest::Client) {
    let server = Sluice::start(binary(), "serve", folder, settings);
    let link = server.said.iter().find_map(|line| line.split_once("/join/")).expect("a link was printed").1.trim().to_owned();
    let admin = browser("127.0.0.1");
    let joined = send(&admin, &server.url, "join", &[("secret", &link), ("email", OWNER), ("password", PASSWORD)]).await;
    assert!(joined.0 < 400, "{joined:?}");
    (server, admin)
}

/// One page of a list.
async fn list(admin: &reqwest::Client, url: &str, function: &str, page: u32) -> (u16, Json) {
    let request = admin.post(format!("{url}/fn/{function}")).header("origin", url).header("accept", "application/json");
    let response = request.json(&serde_json::json!({"query": {"page": page}})).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The newest hundred rows of the audit log.
async fn audit(admin: &reqwest::Client, url: &str) -> Vec<Json> {
    let mut rows = Vec::new();
    for page in [1, 2] {
        let (status, found) = list(admin, url, "list-audit", page).await;
        assert_eq!(status, 200, "{found}");
        // Behind the last page is the last page again.
        if found["extent"]["page"] == page {
            rows.extend(found["rows"].as_array().unwrap().iter().cloned());
        }
    }
    rows
}

#[tokio::test]
async fn parallel_guesses_and_sprayed_accounts_stay_within_the_limits() {
    let folder = testkit::folder();
    let (server, admin) = served(folder.path()).await;
    let url = &server.url;

    let guesses = at_once(url, (0..40).map(|_| ("127.0.0.3".to_owned(), OWNER.to_owned()))).await;
    assert_eq!((count(&guesses, 401), count(&guesses, 429)), (5, 35), "{guesses:?}");
    assert_eq!(sign_in(&browser("127.0.0.3"), url, OWNER, PASSWORD).await, 429, "the right password waits there too");
    assert!(sign_in(&browser("127.0.0.2"), url, OWNER, PASSWORD).await < 400, "the owner is elsewhere");

    let sprayed = at_once(url, (0..100).map(|one| ("127.0.0.4".to_owned(), format!("person{one}@company.example")))).await;
    assert_eq!((count(&sprayed, 401), count(&sprayed, 429)), (20, 80), "{sprayed:?}");

    let rows = audit(&admin, url).await;
    let of = |action: &str| rows.iter().filter(|row| row["action"] == action).cloned().collect::<Vec<_>>();
    let refused = of("session.refused");
    assert!(refused.iter().all(|row| row["domain"] == ""), "these rows are for admins alone");
    let guessed = refused.iter().filter(|row| row["subject"] == OWNER && row["after"].as_str().unwrap().contains("127.0.0.3"));
    assert_eq!(guessed.count(), 5);
    let opened = of("session.opened");
    assert!(opened.iter().any(|row| row["after"] == "by password, from 127.0.0.2"), "{opened:?}");
    assert!(opened.iter().any(|row| row["after"] == "by invitation link, from 127.0.0.1"), "{opened:?}");
}

#[tokio::test]
async fn behind_a_proxy_of_ours_limits_are_of_its_clients() {
    let folder = testkit::folder();
    let (server, admin) = served_with(folder.path(), &[("SLUICE_TRUSTED_PROXIES", "127.0.0.7")]).await;
    let url = &server.url;
    let by = async |proxy: &str, client: &str, password: &str| {
        let form = [("email", OWNER), ("password", password), ("next", "/")];
        let request = browser(proxy).post(format!("{url}/fn/sign-in")).header("origin", url).header("accept", "application/json");
        request.header("x-forwarded-for", client).form(&form).send().await.unwrap().status().as_u16()
    };
    for one in 0..6 {
        let status = by("127.0.0.7", &format!("192.0.2.{one}, 203.0.113.9"), "a guess").await;
        assert_eq!(status, if one < 5 { 401 } else { 429 }, "what a client writes itself is not believed");
    }
    assert!(by("127.0.0.7", "198.51.100.7", PASSWORD).await < 400, "the owner comes through the same proxy");
    for one in 0..6 {
        let status = by("127.0.0.8", &format!("192.0.2.{one}"), "a guess").await;
        assert_eq!(status, if one < 5 { 401 } else { 429 }, "no proxy of ours");
    }
    let rows = audit(&admin, url).await;
    assert!(rows.iter().any(|row| row["after"] == "by password, from 198.51.100.7"), "{rows:?}");
}

#[tokio::test]
async fn long_credentials_are_refused_before_anything_else() {
    let folder = testkit::folder();
    let (server, admin) = served(folder.path()).await;
    let (url, stranger) = (&server.url, browser("127.0.0.5"));
    let (long_email, long_password) = ("x".repeat(7 << 20), "x".repeat(1_025));
    // More of them than the limit of an address: they are no attempts.
    for _ in 0..25 {
        assert_eq!(sign_in(&stranger, url, OWNER, &long_password).await, 400);
    }
    for _ in 0..3 {
        assert_eq!(sign_in(&stranger, url, &long_email, "a guess").await, 400);
    }
    assert!(sign_in(&stranger, url, OWNER, PASSWORD).await < 400);
    assert!(audit(&admin, url).await.iter().all(|row| row["action"] != "session.refused"));
    let long_secret = "x".repeat(200);
    let tokens = stranger.get(format!("{url}/admin/v1/me")).bearer_auth(&long_secret).send().await.unwrap();
    assert_eq!(tokens.status(), 401);
    assert_eq!(send(&stranger, url, "join", &[("secret", &long_secret), ("email", "a@b.example"), ("password", PASSWORD)]).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_are_answered_during_a_flood_and_the_audit_log_stays_small() {
    let folder = testkit::folder();
    let (server, admin) = served(folder.path()).await;
    let url = server.url.clone();
    // From many addresses, so that the limits of addresses do not end it.
    let attempts = (0..300).map(|one| (format!("127.0.1.{}", one % 60 + 1), format!("person{one}@company.example")));
    let flooded = url.clone();
    let flood = tokio::spawn(async move { at_once(&flooded, attempts).await });
    let mut answered = 0;
    while !flood.is_finished() || answered == 0 {
        let began = Instant::now();
        let (status, people) = list(&admin, &url, "list-people", 1).await;
        assert!(status == 200 && people.to_string().contains(OWNER), "{status} {people}");
        assert!(began.elapsed() < Duration::from_secs(10), "an administrator waited {:?}", began.elapsed());
        answered += 1;
    }
    let statuses = flood.await.unwrap();
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429)), "{statuses:?}");
    assert!(count(&statuses, 401) > 0, "{statuses:?}");
    let refused = audit(&admin, &url).await.iter().filter(|row| row["action"] == "session.refused").count();
    assert!((1..=40).contains(&refused), "{refused} rows of a flood");
    // Whoever was turned away because many came at once has lost nothing.
    assert!(sign_in(&browser("127.0.1.200"), &url, OWNER, PASSWORD).await < 400);
}
