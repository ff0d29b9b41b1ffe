//! Redis as a source: hashes, texts and JSON as tables, looked up by key and walked; what is wrong is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // tests

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{ask, text};
use connect::{MAX_BUILD_CELL_BYTES, MAX_CELL_BYTES, SourceErrorKind};
use model::DataType;
use model::table::TableRef;
use testkit::Redis;

mod common;

/// Sends commands with the stock client, a command a line.
fn pipe(redis: &Redis, commands: &str) {
    let mut child =
        Command::new("redis-cli").args(["-p", &redis.port().to_string()]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// The planes of the demo, a hash each; a value that is missing is not in it.
fn planes(redis: &Redis) {
    let mut commands = String::new();
    for (tailnum, plane) in testkit::planes() {
        commands += &format!("HSET plane:{tailnum}");
        for (name, value) in plane.iter().filter(|(name, _)| *name != "tailnum") {
            if let Some(value) = value {
                commands += &format!(" {name} {}", quoted(value));
            }
        }
        commands.push('\n');
    }
    pipe(redis, &commands);
}

#[tokio::test(flavor = "multi_thread")]
async fn hashes_are_rows_by_key_and_altogether() {
    let redis = Redis::start();
    planes(&redis);
    let source = common::open(&engine::Redis, &[("url", &redis.url()), ("tables", "plane:{tailnum}")]).unwrap();
    assert!(source.test().await.unwrap().starts_with("Redis "));
    let info = source.table(&TableRef::new("plane")).await.unwrap().unwrap();
    assert_eq!(info.key, ["tailnum"]);
    let seats = info.column("seats").unwrap();
    assert_eq!((seats.data_type, seats.native.as_str()), (DataType::Int64, "integer in 1000 of 1000 rows"));
    let known = testkit::planes();
    let plane = &known["N10156"];
    let wanted = [("tailnum", DataType::String), ("model", DataType::String), ("seats", DataType::Int64)];
    let sql = "SELECT tailnum, model, seats FROM \"plane\" WHERE tailnum = $1";
    let found = ask(&*source, sql, vec![text("N10156")], &wanted).await.unwrap();
    let line =
        format!(r#"{{"tailnum":"N10156","model":"{}","seats":{}}}"#, plane["model"].clone().unwrap(), plane["seats"].clone().unwrap());
    assert_eq!(found, [line]);
    assert!(ask(&*source, sql, vec![text("N-NONE")], &wanted).await.unwrap().is_empty());
    // By key it is looked up, not walked: the server counts what it is asked.
    let calls = |command: &str| -> u64 {
        let all = redis.cli(&["info", "commandstats"]);
        let line = all.lines().find(|line| line.starts_with(&format!("cmdstat_{command}:")));
        line.map_or(0, |line| line.split("calls=").nth(1).unwrap().split(',').next().unwrap().parse().unwrap())
    };
    let (walks, reads) = (calls("scan"), calls("hgetall"));
    let some = ask(&*source, "SELECT tailnum FROM \"plane\" WHERE tailnum IN ($1, $2)", vec![text("N10156"), text("N102UW")], &wanted[..1]);
    assert_eq!(some.await.unwrap().len(), 2);
    assert_eq!((calls("scan"), calls("hgetall")), (walks, reads + 2));
    // A walk gives each row once, and the same as the source of the data says.
    let mut engines: BTreeMap<String, usize> = BTreeMap::new();
    known.values().for_each(|plane| *engines.entry(plane["engine"].clone().unwrap()).or_default() += 1);
    let expected: Vec<String> = engines.iter().map(|(engine, n)| format!(r#"{{"engine":"{engine}","n":{n}}}"#)).collect();
    let sql = "SELECT engine, count(*) AS n FROM \"plane\" GROUP BY engine ORDER BY engine";
    let counted = ask(&*source, sql, vec![], &[("engine", DataType::String), ("n", DataType::Int64)]).await.unwrap();
    assert_eq!(counted, expected);
    let plan = source.explain(sql, &[]).await.unwrap();
    assert_eq!(plan.full_scans, ["plane"]);
    let plan = source.explain("SELECT model FROM \"plane\" WHERE tailnum = $1", &[text("N10156")]).await.unwrap();
    assert!(plan.full_scans.is_empty() && !plan.lines.join("\n").contains("Scan {"), "{plan:?}");
    for attack in testkit::ATTACKS {
        let asked = ask(&*source, "SELECT tailnum FROM \"plane\" WHERE tailnum = $1", vec![text(&format!("N10156{attack}"))], &wanted[..1]);
        assert!(asked.await.unwrap().is_empty(), "{attack}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_and_json_are_rows_and_tables_are_found() {
    let redis = Redis::start();
    pipe(
        &redis,
        "SET user:1:cart '{\"items\": 3, \"total\": \"12.50\", \"paid\": true, \"lines\": [1, 2]}'\n\
         SET user:2:cart '{\"items\": 1, \"total\": \"0.99\", \"paid\": false}'\n\
         SET rate:EUR 1.0821\nSET rate:GBP 1.27\nRPUSH queue:mail a b\nSET alone 1\nHSET odd[x]:7 a 1\n",
    );
    let source = common::open(
        &engine::Redis,
        &[("url", &redis.url()), ("tables", "carts = user:{id}:cart\nrate:{currency}"), ("types", "total=decimal(10,2)")],
    )
    .unwrap();
    let money = DataType::Decimal { precision: 10, scale: 2 };
    let wanted =
        [("id", DataType::Int64), ("items", DataType::Int64), ("total", money), ("paid", DataType::Bool), ("lines", DataType::Json)];
    let found = ask(&*source, "SELECT id, items, total, paid, lines FROM \"carts\" ORDER BY id", vec![], &wanted).await.unwrap();
    assert_eq!(
        found,
        [
            r#"{"id":1,"items":3,"total":"12.50","paid":true,"lines":[1, 2]}"#,
            r#"{"id":2,"items":1,"total":"0.99","paid":false,"lines":null}"#
        ]
    );
    let by_number = vec![(DataType::Int64, model::Value::Int(2))];
    let found = ask(&*source, "SELECT items FROM \"carts\" WHERE id = $1", by_number, &[("items", DataType::Int64)]).await.unwrap();
    assert_eq!(found, [r#"{"items":1}"#]);
    let rates = ask(&*source, "SELECT value FROM \"rate\" WHERE currency = $1", vec![text("EUR")], &[("value", DataType::Float64)]);
    assert_eq!(rates.await.unwrap(), [r#"{"value":1.0821}"#]);
    // Digits stay, and bytes that are no text are never made one: they are told, or are a column of bytes.
    let set = |key: &str, how: &[&str], value: &[u8]| {
        let mut child = Command::new("redis-cli")
            .args(["-p", &redis.port().to_string(), "-x"])
            .args(how)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(value).unwrap();
        assert!(child.wait().unwrap().success(), "{key}");
    };
    set("m:1", &["SET", "m:1"], br#"{"price":12345678901234567.89,"n":12345678901234567890123,"j":{"p":1.10}}"#);
    for (key, value) in [("h:1", &b"a"[..]), ("h:2", b"b"), ("h:3", b"caf\xe9")] {
        set(key, &["HSET", key, "name"], value);
        set(key, &["HSET", key, "raw"], b"\xff\xfe");
    }
    let odd = common::open(&engine::Redis, &[("url", &redis.url()), ("tables", "m:{id}\nh:{id}")]).unwrap();
    let m = odd.table(&TableRef::new("m")).await.unwrap().unwrap();
    let wanted = ["price", "n", "j"].map(|name| (name, m.column(name).unwrap().data_type));
    let found = ask(&*odd, "SELECT price, n, j FROM \"m\"", vec![], &wanted).await.unwrap();
    assert_eq!(found, [r#"{"price":"12345678901234567.89","n":"12345678901234567890123","j":{"p":1.10}}"#]);
    let h = odd.table(&TableRef::new("h")).await.unwrap().unwrap();
    assert_eq!((h.column("name").unwrap().data_type, h.column("raw").unwrap().data_type), (DataType::String, DataType::Bytes));
    let raw = ask(&*odd, "SELECT raw FROM \"h\" WHERE id = $1", vec![(DataType::Int64, model::Value::Int(3))], &[("raw", DataType::Bytes)])
        .await
        .unwrap();
    assert_eq!(raw, [r#"{"raw":"//4="}"#]);
    let names = ask(&*odd, "SELECT name FROM \"h\"", vec![], &[("name", DataType::String)]).await.unwrap_err();
    assert!(names.sentence.starts_with("h:3: name of row 1 has a value of 4 bytes, which is not a text."), "{names:?}");
    pipe(&redis, "DEL m:1 h:1 h:2 h:3\n");
    // Without a word about its keys, the tables are what stands before the first colon.
    let found = common::open(&engine::Redis, &[("url", &redis.url())]).unwrap();
    let names: Vec<String> = found.tables().await.unwrap().into_iter().map(|info| info.table.name).collect();
    assert_eq!(names, ["odd[x]", "rate", "user"]);
    // A list is no row, and a table whose keys hold different things says so.
    let odd = common::open(&engine::Redis, &[("url", &redis.url()), ("tables", "queue:{name}\nrate:{currency}")]).unwrap();
    let error = odd.table(&TableRef::new("queue")).await.unwrap_err();
    assert!(error.kind == SourceErrorKind::Mismatch && error.sentence.contains("is a list"), "{error:?}");
    assert!(odd.table(&TableRef::new("rate")).await.unwrap().is_some());
    let _ = redis.cli(&["HSET", "rate:USD", "a", "1"]);
    let mixed = ask(&*odd, "SELECT value FROM \"rate\"", vec![], &[("value", DataType::Float64)]).await.unwrap_err();
    assert_eq!(mixed.kind, SourceErrorKind::Mismatch, "{mixed:?}");
}

/// Sets a key to this many letters.
fn set_long(redis: &Redis, key: &str, letters: usize) {
    let mut child = Command::new("redis-cli")
        .args(["-p", &redis.port().to_string(), "-x", "SET", key])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&vec![b'x'; letters]).unwrap();
    assert!(child.wait().unwrap().success(), "{key}");
}

#[tokio::test(flavor = "multi_thread")]
async fn builds_take_larger_values_than_responses() {
    let redis = Redis::start();
    pipe(&redis, "SET doc:small few\n");
    set_long(&redis, "doc:long", MAX_CELL_BYTES + 1);
    let source = common::open(&engine::Redis, &[("url", &redis.url()), ("tables", "doc:{name}")]).unwrap();
    let wanted = [("name", DataType::String), ("value", DataType::String)];
    let asked = ask(&*source, "SELECT name, value FROM \"doc\"", vec![], &wanted).await.unwrap_err();
    assert_eq!(asked.kind, SourceErrorKind::TooLarge, "{asked:?}");
    assert!(asked.sentence.contains("doc:long has 17 MiB; a value can have 16 MiB."), "{asked:?}");
    let (rows, rejected) = common::read(&*source, "doc").await.unwrap();
    let mut lengths: Vec<usize> = rows.iter().map(|row| row["value"].as_str().unwrap().len()).collect();
    lengths.sort_unstable();
    assert_eq!((lengths, rejected.len()), (vec![3, MAX_CELL_BYTES + 1], 0), "{rejected:?}");
    set_long(&redis, "doc:longer", MAX_BUILD_CELL_BYTES + 1);
    let (rows, rejected) = common::read(&*source, "doc").await.unwrap();
    assert_eq!((rows.len(), rejected.len()), (2, 1), "{rejected:?}");
    assert_eq!(rejected[0].place, "doc:longer");
    assert_eq!(rejected[0].reason, "doc:longer has 65 MiB; a value can have 64 MiB. Shorten it.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_refuses_or_is_away_is_told_and_found_again() {
    let (redis, authority) = Redis::with_tls("quite secret");
    let url = format!("rediss://127.0.0.1:{}", redis.port());
    let ca = String::from_utf8(authority).unwrap();
    let open = |password: &str| {
        let settings = [("url", url.as_str()), ("tls_ca", ca.as_str()), ("password", password), ("tables", "k:{id}")];
        common::open(&engine::Redis, &settings).unwrap()
    };
    let refused = open("wrong").test().await.unwrap_err();
    assert_eq!(refused.kind, SourceErrorKind::Refused, "{refused:?}");
    let elsewhere = url.replace("127.0.0.1", "localhost");
    let other = common::open(&engine::Redis, &[("url", &elsewhere), ("tls_ca", &ca)]).unwrap().test().await.unwrap_err();
    assert!(other.kind == SourceErrorKind::Refused && other.sentence.contains("certificate"), "{other:?}");
    assert!(open("quite secret").test().await.is_ok());
    let mut redis = Redis::start();
    let source = common::open(&engine::Redis, &[("url", &redis.url())]).unwrap();
    assert!(source.test().await.is_ok());
    redis.stop();
    let away = source.tables().await.unwrap_err();
    assert!(matches!(away.kind, SourceErrorKind::Unreachable | SourceErrorKind::Timeout), "{away:?}");
    redis.resume();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while source.test().await.is_err() {
        assert!(std::time::Instant::now() < deadline, "it is not found again");
        tokio::task::yield_now().await;
    }
    for url in ["", "http://localhost", "nonsense"] {
        let error = common::open(&engine::Redis, &[("url", url)]).err().unwrap();
        assert_eq!(error.kind, SourceErrorKind::Config, "{url}");
    }
}
