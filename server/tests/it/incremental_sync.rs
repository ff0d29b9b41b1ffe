//! What is live follows its table: changes, deletions, a worker that dies between any two writes, compared row by row with
//! what the source has.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::items::{Rows, agree, at, dataset, make};
use crate::common::{Http, LONG, People, Source, binary, incremental_sync_until, labels, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Redis, Sluice};

fn start(folder: &Path, redis: Option<&Redis>, kill_at: Option<&str>) -> Sluice {
    let url = redis.map(Redis::url).unwrap_or_default();
    let mut environment = Vec::new();
    environment.extend(redis.map(|_| ("SLUICE_REDIS_URL", url.as_str())));
    environment.extend(kill_at.map(|name| ("SLUICE_KILL_AT", name)));
    Sluice::start(binary(), "demo", folder, &environment)
}

/// Rows come, change, go, and come back; the worker dies before and after a write; what is served is what the source has.
async fn syncs(source: Source, store: &str) {
    let redis = (store == "redis").then(Redis::start);
    let folder = testkit::folder();
    let mut server = start(folder.path(), redis.as_ref(), None);
    let people = People::of(&server).await;
    make(&source).await;
    let insert = async |from: i64, to: i64, label: &str, second: u32| {
        let rows: Vec<String> = (from..to)
            .map(|id| {
                format!("({id}, '{label} {id}', '{}', {})", at(second + u32::try_from(id - from).unwrap() / 50), i64::from(id % 10 == 9))
            })
            .collect();
        source.run(&format!("INSERT INTO items (id, label, changed_at, gone) VALUES {}", rows.join(", "))).await;
    };
    insert(0, 500, "first", 0).await;
    dataset(&people, &source, store).await;
    let http = Http::new(&server);
    agree(&http, &source, 1_000).await;
    insert(500, 700, "second", 30).await;
    source.run(&format!("UPDATE items SET label = 'changed', changed_at = '{}' WHERE id < 40", at(40))).await;
    source.run(&format!("UPDATE items SET gone = 1, changed_at = '{}' WHERE id BETWEEN 40 AND 60", at(41))).await;
    agree(&http, &source, 1_000).await;
    // One that was committed late, before what was seen last; and one that comes back.
    source.run(&format!("INSERT INTO items (id, label, changed_at) VALUES (701, NULL, '{}')", at(38))).await;
    source.run(&format!("UPDATE items SET gone = 0, changed_at = '{}' WHERE id = 40", at(42))).await;
    agree(&http, &source, 1_000).await;
    let seen = people.builder.get("/datasets/travel/items").await;
    let figures = seen["versions"][0]["following"]["figures"].clone();
    // 200 new ones of which 20 are gone before they were seen, 40 changed of which 4 were gone before and still are, the late
    // one and the one that came back; what was read twice counts once.
    let counts = (figures["changed_rows"].as_i64(), figures["deleted_rows"].as_i64());
    assert_eq!(counts, (Some(180 + 36 + 2), Some(19)), "{figures:#}");
    for (round, point) in ["follow.before-apply", "follow.after-apply"].into_iter().enumerate() {
        server.kill();
        server = start(folder.path(), redis.as_ref(), Some(point));
        let second = 50 + u32::try_from(round).unwrap() * 10;
        source
            .run(&format!(
                "UPDATE items SET label = 'by {point}', changed_at = '{}' WHERE id BETWEEN {round} * 100 AND {round} * 100 + 150",
                at(second)
            ))
            .await;
        source.run(&format!("UPDATE items SET gone = 1 - gone, changed_at = '{}' WHERE id % 7 = {round}", at(second + 1))).await;
        assert_eq!(server.wait().signal(), Some(9), "{point} was not hit");
        server = start(folder.path(), redis.as_ref(), None);
        Admin::demo(&server, "builder@demo").await.served().await;
        agree(&Http::new(&server), &source, 1_000).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_postgres_are_synced_into_the_embedded_store() {
    syncs(Source::postgres(), "embedded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_mariadb_are_synced_into_redis() {
    syncs(Source::mariadb(), "redis").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incremental_sync_makes_way_for_builds_pauses_and_roll_backs() {
    let source = Source::postgres();
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    make(&source).await;
    source.run(&format!("INSERT INTO items VALUES (1, 'one', '{}', 0)", at(1))).await;
    dataset(&people, &source, "embedded").await;
    let http = Http::new(&server);
    let (builder, owner) = (&people.builder, &people.owner);
    // Paused, it stays as it is; let go on, it catches up.
    builder.post("/datasets/travel/items/job/pause", json!({"paused": true})).await;
    incremental_sync_until(builder, "items", "given back", |incremental_sync| incremental_sync["going"] == false).await;
    source.run(&format!("INSERT INTO items VALUES (2, 'two', '{}', 0)", at(2))).await;
    assert_eq!(labels(&http, "items", 10).await, Rows::from([(1, "one".to_owned())]));
    builder.post("/datasets/travel/items/job/pause", json!({"paused": false})).await;
    agree(&http, &source, 10).await;
    // A new version follows in its place, and going back goes on where the older one was.
    assert_eq!(builder.build("travel", "items").await["state"], "live");
    source.run(&format!("INSERT INTO items VALUES (3, 'three', '{}', 0)", at(3))).await;
    agree(&http, &source, 10).await;
    owner.post("/datasets/travel/items/switch", json!({"version": 1})).await;
    owner.served().await;
    agree(&http, &source, 10).await;
    // What is wrong at the source is told, and goes on once it is mended.
    source.run("ALTER TABLE items RENAME COLUMN label TO title").await;
    let stuck =
        incremental_sync_until(builder, "items", "told", |incremental_sync| !incremental_sync["reason"].as_str().unwrap().is_empty()).await;
    assert!(stuck["reason"].as_str().unwrap().contains("shop"), "{stuck}");
    assert_eq!(labels(&http, "items", 10).await.len(), 3, "what is live stays as far as it is");
    source.run("ALTER TABLE items RENAME COLUMN title TO label").await;
    source.run(&format!("INSERT INTO items VALUES (4, 'four', '{}', 0)", at(4))).await;
    agree(&http, &source, 10).await;
    // A form that makes no sense is told beside its field.
    let wrong = json!({"follow": {"cursor": "nothing", "deleted": "label"}});
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/items/job", Some(wrong)).await;
    let fields: Vec<&str> = body["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!((status.as_u16(), fields), (400, vec!["cursor", "deleted"]), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_from_its_source_is_found_and_named() {
    let source = Source::postgres();
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    make(&source).await;
    let rows: Vec<String> = (0..3_000).map(|id| format!("({id}, 'row {id}', '{}', 0)", at(1))).collect();
    source.run(&format!("INSERT INTO items VALUES {}", rows.join(", "))).await;
    dataset(&people, &source, "embedded").await;
    // Not followed any more, and compared as if the first hour were over.
    people.change("items", "job", json!({"compare": {"every_minutes": 60}})).await;
    let metadata = server.data().join("sluice.db");
    let hours_ago = |hours: u32| {
        let sql = format!(
            "UPDATE data_versions SET finished_at = finished_at - {hours} * 3600000; UPDATE comparisons SET at = at - {hours} * 3600000"
        );
        testkit::sqlite3(&metadata, &sql);
    };
    hours_ago(2);
    let first = compared(builder, 1).await;
    assert_eq!((&first["figures"]["source_rows"], &first["figures"]["buckets"]), (&json!(3_000), &json!(0)), "{first:#}");
    source.run("UPDATE items SET label = 'another' WHERE id IN (7, 8); DELETE FROM items WHERE id = 9; INSERT INTO items VALUES (3000, 'new', now(), 0)").await;
    hours_ago(2);
    let second = compared(builder, 2).await;
    let of = |name: &str| second["figures"][name].as_i64().unwrap();
    assert_eq!((of("missing"), of("changed"), of("extra"), of("source_rows")), (1, 2, 1, 3_000), "{second:#}");
    assert_eq!(
        second["figures"]["examples"],
        json!([r#"{"id":7} differs"#, r#"{"id":8} differs"#, r#"{"id":9} is only in the dataset"#, r#"{"id":3000} is only in the source"#])
    );
    // A source that is away is told, and is no difference.
    source.run("ALTER TABLE items RENAME COLUMN label TO title").await;
    hours_ago(2);
    let third = compared(builder, 3).await;
    assert!(third["reason"].as_str().unwrap().contains("no column label any more"), "{third:#}");
    let never = json!({"compare": {"every_minutes": 0}});
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/items/job", Some(never)).await;
    assert_eq!((status.as_u16(), &body["errors"][0]["field"]), (400, &json!("every_minutes")));
}

/// The newest comparison, once so many are over.
async fn compared(admin: &Admin, count: usize) -> Json {
    let began = Instant::now();
    loop {
        let dataset = admin.get("/datasets/travel/items").await;
        let all = dataset["versions"][0]["compared"].as_array().unwrap().clone();
        if all.iter().filter(|one| !one["finished_at"].is_null()).count() == count {
            return all[0].clone();
        }
        assert!(began.elapsed() < LONG, "{all:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn live_number(builder: &Admin) -> i64 {
    let dataset = builder.get("/datasets/travel/items").await;
    let live = dataset["versions"].as_array().unwrap().iter().find(|version| version["state"] == "live").unwrap().clone();
    live["number"].as_i64().unwrap()
}

/// Lets the follower look for rows that are gone now, and not in an hour.
async fn look_for_gone(server: &Sluice, builder: &Admin) {
    let pause = async |paused: bool| builder.post("/datasets/travel/items/job/pause", json!({"paused": paused})).await;
    pause(true).await;
    incremental_sync_until(builder, "items", "given back", |incremental_sync| incremental_sync["going"] == false).await;
    let sql = "UPDATE followings SET due_at = 0, figures = json_set(figures, '$.gone_looked_at', 0) WHERE worker IS NULL";
    testkit::sqlite3(&server.data().join("sluice.db"), sql);
    pause(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_deleted_without_a_word_are_found_by_their_keys() {
    let source = Source::postgres();
    let folder = testkit::folder();
    let server = start(folder.path(), None, None);
    let people = People::of(&server).await;
    let builder = &people.builder;
    make(&source).await;
    source.run(&format!("INSERT INTO items SELECT n, 'row ' || n, '{}', 0 FROM generate_series(0, 2999) AS s(n)", at(1))).await;
    dataset(&people, &source, "embedded").await;
    let incremental =
        json!({"follow": {"cursor": "changed_at", "every_s": 1, "overlap": 5, "gone_every_minutes": 60}, "dirty": {"rows": 5}});
    people.change("items", "job", incremental).await;
    let gates = json!({"shrink_percent": 50, "rules": [{"column": "label", "must": "be-filled"}]});
    people.change("items", "gates", gates).await;
    // The gates that hold are those of what was built.
    assert_eq!(builder.build("travel", "items").await["state"], "live");
    let http = Http::new(&server);
    source.run("DELETE FROM items WHERE id % 3 = 0").await;
    source.run(&format!("INSERT INTO items VALUES (3500, 'new', '{}', 0)", at(40))).await;
    incremental_sync_until(builder, "items", "the new one", |incremental_sync| {
        incremental_sync["figures"]["changed_rows"].as_i64() >= Some(1)
    })
    .await;
    assert_eq!(labels(&http, "items", 4_000).await.len(), 3_001, "nothing told of those that are gone");
    look_for_gone(&server, builder).await;
    agree(&http, &source, 4_000).await;
    let seen =
        incremental_sync_until(builder, "items", "counted", |incremental_sync| incremental_sync["figures"]["deleted_rows"] == 1_000).await;
    assert!(seen["figures"]["gone_looked_at"].as_i64() > Some(0), "{seen:#}");
    // What was changed without its cursor is read again by its range, and what a rule had rejected once it is mended.
    source.run("UPDATE items SET label = 'quietly' WHERE id BETWEEN 5 AND 9").await;
    source.run(&format!("INSERT INTO items VALUES (3600, NULL, '{}', 0)", at(41))).await;
    incremental_sync_until(builder, "items", "put aside", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 1).await;
    assert_eq!(labels(&http, "items", 10).await[&5], "row 5");
    let number = live_number(builder).await;
    let path = |what: &str| format!("/datasets/travel/items/versions/{number}/{what}");
    let (status, body) = builder.call(Method::POST, &path("backfill"), Some(json!({"from": "yesterday"}))).await;
    assert_eq!((status.as_u16(), body["errors"][0]["field"].as_str()), (400, Some("from")), "{body}");
    builder.post(&path("backfill"), json!({"from": "2024-05-01T10:00:00Z", "to": "2024-05-01T10:00:02Z"})).await;
    until(LONG, "read again", async || labels(&http, "items", 10).await[&5] == "quietly").await;
    source.run("UPDATE items SET label = 'mended' WHERE id = 3600").await;
    assert_eq!(builder.post(&path("dirty/again"), json!(null)).await, 1);
    // Pressed twice, they are tried once more, or are no more.
    let (status, body) = builder.call(Method::POST, &path("dirty/again"), Some(json!(null))).await;
    assert!(status.is_success() || status.as_u16() == 409, "{body}");
    incremental_sync_until(builder, "items", "taken after all", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 0).await;
    agree(&http, &source, 4_000).await;
    // A table that lost more than its gates let go is looked at by a person first.
    source.run("DELETE FROM items WHERE id > 20").await;
    look_for_gone(&server, builder).await;
    let told = |incremental_sync: &Json| incremental_sync["reason"].as_str().is_some_and(|reason| reason.contains("50 % fewer rows"));
    incremental_sync_until(builder, "items", "stopped", told).await;
    assert_eq!(labels(&http, "items", 4_000).await.len(), 2_002);
    // So is one that lost all it had, whatever its gates say.
    people.change("items", "gates", json!({})).await;
    source.run("DELETE FROM items").await;
    look_for_gone(&server, builder).await;
    let told = |incremental_sync: &Json| {
        incremental_sync["reason"].as_str().is_some_and(|reason| reason.contains("fewer rows") || reason.contains("no row"))
    };
    incremental_sync_until(builder, "items", "stopped again", told).await;
    assert_eq!(labels(&http, "items", 4_000).await.len(), 2_002);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_its_mapping_cannot_make_is_not_taken_for_one_that_is_gone() {
    let source = Source::postgres();
    let folder = testkit::folder();
    let server = start(folder.path(), None, None);
    let people = People::of(&server).await;
    let builder = &people.builder;
    make(&source).await;
    source.run(&format!("INSERT INTO items SELECT n, n::text, '{}', 0 FROM generate_series(0, 99) AS s(n)", at(1))).await;
    builder.put_source("shop", source.driver(), source.binding()).await;
    let mapping = json!({"columns": [{"name": "label", "of": {"column": "label"}, "type": "int64"}]});
    let new = json!({"domain": "travel", "name": "items", "source": "shop", "table": source.table("items"), "mapping": mapping});
    builder.post("/datasets", new).await;
    let job = json!({"follow": {"cursor": "changed_at", "every_s": 1, "gone_every_minutes": 60}, "dirty": {"rows": 5}});
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/items/job", Some(job)).await;
    assert!(status.is_success(), "{body}");
    assert_eq!(builder.build("travel", "items").await["state"], "live");
    incremental_sync_until(builder, "items", "followed", |incremental_sync| incremental_sync["going"] == true).await;
    source.run("UPDATE items SET label = 'no number' WHERE id = 7; DELETE FROM items WHERE id = 8").await;
    look_for_gone(&server, builder).await;
    let seen = incremental_sync_until(builder, "items", "looked for", |incremental_sync| {
        incremental_sync["figures"]["deleted_rows"].as_i64() >= Some(1)
    })
    .await;
    assert_eq!(seen["figures"]["deleted_rows"], 1, "{seen:#}");
}

#[tokio::test]
async fn numbers_in_a_text_are_no_cursor() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let file = server.data().join("sources/flights.db");
    testkit::sqlite3(&file, "CREATE TABLE steps (id INTEGER PRIMARY KEY, seq TEXT NOT NULL); INSERT INTO steps VALUES (1, '9'), (2, '10')");
    people
        .builder
        .post("/datasets", json!({"domain": "travel", "name": "steps", "source": "flights-db", "table": {"name": "steps"}}))
        .await;
    let job = || Some(json!({"follow": {"cursor": "seq"}}));
    let (status, told) = people.builder.call(Method::PUT, "/datasets/travel/steps/job", job()).await;
    let error = &told["errors"][0];
    assert_eq!((status.as_u16(), error["field"].as_str()), (400, Some("cursor")), "{told}");
    assert!(error["message"].as_str().unwrap().contains("10 before 9"), "{told}");
    // Texts that sort as they count are a cursor.
    testkit::sqlite3(&file, "UPDATE steps SET seq = printf('%08d', seq)");
    let (status, told) = people.builder.call(Method::PUT, "/datasets/travel/steps/job", job()).await;
    assert!(status.is_success(), "{told}");
}
