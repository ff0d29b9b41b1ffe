//! A large table is read in parts by several readers that see one state of it, whatever its key is of; and what a run had read when its
//! worker died is gone on from, but for what has changed since.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{Http, LONG, People, Source, binary, dataset_until, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Sluice;

const ROWS: i64 = 12_000;
/// Rows of a part, so that there are several.
const PART: &str = "3000";

fn start(folder: &Path, kill_at: Option<&str>) -> Sluice {
    let mut environment = vec![("SLUICE_PART_ROWS", PART)];
    environment.extend(kill_at.map(|name| ("SLUICE_KILL_AT", name)));
    Sluice::start(binary(), "demo", folder, &environment)
}

/// Accounts by keys of a type, each made of a number.
async fn accounts(source: &Source, name: &str, key_type: &str, key: &str) {
    let numbers = match source {
        Source::Postgres(_) => format!("generate_series(0, {}) AS n(seq)", ROWS - 1),
        Source::MariaDb(_) => format!("seq_0_to_{}", ROWS - 1),
    };
    source.run(&format!("CREATE TABLE {name} (id {key_type} PRIMARY KEY, n bigint NOT NULL, balance bigint NOT NULL)")).await;
    source.run(&format!("INSERT INTO {name} SELECT {key}, seq, 100 FROM {numbers}")).await;
    source
        .run(&match source {
            Source::Postgres(_) => format!("CREATE UNIQUE INDEX ON {name} (n); ANALYZE {name}"),
            Source::MariaDb(_) => format!("CREATE UNIQUE INDEX by_n ON {name} (n); ANALYZE TABLE {name}"),
        })
        .await;
}

/// A dataset of accounts with an API that gives each by its key.
async fn dataset(people: &People, source: &Source, name: &str, (key_type, as_text): (&str, &str)) {
    let one = source.ask(&format!("SELECT {as_text} AS line FROM {name} WHERE n = 1")).await.remove(0);
    let new = json!({"domain": "travel", "name": name, "source": "bank", "table": source.table(name)});
    people.builder.post("/datasets", new).await;
    let field = |name: &str| json!({"name": name, "column": name});
    let spec = json!({
        "title": "An account", "source": "bank", "kind": "kv", "table": source.table(name), "key": ["id"],
        "serve_from": {"dataset": name}, "parameters": [{"name": "id", "type": key_type, "required": true, "test_value": one}],
        "fields": (["id", "n", "balance"].map(field)),
    });
    people.builder.post("/apis", json!({"domain": "travel", "name": name, "spec": spec})).await;
}

/// Number and balance of each account that an API answers with, of keys that may be there.
async fn served(http: &Http, api: &str, keys: &[String]) -> BTreeMap<i64, i64> {
    let mut rows = BTreeMap::new();
    for keys in keys.chunks(1_000) {
        let keys: Vec<Json> = keys.iter().map(|key| json!({"id": key.parse::<i64>().map_or(json!(key), |number| json!(number))})).collect();
        let (status, answer) = http.json(http.post(&format!("/api/travel/{api}/batch"), &json!({"keys": keys}))).await;
        assert_eq!(status, 200, "{answer}");
        for row in answer["rows"].as_array().unwrap().iter().filter(|row| !row.is_null()) {
            rows.insert(row["n"].as_i64().unwrap(), row["balance"].as_i64().unwrap());
        }
    }
    rows
}

/// The same out of the source.
async fn stored(source: &Source, name: &str) -> BTreeMap<i64, i64> {
    let lines = source.ask(&format!("SELECT concat(n, '|', balance) AS line FROM {name}")).await;
    lines.iter().filter_map(|line| line.split_once('|')).map(|(n, balance)| (n.parse().unwrap(), balance.parse().unwrap())).collect()
}

async fn release(people: &People, name: &str) {
    let request = people.builder.submit("travel", name).await;
    let decision = json!({"approve": true, "accept_costs": true});
    people.approver.post(&format!("/requests/{request}/decide"), decision).await;
    let grant = format!("/apps/travel/demo-app/grants/travel/{name}");
    assert!(people.owner.call(Method::PUT, &grant, Some(json!({}))).await.0.is_success());
    people.owner.served().await;
}

/// While somebody moves money between accounts and opens empty ones all the time, what is read has all of it: as at one moment, and as many
/// as the source counts.
async fn one_state(source: Source, key_type: (&str, &str), key: &str) {
    let source = Arc::new(source);
    let folder = testkit::folder();
    let server = start(folder.path(), None);
    let people = People::of(&server).await;
    people.builder.put_source("bank", source.driver(), source.binding()).await;
    accounts(&source, "accounts", key_type.0, key).await;
    dataset(&people, &source, "accounts", (key_type.1, "concat('', id)")).await;
    let gates = json!({"count_source": true});
    assert!(people.builder.call(Method::PUT, "/datasets/travel/accounts/gates", Some(gates)).await.0.is_success());
    let load = json!({"rows_per_s": 12_000, "readers": 3});
    assert!(people.builder.call(Method::PUT, "/sources/bank/load", Some(load)).await.0.is_success());
    let over = Arc::new(AtomicBool::new(false));
    let moving = tokio::spawn({
        let (source, over, key) = (Arc::clone(&source), Arc::clone(&over), key.to_owned());
        async move {
            let mut moves = 0_i64;
            while !over.load(Ordering::Relaxed) {
                let (from, to) = (moves * 7_919 % ROWS, ROWS - 1 - moves * 6_151 % ROWS);
                source.run(&format!("UPDATE accounts SET balance = balance + CASE n WHEN {from} THEN -7 ELSE 7 END WHERE n IN ({from}, {to}) AND {from} <> {to}")).await;
                let (key, n) = (key.replace("seq", &format!("({})", ROWS * 2 + moves)), ROWS * 2 + moves);
                source.run(&format!("INSERT INTO accounts VALUES ({key}, {n}, 0)")).await;
                moves += 1;
            }
            moves
        }
    });
    let version = people.builder.build("travel", "accounts").await;
    over.store(true, Ordering::Relaxed);
    let moves = moving.await.unwrap();
    assert_eq!(version["state"], "live", "{version:#}");
    assert!(version["figures"]["parts"].as_i64() >= Some(3), "{version:#}");
    assert!(moves > 5, "only {moves} moves while it was read");
    release(&people, "accounts").await;
    let keys = source.ask("SELECT concat('', id) AS line FROM accounts").await;
    let rows = served(&Http::new(&server), "accounts", &keys).await;
    assert_eq!((rows.keys().filter(|n| **n < ROWS).count(), rows.values().sum::<i64>()), (usize::try_from(ROWS).unwrap(), ROWS * 100));
    assert!(rows.values().any(|balance| *balance != 100), "nothing had moved before it was read");
    let scratch = folder.path().join("datasets/scratch");
    until(LONG, "what was put aside is gone", async || std::fs::read_dir(&scratch).unwrap().count() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_of_postgres_see_one_state_of_a_table_by_text() {
    one_state(Source::postgres(), ("text", "string"), "'key ''' || md5(seq::text)").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_of_mariadb_see_one_state_of_a_table_by_number() {
    let source = Source::mariadb();
    // As many servers are set up, and at which they take no notice of a snapshot that is asked for.
    source.run("SET GLOBAL TRANSACTION ISOLATION LEVEL READ COMMITTED").await;
    one_state(source, ("bigint", "int64"), "seq * 3").await;
}

/// A worker dies when it has read a part; then nothing changes, or every part does; another goes on.
async fn taken_over(changes: &str, key_type: (&str, &str), (key, as_text): (&str, &str)) -> i64 {
    let source = Source::postgres();
    let folder = testkit::folder();
    let mut server = start(folder.path(), None);
    let people = People::of(&server).await;
    people.builder.put_source("bank", source.driver(), source.binding()).await;
    accounts(&source, "accounts", key_type.0, key).await;
    dataset(&people, &source, "accounts", (key_type.1, as_text)).await;
    people.builder.built().await;
    server.kill();
    let mut server = start(folder.path(), Some("parts.after-part"));
    let builder = people.builder.at(&server);
    builder.post("/datasets/travel/accounts/build", json!({"environment": "prod"})).await;
    assert_eq!(server.wait().signal(), Some(9), "no part was read");
    let keys = source.ask(&format!("SELECT {as_text} AS line FROM accounts")).await;
    if !changes.is_empty() {
        source.run(changes).await;
    }
    let server = start(folder.path(), None);
    let people = People::of(&server).await;
    let done = dataset_until(&people.builder, "accounts", "taken over", |dataset| dataset["job"]["runs"][0]["state"] == "done").await;
    let figures = &done["versions"][0]["figures"];
    release(&people, "accounts").await;
    let (rows, wanted) = (served(&Http::new(&server), "accounts", &keys).await, stored(&source, "accounts").await);
    assert!(rows == wanted, "{} rows are served, and {} are stored", rows.len(), wanted.len());
    assert_eq!(figures["read_rows"].as_i64(), i64::try_from(wanted.len()).ok(), "{figures:#}");
    figures["taken_over_rows"].as_i64().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_worker_had_read_is_gone_on_from_unless_it_has_changed() {
    let uuid = "('00000000-0000-4000-8000-' || lpad(to_hex(seq * 104729 % 16777213), 12, '0'))::uuid";
    let uuid = (uuid, "id::text");
    let number = ("(seq - 6000) * 7", "id::text");
    let time = "'2024-05-01T00:00:00Z'::timestamptz + seq * interval '1 minute'";
    let time = (time, "to_char(id AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
    let (same, changed, fewer, moved) = tokio::join!(
        taken_over("", ("uuid", "uuid"), uuid),
        taken_over("UPDATE accounts SET balance = balance + 1 WHERE n % 100 = 7", ("bigint", "int64"), number),
        taken_over("DELETE FROM accounts WHERE n % 100 = 7", ("timestamptz", "timestamp"), time),
        // As many rows as before in each part, and one is another.
        taken_over(
            "BEGIN; SAVEPOINT a; CREATE TEMP TABLE t AS SELECT * FROM accounts WHERE n % 100 = 7; \
             DELETE FROM accounts WHERE n % 100 = 7; INSERT INTO accounts SELECT id, n + 1000000, balance + 3 FROM t; COMMIT",
            ("timestamptz", "timestamp"),
            time
        ),
    );
    assert!((2_000..10_000).contains(&same), "{same} rows were gone on from");
    assert_eq!((changed, fewer, moved), (0, 0, 0), "of parts that have changed");
}
