//! Files and topics, written by the stock libraries.

use std::process::Command;

use serde_json::{Value as Json, json};
use testkit::{Kafka, SchemaRegistry};

use super::kinds::Kind;
use super::walk::Walk;
use super::{Table, seed};

/// Rows that a dataset is built of, and those that come later.
const FIRST: i64 = 60;
const ALL: i64 = 100;

/// What a library wrote, as it reads it itself.
fn written(arguments: &[&str]) -> Vec<Table> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/values_everywhere.py");
    let output = Command::new(testkit::python()).arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "its libraries are installed by scripts/setup.sh test: {output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| read(&serde_json::from_str(line).unwrap())).collect()
}

fn read(table: &Json) -> Table {
    let columns = table["columns"].as_array().unwrap().iter().map(|name| (name.as_str().unwrap().to_owned(), Kind::Text));
    let row = |row: &Json| {
        let (id, cells) = row.as_array().unwrap().split_first().unwrap();
        (id.as_i64().unwrap(), cells.to_vec())
    };
    let rows = table["rows"].as_array().unwrap().iter().map(row).collect();
    Table { name: table["name"].as_str().unwrap().to_owned(), columns: columns.collect(), rows }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_every_type_of_parquet_are_the_same_everywhere() {
    let folder = testkit::folder();
    let path = folder.path().display().to_string();
    let write = |seed: u64, rows: i64| {
        let (seed, rows) = (seed.to_string(), rows.to_string());
        written(&["parquet", &path, &seed, &rows]).pop().unwrap()
    };
    println!("values everywhere of Parquet: seed {}", seed());
    let table = write(seed(), FIRST);
    let mut walk = Walk::begin().await;
    walk.people.builder.put_source("values", "files", json!({"config": {"path": path}})).await;
    let location = json!({"name": "everything"});
    let source = ("values", &location);
    walk.told("values", &table, &["left_out"]).await;
    walk.listed(source, &table, false).await;
    walk.columnar(source, &table).await;
    walk.built(source, &table, None).await;
    // Files are not followed: another one in its place is in the next build.
    let table = write(seed() + 1, ALL);
    walk.rebuilt(&table).await;
    walk.by_key("built again", &table).await;
    walk.end(5_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_every_type_of_avro_protobuf_and_json_are_the_same_everywhere() {
    let (kafka, registry) = (Kafka::start(), SchemaRegistry::start("reader", "secret of the registry"));
    for topic in ["avro", "protobuf", "json"] {
        kafka.topic(topic, 2, &[]).await;
    }
    let send = |from: i64, to: i64| {
        let (seed, from, to) = (seed().to_string(), from.to_string(), to.to_string());
        written(&["topics", &kafka.addresses(), &registry.url, "reader", "secret of the registry", &seed, &from, &to])
    };
    println!("values everywhere of topics: seed {}", seed());
    let mut tables = send(0, FIRST);
    assert_eq!(tables.len(), 3);
    let mut walk = Walk::begin().await;
    let config = json!({"brokers": kafka.addresses(), "registry": registry.url, "registry_user": "reader"});
    let binding = json!({"config": config, "secrets": {"registry_password": "secret of the registry"}});
    walk.people.builder.put_source("values", "kafka", binding).await;
    for table in &tables {
        let location = json!({"name": table.name});
        let source = ("values", &location);
        walk.told("values", table, &[]).await;
        walk.listed(source, table, false).await;
        walk.built(source, table, Some(&json!({}))).await;
    }
    // Followed, what is sent later is there beside what was there before.
    let later = send(FIRST, ALL);
    assert_eq!(later.len(), tables.len());
    for (table, later) in tables.iter_mut().zip(later) {
        table.rows.extend(later.rows);
        walk.synced(table).await;
    }
    walk.end(5_000);
}
