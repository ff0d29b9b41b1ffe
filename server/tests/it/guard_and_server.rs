//! The guard and the servers, on texts by chance over quoting, comments and escapes: of what the guard lets by, each server must get exactly
//! the texts that the guard has read, and never run anything behind them.

use std::sync::Arc;
use std::time::Duration;

use connect::egress::Egress;
use connect::policy::{self, Policy};
use connect::{BindingConfig, Connection, Purpose, Statement, guard, registry};
use futures::TryStreamExt;
use model::dialect::Dialect;
use model::{DataType, Field, Value};
use testkit::{Chance, ClickHouse, MariaDb, Postgres};

/// What stands inside texts: all that ends, begins or escapes something in one of the dialects.
const PIECES: [&str; 36] = [
    "a",
    "it",
    "'",
    "''",
    "\"",
    "`",
    "\\",
    "\\'",
    "\\\\",
    "\\n",
    "\\d+",
    "\\%",
    "--",
    "-- ",
    "#",
    "# ",
    "/*",
    "*/",
    "/*!50000 ",
    "/*M!100000 ",
    ";",
    "; delete from canary",
    "$",
    "{p1:",
    "}",
    "?",
    ":x",
    "%",
    "é",
    "日本",
    "\n",
    "\t",
    "0x41",
    "E'",
    "union select 1",
    "]]",
];
/// What may stand between the words of a statement in each dialect.
const GAPS: [&str; 5] = [" ", "\n", " /* it's \" here */ ", "\t", " -- it's; here\n"];
/// What is put behind a statement, or somewhere into it, to make one reader see what another does not.
const HOSTILE: [&str; 24] = [
    "; delete from canary",
    "'; delete from canary -- ",
    "\\'",
    "\\",
    "'",
    "\"",
    "`",
    "/*",
    "*/",
    "/*! , 'x' as c9 */",
    "/*M!100000 , 'x' as c9 */",
    "/*+ x */",
    "--",
    "--x",
    "#",
    "$$",
    "$a$",
    "E'\\''",
    "N'x'",
    "U&'\\0061'",
    "x'41'",
    "_latin1'x'",
    " union all select 'x'",
    "\u{a0}",
];

/// A statement, and the texts that it gives where nothing was put into it.
struct Made {
    sql: String,
    texts: Option<Vec<String>>,
}

/// A text of pieces without those that its quoting cannot hold.
fn content(chance: &mut Chance, without: &[char]) -> String {
    let pieces: Vec<&str> = (0..chance.below(5)).map(|_| PIECES[chance.below(PIECES.len() as u64) as usize]).collect();
    pieces.concat().chars().filter(|letter| !without.contains(letter)).collect()
}

/// A text in one of the forms that its dialect has, and its value.
fn literal(chance: &mut Chance, dialect: Dialect) -> (String, String) {
    let doubled = |text: &str, quote: char| format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}")));
    let escaped = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let form = chance.below(3);
    match (dialect, form) {
        (Dialect::Postgres | Dialect::Clickhouse, 0) => {
            let value = content(chance, &['$']);
            let tag = if chance.below(2) == 0 { "$$" } else { "$a$" };
            (format!("{tag}{value}{tag}"), value)
        }
        (Dialect::Postgres, 1) => {
            let value = content(chance, &[]);
            (format!("E{}", escaped(&value)), value)
        }
        (Dialect::Mysql, 0) => {
            let value = content(chance, &[]);
            (doubled(&value, '"'), value)
        }
        (Dialect::Clickhouse, _) => {
            let value = content(chance, &[]);
            (escaped(&value), value)
        }
        _ => {
            let value = content(chance, &[]);
            (doubled(&value, '\''), value)
        }
    }
}

fn gap(chance: &mut Chance, dialect: Dialect) -> &'static str {
    match (dialect, chance.below(7)) {
        (Dialect::Mysql, 5) => " # it's; \"\n",
        (Dialect::Mysql, 6) => " --\n",
        (Dialect::Postgres | Dialect::Clickhouse, 5) => " /* a /* it's */ ; */ ",
        (Dialect::Postgres | Dialect::Clickhouse, 6) => " --it's\n",
        (_, other) => GAPS[other as usize % GAPS.len()],
    }
}

fn made(chance: &mut Chance, dialect: Dialect) -> Made {
    let (mut sql, mut texts) = ("SELECT".to_owned(), Vec::new());
    for column in 0..=chance.below(3) {
        let (written, value) = literal(chance, dialect);
        let comma = if column == 0 { "" } else { "," };
        sql.push_str(&format!("{comma}{}{written}{}AS{}c{column}", gap(chance, dialect), gap(chance, dialect), gap(chance, dialect)));
        texts.push(value);
    }
    if chance.below(2) == 0 {
        return Made { sql, texts: Some(texts) };
    }
    for _ in 0..=chance.below(3) {
        let places: Vec<usize> = sql.char_indices().map(|(at, _)| at).chain([sql.len()]).collect();
        let at = if chance.below(3) == 0 { sql.len() } else { places[chance.below(places.len() as u64) as usize] };
        sql.insert_str(at, HOSTILE[chance.below(HOSTILE.len() as u64) as usize]);
    }
    Made { sql, texts: None }
}

/// The texts of what is sent, by a reading of our own: single quotes, doubled inside, and backslashes doubled in ClickHouse. And the rest,
/// with a mark for each. A comment is none of it.
fn texts_of(sent: &str, dialect: Dialect) -> (Vec<String>, String) {
    let (mut texts, mut rest) = (Vec::new(), String::new());
    let mut letters = sent.chars().peekable();
    while let Some(letter) = letters.next() {
        if !matches!(letter, '\'' | '"' | '`') {
            rest.push(letter);
            continue;
        }
        let mut text = String::new();
        loop {
            let next = letters.next().unwrap_or_else(|| panic!("never closed: {sent}"));
            if next == letter && letters.next_if_eq(&letter).is_none() {
                break;
            }
            text.push(next);
            if next == '\\' && dialect == Dialect::Clickhouse && letters.next_if_eq(&'\\').is_none() {
                // Another letter than a quote keeps its backslash.
                assert_ne!(letters.peek(), Some(&letter), "a quote that is escaped by a backslash: {sent}");
            }
        }
        if letter == '\'' {
            rest.push('\u{1}');
            texts.push(text);
        } else {
            rest.push_str("name");
        }
    }
    let comments = ["--", "/*", "*/", if dialect == Dialect::Mysql { "#" } else { "/*" }];
    assert!(comments.iter().all(|comment| !rest.contains(comment)), "a comment is sent: {sent}");
    assert!(!rest.contains(';'), "more than one statement is sent: {sent}");
    (texts, rest)
}

/// Whether a statement gives its texts and nothing else.
fn gives_texts_alone(rest: &str) -> bool {
    let Some(columns) = rest.trim().strip_prefix("SELECT") else { return false };
    columns.split(',').all(|column| {
        let words: Vec<&str> = column.split_whitespace().collect();
        matches!(words[..], ["\u{1}", "AS", name] if name.chars().all(char::is_alphanumeric))
    })
}

/// The rows of a statement, or nothing where the server does not take it.
async fn rows_of(connection: &Arc<dyn Connection>, sql: &str) -> Option<Vec<Vec<Value>>> {
    let columns = connection.describe(sql, &[]).await.ok()?;
    let field = |name: &str, data_type: DataType| Field { name: name.into(), column: name.into(), data_type, ..Field::default() };
    let fields: Vec<Field> = columns.iter().map(|column| field(&column.name, column.data_type)).collect();
    let statement = Statement {
        sql: sql.to_owned(),
        binds: Vec::new(),
        fields: fields.clone(),
        timeout: Duration::from_secs(20),
        max_rows: 10,
        purpose: Purpose::Response,
    };
    let batches: Vec<_> = connection.query(statement).await.ok()?.try_collect().await.ok()?;
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cell = |(at, field): (usize, &Field)| connect::proto::value_of(batch, at, row, field.data_type);
            rows.push(fields.iter().enumerate().map(cell).collect());
        }
    }
    Some(rows)
}

fn open(driver: &str, settings: &[(&str, &str)], password: &str) -> Arc<dyn Connection> {
    policy::set(Policy { egress: Egress::new(&["127.0.0.0/8".to_owned()]).unwrap(), ..Policy::default() });
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let secrets = [("password".to_owned(), password.to_owned())].into();
    registry::connector(driver).unwrap().open(&BindingConfig { settings, secrets }).unwrap()
}

/// Tries texts until so many were let by; what was found is printed with the seed.
async fn agree(name: &str, dialect: Dialect, connection: &Arc<dyn Connection>, wanted: usize) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let seed = number("SLUICE_FUZZ_SEED").unwrap_or(now.as_nanos() as u64);
    println!("guard and {name}: seed {seed}");
    let mut chance = Chance::new(seed);
    let (mut passed, mut refused, mut compared, mut answered) = (0, 0, 0, 0);
    while passed < wanted {
        let made = made(&mut chance, dialect);
        let sent = match guard::check(&made.sql, dialect) {
            Ok(passed) => passed.sql,
            Err(refusal) => {
                assert!(made.texts.is_none(), "{name} refuses what is plain: {refusal}\n{}", made.sql);
                refused += 1;
                continue;
            }
        };
        passed += 1;
        let (texts, rest) = texts_of(&sent, dialect);
        if let Some(meant) = &made.texts {
            assert_eq!(&texts, meant, "{name}: the guard has read something else in\n{}", made.sql);
        }
        let Some(rows) = rows_of(connection, &sent).await else {
            assert!(made.texts.is_none(), "{name} does not take\n{sent}");
            continue;
        };
        answered += 1;
        if gives_texts_alone(&rest) {
            let expected: Vec<Value> = texts.into_iter().map(Value::Text).collect();
            assert_eq!(rows, [expected], "{name} has read something else in\n{sent}\nwhich was\n{}", made.sql);
            compared += 1;
        }
    }
    println!("guard and {name}: {passed} let by, {refused} refused, {answered} answered, {compared} compared, seed {seed}");
    assert!(refused > 0 && compared > wanted / 3, "{name}: too little was compared");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_reads_what_the_guard_has_read() {
    let server = Postgres::start();
    server.run("postgres", "CREATE TABLE canary (n int); INSERT INTO canary VALUES (1)").await;
    let port = server.port().to_string();
    let settings = [("host", "127.0.0.1"), ("port", port.as_str()), ("database", "postgres"), ("user", "postgres"), ("tls", "disable")];
    agree("PostgreSQL", Dialect::Postgres, &open("postgres", &settings, ""), 2_000).await;
    assert_eq!(server.ask("postgres", "SELECT count(*)::text FROM canary").await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_reads_what_the_guard_has_read() {
    let server = MariaDb::start();
    server.run("mysql", "CREATE DATABASE shop; CREATE TABLE shop.canary (n int); INSERT INTO shop.canary VALUES (1)");
    let port = server.port().to_string();
    let settings = [("host", "127.0.0.1"), ("port", port.as_str()), ("database", "shop"), ("user", "reader"), ("tls", "disable")];
    agree("MariaDB", Dialect::Mysql, &open("mysql", &settings, "reader"), 2_000).await;
    assert_eq!(server.ask("shop", "SELECT count(*) FROM canary"), ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn clickhouse_reads_what_the_guard_has_read() {
    let server = ClickHouse::start();
    server.run("default", "CREATE TABLE canary (n Int32) ENGINE = MergeTree ORDER BY n");
    server.run("default", "INSERT INTO canary VALUES (1)");
    agree("ClickHouse", Dialect::Clickhouse, &open("clickhouse", &[("url", server.url.as_str()), ("database", "default")], ""), 600).await;
    assert_eq!(server.ask("default", "SELECT count() FROM canary"), ["1"]);
}
