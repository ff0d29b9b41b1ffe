//! A full disk: figures stop with an alert, requests go on; once there is room, figures go on without a loss, and the alert ends.

use std::path::Path;
use std::time::{Duration, Instant};

use observe::Counter;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::Value as Json;
use testkit::{Admin, Sluice};

use crate::common::{Http, LONG, binary, until};
use crate::figures::Stored;
use crate::needs::{has, needs, page};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/without_room.sh");
const ALERT: &str = "figures-unwritten";
const REQUESTS: u64 = 20;

/// Whether the disk of a server takes anything. Without room, each write into a file fails, that of figures, of the metadata and of the log.
fn set_room(server: &Sluice, is_there_room: bool) {
    let own = getrlimit(Resource::Fsize);
    let limit = if is_there_room { own } else { Rlimit { current: Some(0), ..own } };
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap());
    prlimit(pid, Resource::Fsize, limit).unwrap();
}

async fn send(http: &Http) {
    for _ in 0..REQUESTS {
        let began = Instant::now();
        let (status, answer) = http.json(http.get("/api/travel/plane?tailnum=N14228")).await;
        assert_eq!(status, 200, "{answer}");
        assert!(began.elapsed() < Duration::from_secs(5), "a request waited");
    }
}

/// The phase and the object of the alert, as somebody sees it.
async fn alert(admin: &Admin) -> Option<(String, String)> {
    let alerts = admin.get("/alerts").await;
    let alert = alerts.as_array().unwrap().iter().find(|alert| alert["name"] == ALERT)?;
    Some((alert["phase"].as_str()?.to_owned(), alert["series"].as_str()?.to_owned()))
}

/// What the menu counts.
async fn firing(browser: &reqwest::Client, server: &Sluice) -> i64 {
    let answer = browser.post(format!("{}/fn/me", server.url)).header("origin", &server.url).send().await.unwrap();
    answer.json::<Json>().await.unwrap()["firing"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_figures_stop_with_an_alert_and_requests_go_on() {
    let folder = testkit::folder();
    // With the flights beside the program, and not beside the script.
    let first = Sluice::start(binary(), "demo", folder.path(), &[]);
    Admin::demo(&first, "builder@demo").await.built().await;
    drop(first);
    let server = Sluice::start_from_nothing(Path::new(SCRIPT), "demo", folder.path(), &[("PROGRAM", binary().to_str().unwrap())]);
    let (admin, owner) = (Admin::demo(&server, "admin@demo").await, Admin::demo(&server, "owner@demo").await);
    let browser = Admin::browser(&server, "admin@demo").await;
    admin.built().await;
    let (http, stored) = (Http::new(&server), Stored::of(folder.path()));
    let node = server.url.split_once("://").unwrap().1.to_owned();
    send(&http).await;
    assert_eq!((alert(&admin).await, firing(&browser, &server).await), (None, 0));

    set_room(&server, false);
    until(LONG, "the alert fires", async || alert(&admin).await.is_some()).await;
    assert_eq!(alert(&admin).await, Some(("firing".to_owned(), format!("node::{node}"))));
    assert_eq!(alert(&owner).await, None, "nodes are for admins");
    send(&http).await;
    assert_eq!(firing(&browser, &server).await, 1);
    let needed = needs(&browser, &server).await;
    assert!(has(&needed, ALERT, &node), "{needed:?}");
    let home = page(&browser, &server, "/").await;
    assert!(home.contains(&format!("Figures of node {node} cannot be written")), "{home}");
    let alerts = page(&browser, &server, "/monitoring/alerts").await;
    assert!(alerts.contains(ALERT) && alerts.contains("Free disk space"), "{alerts}");

    set_room(&server, true);
    until(LONG, "the alert ends", async || alert(&admin).await.is_some_and(|(phase, _)| phase == "resolved")).await;
    assert_eq!(firing(&browser, &server).await, 0);
    assert!(!has(&needs(&browser, &server).await, ALERT, &node));
    send(&http).await;
    until(LONG, "all that was sent is stored", async || stored.all("api:prod:travel/plane").await.counter(Counter::Ok) == 3 * REQUESTS)
        .await;
}
