//! How large cells may be and how much of an answer is held, of every kind of source: the same bounds, and the same words.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::common::{Http, People, Source, binary};
use crate::response_bounds::Watched;
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{ClickHouse, MariaDb, Redis, Sluice, TempDir, problem_code, python};

/// Rows, and bytes of the text in each: a response may have each of them, and not all of them.
const ALLOWED: (usize, usize) = (300, 1 << 20);
/// A response may have none of them.
const TOO_LARGE: (usize, usize) = (16, 40_000_000);
/// Of SQLite: its driver reads 16 rows ahead.
const TOO_LARGE_AHEAD: (usize, usize) = (16, 20_000_000);

/// A source with a table `bodies`: so many rows, each with a text of so many bytes.
enum Bodies {
    Server(Source),
    Sqlite(TempDir),
    ClickHouse(ClickHouse),
    Parquet(TempDir),
    Text(TempDir),
    Redis(Redis),
}

/// Views make the texts as they are asked for: nothing of them is stored.
const POSTGRES: &str = "CREATE TABLE size (many bigint, bytes int); INSERT INTO size VALUES (1, 8); \
    CREATE VIEW bodies AS SELECT n, repeat('x', bytes) AS body FROM size, generate_series(1, many) AS n";
const MARIADB: &str = "CREATE TABLE size (many bigint, bytes bigint); INSERT INTO size VALUES (1, 8); \
    CREATE VIEW bodies AS SELECT CAST(seq AS SIGNED) AS n, REPEAT('x', bytes) AS body FROM size JOIN seq_1_to_1000 ON seq <= many";
const SQLITE: &str = "CREATE TABLE size (many, bytes); INSERT INTO size VALUES (1, 8); \
    CREATE VIEW bodies AS WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers, size WHERE n < many) \
    SELECT n, printf('%.*c', bytes, 'x') AS body FROM numbers, size";

impl Bodies {
    async fn all() -> Vec<(&'static str, Self)> {
        let postgres = Source::postgres();
        postgres.run(POSTGRES).await;
        let mariadb = MariaDb::with(&["--max-allowed-packet=1073741824"]);
        mariadb.run("mysql", "CREATE DATABASE shop");
        mariadb.run("shop", MARIADB);
        let sqlite = testkit::folder();
        testkit::sqlite3(&sqlite.path().join("bodies.db"), SQLITE);
        vec![
            ("in-postgres", Self::Server(postgres)),
            ("in-mariadb", Self::Server(Source::MariaDb(mariadb))),
            ("in-sqlite", Self::Sqlite(sqlite)),
            ("in-clickhouse", Self::ClickHouse(ClickHouse::start())),
            ("in-parquet", Self::Parquet(testkit::folder())),
            ("in-text", Self::Text(testkit::folder())),
            ("in-redis", Self::Redis(Redis::start())),
        ]
    }

    async fn fill(&self, (rows, bytes): (usize, usize)) {
        let update = format!("UPDATE size SET many = {rows}, bytes = {bytes}");
        match self {
            Self::Server(source) => source.run(&update).await,
            Self::Sqlite(folder) => drop(testkit::sqlite3(&folder.path().join("bodies.db"), &update)),
            Self::ClickHouse(source) => {
                source.run("default", "DROP VIEW IF EXISTS bodies");
                // A text is repeated a million times at most.
                let (part, parts) = if bytes > 1_000_000 { (1_000, bytes / 1_000) } else { (1, bytes) };
                let body = format!("repeat(repeat('x', {part}), {parts})");
                source
                    .run("default", &format!("CREATE VIEW bodies AS SELECT toInt64(number + 1) AS n, {body} AS body FROM numbers({rows})"));
            }
            Self::Parquet(folder) => parquet(folder.path(), &vec![bytes; rows]),
            Self::Text(folder) => {
                let mut file = std::io::BufWriter::new(std::fs::File::create(folder.path().join("bodies.csv")).unwrap());
                let body = "x".repeat(bytes);
                file.write_all(b"n,body\n").unwrap();
                (1..=rows).for_each(|n| writeln!(file, "{n},{body}").unwrap());
                file.flush().unwrap();
            }
            Self::Redis(source) => redis(source, &vec![bytes; rows]),
        }
    }

    fn driver(&self) -> &'static str {
        match self {
            Self::Server(source) => source.driver(),
            Self::Sqlite(_) => "sqlite",
            Self::ClickHouse(_) => "clickhouse",
            Self::Parquet(_) | Self::Text(_) => "files",
            Self::Redis(_) => "redis",
        }
    }

    fn binding(&self) -> Json {
        let config = match self {
            Self::Server(source) => return source.binding(),
            Self::Sqlite(folder) => json!({"path": folder.path().join("bodies.db")}),
            Self::ClickHouse(source) => json!({"url": source.url, "database": "default", "user": "default"}),
            Self::Parquet(folder) | Self::Text(folder) => json!({"path": folder.path()}),
            Self::Redis(source) => json!({"url": source.url(), "tables": "bodies:{n}"}),
        };
        json!({"config": config, "secrets": {}})
    }

    fn spec(&self, source: &str) -> Json {
        let table = if let Self::Server(source) = self { source.table("bodies") } else { json!({"name": "bodies"}) };
        let column = if let Self::Redis(_) = self { "value" } else { "body" };
        json!({
            "title": "Bodies", "source": source, "kind": "sql",
            "form": {"table": table, "select": [{"name": "n", "column": "n"}, {"name": "body", "column": column}]},
            "policy": {"timeout_ms": 30_000},
        })
    }
}

/// A file with texts of these sizes, each in a page of its own.
fn parquet(folder: &Path, sizes: &[usize]) {
    let file = folder.join("bodies.parquet").display().to_string();
    let script = "import sys, pyarrow as pa, pyarrow.parquet as pq\n\
        sizes = [int(size) for size in sys.argv[2].split(',')]\n\
        table = pa.table({'n': pa.array(range(1, len(sizes) + 1), pa.int64()), 'body': ['x' * size for size in sizes]})\n\
        pq.write_table(table, sys.argv[1], compression='zstd', use_dictionary=False, write_batch_size=1, data_page_size=1)\n";
    let sizes = sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let made = Command::new(python()).args(["-c", script, &file, &sizes]).status().expect("pyarrow is installed by scripts/setup.sh test");
    assert!(made.success());
}

/// Keys with texts of these sizes, and no others.
fn redis(server: &Redis, sizes: &[usize]) {
    let script = "redis.call('FLUSHALL') \
        for at, size in ipairs(ARGV) do redis.call('SET', 'bodies:' .. at, string.rep('x', tonumber(size))) end return 'made'";
    let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    let mut arguments = vec!["EVAL", script, "0"];
    arguments.extend(sizes.iter().map(String::as_str));
    assert_eq!(server.cli(&arguments), "made");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_source_is_held_beyond_the_bounds_of_a_response() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let all = Bodies::all().await;
    for (name, bodies) in &all {
        bodies.fill((1, 8)).await;
        people.builder.put_source(name, bodies.driver(), bodies.binding()).await;
        people.publish(name, bodies.spec(name), json!({})).await;
        let (status, answer) = http.json(http.get(&format!("/api/travel/{name}"))).await;
        let rows = answer["rows"].as_array().map_or(0, Vec::len);
        assert_eq!((status, rows, &answer["rows"][0]["body"]), (200, 1, &json!("xxxxxxxx")), "{name}: {answer}");
    }

    // Cells that are allowed, and more of them than a response may have.
    let watched = Watched::new(server.pid());
    for (name, bodies) in &all {
        bodies.fill(ALLOWED).await;
        let (status, problem) = http.json(http.get(&format!("/api/travel/{name}"))).await;
        assert_eq!((status, problem_code(&problem).0), (413, "too-large"), "{name}: {problem}");
        let response = http.get(&format!("/api/travel/{name}?format=ndjson")).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{name}: the first rows are good");
        assert!(response.bytes().await.is_err(), "{name}: a part of it looks whole");
        assert!(watched.more() < 250, "{name}: of 300 MiB, {} MiB were held", watched.more());
    }
    drop(watched);

    // Cells that are too large: the first is refused by its row and name, and the others are not read.
    let watched = Watched::new(server.pid());
    for (name, bodies) in &all {
        let (rows, bytes) = if let Bodies::Sqlite(_) = bodies { TOO_LARGE_AHEAD } else { TOO_LARGE };
        bodies.fill((rows, bytes)).await;
        for format in ["json", "ndjson"] {
            let (status, problem) = http.json(http.get(&format!("/api/travel/{name}?format={format}"))).await;
            let (code, detail) = problem_code(&problem);
            assert_eq!((status, code), (413, "too-large"), "{name}, {format}: {problem}");
            // Redis says how large a value is before it is fetched, by its key.
            let told =
                if let Bodies::Redis(_) = bodies { ["bodies:", "MiB; a value can have 16 MiB"] } else { ["Row 1 has", "MiB in body"] };
            assert!(told.iter().all(|part| detail.contains(part)), "{name}, {format}: {problem}");
        }
        assert!(watched.more() < 400, "{name}: of {} MiB, {} MiB were held", (rows * bytes) >> 20, watched.more());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_beyond_the_bound_of_a_build_is_a_rejected_row_and_a_sample_tells_of_it() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    let sizes = [8, 70 << 20, 8];
    let (postgres, folder, keys) = (Source::postgres(), testkit::folder(), Redis::start());
    let made = "CREATE TABLE bodies (n bigint PRIMARY KEY, body text); \
        INSERT INTO bodies SELECT n, repeat('x', CASE n WHEN 2 THEN 70 << 20 ELSE 8 END) FROM generate_series(1, 3) AS n";
    postgres.run(made).await;
    parquet(folder.path(), &sizes);
    redis(&keys, &sizes);
    let all = [
        ("in-postgres", Bodies::Server(postgres), "has 70 MiB in body; the limit of a cell is 64 MiB"),
        ("in-parquet", Bodies::Parquet(folder), "has 70 MiB in body; the limit of a cell is 64 MiB"),
        ("in-redis", Bodies::Redis(keys), "bodies:2 has 70 MiB; a value can have 64 MiB"),
    ];
    for (name, bodies, reason) in &all {
        builder.put_source(name, bodies.driver(), bodies.binding()).await;
        let sample = builder.get(&format!("/sources/{name}/prod/tables/bodies/sample")).await;
        assert!(sample["rows"].as_array().is_some_and(|rows| rows.len() >= 2), "{name}: {}", sample["unreadable"]);
        assert!(sample["unreadable"][0].as_str().is_some_and(|told| told.contains("70 MiB")), "{name}: {}", sample["unreadable"]);
        let table = if let Bodies::Server(source) = bodies { source.table("bodies") } else { json!({"name": "bodies"}) };
        let new = json!({"domain": "travel", "name": name, "source": name, "table": table, "key": ["n"]});
        builder.post("/datasets", new).await;
        let failed = builder.build("travel", name).await;
        assert!(failed["state"] == "failed" && failed["reason"].as_str().unwrap().contains(reason), "{name}: {failed:#}");
        let (status, body) = builder.call(Method::PUT, &format!("/datasets/travel/{name}/job"), Some(json!({"dirty": {"rows": 1}}))).await;
        assert!(status.is_success(), "{name}: {body}");
        let built = builder.build("travel", name).await;
        assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(2)), "{name}: {built:#}");
    }
}
