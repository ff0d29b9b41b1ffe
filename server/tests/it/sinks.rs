//! Datasets that are kept in tables of PostgreSQL, MariaDB and ClickHouse: every value reads back by the database's own client as the source
//! has it, whoever asks the view never sees half a version, and a worker that dies leaves neither a wrong row nor a table behind.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::items::{at, make};
use crate::common::{LONG, People, Source, binary, dataset_until, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, ClickHouse, Sluice};

/// A database that is written into.
enum Database {
    Sql(Source),
    ClickHouse(ClickHouse),
}

impl Database {
    fn clickhouse() -> Self {
        let server = ClickHouse::start();
        server.run("default", "CREATE DATABASE shop");
        Self::ClickHouse(server)
    }

    fn driver(&self) -> &'static str {
        match self {
            Self::Sql(source) => source.driver(),
            Self::ClickHouse(_) => "clickhouse",
        }
    }

    fn binding(&self, write: &str) -> Json {
        let mut binding = match self {
            Self::Sql(source) => source.binding(),
            Self::ClickHouse(server) => json!({"config": {"url": server.url, "database": "shop", "user": "default"}, "secrets": {}}),
        };
        binding["config"]["write"] = json!(write);
        binding
    }

    async fn run(&self, sql: &str) {
        match self {
            Self::Sql(source) => source.run(sql).await,
            Self::ClickHouse(server) => server.run("shop", sql),
        }
    }

    /// The column `line` of an answer, by the database's own client.
    async fn ask(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Sql(source) => source.ask(sql).await,
            Self::ClickHouse(server) => server.ask("shop", sql),
        }
    }

    /// Its tables and views of a name that begins so.
    async fn tables(&self, begin: &str) -> Vec<String> {
        let of = match self {
            Self::Sql(Source::Postgres(_)) => "table_schema = 'public'",
            _ => "table_schema = 'shop'",
        };
        let sql = format!("SELECT table_name AS line FROM information_schema.tables WHERE {of} AND table_name LIKE '{begin}%' ORDER BY 1");
        self.ask(&sql).await
    }
}

async fn put_into(admin: &Admin, database: &Database) {
    admin.put_source("warehouse", database.driver(), database.binding("yes")).await;
}

fn into(name: &str) -> Json {
    json!({"store": "table", "into": {"source": "warehouse", "table": {"name": name}}})
}

async fn new_dataset(admin: &Admin, name: &str, more: Json) {
    let mut new = json!({"domain": "travel", "name": name, "source": "shop", "table": {"name": name}});
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.post("/datasets", new).await;
}

/// Values that are easily lost on the way, one of each kind in a row.
async fn every_kind(source: &Source, with_bytes: bool) {
    let bytes = if with_bytes { ", photo bytea" } else { "" };
    source
        .run(&format!(
            "CREATE TABLE kinds (code text, day date, yes boolean, small int, large bigint, price numeric(20,4), ratio double precision,
             opens time, seen_at timestamptz, tag uuid, doc json, word text{bytes}, PRIMARY KEY (code, day))"
        ))
        .await;
    let photo = if with_bytes { r", '\x00ff27'" } else { "" };
    let empty = if with_bytes { ", NULL" } else { "" };
    source
        .run(&format!(
            "INSERT INTO kinds VALUES
             ('a', '2013-01-01', true, -7, 9007199254740993, -12.5000, 0.1, '17:30:00.25', '2013-01-01 05:00:00.000001+00',
              '018f2f9e-8f3a-7c1e-9d5b-0242ac120002', '{{\"b\": [1, null], \"a\": \"x\"}}', E'tab\\t back\\\\slash \\n ''quoted'' \"é漢😀\"'{photo}),
             ('A', '2013-01-01', false, 0, -9223372036854775808, 0.0001, -1e300, '00:00:00', '1970-01-01 00:00:00+00', NULL, NULL, ''{photo}),
             ('b', '2013-12-31', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL{empty})"
        ))
        .await;
    source
        .run(
            "INSERT INTO kinds (code, day, large, price, word) SELECT 'n' || n, date '2013-01-01' + n % 365, n, n / 100.0, repeat('w', n % 90)
             FROM generate_series(1, 3000) AS s(n)",
        )
        .await;
}

/// What every database writes the same way, of each row.
fn line(driver: &str) -> &'static str {
    match driver {
        "postgres" => {
            "concat_ws('|', code, day, yes::int, small, large, price, to_char(seen_at, 'YYYY-MM-DD HH24:MI:SS.US'), tag, doc::jsonb->>'a', encode(convert_to(word, 'UTF8'), 'hex'))"
        }
        "mysql" => {
            "concat_ws('|', code, day, yes, small, large, price, date_format(seen_at, '%Y-%m-%d %H:%i:%s.%f'), tag, json_value(doc, '$.a'), lower(hex(word)))"
        }
        _ => {
            "arrayStringConcat(arrayMap(x -> assumeNotNull(x), arrayFilter(x -> x IS NOT NULL, [toNullable(code), toString(day),
             toString(toUInt8(yes)), toString(small), toString(large), toDecimalString(price, 4), toString(seen_at), toString(tag),
             JSONExtract(doc, 'a', 'Nullable(String)'), lower(hex(word))])), '|')"
        }
    }
}

async fn keeps_every_value(database: Database) {
    let source = Source::postgres();
    let with_bytes = database.driver() != "clickhouse";
    every_kind(&source, with_bytes).await;
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    builder.put_source("shop", "postgres", source.binding()).await;
    put_into(&builder, &database).await;
    new_dataset(&builder, "kinds", into("kinds")).await;
    let built = builder.build("travel", "kinds").await;
    assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(3_003)), "{built:#}");
    until(LONG, "shown", async || database.tables("kinds").await.contains(&"kinds".to_owned())).await;
    let of = |driver: &str| format!("SELECT {} AS line FROM kinds ORDER BY 1", line(driver));
    let (mut wanted, mut found) = (source.ask(&of("postgres")).await, database.ask(&of(database.driver())).await);
    wanted.sort();
    found.sort();
    assert_eq!(wanted.len(), found.len());
    let differ: Vec<_> = wanted.iter().zip(&found).filter(|(wanted, found)| wanted != found).take(3).collect();
    assert_eq!(differ, Vec::new());
    if with_bytes {
        let photo = if database.driver() == "postgres" { "encode(photo, 'hex')" } else { "lower(hex(photo))" };
        let photos = database.ask(&format!("SELECT {photo} AS line FROM kinds WHERE photo IS NOT NULL")).await;
        assert_eq!(photos, ["00ff27", "00ff27"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_every_value() {
    keeps_every_value(Database::Sql(Source::postgres())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_keeps_every_value() {
    keeps_every_value(Database::Sql(Source::mariadb())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_keeps_every_value() {
    keeps_every_value(Database::clickhouse()).await;
}

/// Asks a view again and again until told to stop; gives what it saw that was no whole version.
fn watch(database: &Arc<Database>, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<Vec<String>> {
    let (database, stop) = (Arc::clone(database), Arc::clone(stop));
    tokio::spawn(async move {
        let mut wrong = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let seen = database.ask("SELECT concat(count(*), ' ', min(label), ' ', max(label)) AS line FROM shown").await;
            let whole = ["3000 one one", "4000 two two"];
            wrong.extend(seen.into_iter().filter(|line| !whole.contains(&line.as_str())));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        wrong
    })
}

async fn switches_whole_versions(database: Database) {
    let source = Source::postgres();
    source.run("CREATE TABLE rows_of (id int PRIMARY KEY, label text)").await;
    source.run("INSERT INTO rows_of SELECT n, 'one' FROM generate_series(1, 3000) AS s(n)").await;
    let folder = testkit::folder();
    let server = Sluice::start(binary(), "demo", folder.path(), &[]);
    let people = People::of(&server).await;
    let builder = &people.builder;
    builder.put_source("shop", "postgres", source.binding()).await;
    put_into(builder, &database).await;
    let database = Arc::new(database);
    let new = json!({"domain": "travel", "name": "rows-of", "source": "shop", "table": {"name": "rows_of"}});
    let mut new = new.as_object().unwrap().clone();
    new.extend(into("shown").as_object().unwrap().clone());
    builder.post("/datasets", Json::Object(new)).await;
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/rows-of/gates", Some(json!({"shrink_percent": 50}))).await;
    assert!(status.is_success(), "{body}");
    assert_eq!(builder.build("travel", "rows-of").await["state"], "live");
    let shows = async |line: &str| {
        let what = format!("the view shows {line}");
        until(LONG, &what, async || {
            let there = database.tables("shown").await.contains(&"shown".to_owned());
            there && database.ask("SELECT concat(count(*), ' ', min(label)) AS line FROM shown").await == [line]
        })
        .await;
    };
    shows("3000 one").await;
    let stop = Arc::new(AtomicBool::new(false));
    let watching = watch(&database, &stop);
    source.run("UPDATE rows_of SET label = 'two'; INSERT INTO rows_of SELECT n, 'two' FROM generate_series(3001, 4000) AS s(n)").await;
    assert_eq!(builder.build("travel", "rows-of").await["state"], "live");
    shows("4000 two").await;
    people.owner.post("/datasets/travel/rows-of/switch", json!({"version": 1})).await;
    shows("3000 one").await;
    people.owner.post("/datasets/travel/rows-of/switch", json!({"version": 2})).await;
    shows("4000 two").await;
    // A version that does not pass is never seen.
    source.run("DELETE FROM rows_of WHERE id > 10").await;
    let failed = builder.build("travel", "rows-of").await;
    assert_eq!(failed["state"], "failed", "{failed:#}");
    shows("4000 two").await;
    stop.store(true, Ordering::Relaxed);
    assert_eq!(watching.await.unwrap(), Vec::<String>::new());
    // The tables of what is live and kept are there, and of nothing else.
    until(LONG, "the failed version's table is gone", async || database.tables("shown").await.len() == 3).await;
    // The view's own name taken away: told on the page, mended by itself once it is free again.
    let (taken, free) = match &*database {
        Database::Sql(_) => ("DROP VIEW shown; CREATE TABLE shown (id int)", "DROP TABLE shown"),
        Database::ClickHouse(_) => return,
    };
    database.run(taken).await;
    people.owner.post("/datasets/travel/rows-of/switch", json!({"version": 1})).await;
    let told = dataset_until(builder, "rows-of", "told that it is not shown", |dataset| {
        dataset["versions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|version| version["state"] == "live" && !version["reason"].as_str().unwrap().is_empty())
    })
    .await;
    let live = told["versions"].as_array().unwrap().iter().find(|version| version["state"] == "live").unwrap().clone();
    assert!(live["reason"].as_str().unwrap().contains("not belong to this dataset"), "{live:#}");
    database.run(free).await;
    shows("3000 one").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_shows_whole_versions_alone() {
    switches_whole_versions(Database::Sql(Source::postgres())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_shows_whole_versions_alone() {
    switches_whole_versions(Database::Sql(Source::mariadb())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clickhouse_shows_whole_versions_alone() {
    switches_whole_versions(Database::clickhouse()).await;
}

fn start(folder: &Path, kill_at: Option<&str>) -> Sluice {
    Sluice::start(binary(), "demo", folder, &kill_at.map(|point| ("SLUICE_KILL_AT", point)).into_iter().collect::<Vec<_>>())
}

/// Until the view has what the source has.
async fn agree(database: &Database, source: &Source, what: &str) {
    let wanted = source.ask("SELECT concat(id, '|', coalesce(label, '')) AS line FROM items WHERE gone = 0 ORDER BY id").await;
    until(LONG, what, async || {
        database.tables("shown").await.contains(&"shown".to_owned())
            && database.ask("SELECT concat(id, '|', coalesce(label, '')) AS line FROM shown ORDER BY id").await == wanted
    })
    .await;
}

/// Changes go into the live version's table, each once, wherever its worker dies.
async fn syncs(database: Database) {
    let source = Source::postgres();
    make(&source).await;
    source.run(&format!("INSERT INTO items SELECT n, 'row ' || n, '{}', 0 FROM generate_series(0, 1999) AS s(n)", at(1))).await;
    let folder = testkit::folder();
    let mut server = start(folder.path(), None);
    let builder = Admin::demo(&server, "builder@demo").await;
    builder.put_source("shop", "postgres", source.binding()).await;
    put_into(&builder, &database).await;
    new_dataset(&builder, "items", into("shown")).await;
    let incremental = json!({"follow": {"cursor": "changed_at", "deleted": "gone", "every_s": 1, "overlap": 5}, "retries": 5});
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/items/job", Some(incremental)).await;
    assert!(status.is_success(), "{body}");
    // The worker dies between any two writes of a build, and what it was at is begun again.
    for point in ["build.after-read", "build.before-seal", "build.after-proof", "build.before-switch"] {
        server.kill();
        server = start(folder.path(), Some(point));
        let builder = Admin::demo(&server, "builder@demo").await;
        let number = builder.post("/datasets/travel/items/build", json!({"environment": "prod"})).await.as_i64().unwrap();
        assert_eq!(server.wait().signal(), Some(9), "{point} was not hit");
        // Silent for long enough to be taken over at once.
        testkit::sqlite3(&folder.path().join("sluice.db"), "UPDATE runs SET beat_at = 0 WHERE state = 'running'");
        server = start(folder.path(), None);
        let builder = Admin::demo(&server, "builder@demo").await;
        dataset_until(&builder, "items", "live again", |dataset| {
            let versions = dataset["versions"].as_array().unwrap();
            versions.iter().any(|version| version["state"] == "live" && version["number"].as_i64() >= Some(number))
        })
        .await;
        agree(&database, &source, &format!("built after {point}")).await;
    }
    for (round, point) in ["follow.before-apply", "follow.after-apply"].into_iter().enumerate() {
        server.kill();
        server = start(folder.path(), Some(point));
        let second = 50 + u32::try_from(round).unwrap() * 10;
        source
            .run(&format!(
                "UPDATE items SET label = 'by {point}', changed_at = '{}' WHERE id BETWEEN {round} * 100 AND {round} * 100 + 150",
                at(second)
            ))
            .await;
        source.run(&format!("UPDATE items SET gone = 1 - gone, changed_at = '{}' WHERE id % 7 = {round}", at(second + 1))).await;
        source.run(&format!("INSERT INTO items VALUES (5000 + {round}, NULL, '{}', 0)", at(second + 2))).await;
        assert_eq!(server.wait().signal(), Some(9), "{point} was not hit");
        server = start(folder.path(), None);
        agree(&database, &source, &format!("after {point}")).await;
    }
    // Of all the tries that died nothing stays: the view, and the tables of what is live and of the two that are kept.
    until(LONG, "three tables and one view", async || database.tables("shown").await.len() == 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_are_synced_into_postgres() {
    syncs(Database::Sql(Source::postgres())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_are_synced_into_mariadb() {
    syncs(Database::Sql(Source::mariadb())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_written_is_told_beside_its_field() {
    let source = Source::postgres();
    source.run("CREATE TABLE things (id int PRIMARY KEY, photo bytea, changed_at timestamptz); CREATE TABLE plain (id int PRIMARY KEY, changed_at timestamptz)").await;
    let clickhouse = Database::clickhouse();
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    builder.put_source("shop", "postgres", source.binding()).await;
    builder.put_source("warehouse", "clickhouse", clickhouse.binding("no")).await;
    let refused = async |table: &str, more: Json| {
        let mut new = json!({"domain": "travel", "name": table, "source": "shop", "table": {"name": table}});
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, body) = builder.call(Method::POST, "/datasets", Some(new)).await;
        assert_eq!(status.as_u16(), 400, "{body}");
        let error = &body["errors"][0];
        (error["field"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
    };
    let (field, message) = refused("plain", into("copy")).await;
    assert!(field == "into.source" && message.contains("Allow dataset output"), "{field}: {message}");
    builder.put_source("warehouse", "clickhouse", clickhouse.binding("yes")).await;
    let (field, message) = refused("things", into("copy")).await;
    assert!(field == "into.source" && message.contains("photo"), "{field}: {message}");
    let (field, _) = refused("plain", into("no such name")).await;
    assert_eq!(field, "into.name");
    let (field, _) = refused("plain", json!({"store": "table"})).await;
    assert_eq!(field, "into.source");
    let mut compressed = into("copy");
    compressed["compression"] = json!("zstd");
    assert_eq!(refused("plain", compressed).await.0, "compression");
    clickhouse.run("CREATE TABLE taken (id Int32) ENGINE = MergeTree ORDER BY id").await;
    let (field, message) = refused("plain", into("taken")).await;
    assert!(field == "into.name" && message.contains("already has an object named taken"), "{field}: {message}");
    new_dataset(builder, "plain", into("copy")).await;
    let (field, message) = refused("plain", {
        let mut again = into("copy");
        again["name"] = json!("again");
        again
    })
    .await;
    assert!(field == "into.name" && message.contains("Another dataset"), "{field}: {message}");
    // Changes need what only some databases have.
    let incremental = json!({"follow": {"cursor": "changed_at", "every_s": 1}});
    let (status, body) = builder.call(Method::PUT, "/datasets/travel/plain/job", Some(incremental)).await;
    assert_eq!((status.as_u16(), &body["errors"][0]["field"]), (400, &json!("follow")), "{body}");
    // APIs are not served from it.
    let field = |name: &str| json!({"name": name, "column": name});
    let spec = json!({
        "title": "One", "source": "shop", "kind": "kv", "table": {"name": "plain"}, "key": ["id"], "serve_from": {"dataset": "plain"},
        "parameters": [{"name": "id", "type": "int32", "required": true, "test_value": "1"}],
        "fields": (["id"].map(field)),
    });
    builder.post("/apis", json!({"domain": "travel", "name": "plain-one", "spec": spec.clone()})).await;
    let (_, checked) = builder.call(Method::POST, "/apis/travel/plain-one/check", Some(json!({"environment": "prod", "spec": spec}))).await;
    assert!(checked.to_string().contains("is in a table of a database"), "{checked}");
    let exported = builder.get("/export").await;
    let exported = exported.as_str().unwrap();
    assert!(exported.contains("into:") && exported.contains("source: warehouse") && exported.contains("name: copy"), "{exported}");
    // Locked again, its build says whom to ask.
    builder.put_source("warehouse", "clickhouse", clickhouse.binding("no")).await;
    let failed = builder.build("travel", "plain").await;
    assert!(failed["reason"].as_str().unwrap().contains("Allow dataset output"), "{failed:#}");
}
