//! Topics of real brokers, as tables and followed: what is served is what the messages say, whatever dies in between.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use crate::common::{Http, LONG, People, binary, incremental_sync_until, labels, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Kafka, Redis, Sluice};

/// What should be served: labels by id.
type Rows = BTreeMap<i64, String>;

/// A topic of orders that remembers what it was told.
struct Orders {
    kafka: Kafka,
    said: Rows,
}

impl Orders {
    async fn new(kafka: Kafka, partitions: i32) -> Self {
        kafka.topic("orders", partitions, &[]).await;
        Self { kafka, said: Rows::new() }
    }

    fn say(&mut self, ids: impl Iterator<Item = i64>, label: &str) {
        let messages: Vec<(String, String)> =
            ids.map(|id| (id.to_string(), json!({"id": id, "label": format!("{label} {id}"), "price": 1.5}).to_string())).collect();
        self.kafka.send("orders", messages.iter().map(|(key, value)| (key.as_str(), Some(value.as_bytes()))));
        self.said.extend(messages.iter().map(|(key, _)| (key.parse().unwrap(), format!("{label} {key}"))));
    }

    fn end(&mut self, ids: impl Iterator<Item = i64>) {
        let keys: Vec<String> = ids.map(|id| id.to_string()).collect();
        self.kafka.send("orders", keys.iter().map(|key| (key.as_str(), None)));
        self.said.retain(|id, _| !keys.contains(&id.to_string()));
    }
}

async fn put_source(admin: &Admin, kafka: &Kafka, more: Json) -> Option<String> {
    let mut config = json!({"brokers": kafka.addresses()});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.put_source("stream", "kafka", json!({"config": config, "secrets": {}})).await
}

/// A dataset of a topic, followed and built.
async fn synced(admin: &Admin, topic: &str, more: Json, job: Json) -> Json {
    let mut new = json!({"domain": "travel", "name": topic, "source": "stream", "table": {"name": topic}, "key": ["id"]});
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.post("/datasets", new).await;
    let (status, body) = admin.call(Method::PUT, &format!("/datasets/travel/{topic}/job"), Some(job)).await;
    assert!(status.is_success(), "{body}");
    admin.build("travel", topic).await
}

async fn publish(people: &People, topic: &str) {
    let field = |name: &str| json!({"name": name, "column": name});
    let spec = json!({
        "title": "One of them", "source": "stream", "kind": "kv", "table": {"name": topic}, "key": ["id"], "serve_from": {"dataset": topic},
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
        "fields": (["id", "label"].map(field)),
    });
    people.publish(topic, spec, json!({})).await;
}

/// Until the API answers with what was said.
async fn agree(http: &Http, orders: &Orders, what: &str) {
    let began = Instant::now();
    loop {
        let rows = labels(http, "orders", 1_000).await;
        if rows == orders.said {
            return;
        }
        let differ: Vec<_> = (0..1_000)
            .filter(|id| rows.get(id) != orders.said.get(id))
            .take(5)
            .map(|id| (id, rows.get(&id), orders.said.get(&id)))
            .collect();
        assert!(began.elapsed() < LONG, "{what}: served, and said: {differ:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_is_synced_with_its_deletions_its_poison_and_its_new_partitions() {
    let mut orders = Orders::new(Kafka::start(), 2).await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    orders.say(0..400, "first");
    orders.say(100..200, "second");
    orders.end(0..50);
    put_source(builder, &orders.kafka, json!({})).await;
    // As a table, a topic has its messages' fields and what stands beside them.
    let tables = builder.get("/sources/stream/prod/tables").await;
    let columns: Vec<&str> = tables[0]["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(columns, ["kafka_key", "kafka_headers", "kafka_partition", "kafka_offset", "kafka_time", "id", "label", "price"]);
    let built = synced(builder, "orders", json!({}), json!({"follow": {}, "dirty": {"rows": 3}})).await;
    assert_eq!(built["state"], "live", "{built}");
    // What was told last of each key counts, and what was ended is not there.
    assert_eq!(built["figures"]["written_rows"], 350, "{built}");
    publish(&people, "orders").await;
    let http = Http::new(&server);
    agree(&http, &orders, "built").await;
    orders.say(300..600, "third");
    orders.end(100..120);
    agree(&http, &orders, "followed").await;
    // Poison is put aside as it came, and what comes behind it is taken.
    orders.kafka.send("orders", [("bad", Some(&b"not json"[..])), ("worse", Some(&br#"{"id": "no number"}"#[..]))]);
    orders.say(600..650, "fourth");
    agree(&http, &orders, "behind poison").await;
    let incremental_sync =
        incremental_sync_until(builder, "orders", "counted", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 2).await;
    assert_eq!(incremental_sync["reason"], "", "{incremental_sync}");
    let rejected = builder.get("/datasets/travel/orders/versions/1/dirty").await;
    let mut texts: Vec<&str> = rejected.as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["not json", r#"{"id": "no number"}"#], "{rejected:#}");
    // One more than may be left out stops it before anything of that is taken, and more leeway lets it go on.
    orders.kafka.send("orders", [("a", Some(&b"1"[..])), ("b", Some(&b"2"[..]))]);
    let stuck = incremental_sync_until(builder, "orders", "stopped", |incremental_sync| incremental_sync["reason"] != "").await;
    assert!(stuck["reason"].as_str().unwrap().contains("allowed: 3 rows"), "{stuck}");
    orders.say(650..660, "fifth");
    people.change("orders", "job", json!({"follow": {}, "dirty": {"rows": 10}})).await;
    agree(&http, &orders, "with more leeway").await;
    incremental_sync_until(builder, "orders", "each counted once", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 4).await;
    orders.kafka.partitions("orders", 4).await;
    orders.say(700..800, "in new partitions");
    agree(&http, &orders, "with new partitions").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_lost_or_taken_twice_where_workers_and_brokers_die() {
    let mut orders = Orders::new(Kafka::start(), 3).await;
    let redis = Redis::start();
    let folder = testkit::folder();
    let url = redis.url();
    let start = |kill_at: Option<&str>| {
        let mut environment = vec![("SLUICE_REDIS_URL", url.as_str())];
        environment.extend(kill_at.map(|name| ("SLUICE_KILL_AT", name)));
        Sluice::start(binary(), "demo", folder.path(), &environment)
    };
    let mut server = start(None);
    let people = People::of(&server).await;
    orders.say(0..300, "first");
    put_source(&people.builder, &orders.kafka, json!({"topics": "orders = json"})).await;
    assert_eq!(synced(&people.builder, "orders", json!({"store": "redis"}), json!({"follow": {}})).await["state"], "live");
    publish(&people, "orders").await;
    agree(&Http::new(&server), &orders, "built").await;
    for (round, point) in ["follow.before-apply", "follow.after-apply"].into_iter().enumerate() {
        server.kill();
        let from = i64::try_from(round).unwrap() * 150;
        orders.say(from..from + 400, point);
        orders.end(from..from + 20);
        server = start(Some(point));
        assert_eq!(server.wait().signal(), Some(9), "{point} was not hit");
        server = start(None);
        Admin::demo(&server, "builder@demo").await.served().await;
        agree(&Http::new(&server), &orders, point).await;
    }
    // The broker is away for a moment, and comes back with what it had.
    orders.kafka.stop(0);
    orders.kafka.resume(0);
    orders.say(500..700, "after the broker");
    agree(&Http::new(&server), &orders, "after the broker came back").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_that_moves_to_another_broker_is_synced_there() {
    let mut orders = Orders::new(Kafka::cluster(2), 4).await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    orders.say(0..200, "first");
    put_source(&people.builder, &orders.kafka, json!({})).await;
    assert_eq!(synced(&people.builder, "orders", json!({}), json!({"follow": {}})).await["state"], "live");
    publish(&people, "orders").await;
    let http = Http::new(&server);
    agree(&http, &orders, "built").await;
    orders.kafka.stop(1);
    orders.say(100..400, "on one broker");
    agree(&http, &orders, "with the partitions moved").await;
    orders.kafka.resume(1);
    orders.say(300..500, "on both");
    agree(&http, &orders, "with both again").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_put_aside_is_taken_once_its_format_is_mended() {
    let kafka = Kafka::start();
    kafka.topic("clicks", 1, &[]).await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    kafka.send("clicks", [("1", Some(&b"1,one"[..])), ("2", Some(&b"2,two,and more"[..])), ("3", Some(&b"3,three"[..]))]);
    put_source(builder, &kafka, json!({"topics": "clicks = csv(id, label)"})).await;
    // With no leeway a build says what is wrong, and keeps it to be looked at.
    let refused = synced(builder, "clicks", json!({}), json!({"follow": {}})).await;
    assert!(
        refused["state"] == "failed" && refused["reason"].as_str().unwrap().contains("The row has 3 cells, and 2 columns are defined"),
        "{refused}"
    );
    assert_eq!(builder.get("/datasets/travel/clicks/versions/1/dirty").await[0]["place"], "partition 0, offset 1");
    let job = json!({"follow": {}, "dirty": {"percent": 50}});
    assert!(builder.call(Method::PUT, "/datasets/travel/clicks/job", Some(job)).await.0.is_success());
    assert_eq!(builder.build("travel", "clicks").await["state"], "live");
    publish(&people, "clicks").await;
    let http = Http::new(&server);
    assert_eq!(labels(&http, "clicks", 10).await, Rows::from([(1, "one".into()), (3, "three".into())]));
    kafka.send("clicks", [("3", Some(&b"3,newer"[..])), ("3", Some(&b"3,newest,than all"[..])), ("4", Some(&b"4,four,too"[..]))]);
    incremental_sync_until(builder, "clicks", "put aside", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 3).await;
    let asked = put_source(builder, &kafka, json!({"topics": "clicks = csv(id, label, more)"})).await;
    people.approver.approve(&asked.expect("a live dataset is made of it")).await;
    // Read as they are now, they are rows; where a row is there already, it may be newer, and nothing is undone.
    let (status, body) = builder.call(Method::POST, "/datasets/travel/clicks/versions/2/dirty/again", Some(json!(null))).await;
    assert_eq!((status.as_u16(), body), (200, json!(3)));
    incremental_sync_until(builder, "clicks", "taken", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 1).await;
    let stays = builder.get("/datasets/travel/clicks/versions/2/dirty").await;
    assert_eq!(stays.as_array().unwrap().len(), 1);
    assert_eq!(
        (&stays[0]["text"], &stays[0]["reason"]),
        (&json!("3,newest,than all"), &json!("The dataset already has a row with this key, which may be newer."))
    );
    // One whose key is ended since does not come back.
    kafka.send("clicks", [("3", None), ("5", Some(&b"5,five"[..])), ("5", None)]);
    incremental_sync_until(builder, "clicks", "forgotten", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 0).await;
    let wanted = [(1, "one"), (2, "two"), (4, "four")].map(|(id, label)| (id, label.to_owned()));
    assert_eq!(labels(&http, "clicks", 10).await, Rows::from(wanted));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_is_begun_where_its_owner_says() {
    let kafka = Kafka::start();
    kafka.topic("t", 1, &[]).await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    let say = |ids: std::ops::Range<i64>| {
        let messages: Vec<(String, String)> = ids.map(|id| (id.to_string(), json!({"id": id, "label": "x"}).to_string())).collect();
        kafka.send("t", messages.iter().map(|(key, value)| (key.as_str(), Some(value.as_bytes()))));
    };
    say(0..10);
    tokio::time::sleep(Duration::from_millis(20)).await; // so that the two parts differ in their milliseconds
    let between = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    say(10..14);
    put_source(builder, &kafka, json!({})).await;
    let time = model::clock::rfc3339(i64::try_from(between).unwrap());
    synced(builder, "t", json!({}), json!({})).await;
    for (start, rows) in [("", 14), ("earliest", 14), ("latest", 0), (r#"{"0": 3}"#, 11), (time.as_str(), 4)] {
        let job = json!({"follow": {"start": start}});
        assert!(builder.call(Method::PUT, "/datasets/travel/t/job", Some(job)).await.0.is_success());
        let built = builder.build("travel", "t").await;
        assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(rows)), "{start}: {built}");
    }
    let job = json!({"follow": {"start": "soon"}});
    assert!(builder.call(Method::PUT, "/datasets/travel/t/job", Some(job)).await.0.is_success());
    let built = builder.build("travel", "t").await;
    assert!(built["reason"].as_str().unwrap().contains("A start position is earliest, latest, a time"), "{built}");
    // Offsets that are not there any more are told, and not jumped over.
    let job = json!({"follow": {"start": r#"{"0": 99}"#}, "retries": 0});
    assert!(builder.call(Method::PUT, "/datasets/travel/t/job", Some(job)).await.0.is_success());
    let built = builder.build("travel", "t").await;
    assert!(built["reason"].as_str().unwrap().contains("no longer exists"), "{built}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_mapping_does_not_want_of_a_topic_ends_what_it_wanted_before() {
    let kafka = Kafka::start();
    kafka.topic("visits", 1, &[]).await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    let say = |said: &[(i64, Option<&str>)]| {
        let messages: Vec<(String, Option<String>)> =
            said.iter().map(|(id, name)| (id.to_string(), name.map(|name| json!({"number": id, "name": name}).to_string()))).collect();
        kafka.send("visits", messages.iter().map(|(key, value)| (key.as_str(), value.as_deref().map(str::as_bytes))));
    };
    say(&[(1, Some("one")), (2, Some("out")), (3, Some("three")), (4, Some("four")), (4, Some("out")), (5, Some("five")), (5, None)]);
    put_source(builder, &kafka, json!({"topics": "visits = json"})).await;
    let mapping = json!({
        "columns": [{"name": "id", "of": {"column": "number"}}, {"name": "label", "of": {"expression": "upper(name)"}}],
        "left_out": ["name", "kafka_headers", "kafka_time", "kafka_partition", "kafka_offset", "kafka_key"],
        "only": [{"column": "name", "op": "is-not", "value": "out"}],
    });
    let built = synced(builder, "visits", json!({"mapping": mapping}), json!({"follow": {}, "dirty": {"rows": 5}})).await;
    assert_eq!(built["state"], "live", "{built}");
    publish(&people, "visits").await;
    let http = Http::new(&server);
    let wanted = |rows: &[(i64, &str)]| rows.iter().map(|(id, label)| (*id, (*label).to_owned())).collect::<Rows>();
    assert_eq!(labels(&http, "visits", 10).await, wanted(&[(1, "ONE"), (3, "THREE")]));
    // Within one portion and over several; a key that nobody knows counts for nothing.
    say(&[
        (1, Some("out")),
        (6, Some("six")),
        (6, Some("out")),
        (2, Some("two")),
        (7, Some("out")),
        (8, None),
        (3, None),
        (9, Some("nine")),
    ]);
    let incremental_sync = incremental_sync_until(builder, "visits", "taken", |incremental_sync| {
        incremental_sync["figures"]["changed_rows"].as_i64() >= Some(2)
    })
    .await;
    until(LONG, "what is wanted is served", async || labels(&http, "visits", 10).await == wanted(&[(2, "TWO"), (9, "NINE")])).await;
    assert_eq!(incremental_sync["reason"], "", "{incremental_sync}");
    // What was rejected does not come back once its key was told to be out.
    kafka.send("visits", [("2", Some(&b"{broken"[..])), ("9", Some(&b"{broken"[..]))]);
    incremental_sync_until(builder, "visits", "put aside", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 2).await;
    say(&[(2, Some("out"))]);
    incremental_sync_until(builder, "visits", "forgotten", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 1).await;
    until(LONG, "what is wanted is served", async || labels(&http, "visits", 10).await == wanted(&[(9, "NINE")])).await;
}
