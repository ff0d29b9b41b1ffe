//! What a person writes in SQL, against the real servers: what would be read in another way there than by the guard is refused when it is
//! checked, and what is let by gives what the server's own client gives.

use crate::common::{People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{ClickHouse, MariaDb, Postgres, Sluice};

async fn checked(people: &People, source: &str, sql: &str) -> Json {
    let parameters =
        if sql.contains(":id") { json!([{"name": "id", "type": "int64", "required": true, "test_value": "1"}]) } else { json!([]) };
    let spec = json!({"title": "A script", "source": source, "kind": "sql", "script": sql, "parameters": parameters});
    people.builder.post("/apis/travel/any/check", json!({"environment": "prod", "spec": spec})).await
}

async fn refused(people: &People, source: &str, sql: &str) {
    let report = checked(people, source, sql).await;
    assert_eq!(report["errors"][0]["field"], "script", "{source}: {sql}: {report:#}");
    assert_eq!(report["sample"]["rows"].as_array().map_or(0, Vec::len), 0, "{source}: {sql}");
}

/// The first cell of its sample, as text.
async fn first(people: &People, source: &str, sql: &str) -> String {
    let report = checked(people, source, sql).await;
    assert_eq!(report["errors"], json!([]), "{source}: {sql}");
    match &report["sample"]["rows"][0][0] {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn mariadb_runs_nothing_that_the_guard_did_not_read() {
    let source = MariaDb::start();
    source.run(
        "mysql",
        "CREATE DATABASE shop; CREATE TABLE shop.t (id int PRIMARY KEY, w varchar(20)); INSERT INTO shop.t VALUES (1, 'one')",
    );
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    // The user has every right, FILE too: nothing but the guard stands between.
    let config = json!({"host": "127.0.0.1", "port": source.port().to_string(), "database": "shop", "user": "reader", "tls": "disable"});
    people.builder.put_source("maria", "mysql", json!({"config": config, "secrets": {"password": "reader"}})).await;
    let outside = testkit::folder();
    let file = outside.path().join("any").display().to_string();
    for sql in [
        r"SELECT 'a\' as y, sleep(3) as z, ' as x -- ' as w".to_owned(),
        r"SELECT 'a\' as y, load_file(0x2f6574632f686f73746e616d65) as z, ' as x -- ' as w".to_owned(),
        format!(r#"SELECT 'a\' as y, 1 as z into outfile "{file}" -- ' as x"#),
        "SELECT 1 as a /*M!100000 , load_file('/etc/hostname') as s */".to_owned(),
        "SELECT 1 as a /*M!100000 union select count(*) from mysql.user */".to_owned(),
        format!("SELECT 1 as a /*M!100000 into outfile '{file}' */"),
        format!("SELECT 1 as a /*!50000 into outfile '{file}' */"),
        "SELECT @@datadir as a".to_owned(),
        "SELECT count(*) as a FROM mysql.user".to_owned(),
        "SELECT count(*) as a FROM `mysql`.`user`".to_owned(),
    ] {
        refused(&people, "maria", &sql).await;
    }
    assert!(!std::path::Path::new(&file).exists(), "the server wrote a file");
    assert_eq!(first(&people, "maria", r"SELECT 'a\' as x").await, r"a\");
    assert_eq!(first(&people, "maria", "SELECT \"it's\" as a from t where id = :id").await, "it's");
}

#[tokio::test]
async fn postgresql_runs_nothing_that_the_guard_did_not_read() {
    let source = Postgres::start();
    source.run("postgres", "CREATE TABLE words (id int PRIMARY KEY, w text); INSERT INTO words VALUES (1, 'one')").await;
    // The role's own settings do not reach our sessions: a backslash stays a character.
    source.run("postgres", "ALTER ROLE postgres SET standard_conforming_strings = off").await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let config =
        json!({"host": "127.0.0.1", "port": source.port().to_string(), "database": "postgres", "user": "postgres", "tls": "disable"});
    people.builder.put_source("pg", "postgres", json!({"config": config, "secrets": {}})).await;
    for sql in [
        "SELECT count(*) AS n FROM x.pg_catalog.pg_authid",
        "SELECT rolname FROM pg_catalog.pg_authid",
        "TABLE pg_authid",
        "SELECT 'a' AS a UNION ALL TABLE pg_shadow",
        "SELECT pg_read_file('/etc/hostname') AS a",
        r"SELECT 'a\' AS a, pg_read_file('/etc/hostname') AS b, ' AS c' AS d",
        "SELECT 1 OPERATOR(pg_catalog.+) 1 AS a",
    ] {
        refused(&people, "pg", sql).await;
    }
    assert_eq!(first(&people, "pg", r"select 'a\' as a from words where id = :id").await, r"a\");
    assert_eq!(first(&people, "pg", "select $$it's$$ as a /* a */ from words where id = :id").await, "it's");
    // A place in the person's text, although another one was sent.
    let report = checked(&people, "pg", "select w,\n       nowhere as n\nfrom words").await;
    let said = report["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(said.contains("line 2, column 8"), "{report:#}");
}

#[tokio::test]
async fn clickhouse_runs_nothing_that_the_guard_did_not_read() {
    let source = ClickHouse::start();
    source.run("default", "CREATE TABLE t (id Int64, w String) ENGINE = MergeTree ORDER BY id");
    source.run("default", "INSERT INTO t VALUES (1, 'one')");
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let config = json!({"url": source.url, "database": "default", "user": "default"});
    people.builder.put_source("click", "clickhouse", json!({"config": config, "secrets": {}})).await;
    for sql in [
        "SELECT '{p1:' AS a, file('/etc/passwd') AS b, '}' AS c",
        "SELECT '{p1:' AS a, (SELECT count() FROM system.one) AS b, '}' AS c",
        "SELECT 1 AS a /* {p1: */ , sleep(3) AS b /* } */",
        "SELECT * FROM url('http://127.0.0.1:1/', CSV)",
        "SELECT name FROM system.tables",
        "SELECT 1 AS a SETTINGS max_threads = 1",
        r"SELECT 'a\' AS a', sleep(3) AS b",
    ] {
        refused(&people, "click", sql).await;
    }
    assert_eq!(first(&people, "click", r"SELECT 'it''s {p1:Int64}' AS a FROM t WHERE id = :id -- one row").await, "it's {p1:Int64}");
}

/// What a server finds too deep, although the guard does not, is its author's fault: the source is not told to be away.
#[tokio::test]
async fn what_is_too_deep_for_a_server_is_no_fault_of_the_source() {
    let source = Postgres::start();
    // The least stack that PostgreSQL can be given.
    source.run("postgres", "ALTER ROLE postgres SET max_stack_depth = '100kB'").await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let config =
        json!({"host": "127.0.0.1", "port": source.port().to_string(), "database": "postgres", "user": "postgres", "tls": "disable"});
    people.builder.put_source("shallow", "postgres", json!({"config": config, "secrets": {}})).await;
    let sum = vec!["n"; 250].join(" + ");
    let sql = format!("select {sum} as a from generate_series(1, 2) as t(n)");
    let spec = json!({"title": "A long sum", "source": "shallow", "kind": "sql", "script": sql, "parameters": []});
    let body = json!({"environment": "prod", "spec": spec});
    let (status, said) = people.builder.call(Method::POST, "/apis/travel/any/check", Some(body)).await;
    assert!(status.as_u16() < 500 && said.to_string().contains("nested too deeply"), "{status} {said}");
}

/// Whatever is nested is refused or answered; the process goes on.
#[tokio::test]
async fn deep_nests_end_nothing() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let folder = testkit::folder();
    std::fs::write(folder.path().join("t.csv"), "n\n1\n").unwrap();
    people.builder.put_source("nested", "files", json!({"config": {"path": folder.path().display().to_string()}, "secrets": {}})).await;
    let nests: [(&str, &str, &str); 8] = [
        ("(", "n", ")"),
        ("- ", "n", ""),
        ("not ", "true", ""),
        ("", "n", "+n"),
        ("case when true then ", "n", " end"),
        ("(select ", "n", ")"),
        ("abs(", "n", ")"),
        ("cast(", "n", " as int)"),
    ];
    for source in ["nested", "flights-db"] {
        let table = if source == "nested" { "t" } else { "airports" };
        let column = if source == "nested" { "n" } else { "alt" };
        for (open, middle, close) in nests {
            for times in [10, 40, 60, 200, 2_000] {
                let inner = format!("{}{middle}{}", open.repeat(times), close.repeat(times));
                let sql = format!("select {inner} as a from (select {column} as n from {table}) as t limit 1");
                let spec = json!({"title": "A nest", "source": source, "kind": "sql", "script": sql, "parameters": []});
                let body = json!({"environment": "prod", "spec": spec});
                let (status, said) = people.builder.call(Method::POST, "/apis/travel/any/check", Some(body)).await;
                assert!(status.as_u16() < 500, "{source}: {open} {times} times: {status} {said}");
            }
        }
    }
    assert_eq!(first(&people, "flights-db", "select 1 as a").await, "1");
}
