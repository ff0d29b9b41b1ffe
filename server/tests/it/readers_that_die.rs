//! Readers that die in the middle: a driver that panics, a connection that is ended from without. Whatever the source and the form of the
//! response, what is not whole says so; a build fails, and an incremental sync tells why it does not go on.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Chance, ClickHouse, Sluice, problem_code};

use crate::common::items::{agree, at, dataset, make};
use crate::common::{Grpc, Http, LONG, People, Source, binary, incremental_sync, incremental_sync_until, until};

const ROWS: u64 = 3_000;
const FORMS: [&str; 7] = ["", ".ndjson", ".csv", ".excel", ".parquet", ".arrow", ".columns"];
const ROUNDS: u64 = 3;
/// Later than any reader.
const NEVER: u64 = 1 << 40;

fn start() -> Sluice {
    Sluice::demo_with(binary(), &[("SLUICE_READERS_DIE", "1"), ("SLUICE_PART_ROWS", "400")])
}

fn chance() -> Chance {
    let seed = std::env::var("SLUICE_SOAK_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_122);
    println!("readers that die: seed {seed}");
    Chance::new(seed)
}

/// Some reader dies once so many more rows, or batches, were read.
fn die_after(server: &Sluice, point: &str, count: u64) {
    let new = server.data().join("reader.new");
    std::fs::write(&new, count.to_string()).unwrap();
    std::fs::rename(new, server.data().join(point)).unwrap();
}

/// What is listed, in the order of its first column, which is its key.
struct Listed {
    source: &'static str,
    table: Json,
    columns: [(&'static str, &'static str); 2],
    rows: u64,
    /// Where its readers die, and how often they come there.
    point: &'static str,
    steps: u64,
}

impl Listed {
    fn numbers(source: &'static str, table: Json) -> Self {
        Self { source, table, columns: [("n", "int64"), ("word", "string")], rows: ROWS, point: "reader.row", steps: ROWS }
    }

    fn api(&self) -> Json {
        let select = self.columns.map(|(name, _)| json!({"name": name, "column": name}));
        let fields = self.columns.map(|(name, kind)| json!({"name": name, "column": name, "type": kind}));
        json!({
            "title": "Everything", "source": self.source, "kind": "sql",
            "form": {"table": self.table, "select": select, "sort": [{"field": self.columns[0].0}]},
            "fields": fields, "policy": {"max_rows": 100_000, "timeout_ms": 20_000},
        })
    }
}

/// A whole response; nothing where it says itself that it is none.
async fn whole(http: &Http, form: &str) -> Option<Vec<u8>> {
    let response = http.get(&format!("/api/travel/listed{form}")).send().await.ok()?;
    let is_good = response.status().as_u16() == 200;
    let body = response.bytes().await.ok()?;
    is_good.then(|| body.to_vec())
}

fn calls() -> [(&'static str, Json); 3] {
    [
        ("sluice.travel.Listed/Query", json!({})),
        ("sluice.travel.Listed/Stream", json!({})),
        ("sluice.v1.DataService/Stream", json!({"api": "travel/listed", "parameters": {}})),
    ]
}

/// Lets readers die at rows by chance, over each form: what looks whole is whole.
async fn nothing_short_looks_whole(server: &Sluice, people: &People, of: &Listed) {
    people.publish("listed", of.api(), json!({})).await;
    let (http, mut grpc, mut chance) = (Http::new(server), Grpc::new(server), chance());
    let mut right = Vec::new();
    for form in FORMS {
        right.push(whole(&http, form).await.unwrap());
    }
    let lines = |index: usize| right[index].iter().filter(|byte| **byte == b'\n').count() as u64;
    assert_eq!((lines(1), lines(2)), (of.rows, of.rows + 1), "lines of NDJSON and of CSV");
    let page: Json = serde_json::from_slice(&right[0]).unwrap();
    assert_eq!((page["rows"].as_array().unwrap().len() as u64, &page["truncated"]), (of.rows, &json!(false)));
    let by_grpc: Vec<Json> = calls().into_iter().map(|(method, request)| grpc.call(method, &http.key, request)["ok"].clone()).collect();
    assert_eq!(by_grpc[1].as_array().unwrap().len() as u64, of.rows);

    let (mut tried, mut told) = (0, 0);
    for _ in 0..ROUNDS {
        for (form, right) in FORMS.iter().zip(&right) {
            let after = chance.below(of.steps);
            die_after(server, of.point, after);
            let answer = whole(&http, form).await;
            assert!(answer.as_ref().is_none_or(|body| body == right), "{}{form}, dead after {after}: short, and looks whole", of.source);
            (tried, told) = (tried + 1, told + u64::from(answer.is_none()));
        }
        for ((method, request), right) in calls().into_iter().zip(&by_grpc) {
            let after = chance.below(of.steps);
            die_after(server, of.point, after);
            let answer = grpc.call(method, &http.key, request);
            assert!(answer["code"].is_string() || answer["ok"] == *right, "{} {method}, dead after {after}: {answer}", of.source);
            (tried, told) = (tried + 1, told + u64::from(answer["code"].is_string()));
        }
    }
    println!("{}: {told} of {tried} readers died, and each said so", of.source);
    assert!(told > tried / 2, "readers die: {told} of {tried}");
    die_after(server, of.point, NEVER);
    assert!(whole(&http, "").await.unwrap() == right[0], "afterwards it answers as before");
}

/// The value that a driver dies of is named.
async fn the_value_is_named(server: &Sluice, of: &Listed) {
    let http = Http::new(server);
    die_after(server, of.point, of.steps / 2);
    let (status, problem) = http.json(http.get("/api/travel/listed")).await;
    let (code, detail) = problem_code(&problem);
    assert!(status >= 400 && code == "source-changed", "{problem}");
    let place = format!("Row {} has a value in {} ", of.steps / 2 + 1, of.columns[0].0);
    assert!(detail.starts_with(of.source) && detail.contains(&place), "{detail}");
    die_after(server, of.point, NEVER);
}

/// A build fails, whichever of its readers dies; and is whole afterwards.
async fn no_build_is_short(server: &Sluice, people: &People, of: &Listed) {
    let new = json!({"domain": "travel", "name": "listed", "source": of.source, "table": of.table, "key": [of.columns[0].0]});
    people.builder.post("/datasets", new).await;
    let mut chance = chance();
    for _ in 0..ROUNDS {
        // The first rows are those of questions beforehand.
        let after = of.steps / 10 + chance.below(of.steps / 2);
        die_after(server, of.point, after);
        let built = people.builder.build("travel", "listed").await;
        assert_eq!(built["state"], "failed", "dead after {after}: {built}");
        let reason = built["reason"].as_str().unwrap();
        assert!(reason.starts_with(of.source) && (reason.contains("cannot be read") || reason.contains("ended early")), "{reason}");
    }
    die_after(server, of.point, NEVER);
    let built = people.builder.build("travel", "listed").await;
    assert_eq!((&built["state"], built["figures"]["read_rows"].as_u64()), (&json!("live"), Some(of.rows)), "{built}");
}

async fn of_a_server(source: Source) {
    let server = start();
    let people = People::of(&server).await;
    source.run("CREATE TABLE numbers (n bigint PRIMARY KEY, word varchar(60) NOT NULL)").await;
    let insert = match &source {
        Source::Postgres(_) => {
            format!("INSERT INTO numbers SELECT n, 'the number ' || n FROM generate_series(1, {ROWS}) AS n; ANALYZE numbers")
        }
        Source::MariaDb(_) => {
            format!("INSERT INTO numbers SELECT seq, concat('the number ', seq) FROM seq_1_to_{ROWS}; ANALYZE TABLE numbers")
        }
    };
    source.run(&insert).await;
    people.builder.put_source("numbers-db", source.driver(), source.binding()).await;
    let listed = Listed::numbers("numbers-db", source.table("numbers"));
    nothing_short_looks_whole(&server, &people, &listed).await;
    the_value_is_named(&server, &listed).await;
    no_build_is_short(&server, &people, &listed).await;
    let panics = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    let counted = panics.lines().find_map(|line| line.strip_prefix("sluice_panics_total ")).unwrap().parse::<u64>().unwrap();
    assert!(counted > ROUNDS, "each is counted: {counted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_of_postgres_that_dies_counts_as_one_that_has_finished() {
    of_a_server(Source::postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_of_mariadb_that_dies_counts_as_one_that_has_finished() {
    of_a_server(Source::mariadb()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_of_clickhouse_that_dies_counts_as_one_that_has_finished() {
    let (server, source) = (start(), ClickHouse::start());
    let people = People::of(&server).await;
    source.run("default", "CREATE DATABASE shop");
    source.run("shop", "CREATE TABLE numbers (n Int64, word String) ENGINE = MergeTree ORDER BY n");
    source.run("shop", &format!("INSERT INTO numbers SELECT number + 1, concat('the number ', toString(number + 1)) FROM numbers({ROWS})"));
    let binding = json!({"config": {"url": source.url, "database": "shop", "user": "default"}, "secrets": {}});
    people.builder.put_source("numbers-db", "clickhouse", binding).await;
    let listed = Listed::numbers("numbers-db", json!({"name": "numbers"}));
    nothing_short_looks_whole(&server, &people, &listed).await;
    the_value_is_named(&server, &listed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_of_sqlite_or_of_files_that_dies_counts_as_one_that_has_finished() {
    let (server, folder) = (start(), testkit::folder());
    let people = People::of(&server).await;
    let planes = Listed {
        source: "flights-db",
        table: json!({"name": "planes"}),
        columns: [("tailnum", "string"), ("manufacturer", "string")],
        rows: 3_322,
        point: "reader.row",
        steps: 3_322,
    };
    nothing_short_looks_whole(&server, &people, &planes).await;
    the_value_is_named(&server, &planes).await;
    no_build_is_short(&server, &people, &planes).await;

    let lines: String = (1..=ROWS).map(|n| format!("{n},the number {n}\n")).collect();
    std::fs::write(folder.path().join("numbers.csv"), format!("n,word\n{lines}")).unwrap();
    let other = start();
    let people = People::of(&other).await;
    let binding = json!({"config": {"path": folder.path().display().to_string()}, "secrets": {}});
    people.builder.put_source("files", "files", binding).await;
    let table = json!({"name": "numbers"});
    // The engine hands over whole batches.
    let files = Listed { source: "files", point: "reader.batch", steps: 3, ..Listed::numbers("files", table) };
    nothing_short_looks_whole(&other, &people, &files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_incremental_sync_whose_reader_dies_tells_so_until_it_goes_on() {
    let (server, source) = (start(), Source::postgres());
    let people = People::of(&server).await;
    make(&source).await;
    source.run(&format!("INSERT INTO items SELECT n, 'row ' || n, '{}', 0 FROM generate_series(0, 49) AS n", at(1))).await;
    dataset(&people, &source, "embedded").await;
    let http = Http::new(&server);
    agree(&http, &source, 50).await;
    source.run(&format!("INSERT INTO items SELECT n, 'row ' || n, '{}', 0 FROM generate_series(50, 99) AS n", at(2))).await;
    let now = async || incremental_sync(&people.builder.get("/datasets/travel/items").await).clone();
    // Within the rows of the lookback window, before the new ones: each poll dies there.
    let stuck = async || {
        die_after(&server, "reader.row", 20);
        now().await["reason"].as_str().is_some_and(|reason| reason.contains("cannot be read"))
    };
    until(LONG, "told why it does not go on", stuck).await;
    let line = "sluice_dataset_alarm{domain=\"travel\",dataset=\"items\",env=\"prod\",kind=\"not-followed\"} 1";
    let alarm = async || reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap().contains(line);
    let raised = async || {
        die_after(&server, "reader.row", 20);
        alarm().await
    };
    until(Duration::from_secs(30), "an alarm", raised).await;
    assert_ne!(now().await["reason"], "", "the reason stays while it tries again");
    die_after(&server, "reader.row", NEVER);
    agree(&http, &source, 100).await;
    incremental_sync_until(&people.builder, "items", "going on", |incremental_sync| incremental_sync["reason"] == "").await;
    until(Duration::from_secs(30), "no alarm", async || !alarm().await).await;
}

/// Rows that fill every buffer on the way to a caller who does not read on.
const MANY: u64 = 250_000;

async fn ended_from_without(source: Source, find: &str) {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    source.run("CREATE TABLE wide (n bigint PRIMARY KEY, word varchar(250) NOT NULL)").await;
    let rows = match &source {
        Source::Postgres(_) => format!("SELECT n, repeat('x', 200) FROM generate_series(1, {MANY}) AS n"),
        Source::MariaDb(_) => format!("SELECT seq, repeat('x', 200) FROM seq_1_to_{MANY}"),
    };
    source.run(&format!("INSERT INTO wide {rows}")).await;
    people.builder.put_source("wide-db", source.driver(), source.binding()).await;
    let mut api = Listed::numbers("wide-db", source.table("wide")).api();
    api["policy"] = json!({"max_rows": 300_000, "timeout_ms": 20_000});
    people.publish("listed", api, json!({})).await;
    for form in [".ndjson", ".csv", ".arrow"] {
        let mut response = http.get(&format!("/api/travel/listed{form}")).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{form}");
        assert!(response.chunk().await.unwrap().is_some());
        let sessions = source.ask(find).await;
        assert!(!sessions.is_empty(), "{form}: a statement runs");
        for id in sessions {
            match &source {
                Source::Postgres(_) => source.run(&format!("SELECT pg_terminate_backend({id})")).await,
                Source::MariaDb(_) => source.run(&format!("KILL CONNECTION {id}")).await,
            }
        }
        let mut ended = Ok(());
        while ended.is_ok() {
            match response.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => ended = Err(error),
            }
        }
        assert!(ended.is_err(), "{form}: its connection was ended in the middle, and it looks whole");
    }
    let mut response = http.get("/api/travel/listed.ndjson").send().await.unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    assert!(response.status().is_success() && first.starts_with(b"{"), "its source is asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_postgres_that_is_ended_in_the_middle_ends_the_response() {
    let find = "SELECT pid::text AS line FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active' AND query LIKE '%wide%'";
    ended_from_without(Source::postgres(), find).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_mariadb_that_is_ended_in_the_middle_ends_the_response() {
    let find = "SELECT id AS line FROM information_schema.processlist WHERE user = 'reader' AND info LIKE '%wide%'";
    ended_from_without(Source::mariadb(), find).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_no_calendar_has_never_makes_a_list_short() {
    let (server, source) = (Sluice::demo(binary()), Source::postgres());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    source
        .run(
            "CREATE TABLE big_inf (id int PRIMARY KEY, ts timestamptz);
             INSERT INTO big_inf SELECT i, '2024-01-01Z'::timestamptz + i * interval '1 s' FROM generate_series(1, 20000) i;
             UPDATE big_inf SET ts = 'infinity' WHERE id = 5000",
        )
        .await;
    people.builder.put_source("calendar", source.driver(), source.binding()).await;
    // Two rows are read for the check, so the API can be made whatever becomes of the third kind of value.
    let mut api = Listed { columns: [("id", "int32"), ("ts", "timestamp")], ..Listed::numbers("calendar", source.table("big_inf")) }.api();
    api["form"]["filters"] = json!([{"column": "id", "op": "at-most", "parameter": "upto"}]);
    api["parameters"] = json!([{"name": "upto", "type": "int64", "test_value": "3"}]);
    people.publish("listed", api, json!({})).await;
    for form in ["", ".ndjson", ".csv"] {
        if let Some(body) = whole(&http, form).await {
            let rows = match form {
                "" => serde_json::from_slice::<Json>(&body).unwrap()["rows"].as_array().unwrap().len(),
                ".csv" => body.iter().filter(|byte| **byte == b'\n').count() - 1,
                _ => body.iter().filter(|byte| **byte == b'\n').count(),
            };
            assert_eq!(rows, 20_000, "{form}: short, and looks whole");
        }
    }
    for (table, kind) in [("t_inf", "timestamp"), ("t_dinf", "date")] {
        let rows =
            format!("CREATE TABLE {table} (id int PRIMARY KEY, v {kind}); INSERT INTO {table} VALUES (1, '2013-01-01'), (2, 'infinity')");
        source.run(&rows).await;
        let new = json!({"domain": "travel", "name": table.replace('_', "-"), "source": "calendar", "table": source.table(table)});
        let (status, body) = people.builder.call(Method::POST, "/datasets", Some(new)).await;
        if !status.is_success() {
            println!("{table} is refused: {body}");
            continue;
        }
        let built = people.builder.build("travel", &table.replace('_', "-")).await;
        let is_whole = built["figures"]["read_rows"] == 2;
        assert!(built["state"] == "failed" || is_whole, "{table}: {built}");
    }
}
