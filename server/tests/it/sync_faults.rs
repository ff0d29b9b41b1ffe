//! What can go wrong around builds and followers: a full disk, a clock that jumps, a store, a source or the metadata that goes away, a job
//! that is edited while it runs. What is live is never spoiled, and in the end the dataset is what its source has.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::items::{agree, at, dataset, make};
use crate::common::{Http, LONG, People, Source, aircraft, binary, dataset_until, incremental_sync_until, last_run, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Postgres, Redis, Sluice};

async fn set_job(admin: &Admin, name: &str, job: Json) {
    let (status, body) = admin.call(Method::PUT, &format!("/datasets/travel/{name}/job"), Some(job)).await;
    assert!(status.is_success(), "{body}");
}

async fn seats(http: &Http) -> i64 {
    let (status, row) = http.json(http.get("/api/travel/aircraft?tailnum=N14228")).await;
    assert_eq!(status, 200, "{row}");
    row["seats"].as_i64().unwrap()
}

/// The server, begun by a script of the test.
fn by_script(folder: &Path, script: &str) -> PathBuf {
    let file = folder.join("begin.sh");
    std::fs::write(&file, format!("#!/bin/sh\nset -e\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file
}

#[tokio::test]
async fn a_full_disk_ends_a_build_and_spoils_nothing() {
    let (folder, scripts) = (testkit::folder(), testkit::folder());
    let datasets = folder.path().join("datasets");
    // A small disk that only this server sees, for as long as it lives.
    let mounted = format!("mkdir -p {0} && mount -t tmpfs -o size=24m tmpfs {0}", datasets.display());
    let script = format!("exec unshare --map-root-user --mount sh -c '{mounted} && exec {} \"$@\"' sh \"$@\"", binary().display());
    let server = Sluice::start(&by_script(scripts.path(), &script), "demo", folder.path(), &[]);
    let people = People::of(&server).await;
    let builder = &people.builder;
    people.planes_dataset("planes", json!({})).await;
    people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    let http = Http::new(&server);
    let before = seats(&http).await;
    set_job(builder, "planes", json!({"retries": 10, "retry_after_s": 1})).await;
    let filler = PathBuf::from(format!("/proc/{}/root{}/filler", server.pid(), datasets.display()));
    let mut file = std::fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut file, &[7; 65_536]).is_ok() {}
    testkit::sqlite3(&folder.path().join("sources/flights.db"), "UPDATE planes SET seats = seats + 1");
    builder.post("/datasets/travel/planes/build", json!({"environment": "prod"})).await;
    let full = dataset_until(builder, "planes", "waits for room", |dataset| last_run(dataset)["attempt"].as_i64() > Some(1)).await;
    assert!(last_run(&full)["reason"].as_str().unwrap().contains("disk is full"), "{full:#}");
    assert_eq!(seats(&http).await, before, "what is live is not touched");
    drop(file);
    std::fs::remove_file(&filler).unwrap();
    dataset_until(builder, "planes", "built", |dataset| last_run(dataset)["state"] == "done").await;
    builder.served().await;
    assert_eq!(seats(&http).await, before + 1);
}

#[tokio::test]
async fn a_clock_that_jumps_an_hour_neither_ends_a_run_nor_stops_a_schedule() {
    let source = Source::postgres();
    let (folder, scripts) = (testkit::folder(), testkit::folder());
    let time = scripts.path().join("time");
    let set = |offset: &str| {
        // All of it or nothing is read.
        std::fs::write(scripts.path().join("new"), format!("{offset}\n")).unwrap();
        std::fs::rename(scripts.path().join("new"), &time).unwrap();
    };
    set("+0");
    let library = testkit::faketime();
    let script = format!(
        "export LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1\nexec {} \"$@\"",
        time.display(),
        binary().display()
    );
    let server = Sluice::start(&by_script(scripts.path(), &script), "demo", folder.path(), &[]);
    let people = People::of(&server).await;
    make(&source).await;
    source.run(&format!("INSERT INTO items SELECT n, 'row ' || n, '{}', 0 FROM generate_series(0, 299) AS s(n)", at(1))).await;
    dataset(&people, &source, "embedded").await;
    let Source::Postgres(postgres) = &source else { panic!() };
    let lock = postgres.hold("postgres", "LOCK TABLE items IN ACCESS EXCLUSIVE MODE").await;
    people.builder.post("/datasets/travel/items/build", json!({"environment": "prod"})).await;
    dataset_until(&people.builder, "items", "running", |dataset| last_run(dataset)["state"] == "running").await;
    set("+1h");
    // Sessions are over by the clock that jumped, and one signs in again.
    let builder = Admin::demo(&server, "builder@demo").await;
    // Silent for longer than a dead worker is waited for, by the clock.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(last_run(&builder.get("/datasets/travel/items").await)["attempt"], 1);
    drop(lock);
    let done = dataset_until(&builder, "items", "done", |dataset| last_run(dataset)["state"] == "done").await;
    assert_eq!(last_run(&done)["attempt"], 1, "{done:#}");
    // Its next time is an hour from now once the clock goes back; it is not waited for.
    let job = builder.get("/datasets/travel/items").await["job"]["spec"].clone();
    let mut job = job.as_object().unwrap().clone();
    job.insert("when".into(), json!({"cron": {"pattern": "* * * * *", "zone": "UTC"}}));
    set_job(&builder, "items", Json::Object(job)).await;
    set("+0");
    let builder = Admin::demo(&server, "builder@demo").await;
    let runs = |dataset: &Json| dataset["job"]["runs"].as_array().unwrap().iter().filter(|run| run["cause"] == "schedule").count();
    dataset_until(&builder, "items", "made by its schedule", |dataset| runs(dataset) > 0).await;
    source.run(&format!("INSERT INTO items VALUES (301, 'later', '{}', 0)", at(30))).await;
    agree(&Http::new(&server), &source, 400).await;
}

#[tokio::test]
async fn redis_restarts_while_a_dataset_is_built_and_while_it_is_synced() {
    let source = Source::mariadb();
    let mut redis = Redis::with(&["--appendonly", "yes", "--appendfsync", "always"]);
    let url = redis.url();
    let server = Sluice::demo_with(binary(), &[("SLUICE_REDIS_URL", &url)]);
    let people = People::of(&server).await;
    make(&source).await;
    source.run(&format!("INSERT INTO items SELECT seq, concat('row ', seq), '{}', 0 FROM seq_0_to_3999", at(1))).await;
    dataset(&people, &source, "redis").await;
    let http = Http::new(&server);
    agree(&http, &source, 5_000).await;
    redis.stop();
    source.run(&format!("UPDATE items SET label = 'while it was away', changed_at = '{}' WHERE id < 500", at(20))).await;
    incremental_sync_until(&people.builder, "items", "tells it", |incremental_sync| {
        incremental_sync["reason"].as_str().is_some_and(|text| text.contains("Redis"))
    })
    .await;
    redis.resume();
    let answers = async || http.get("/api/travel/items?id=1").send().await.unwrap().status().as_u16() == 200;
    until(LONG, "Redis is found again", answers).await;
    agree(&http, &source, 5_000).await;
    // Slow enough that the store goes away in the middle of a build.
    let job = people.builder.get("/datasets/travel/items").await["job"]["spec"].clone();
    let mut job = job.as_object().unwrap().clone();
    job.extend([("retries".to_owned(), json!(10)), ("retry_after_s".to_owned(), json!(1))]);
    set_job(&people.builder, "items", Json::Object(job)).await;
    let load = json!({"rows_per_s": 2_000});
    assert!(people.builder.call(Method::PUT, "/sources/shop/load", Some(load)).await.0.is_success());
    people.builder.post("/datasets/travel/items/build", json!({"environment": "prod"})).await;
    dataset_until(&people.builder, "items", "reading", |dataset| last_run(dataset)["figures"]["read_rows"].as_i64() > Some(500)).await;
    redis.stop();
    dataset_until(&people.builder, "items", "tried again", |dataset| last_run(dataset)["attempt"].as_i64() > Some(1)).await;
    redis.resume();
    dataset_until(&people.builder, "items", "done", |dataset| last_run(dataset)["state"] == "done").await;
    people.builder.served().await;
    until(LONG, "Redis is found again", answers).await;
    agree(&http, &source, 5_000).await;
}

#[tokio::test]
async fn a_source_that_restarts_while_it_is_read_is_gone_on_with() {
    let mut source = Source::postgres();
    let folder = testkit::folder();
    let server = Sluice::start(binary(), "demo", folder.path(), &[("SLUICE_PART_ROWS", "1500")]);
    let people = People::of(&server).await;
    make(&source).await;
    source
        .run(&format!("INSERT INTO items SELECT n, 'row ' || n, '{}', 0 FROM generate_series(0, 5999) AS s(n); ANALYZE items", at(1)))
        .await;
    dataset(&people, &source, "embedded").await;
    let job = people.builder.get("/datasets/travel/items").await["job"]["spec"].clone();
    let mut job = job.as_object().unwrap().clone();
    job.extend([("retries".to_owned(), json!(10)), ("retry_after_s".to_owned(), json!(1))]);
    set_job(&people.builder, "items", Json::Object(job)).await;
    let load = json!({"rows_per_s": 1_500, "readers": 1});
    assert!(people.builder.call(Method::PUT, "/sources/shop/load", Some(load)).await.0.is_success());
    people.builder.post("/datasets/travel/items/build", json!({"environment": "prod"})).await;
    let kept = |dataset: &Json| last_run(dataset)["figures"]["parts_kept"].as_i64() >= Some(1);
    dataset_until(&people.builder, "items", "a part is read", kept).await;
    let Source::Postgres(postgres) = &mut source else { panic!() };
    postgres.stop();
    dataset_until(&people.builder, "items", "tried again", |dataset| last_run(dataset)["attempt"].as_i64() > Some(1)).await;
    postgres.resume();
    source.run(&format!("UPDATE items SET label = 'after', changed_at = '{}' WHERE id > 5900", at(9))).await;
    let done = dataset_until(&people.builder, "items", "done", |dataset| last_run(dataset)["state"] == "done").await;
    assert!(last_run(&done)["figures"]["taken_over_rows"].as_i64() > Some(1_000), "{:#}", last_run(&done));
    people.builder.served().await;
    agree(&Http::new(&server), &source, 6_000).await;
}

#[tokio::test]
async fn without_its_metadata_for_a_while_it_goes_on_and_is_not_doubled() {
    let (source, mut metadata) = (Source::postgres(), Postgres::start());
    let url = metadata.database("sluice").await;
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let server = Sluice::demo_with(binary(), &[("SLUICE_DATABASE_URL", &url), ("SLUICE_MASTER_KEY", key)]);
    let people = People::of(&server).await;
    make(&source).await;
    source.run(&format!("INSERT INTO items SELECT n, 'row ' || n, '{}', 0 FROM generate_series(0, 999) AS s(n)", at(1))).await;
    dataset(&people, &source, "embedded").await;
    let http = Http::new(&server);
    agree(&http, &source, 2_000).await;
    people.planes_dataset("planes", json!({})).await;
    let load = json!({"rows_per_s": 300});
    assert!(people.builder.call(Method::PUT, "/sources/flights-db/load", Some(load)).await.0.is_success());
    people.builder.post("/datasets/travel/planes/build", json!({"environment": "prod"})).await;
    dataset_until(&people.builder, "planes", "reading", |dataset| last_run(dataset)["figures"]["read_rows"].as_i64() > Some(300)).await;
    metadata.stop();
    // What changes meanwhile is followed, look by look: how far that is stands with the rows. Longer than a dead worker is waited for.
    let away = Instant::now();
    for second in 20.. {
        source.run(&format!("UPDATE items SET label = 'meanwhile {second}', changed_at = '{}' WHERE id < 200", at(second))).await;
        agree(&http, &source, 2_000).await;
        if away.elapsed() > Duration::from_secs(60) {
            break;
        }
    }
    metadata.resume();
    let builder = Admin::demo(&server, "builder@demo").await;
    let done = dataset_until(&builder, "planes", "done", |dataset| last_run(dataset)["state"] == "done").await;
    assert_eq!((&last_run(&done)["attempt"], done["versions"].as_array().unwrap().len()), (&json!(1), 2), "{done:#}");
    assert_eq!(done["versions"][0]["figures"]["written_rows"], testkit::planes().len());
    source.run(&format!("UPDATE items SET label = 'afterwards', changed_at = '{}' WHERE id > 900", at(3_000))).await;
    agree(&http, &source, 2_000).await;
}

#[tokio::test]
async fn a_job_that_is_edited_while_it_runs_ends_as_it_began_and_keeps_what_was_edited() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    people.planes_dataset("planes", json!({})).await;
    let load = json!({"rows_per_s": 1_500});
    assert!(builder.call(Method::PUT, "/sources/flights-db/load", Some(load)).await.0.is_success());
    builder.post("/datasets/travel/planes/build", json!({"environment": "prod"})).await;
    dataset_until(builder, "planes", "reading", |dataset| last_run(dataset)["figures"]["read_rows"].as_i64() > Some(200)).await;
    let mapping = json!({"columns": [{"name": "half", "of": {"expression": "seats / 2"}}]});
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/planes/mapping", Some(mapping)).await;
    assert!(status.is_success(), "{body}");
    assert!(builder.call(Method::PUT, "/datasets/travel/planes/gates", Some(json!({"min_rows": 100_000}))).await.0.is_success());
    set_job(builder, "planes", json!({"retries": 0, "tier": "P1"})).await;
    let done = dataset_until(builder, "planes", "done", |dataset| last_run(dataset)["state"] == "done").await;
    assert_eq!(done["versions"][0]["state"], "live", "by the gates that it began with: {done:#}");
    assert_eq!((&done["spec"]["gates"]["min_rows"], &done["job"]["spec"]["tier"]), (&json!(100_000), &json!("P1")));
    assert_eq!(done["spec"]["mapping"]["columns"][0]["name"], "half");
    // The next one has it all.
    let next = builder.build("travel", "planes").await;
    assert!(next["state"] == "failed" && next["reason"].as_str().unwrap().contains("at least 100,000 are required"), "{next:#}");
}
