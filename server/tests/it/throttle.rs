//! What keeps runs from hurting their source: its owner's limits, shared by all runs, and what the source itself says.

use std::time::{Duration, Instant};

use crate::common::{People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, MariaDb, Postgres, Sluice};

const LONG: Duration = Duration::from_secs(60);

async fn until(admin: &Admin, name: &str, what: &str, is: impl Fn(&Json) -> bool) -> Json {
    let began = Instant::now();
    loop {
        let run = admin.get(&format!("/datasets/travel/{name}")).await["job"]["runs"][0].clone();
        if is(&run) {
            return run;
        }
        assert!(began.elapsed() < LONG, "{name} does not come to “{what}”: {run:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn set_load(admin: &Admin, source: &str, load: Json) -> (u16, Json) {
    let (status, body) = admin.call(Method::PUT, &format!("/sources/{source}/load"), Some(load)).await;
    (status.as_u16(), body)
}

async fn ask(admin: &Admin, name: &str) {
    admin.post(&format!("/datasets/travel/{name}/build"), json!({"environment": "prod"})).await;
}

fn took(run: &Json) -> f64 {
    (run["finished_at"].as_i64().unwrap() - run["started_at"].as_i64().unwrap()) as f64 / 1_000.0
}

fn why(run: &Json) -> String {
    run["figures"]["decisions"].to_string()
}

#[tokio::test]
async fn the_runs_of_a_source_share_what_it_bears() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    for name in ["one", "two"] {
        people.planes_dataset(name, json!({})).await;
    }
    assert_eq!(set_load(builder, "flights-db", json!({"rows_per_s": 1_000})).await.0, 200);
    let rows = testkit::planes().len() as f64;
    ask(builder, "one").await;
    let alone = until(builder, "one", "done", |run| run["state"] == "done").await;
    // Rows that come behind the last full second are not waited for.
    assert!(took(&alone) > rows / 1_000.0 - 1.0, "{alone:#}");
    ask(builder, "one").await;
    ask(builder, "two").await;
    let mut ended = Vec::new();
    for name in ["one", "two"] {
        ended.push(until(builder, name, "done", |run| run["state"] == "done").await);
    }
    let begun = ended.iter().map(|run| run["started_at"].as_i64().unwrap()).min().unwrap();
    let over = ended.iter().map(|run| run["finished_at"].as_i64().unwrap()).max().unwrap();
    assert!((over - begun) as f64 / 1_000.0 > 2.0 * rows / 1_000.0 - 2.0, "together they are as slow as one after another: {ended:#?}");
    assert!(why(&ended[0]).contains("shared by the runs"), "{ended:#?}");
    // The bytes are a limit of their own.
    assert_eq!(set_load(builder, "flights-db", json!({"bytes_per_s": 60_000})).await.0, 200);
    ask(builder, "one").await;
    let by_bytes = until(builder, "one", "done", |run| run["state"] == "done").await;
    let bytes = by_bytes["figures"]["row_bytes"].as_f64().unwrap();
    assert!(took(&by_bytes) > bytes / 60_000.0 - 1.5, "{by_bytes:#}");
}

#[tokio::test]
async fn a_source_under_load_slows_its_runs_down_and_they_speed_up_again() {
    let postgres = Postgres::start();
    postgres
        .run(
            "postgres",
            "CREATE TABLE many AS SELECT n AS id, repeat('x', 100) AS text FROM generate_series(1, 60000) n; ALTER TABLE many ADD PRIMARY KEY (id);
             CREATE TABLE busy AS SELECT 10 AS load",
        )
        .await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    let config = json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "postgres", "user": "postgres"});
    let binding = json!({"config": config, "secrets": {"password": ""}});
    let source = json!({"name": "many-db", "domain": "travel", "driver": "postgres", "bindings": {"test": binding, "prod": binding}});
    assert!(builder.call(Method::PUT, "/sources/many-db", Some(source)).await.0.is_success());
    let new = json!({"domain": "travel", "name": "many", "source": "many-db", "table": {"schema": "public", "name": "many"}});
    builder.post("/datasets", new).await;
    let load = json!({"rows_per_s": 10_000, "load_query": "SELECT max(load) FROM busy", "load_above": 50, "slow_above_ms": 4_000});
    assert_eq!(set_load(builder, "many-db", load.clone()).await.0, 200);
    ask(builder, "many").await;
    until(builder, "many", "reading", |run| run["figures"]["read_rows"].as_i64() > Some(0)).await;
    postgres.run("postgres", "UPDATE busy SET load = 90").await;
    let slowed = until(builder, "many", "slowed", |run| why(run).contains("the load of the source is 90; the limit is 50")).await;
    let decisions = slowed["figures"]["decisions"].as_array().unwrap();
    assert!(decisions.last().unwrap()["rows_per_s"].as_i64() <= Some(5_000), "{slowed:#}");
    assert_eq!(slowed["state"], "running", "it is slowed down, not ended");
    postgres.run("postgres", "UPDATE busy SET load = 10").await;
    let done = until(builder, "many", "done", |run| run["state"] == "done").await;
    assert!(why(&done).contains("the source can take more again"), "{done:#}");
    assert_eq!(done["figures"]["written_rows"], 60_000);
    // A job of the last tier stops while its source has enough, and of the first it hardly sees it.
    postgres.run("postgres", "UPDATE busy SET load = 90").await;
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/many/job", Some(json!({"tier": "P3"}))).await;
    assert!(status.is_success(), "{body}");
    ask(builder, "many").await;
    let stopped = until(builder, "many", "stopped", |run| why(run).contains("the load of the source is 90")).await;
    assert_eq!(stopped["figures"]["decisions"].as_array().unwrap().last().unwrap()["rows_per_s"], 0, "{stopped:#}");
    let (status, _) = builder.call(Method::POST, "/datasets/travel/many/job/stop", None).await;
    assert!(status.is_success());
    until(builder, "many", "ended", |run| run["state"] == "stopped").await;
}

#[tokio::test]
async fn a_server_that_hangs_up_on_slow_readers_waits_for_a_run_that_waits_for_it() {
    // It gives a reader two seconds, and its rows are more than what stands between the two of them.
    let maria = MariaDb::with(&["--net-write-timeout=2"]);
    maria.run("", "CREATE DATABASE crowd");
    maria.run(
        "crowd",
        "CREATE TABLE many AS SELECT seq AS id, REPEAT('x', 1000) AS text FROM seq_1_to_40000; ALTER TABLE many ADD PRIMARY KEY (id);
         CREATE TABLE busy AS SELECT 90 AS busy_now",
    );
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    let config = json!({"host": "127.0.0.1", "port": maria.port().to_string(), "database": "crowd", "user": "reader"});
    let binding = json!({"config": config, "secrets": {"password": "reader"}});
    let source = json!({"name": "crowd-db", "domain": "travel", "driver": "mysql", "bindings": {"test": binding, "prod": binding}});
    assert!(builder.call(Method::PUT, "/sources/crowd-db", Some(source)).await.0.is_success());
    builder.post("/datasets", json!({"domain": "travel", "name": "crowd", "source": "crowd-db", "table": {"name": "many"}})).await;
    let load = json!({"load_query": "SELECT MAX(busy_now) FROM busy", "load_above": 50});
    let (status, body) = set_load(builder, "crowd-db", load).await;
    assert_eq!(status, 200, "{body}");
    assert!(builder.call(Method::PUT, "/datasets/travel/crowd/job", Some(json!({"tier": "P3", "retries": 0}))).await.0.is_success());
    ask(builder, "crowd").await;
    // The seconds are the run's own: it has looked at the source so often, and waits.
    let still = |run: &Json| run["figures"]["pace"].as_array().is_some_and(|pace| pace.len() >= 5);
    until(builder, "crowd", "stopped for a while", still).await;
    maria.run("crowd", "UPDATE busy SET busy_now = 10");
    let done = until(builder, "crowd", "over", |run| matches!(run["state"].as_str(), Some("done" | "failed"))).await;
    assert_eq!((&done["state"], &done["figures"]["written_rows"]), (&json!("done"), &json!(40_000)), "{done:#}");
}

#[tokio::test]
async fn runs_begin_at_their_hours_and_not_too_many_at_a_time() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    for name in ["one", "two"] {
        people.planes_dataset(name, json!({})).await;
    }
    // A window of a minute that is half a day away, wherever the clock stands.
    let minute = (std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 60 + 720) % 1_440;
    let window = json!({"from": minute, "to": (minute + 1) % 1_440});
    assert_eq!(set_load(builder, "flights-db", json!({"windows": [window], "zone": "UTC"})).await.0, 200);
    ask(builder, "one").await;
    // What is asked later of another source is done before: the worker has passed the first one over by then.
    let config = json!({"config": {"path": server.data().join("sources/flights.db")}, "secrets": {}});
    let other = json!({"name": "other-db", "domain": "travel", "driver": "sqlite", "bindings": {"test": config, "prod": config}});
    assert!(builder.call(Method::PUT, "/sources/other-db", Some(other)).await.0.is_success());
    builder.post("/datasets", json!({"domain": "travel", "name": "other", "source": "other-db", "table": {"name": "planes"}})).await;
    assert_eq!(builder.build("travel", "other").await["state"], "live");
    assert_eq!(until(builder, "one", "waiting", |_| true).await["state"], "waiting");
    assert_eq!(set_load(builder, "flights-db", json!({"rows_per_s": 1_000, "runs": 1})).await.0, 200);
    ask(builder, "two").await;
    let first = until(builder, "one", "done", |run| run["state"] == "done").await;
    let second = until(builder, "two", "done", |run| run["state"] == "done").await;
    let (first, second) = if first["started_at"].as_i64() < second["started_at"].as_i64() { (first, second) } else { (second, first) };
    assert!(second["started_at"].as_i64() >= first["finished_at"].as_i64(), "one at a time: {first:#} {second:#}");
}

#[tokio::test]
async fn what_a_source_cannot_bear_by_itself_is_told_beside_its_field() {
    let server = Sluice::demo(binary());
    let builder = People::of(&server).await.builder;
    for (load, field, words) in [
        (json!({"rows_per_s": 0}), "rows_per_s", "at least 1"),
        (json!({"zone": "Mars/Olympus"}), "zone", "Unknown time zone"),
        (json!({"windows": [{"from": 5, "to": 5}]}), "windows", "22:00-06:00"),
        (json!({"load_query": "SELECT 1 AS n"}), "load_above", "value of the load query"),
        (json!({"load_query": "DELETE FROM planes", "load_above": 1}), "load_query", "SELECT"),
        (json!({"load_query": "SELECT name FROM airlines", "load_above": 1}), "load_query", "must return one number"),
        (json!({"load_query": "SELECT seats FROM planes WHERE 1 = 0", "load_above": 1}), "load_query", "no row"),
        (json!({"load_query": "SELECT nothing FROM planes", "load_above": 1}), "load_query", ""),
    ] {
        let (status, body) = set_load(&builder, "flights-db", load).await;
        let error = &body["errors"][0];
        assert_eq!((status, error["field"].as_str()), (400, Some(field)), "{body}");
        assert!(error["message"].as_str().unwrap().contains(words), "{body}");
    }
    assert_eq!(
        builder.get("/sources/flights-db").await["load_limits"],
        json!({
            "rows_per_s": null, "bytes_per_s": null, "runs": null, "readers": null, "slow_above_ms": null, "load_query": "", "load_above": null, "windows": [], "zone": ""
        })
    );
}
