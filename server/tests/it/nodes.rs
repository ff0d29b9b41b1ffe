//! Builds of nodes that share their metadata and a store: what one begins is not begun by another because nobody could be heard, and what
//! comes too late stays nowhere.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use crate::common::{Cluster, LONG, People, binary, dataset_until, last_run, until};
use reqwest::Method;
use serde_json::json;
use testkit::{Admin, Redis, Sluice};

#[tokio::test]
async fn a_run_is_not_taken_over_because_nobody_could_reach_the_metadata() {
    let mut cluster = Cluster::start().await;
    let nodes = [cluster.node(), cluster.node()];
    let people = People::of(&nodes[0]).await;
    people.planes_dataset("planes", json!({"store": "redis"})).await;
    let load = json!({"rows_per_s": 300});
    assert!(people.builder.call(Method::PUT, "/sources/flights-db/load", Some(load)).await.0.is_success());
    people.builder.post("/datasets/travel/planes/build", json!({"environment": "prod"})).await;
    dataset_until(&people.builder, "planes", "reading", |dataset| last_run(dataset)["figures"]["read_rows"].as_i64() > Some(300)).await;
    cluster.metadata.stop();
    // Longer than a dead worker is waited for, and than the build needs.
    let away = Instant::now();
    tokio::time::sleep_until((away + Duration::from_secs(25)).into()).await;
    cluster.metadata.resume();
    let builder = Admin::demo(&nodes[1], "builder@demo").await;
    let done = dataset_until(&builder, "planes", "done", |dataset| last_run(dataset)["state"] == "done").await;
    assert_eq!((&last_run(&done)["attempt"], done["versions"].as_array().unwrap().len()), (&json!(1), 2), "{done:#}");
    assert_eq!(done["versions"][0]["figures"]["written_rows"], testkit::planes().len());
}

#[tokio::test]
async fn a_build_that_hears_too_late_that_it_was_ended_leaves_nothing_in_redis() {
    let (redis, folder) = (Redis::start(), testkit::folder());
    let url = redis.url();
    let start = |more: &[(&str, &str)]| {
        let environment: Vec<(&str, &str)> = [("SLUICE_REDIS_URL", url.as_str())].into_iter().chain(more.iter().copied()).collect();
        Sluice::start(binary(), "demo", folder.path(), &environment)
    };
    let mut server = start(&[]);
    let builder = Admin::demo(&server, "builder@demo").await;
    dataset_until(&builder, "aircraft", "live", |dataset| dataset["versions"][0]["state"] == "live").await;
    server.kill();
    // It sleeps with its rows before they are sent, and dies before it can take them away again.
    server = start(&[("SLUICE_SLEEP_AT", "build.before-seal=3000"), ("SLUICE_KILL_AT", "build.after-seal")]);
    let builder = Admin::demo(&server, "builder@demo").await;
    let new = json!({"domain": "travel", "name": "planes", "source": "flights-db", "table": {"name": "planes"}, "store": "redis"});
    builder.post("/datasets", new).await;
    builder.post("/datasets/travel/planes/build", json!({"environment": "prod"})).await;
    until(LONG, "it has all its rows", async || folder.path().join("sleeps").exists()).await;
    builder.post("/datasets/travel/planes/job/stop", json!(null)).await;
    dataset_until(&builder, "planes", "ended", |dataset| last_run(dataset)["state"] == "stopped").await;
    assert_eq!(server.wait().signal(), Some(9), "it was not sealed");
    let keys = || redis.cli(&["--scan", "--pattern", "sluice:data:*"]).lines().count();
    assert!(keys() > 10, "it wrote all the same");
    let _again = start(&[]);
    until(LONG, "it is gone", async || keys() == 0).await;
}
