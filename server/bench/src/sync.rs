//! Data on its way: the flights, and ten times them, out of PostgreSQL into the embedded store, Redis and Parquet, against
//! `COPY … TO STDOUT` and `redis-cli --pipe`; messages of Kafka against a bare consumer.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{ClientConfig, TopicPartitionList, topic_partition_list::Offset};
use reqwest::Method;
use serde_json::{Value as Json, json};
use sqlx::{Connection, Executor, PgConnection};
use testkit::{Kafka, Postgres, Redis};

use crate::product::Product;
use crate::report::Report;

const KEY: [&str; 7] = ["copy", "year", "month", "day", "carrier", "flight", "sched_dep_time"];
const COLUMNS: [&str; 19] = [
    "year",
    "month",
    "day",
    "dep_time",
    "sched_dep_time",
    "dep_delay",
    "arr_time",
    "sched_arr_time",
    "arr_delay",
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "air_time",
    "distance",
    "hour",
    "minute",
    "time_hour",
];
const COPIES: u32 = 10;
const ROUNDS: usize = 3;
/// Rows of a bucket that a build of the flights sends in one command, about: what it gathers is so much of all.
const REDIS_COMMAND_ROWS: usize = 40;
const MESSAGES: u32 = 1_000_000;
/// Messages whose way is timed one by one.
const TIMED: u32 = 300;

pub(crate) async fn run(report: &mut Report, product: &Product, redis: &Redis) {
    let postgres = Postgres::start();
    let url = postgres.database("flights").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    load(&mut connection).await;
    let config = json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "flights", "user": "postgres"});
    product.source("flights-pg", "postgres", config).await;
    embedded(report, product, &mut connection).await;
    into_redis(report, product, redis).await;
    kafka(report, product).await;
}

/// The flights once and ten times.
async fn load(connection: &mut PgConnection) {
    let columns = COLUMNS.map(|name| {
        let kind = match name {
            "carrier" | "tailnum" | "origin" | "dest" => "text",
            "time_hour" => "timestamptz",
            "dep_delay" | "arr_delay" | "air_time" | "distance" => "double precision",
            _ => "integer",
        };
        format!("{name} {kind}")
    });
    for table in ["flights_once", "flights_times"] {
        let sql = format!("CREATE TABLE {table} (copy integer, {})", columns.join(", "));
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
    }
    let mut copy = connection.copy_in_raw("COPY flights_once FROM STDIN").await.unwrap();
    let mut chunk = String::new();
    for cells in testkit::flight_cells(&COLUMNS) {
        chunk.push('0');
        for cell in cells {
            chunk.push('\t');
            chunk.push_str(cell.as_deref().unwrap_or("\\N"));
        }
        chunk.push('\n');
        if chunk.len() > 1 << 20 {
            copy.send(std::mem::take(&mut chunk).into_bytes()).await.unwrap();
        }
    }
    copy.send(chunk.into_bytes()).await.unwrap();
    copy.finish().await.unwrap();
    let names = COLUMNS.join(", ");
    let times = format!("INSERT INTO flights_times SELECT n, {names} FROM flights_once, generate_series(1, {COPIES}) AS n");
    sqlx::raw_sql(sqlx::AssertSqlSafe(times)).execute(&mut *connection).await.unwrap();
    connection.execute("VACUUM ANALYZE").await.unwrap();
}

/// A dataset of a table, not built yet.
async fn make(product: &Product, name: &str, table: &str, more: Json) {
    let mut new =
        json!({"domain": "travel", "name": name, "source": "flights-pg", "key": KEY, "table": {"schema": "public", "name": table}});
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    product.builder.post("/datasets", new).await;
}

/// Builds it; gives its rows a second from when its run began until it was live, and the version.
async fn build(product: &Product, name: &str) -> (f64, Json) {
    let built = product.builder.build("travel", name).await;
    assert_eq!(built["state"], "live", "{built}");
    let dataset = product.builder.get(&format!("/datasets/travel/{name}")).await;
    let run = &dataset["job"]["runs"][0];
    let took = run["finished_at"].as_f64().unwrap() - run["started_at"].as_f64().unwrap();
    (built["figures"]["written_rows"].as_f64().unwrap() * 1_000.0 / took, built)
}

async fn embedded(report: &mut Report, product: &Product, connection: &mut PgConnection) {
    make(product, "flights-once", "flights_once", json!({})).await;
    make(product, "flights-times", "flights_times", json!({})).await;
    make(product, "flights-zstd", "flights_times", json!({"compression": "zstd"})).await;
    let (small, _) = peak(product, build(product, "flights-once")).await;
    let (mut ours, mut theirs, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(copy(connection).await);
        let (peaked, (rate, _)) = peak(product, build(product, "flights-times")).await;
        ours.push(rate);
        large.push((peaked - small) / f64::from(1 << 20));
    }
    let (zstd, _) = build(product, "flights-zstd").await;
    // With its key in an index it is read in parts side by side, each kept until all are there.
    let index = format!("CREATE UNIQUE INDEX ON flights_times ({}); ANALYZE flights_times", KEY.join(", "));
    sqlx::raw_sql(sqlx::AssertSqlSafe(index)).execute(&mut *connection).await.unwrap();
    let (parts_peaked, (parts, built)) = peak(product, build(product, "flights-times")).await;
    assert!(built["figures"]["parts"].as_i64() > Some(1), "{built}");
    let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    report.note("sync_pg_lmdb_zstd_vs_copy", "ratio", vec![zstd / theirs[ROUNDS - 1]]);
    report.note("sync_pg_lmdb_parts_vs_copy", "ratio", vec![parts / theirs[ROUNDS - 1]]);
    report.note("sync_pg_lmdb_rows_per_s", "rows/s", ours);
    report.note("copy_flights_rows_per_s", "rows/s", theirs);
    report.at_least("sync_pg_lmdb_vs_copy", "ratio", ratios, 0.5);
    report.at_most("sync_rss_growth_mib", "MiB", large, 64.0);
    report.at_most("sync_parts_rss_growth_mib", "MiB", vec![(parts_peaked - small) / f64::from(1 << 20)], 64.0);
    storage(report, product, connection).await;
}

/// What each way of keeping the flights takes, beside what the table takes in PostgreSQL.
async fn storage(report: &mut Report, product: &Product, connection: &mut PgConnection) {
    let source: i64 = sqlx::query_scalar("SELECT pg_relation_size('flights_once')").fetch_one(connection).await.unwrap();
    for (name, more) in [
        ("none", json!({"compression": "none"})),
        ("lz4", json!({"compression": "lz4"})),
        ("zstd", json!({"compression": "zstd"})),
        ("parquet", json!({"store": "columnar"})),
    ] {
        let dataset = format!("stored-{name}");
        make(product, &dataset, "flights_once", more).await;
        build(product, &dataset).await;
        let on_disk = folder_bytes(product, name == "parquet");
        report.note(&format!("storage_{name}_vs_source"), "ratio", vec![on_disk / source as f64]);
    }
}

/// Bytes of the newest version's files.
fn folder_bytes(product: &Product, columnar: bool) -> f64 {
    let root = product.server.data().join("datasets");
    let file = if columnar { "rows.parquet" } else { "data.mdb" };
    let mut newest: Option<(std::time::SystemTime, u64)> = None;
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name() == file {
                let found = (metadata.modified().unwrap(), std::os::unix::fs::MetadataExt::blocks(&metadata) * 512);
                newest = newest.max(Some(found));
            }
        }
    }
    newest.map_or(f64::NAN, |(_, bytes)| bytes as f64)
}

/// The most anonymous memory while something is done.
async fn peak<T>(product: &Product, work: impl Future<Output = T>) -> (f64, T) {
    let over = Arc::new(AtomicBool::new(false));
    let path = format!("/proc/{}/status", product.server.pid());
    let watch = {
        let over = over.clone();
        std::thread::spawn(move || {
            let mut most = 0.0_f64;
            while !over.load(Ordering::Relaxed) {
                let status = std::fs::read_to_string(&path).unwrap_or_default();
                let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
                most = most.max(line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or(0.0) * 1_024.0);
                std::thread::sleep(Duration::from_millis(20));
            }
            most
        })
    };
    let done = work.await;
    over.store(true, Ordering::Relaxed);
    (watch.join().unwrap(), done)
}

async fn copy(connection: &mut PgConnection) -> f64 {
    let began = Instant::now();
    let mut chunks = connection.copy_out_raw("COPY flights_times TO STDOUT").await.unwrap();
    let mut lines = 0_u32;
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        lines += chunk.iter().filter(|byte| **byte == b'\n').count() as u32;
    }
    f64::from(lines) / began.elapsed().as_secs_f64()
}

async fn into_redis(report: &mut Report, product: &Product, redis: &Redis) {
    make(product, "flights-redis", "flights_once", json!({"store": "redis"})).await;
    let (mut ours, mut theirs, mut by_row) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (rate, built) = build(product, "flights-redis").await;
        let rows = built["figures"]["written_rows"].as_u64().unwrap() as usize;
        ours.push(rate);
        theirs.push(pipe(redis, rows, REDIS_COMMAND_ROWS).await);
        by_row.push(pipe(redis, rows, 1).await);
    }
    let against = |theirs: &[f64]| ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>();
    report.at_least("sync_pg_redis_vs_pipe", "ratio", against(&theirs), 0.7);
    report.note("sync_pg_redis_vs_pipe_by_row", "ratio", against(&by_row));
    report.note("sync_pg_redis_rows_per_s", "rows/s", ours);
    report.note("redis_pipe_rows_per_s", "rows/s", theirs);
    report.note("redis_pipe_by_row_rows_per_s", "rows/s", by_row);
}

/// The commands that made the newest version, of so many rows each, sent again by the stock client into a Redis of its own.
async fn pipe(redis: &Redis, rows: usize, of_command: usize) -> f64 {
    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let metas: Vec<String> = redis::cmd("KEYS").arg("sluice:data:*:meta").query_async(&mut connection).await.unwrap();
    let mut commands = Vec::new();
    let mut count = 0;
    // The ids of versions are in the order in which they were made.
    let newest = metas.iter().max_by_key(|meta| meta.rsplit(':').nth(1).map(str::to_owned)).unwrap();
    let prefix = newest.trim_end_matches("meta");
    let buckets: u32 = redis::cmd("HGET").arg(newest).arg("buckets").query_async(&mut connection).await.unwrap();
    for bucket in 0..buckets {
        let name = format!("{prefix}{bucket}");
        let pairs: Vec<(Vec<u8>, Vec<u8>)> = redis::cmd("HGETALL").arg(&name).query_async(&mut connection).await.unwrap();
        for some in pairs.chunks(of_command) {
            commands.extend(redis::cmd("HSET").arg(&name).arg(some).get_packed_command());
            count += some.len();
        }
    }
    assert_eq!(count, rows, "the newest version is not whole");
    let other = Redis::with(&["--save", ""]);
    let began = Instant::now();
    let mut client = Command::new("redis-cli")
        .args(["-p", &other.port().to_string(), "--pipe"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(&commands).unwrap();
    assert!(client.wait().unwrap().success());
    count as f64 / began.elapsed().as_secs_f64()
}

async fn kafka(report: &mut Report, product: &Product) {
    let kafka = Kafka::start();
    kafka.topic("events", 4, &[]).await;
    let send = |from: u32| {
        let messages: Vec<(String, String)> =
            (from..from + MESSAGES).map(|number| (crate::records::id(number), crate::records::json(number))).collect();
        kafka.send("events", messages.iter().map(|(key, value)| (key.as_str(), Some(value.as_bytes()))));
    };
    send(0);
    product.source("stream", "kafka", json!({"brokers": kafka.addresses(), "topics": "events = json"})).await;
    let new = json!({"domain": "travel", "name": "events", "source": "stream", "table": {"name": "events"}, "key": ["id"]});
    product.builder.post("/datasets", new).await;
    let incremental = json!({"follow": {}});
    assert!(product.builder.call(Method::PUT, "/datasets/travel/events/job", Some(incremental)).await.0.is_success());
    let (mut built, mut synced, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS as u32 {
        bare.push(consume(&kafka, MESSAGES * round));
        built.push(build(product, "events").await.0);
        // What comes next is taken into the delta of what is live.
        assert!(
            product.builder.call(Method::POST, "/datasets/travel/events/job/pause", Some(json!({"paused": true}))).await.0.is_success()
        );
        send(MESSAGES * round);
        let began = Instant::now();
        assert!(
            product.builder.call(Method::POST, "/datasets/travel/events/job/pause", Some(json!({"paused": false}))).await.0.is_success()
        );
        loop {
            let dataset = product.builder.get("/datasets/travel/events").await;
            let version = dataset["versions"].as_array().unwrap().iter().find(|version| version["state"] == "live").unwrap();
            if version["following"]["figures"]["changed_rows"].as_f64() >= Some(f64::from(MESSAGES)) {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(300), "{version}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        synced.push(f64::from(MESSAGES) / began.elapsed().as_secs_f64());
    }
    let against = |ours: &[f64]| ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect::<Vec<_>>();
    let (of_builds, of_syncs) = (against(&built), against(&synced));
    report.note("kafka_consumer_messages_per_s", "messages/s", bare);
    report.note("sync_kafka_build_messages_per_s", "messages/s", built);
    report.note("sync_kafka_follow_messages_per_s", "messages/s", synced);
    report.at_least("sync_kafka_lmdb_vs_consumer", "ratio", of_builds, 0.5);
    report.note("sync_kafka_follow_vs_consumer", "ratio", of_syncs);
    latency(report, product, &kafka).await;
}

/// Messages a second that a consumer gets which does nothing with them.
fn consume(kafka: &Kafka, messages: u32) -> f64 {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", kafka.addresses())
        .set("group.id", "bare")
        .set("enable.partition.eof", "true")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let mut partitions = TopicPartitionList::new();
    for partition in 0..4 {
        partitions.add_partition_offset("events", partition, Offset::Beginning).unwrap();
    }
    let began = Instant::now();
    consumer.assign(&partitions).unwrap();
    let (mut count, mut ended) = (0_u32, 0);
    while ended < 4 {
        match consumer.poll(Duration::from_secs(1)) {
            Some(Ok(_)) => count += 1,
            Some(Err(KafkaError::PartitionEOF(_))) => ended += 1,
            Some(Err(error)) => panic!("{error}"),
            None => {}
        }
    }
    assert_eq!(count, messages);
    f64::from(count) / began.elapsed().as_secs_f64()
}

/// From when a message is sent until the API answers with it, one after another.
async fn latency(report: &mut Report, product: &Product, kafka: &Kafka) {
    let field = |name: &str| json!({"name": name, "column": name});
    let spec = json!({
        "title": "One event", "source": "stream", "kind": "kv", "table": {"name": "events"}, "key": ["id"], "serve_from": {"dataset": "events"},
        "parameters": [{"name": "id", "type": "string", "required": true, "test_value": "r0000001"}], "fields": (["id", "number"].map(field)),
    });
    product.publish("event", spec).await;
    let client = reqwest::Client::new();
    let mut readings = Vec::new();
    for number in 0..TIMED {
        let id = format!("timed{number}");
        let value = json!({"id": id, "number": number, "ratio": 0.5, "text": ""}).to_string();
        let began = Instant::now();
        kafka.send("events", [(id.as_str(), Some(value.as_bytes()))]);
        let url = format!("{}/api/travel/event?id={id}", product.server.url);
        while !client.get(&url).bearer_auth(&product.key).send().await.unwrap().status().is_success() {
            assert!(began.elapsed() < Duration::from_secs(30), "{id} does not come");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        readings.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    readings.sort_by(f64::total_cmp);
    report.at_most("kafka_to_answer_p99_ms", "ms", vec![readings[readings.len() * 99 / 100]], 2_000.0);
}
