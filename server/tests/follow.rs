//! What is live follows its table: changes, deletions, a worker that dies between any two writes, compared row by row with
//! what the source has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // tests

mod common;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Http, LONG, People, binary, following_until, labels};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, MariaDb, Postgres, Redis, Sluice};

/// The rows of a source by their key, as its own client gives them.
type Rows = BTreeMap<i64, String>;

/// A server whose tables are changed by its own clients.
enum Source {
    Postgres(Postgres),
    MariaDb(MariaDb),
}

impl Source {
    async fn run(&self, sql: &str) {
        match self {
            Self::Postgres(server) => server.run("postgres", sql).await,
            Self::MariaDb(server) => server.run("shop", sql),
        }
    }

    fn driver(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::MariaDb(_) => "mysql",
        }
    }

    fn binding(&self) -> Json {
        let (port, database, user, password) = match self {
            Self::Postgres(server) => (server.port(), "postgres", "postgres", ""),
            Self::MariaDb(server) => (server.port(), "shop", "reader", "reader"),
        };
        json!({"config": {"host": "127.0.0.1", "port": port.to_string(), "database": database, "user": user}, "secrets": {"password": password}})
    }

    /// The table: rows that say when they changed, some of which are gone.
    async fn make(&self) {
        let time = match self {
            Self::Postgres(_) => "timestamptz",
            Self::MariaDb(server) => {
                server.run("mysql", "CREATE DATABASE shop");
                "datetime(6)"
            }
        };
        self.run(&format!(
            "CREATE TABLE items (id bigint PRIMARY KEY, label varchar(40), changed_at {time} NOT NULL, gone int NOT NULL DEFAULT 0)"
        ))
        .await;
    }

    /// What stands in it that is not gone.
    async fn rows(&self) -> Rows {
        let sql = "SELECT concat(id, '|', coalesce(label, '')) AS line FROM items WHERE gone = 0 ORDER BY id";
        let lines = match self {
            Self::Postgres(server) => server.ask("postgres", sql).await,
            Self::MariaDb(server) => server.ask("shop", sql),
        };
        lines.iter().filter_map(|line| line.split_once('|')).map(|(id, label)| (id.parse().unwrap(), label.to_owned())).collect()
    }
}

/// A time within a minute, so that what is said to have changed lies in the past and in order.
fn at(second: u32) -> String {
    format!("2024-05-01 10:{:02}:{:02}", second / 60 % 60, second % 60)
}

async fn dataset(people: &People, source: &Source, store: &str) {
    let binding = source.binding();
    people.builder.put_source("shop", source.driver(), binding).await;
    let table = match source {
        Source::Postgres(_) => json!({"schema": "public", "name": "items"}),
        Source::MariaDb(_) => json!({"name": "items"}),
    };
    let new = json!({"domain": "travel", "name": "items", "source": "shop", "table": table, "store": store, "compression": "zstd"});
    people.builder.post("/datasets", new).await;
    let follow = json!({"follow": {"cursor": "changed_at", "deleted": "gone", "every_s": 1, "overlap": 5}});
    let (status, body) = people.builder.call(Method::PUT, "/datasets/travel/items/job", Some(follow)).await;
    assert!(status.is_success(), "{body}");
    assert_eq!(people.builder.build("travel", "items").await["state"], "live");
    let field = |name: &str| json!({"name": name, "column": name});
    let spec = json!({
        "title": "An item", "source": "shop", "kind": "kv", "table": table, "key": ["id"], "serve_from": {"dataset": "items"},
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
        "fields": (["id", "label"].map(field)),
    });
    people.publish("items", spec, json!({})).await;
}

/// Until the API answers with what the source has.
async fn agree(http: &Http, source: &Source, ids: i64) {
    let began = Instant::now();
    let wanted = source.rows().await;
    loop {
        let rows = labels(http, "items", ids).await;
        if rows == wanted {
            return;
        }
        let differ: Vec<_> =
            (0..ids).filter(|id| rows.get(id) != wanted.get(id)).take(5).map(|id| (id, rows.get(&id), wanted.get(&id))).collect();
        assert!(began.elapsed() < LONG, "served, and at the source: {differ:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn start(folder: &Path, redis: Option<&Redis>, kill_at: Option<&str>) -> Sluice {
    let url = redis.map(Redis::url).unwrap_or_default();
    let mut environment = Vec::new();
    environment.extend(redis.map(|_| ("SLUICE_REDIS_URL", url.as_str())));
    environment.extend(kill_at.map(|name| ("SLUICE_KILL_AT", name)));
    Sluice::start(binary(), "demo", folder, &environment)
}

/// Rows come, change, go, and come back; the worker dies before and after a write; what is served is what the source has.
async fn follows(source: Source, store: &str) {
    let redis = (store == "redis").then(Redis::start);
    let folder = testkit::folder();
    let mut server = start(folder.path(), redis.as_ref(), None);
    let people = People::of(&server).await;
    source.make().await;
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
async fn changes_of_postgres_are_followed_into_the_embedded_store() {
    follows(Source::Postgres(Postgres::start()), "embedded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_mariadb_are_followed_into_redis() {
    follows(Source::MariaDb(MariaDb::start()), "redis").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_makes_way_for_builds_pauses_and_roll_backs() {
    let source = Source::Postgres(Postgres::start());
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    source.make().await;
    source.run(&format!("INSERT INTO items VALUES (1, 'one', '{}', 0)", at(1))).await;
    dataset(&people, &source, "embedded").await;
    let http = Http::new(&server);
    let (builder, owner) = (&people.builder, &people.owner);
    // Paused, it stays as it is; let go on, it catches up.
    builder.post("/datasets/travel/items/job/pause", json!({"paused": true})).await;
    following_until(builder, "items", "given back", |following| following["going"] == false).await;
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
    let stuck = following_until(builder, "items", "told", |following| !following["reason"].as_str().unwrap().is_empty()).await;
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
    let source = Source::Postgres(Postgres::start());
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    source.make().await;
    let rows: Vec<String> = (0..3_000).map(|id| format!("({id}, 'row {id}', '{}', 0)", at(1))).collect();
    source.run(&format!("INSERT INTO items VALUES {}", rows.join(", "))).await;
    dataset(&people, &source, "embedded").await;
    // Not followed any more, and compared as if the first hour were over.
    let put = async |job: Json| builder.call(Method::PUT, "/datasets/travel/items/job", Some(job)).await;
    assert!(put(json!({"compare": {"every_minutes": 60}})).await.0.is_success());
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
        json!([
            r#"{"id":7} differs"#,
            r#"{"id":8} differs"#,
            r#"{"id":9} is in the dataset alone"#,
            r#"{"id":3000} is at the source alone"#
        ])
    );
    // A source that is away is told, and is no difference.
    source.run("ALTER TABLE items RENAME COLUMN label TO title").await;
    hours_ago(2);
    let third = compared(builder, 3).await;
    assert!(third["reason"].as_str().unwrap().contains("no column label any more"), "{third:#}");
    let (status, body) = put(json!({"compare": {"every_minutes": 0}})).await;
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
