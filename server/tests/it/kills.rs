//! A worker that is killed (SIGKILL) at moments by chance while it builds and follows, and started again: none of the source's rows is
//! lost, none is doubled, and what is served between is never half a version. A few kills here, the full count in `make soak`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::items::{agree, dataset, make};
use crate::common::{Http, LONG, People, Source, binary, dataset_until, labels};
use reqwest::Method;
use serde_json::json;
use testkit::{Admin, Chance, Kafka, Redis, Sluice};

/// Rows that are there from the beginning to the end.
const STAY: i64 = 1_500;
/// Rows that come and go.
const IDS: i64 = 3_000;
/// How often a run is begun again at the most.
const RETRIES: u32 = 10;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn kills() -> u64 {
    number("SLUICE_SOAK_KILLS", 4)
}

/// How long a server lives, in milliseconds. With many kills some of them live until what died before is taken over.
fn life(chance: &mut Chance) -> u64 {
    if kills() > 10 && chance.below(3) == 0 { chance.below(26_000) } else { chance.below(1_500) }
}

fn chance() -> Chance {
    Chance::new(number("SLUICE_SOAK_SEED", 20_131_231))
}

fn start(folder: &Path, redis: Option<&Redis>) -> Sluice {
    let url = redis.map(Redis::url).unwrap_or_default();
    let mut environment = vec![("SLUICE_PART_ROWS", "400")];
    environment.extend(redis.map(|_| ("SLUICE_REDIS_URL", url.as_str())));
    Sluice::start(binary(), "demo", folder, &environment)
}

/// Whoever is killed while the demo is made begins it again; afterwards it is there.
async fn builder(server: &Sluice) -> Admin {
    let admin = Admin::demo(server, "builder@demo").await;
    admin.served().await;
    admin
}

/// Changes some rows of the source, by chance: they come, change, are deleted, come back.
async fn change(source: &Source, chance: &mut Chance, second: u32) {
    let at = crate::common::items::at(second);
    let id = |chance: &mut Chance| STAY + i64::try_from(chance.below(u64::try_from(IDS - STAY).unwrap())).unwrap();
    let (from, count) = (id(chance), 1 + i64::try_from(chance.below(60)).unwrap());
    let word = chance.below(1_000_000);
    let rows: Vec<String> = (from..(from + count).min(IDS)).map(|id| format!("({id}, 'came {word} {id}', '{at}', 0)")).collect();
    let same = match source {
        Source::Postgres(_) => "ON CONFLICT (id) DO UPDATE SET label = excluded.label, changed_at = excluded.changed_at, gone = 0",
        Source::MariaDb(_) => "ON DUPLICATE KEY UPDATE label = VALUES(label), changed_at = VALUES(changed_at), gone = 0",
    };
    source.run(&format!("INSERT INTO items VALUES {} {same}", rows.join(", "))).await;
    let (from, to) = (id(chance), id(chance));
    source.run(&format!("UPDATE items SET gone = 1, changed_at = '{at}' WHERE id >= {from} AND id < {from} + 40 AND gone = 0")).await;
    source.run(&format!("UPDATE items SET label = 'changed {word}', changed_at = '{at}' WHERE id = {to}")).await;
}

/// What is served has every row that has always been there: it is no half version.
async fn is_whole(server: &Sluice) {
    let rows = labels(&Http::new(server), "items", STAY).await;
    assert_eq!(rows.len(), usize::try_from(STAY).unwrap(), "rows that were always there");
    let wrong = rows.iter().find(|(id, label)| **label != format!("row {id}"));
    assert_eq!(wrong, None);
}

async fn killed(source: Source, store: &str) {
    let redis = (store == "redis").then(|| Redis::with(&["--appendonly", "yes", "--appendfsync", "always"]));
    let (folder, mut chance) = (testkit::folder(), chance());
    let mut server = start(folder.path(), redis.as_ref());
    let people = People::of(&server).await;
    make(&source).await;
    let rows: Vec<String> = (0..STAY).map(|id| format!("({id}, 'row {id}', '{}', 0)", crate::common::items::at(1))).collect();
    source.run(&format!("INSERT INTO items VALUES {}", rows.join(", "))).await;
    source.run(if store == "redis" { "ANALYZE TABLE items" } else { "ANALYZE items" }).await;
    dataset(&people, &source, store).await;
    let mut job = people.builder.get("/datasets/travel/items").await["job"]["spec"].clone();
    job["retries"] = json!(RETRIES);
    assert!(people.builder.call(Method::PUT, "/datasets/travel/items/job", Some(job)).await.0.is_success());
    for kill in 0..kills() {
        let admin = builder(&server).await;
        is_whole(&server).await;
        change(&source, &mut chance, 10 + u32::try_from(kill).unwrap()).await;
        // A run that a kill broke off goes on by itself; then this one is refused.
        let asked = admin.call(Method::POST, "/datasets/travel/items/build", Some(json!({"environment": "prod"}))).await.0;
        let life = life(&mut chance);
        println!("kill {kill} ({store}): after {life} ms, {}", if asked.is_success() { "in a new run" } else { "in one that goes on" });
        tokio::time::sleep(Duration::from_millis(life)).await;
        server.kill();
        change(&source, &mut chance, 10 + u32::try_from(kill).unwrap()).await;
        server = start(folder.path(), redis.as_ref());
    }
    let admin = builder(&server).await;
    is_whole(&server).await;
    let done = dataset_until(&admin, "items", "no run goes on", |dataset| {
        let state = &dataset["job"]["runs"][0]["state"];
        state == "done" || state == "failed"
    })
    .await;
    assert_eq!(done["job"]["runs"][0]["state"], "done", "{done:#}");
    admin.served().await;
    agree(&Http::new(&server), &source, IDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_and_doubles_no_row_of_postgres() {
    killed(Source::postgres(), "embedded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_and_doubles_no_row_of_mariadb_in_redis() {
    killed(Source::mariadb(), "redis").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_and_doubles_no_message_of_kafka() {
    let (kafka, folder, mut chance) = (Kafka::start(), testkit::folder(), chance());
    kafka.topic("items", 3, &[]).await;
    let mut said: BTreeMap<i64, String> = BTreeMap::new();
    let say = |chance: &mut Chance, said: &mut BTreeMap<i64, String>| {
        let (from, word) = (i64::try_from(chance.below(900)).unwrap(), chance.below(1_000_000));
        let messages: Vec<(String, Option<String>)> = (from..from + 100)
            .map(|id| {
                // One in five is the end of its row.
                let label = (chance.below(5) > 0).then(|| format!("{word} {id}"));
                match &label {
                    Some(label) => said.insert(id, label.clone()),
                    None => said.remove(&id),
                };
                (id.to_string(), label.map(|label| json!({"id": id, "label": label}).to_string()))
            })
            .collect();
        kafka.send("items", messages.iter().map(|(key, value)| (key.as_str(), value.as_ref().map(String::as_bytes))));
    };
    say(&mut chance, &mut said);
    let mut server = start(folder.path(), None);
    let people = People::of(&server).await;
    let config = json!({"config": {"brokers": kafka.addresses(), "topics": "items = json"}});
    people.builder.put_source("stream", "kafka", config).await;
    let new = json!({"domain": "travel", "name": "items", "source": "stream", "table": {"name": "items"}, "key": ["id"]});
    people.builder.post("/datasets", new).await;
    let job = json!({"follow": {}, "retries": RETRIES});
    assert!(people.builder.call(Method::PUT, "/datasets/travel/items/job", Some(job)).await.0.is_success());
    assert_eq!(people.builder.build("travel", "items").await["state"], "live");
    let field = |name: &str| json!({"name": name, "column": name});
    let spec = json!({
        "title": "One", "source": "stream", "kind": "kv", "table": {"name": "items"}, "key": ["id"], "serve_from": {"dataset": "items"},
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}], "fields": (["id", "label"].map(field)),
    });
    people.publish("items", spec, json!({})).await;
    for kill in 0..kills() {
        let admin = builder(&server).await;
        say(&mut chance, &mut said);
        let asked = admin.call(Method::POST, "/datasets/travel/items/build", Some(json!({"environment": "prod"}))).await.0;
        let life = life(&mut chance);
        println!("kill {kill} (kafka): after {life} ms, {}", if asked.is_success() { "in a new run" } else { "in one that goes on" });
        tokio::time::sleep(Duration::from_millis(life)).await;
        server.kill();
        say(&mut chance, &mut said);
        server = start(folder.path(), None);
    }
    let admin = builder(&server).await;
    let over = |dataset: &serde_json::Value| dataset["job"]["runs"][0]["state"] == "done";
    dataset_until(&admin, "items", "no run goes on", over).await;
    admin.served().await;
    let (http, began) = (Http::new(&server), Instant::now());
    loop {
        let rows = labels(&http, "items", 1_000).await;
        if rows == said {
            return;
        }
        let differ: Vec<_> =
            (0..1_000).filter(|id| rows.get(id) != said.get(id)).map(|id| (id, rows.get(&id), said.get(&id))).take(5).collect();
        assert!(began.elapsed() < LONG, "served, and said: {differ:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
