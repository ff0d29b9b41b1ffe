//! What is right: in general what the database's own client prints, written as `docs/types.md` says; and the list of what is right where the
//! client prints something else, what a file needs beside it, and what becomes of its scripts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::client::{Cell, bytes_of};
use super::file::Server;

/// The databases of the files whose names do not say it.
pub(super) const SERVERS: [(&str, Server); 3] =
    [("05-keyset", Server::Postgres), ("07-script-reader", Server::Postgres), ("08-schema-of-key-check", Server::Postgres)];

/// What a file takes for granted.
pub(super) struct Beside {
    pub file: &'static str,
    pub server: Server,
    pub before: &'static str,
    pub after: &'static str,
}

const fn beside(file: &'static str, server: Server, before: &'static str, after: &'static str) -> Beside {
    Beside { file, server, before, after }
}

pub(super) static BESIDE: [Beside; 7] = [
    beside(
        "03-pg-binary-as-text",
        Server::Postgres,
        "CREATE TYPE record_like AS (x int, y text);",
        "INSERT INTO t VALUES (1, '{1,2,3}', '{a,b}', '10.0.0.1', '[1,5)', 42, '08:00:2b:01:02:03', '(7,seven)', 'a b');",
    ),
    beside(
        "04-sqlite-timestamp-filter",
        Server::Sqlite,
        "CREATE TABLE ev2(id integer primary key, price decimal(10,2), qty integer); INSERT INTO ev2 VALUES (1,12.5,3),(2,9.99,1),(3,100,2);",
        "",
    ),
    beside(
        "07-script-reader",
        Server::Postgres,
        r"CREATE TABLE words(id int primary key, w text); INSERT INTO words VALUES (1,'it''s'),(2,'a\b'),(3,'é');",
        "",
    ),
    beside(
        "07-script-reader",
        Server::MariaDb,
        "CREATE TABLE m_bool(id int primary key, b tinyint(1)); INSERT INTO m_bool VALUES (1,1),(2,2);
         CREATE TABLE t(id int primary key, `order` int); INSERT INTO t VALUES (1,7);",
        "",
    ),
    beside(
        "07-script-reader",
        Server::ClickHouse,
        "CREATE TABLE t1 (id Int64, w String) ENGINE = MergeTree ORDER BY id;\nINSERT INTO t1 VALUES (1, 'one'), (2, 'two');\n",
        "",
    ),
    beside("09-clickhouse-nested", Server::ClickHouse, "", ";\nINSERT INTO agg VALUES (1, 10)"),
    beside("apis-postgres", Server::Postgres, "CREATE EXTENSION citext;", ""),
];

/// What is right of a value.
pub(super) enum Want {
    /// As JSON.
    Is(&'static str),
    /// It is none of its column's type: an API's error and a sample tell it with its row, and a build rejects the row.
    Unreadable,
}

/// A value of which something else is right than what the client prints.
pub(super) struct Right {
    file: &'static str,
    table: &'static str,
    column: &'static str,
    printed: &'static str,
    want: Want,
}

const fn unreadable(file: &'static str, table: &'static str, column: &'static str, printed: &'static str) -> Right {
    Right { file, table, column, printed, want: Want::Unreadable }
}

const fn is(file: &'static str, table: &'static str, column: &'static str, printed: &'static str, json: &'static str) -> Right {
    Right { file, table, column, printed, want: Want::Is(json) }
}

static VALUES: [Right; 32] = [
    // Infinite times are no times of any calendar.
    unreadable("01-pg-infinity-truncates", "big_inf", "ts", "infinity"),
    unreadable("apis-postgres", "e_dates", "d", "infinity"),
    unreadable("apis-postgres", "e_dates", "ts", "infinity"),
    unreadable("apis-postgres", "e_dates", "tz", "infinity"),
    unreadable("sync-postgres", "t_inf", "valid_to", "infinity"),
    unreadable("sync-postgres", "t_dinf", "d", "infinity"),
    // Nor are MariaDB's dates without a month or a day.
    unreadable("apis-mariadb", "m_dates", "d", "0000-00-00"),
    unreadable("apis-mariadb", "m_dates", "d", "2024-02-00"),
    unreadable("apis-mariadb", "m_dates", "dt", "0000-00-00 00:00:00"),
    unreadable("apis-mariadb", "m_dates", "ts", "0000-00-00 00:00:00"),
    unreadable("sync-mariadb", "t_zero", "d", "0000-00-00"),
    unreadable("sync-mariadb", "t_zero", "d", "2013-00-15"),
    unreadable("sync-mariadb", "t_zero", "t", "0000-00-00 00:00:00"),
    unreadable("sync-mariadb", "t_zd", "t", "0000-00-00 00:00:00"),
    unreadable("sync-mariadb", "t_zd2", "d", "0000-00-00"),
    // SQLite keeps in a column what its type does not say.
    unreadable("apis-sqlite", "dirty", "n", ""),
    unreadable("apis-sqlite", "dirty", "n", "N/A"),
    unreadable("apis-sqlite", "dirty", "d", ""),
    unreadable("apis-sqlite", "dirty", "d", "05/01/2024"),
    unreadable("apis-sqlite", "dirty", "x", ""),
    unreadable("apis-sqlite", "dirty", "x", "n/a"),
    unreadable("apis-sqlite", "dirty", "f", "t"),
    unreadable("apis-sqlite", "dirty", "f", "2"),
    // Bytes in a column of texts.
    unreadable("apis-sqlite", "blobtext", "t", "414243"),
    unreadable("apis-sqlite", "noaff", "v", "00FF"),
    // Times that SQLite holds as numbers: seconds, milliseconds, days, and julian days.
    is("04-sqlite-timestamp-filter", "ev_s", "at", "1704448800", "\"2024-01-05T10:00:00Z\""),
    is("04-sqlite-timestamp-filter", "ev_s", "at", "1704448900", "\"2024-01-05T10:01:40Z\""),
    is("apis-sqlite", "ev_s", "at", "1704448800", "\"2024-01-05T10:00:00Z\""),
    is("apis-sqlite", "ev_s", "at", "1704448900", "\"2024-01-05T10:01:40Z\""),
    is("apis-sqlite", "ev_ms", "at", "1704448800000", "\"2024-01-05T10:00:00Z\""),
    is("apis-sqlite", "ev_jd", "at", "2460314.9166666665", "\"2024-01-05T10:00:00Z\""),
    is("apis-sqlite", "ev_jd", "d", "19727", "\"2024-01-05\""),
];

/// What becomes of a script.
pub(super) enum Fate {
    /// A part of what its check says.
    Refused(&'static str),
    /// Its rows.
    Gives(&'static str),
}

pub(super) struct ScriptCase {
    pub file: &'static str,
    /// How it begins, which tells it from the others of its file.
    pub begins: &'static str,
    /// Name, type and value; none is optional that stands outside of an optional part.
    pub parameters: &'static [[&'static str; 3]],
    pub page_size: Option<u32>,
    pub fate: Fate,
}

const fn script(file: &'static str, begins: &'static str, parameters: &'static [[&'static str; 3]], fate: Fate) -> ScriptCase {
    ScriptCase { file, begins, parameters, page_size: None, fate }
}

const fn paged(file: &'static str, begins: &'static str, fate: Fate) -> ScriptCase {
    ScriptCase { file, begins, parameters: &[], page_size: Some(2), fate }
}

const ONE: &[[&str; 3]] = &[["id", "int64", "1"]];
const GUARD: &str = "02-mysql-guard-bypass";
const READER: &str = "07-script-reader";

pub(super) static SCRIPTS: [ScriptCase; 21] = [
    script(GUARD, r"SELECT 'a\' as y, sleep", &[], Fate::Refused("sleep")),
    script(GUARD, r"SELECT 'a\' as y, load_file", &[], Fate::Refused("load_file")),
    script(GUARD, r"SELECT 'a\' as y, 1 as z into", &[], Fate::Refused("\"script\"")),
    script(GUARD, "SELECT 1 as a /*M!100000 , load_file", &[], Fate::Refused("would execute this comment")),
    script(GUARD, "SELECT 1 as a /*M!100000 union", &[], Fate::Refused("would execute this comment")),
    script(GUARD, "SELECT 1 as a /*M!100000 into", &[], Fate::Refused("would execute this comment")),
    script(GUARD, r"SELECT 'a\' as x", &[], Fate::Gives(r#"[{"x":"a\\"}]"#)),
    script("03-pg-binary-as-text", "SELECT array[200]", &[], Fate::Gives(r#"[{"big":[200]}]"#)),
    script("03-pg-binary-as-text", "SELECT 'pg_sleep'::regproc", &[], Fate::Refused("The type regproc looks up names")),
    script(
        "04-sqlite-timestamp-filter",
        "SELECT id, price*qty",
        &[["p", "decimal", "20"]],
        Fate::Gives(r#"[{"id":1,"t":37.5},{"id":3,"t":200.0}]"#),
    ),
    script(READER, r"select E'it\'s'", ONE, Fate::Gives(r#"[{"a":"it's","id":1}]"#)),
    script(READER, "select /* a /* b */", ONE, Fate::Gives(r#"[{"id":1}]"#)),
    script(READER, "select (ARRAY[[1,2]", &[], Fate::Gives(r#"[{"n":3}]"#)),
    script(READER, "select id from words where true [[", &[["i", "int64", "1"]], Fate::Gives(r#"[{"id":2}]"#)),
    paged(READER, "select id, w from words order by id;", Fate::Gives(r#"[{"id":1,"w":"it's"},{"id":2,"w":"a\\b"}]"#)),
    paged(READER, "select id, w from words order by id limit", Fate::Refused("Remove LIMIT from the SQL")),
    script(READER, "SELECT id # it's", ONE, Fate::Gives(r#"[{"id":1}]"#)),
    script(READER, "SELECT `order` as `a :b`", ONE, Fate::Refused("Add AS a_b")),
    script(READER, r"select id, 'it\'s :x'", ONE, Fate::Gives(r#"[{"id":1,"a":"it's :x"}]"#)),
    script(READER, "select id from t1", ONE, Fate::Gives(r#"[{"id":1}]"#)),
    script("09-clickhouse-nested", "SELECT [1,", &[], Fate::Gives(r#"[{"a":[1,18446744073709551615],"f":[1.5,2],"m":{"k":5}}]"#)),
];

/// Where a value stands, and what its column is.
pub(super) struct Place<'a> {
    pub server: Server,
    pub file: &'a str,
    pub table: &'a str,
    pub column: &'a str,
    /// As the database declares it.
    pub native: &'a str,
    /// What it is to the program: `string`, `decimal`.
    pub word: &'a str,
}

/// A value as it has to come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// JSON of one form.
    Value(String),
    /// With how it is told.
    Unreadable(String),
}

/// What is right of a cell.
pub(super) fn right(place: &Place<'_>, cell: Option<&Cell>) -> Shown {
    let Some(cell) = cell else { return Shown::Value("null".to_owned()) };
    let is_here =
        |right: &&Right| (right.file, right.table, right.column) == (place.file, place.table, place.column) && right.printed == cell.text;
    match VALUES.iter().find(is_here).map(|right| &right.want) {
        None => Shown::Value(in_general(place, cell)),
        Some(Want::Is(json)) => Shown::Value((*json).to_owned()),
        Some(Want::Unreadable) => Shown::Unreadable(match cell.kind {
            "blob" => format!("{} bytes", cell.text.len() / 2),
            "integer" | "real" => format!("has the value {}", cell.text),
            // Times are told as answers write them.
            _ if cell.text.len() == 19 && cell.text.contains(' ') => format!("“{}Z”", cell.text.replace(' ', "T")),
            _ => format!("“{}”", cell.text),
        }),
    }
}

/// What the client prints, as JSON by the column's type.
fn in_general(place: &Place<'_>, cell: &Cell) -> String {
    let text = cell.text.as_str();
    if cell.kind == "blob" {
        return quoted(&STANDARD.encode(bytes_of(text)));
    }
    match place.word {
        "bool" => match text {
            "t" | "1" | "true" => "true".to_owned(),
            "f" | "0" | "false" => "false".to_owned(),
            other => quoted(other),
        },
        "int32" | "int64" => text.parse::<i128>().map_or_else(|_| quoted(text), |number| format!("{number}")),
        "float64" => float(text, place),
        "decimal" => quoted(&digits(place.server, text)),
        "date" | "timestamp" => quoted(&time(text, place.word == "timestamp")),
        "time" => quoted(shortened(text)),
        "bytes" => quoted(&STANDARD.encode(text)),
        "json" => text.to_owned(),
        // By the rules of SQLite a column with INT in the name of its type is one of whole numbers.
        _ if cell.kind == "integer" && place.native.to_ascii_uppercase().contains("INT") => text.to_owned(),
        _ => quoted(text),
    }
}

/// A cell of an answer in the same form.
pub(super) fn given(server: Server, word: &str, json: &str) -> String {
    match serde_json::from_str::<String>(json) {
        _ if word == "json" => json.to_owned(),
        Ok(text) if word == "decimal" => quoted(&digits(server, &text)),
        Ok(text) => quoted(&text),
        Err(_) if word == "float64" => json.parse::<f64>().map_or_else(|_| json.to_owned(), |number| format!("{number:?}")),
        Err(_) => json.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// MariaDB's floats of 32 bits are printed as the doubles that they are.
fn float(text: &str, place: &Place<'_>) -> String {
    let is_single = place.server == Server::MariaDb && place.native.split(['(', ' ']).next() == Some("float");
    let shortest = text.parse::<f32>().ok().filter(|_| is_single).map(|number| format!("{number}"));
    match shortest.as_deref().unwrap_or(text).parse::<f64>() {
        Ok(number) if number.is_finite() => format!("{number:?}"),
        Ok(number) if number.is_nan() => quoted("NaN"),
        Ok(number) => quoted(if number > 0.0 { "Infinity" } else { "-Infinity" }),
        Err(_) => quoted(text),
    }
}

/// Those of PostgreSQL and MariaDB as they are; the others know no zeros at the end.
fn digits(server: Server, text: &str) -> String {
    match server {
        Server::Postgres | Server::MariaDb => text.to_owned(),
        Server::ClickHouse | Server::Sqlite => shortened(text).to_owned(),
    }
}

/// Without zeros behind a point.
fn shortened(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A date, or a date and time in UTC, in the form of ISO 8601; what is none stays as it is.
fn time(text: &str, has_time: bool) -> String {
    let (plain, is_before_christ) = text.strip_suffix(" BC").map_or((text, false), |plain| (plain, true));
    let plain = plain.strip_suffix("+00").unwrap_or(plain);
    let (date, clock) = plain.split_once([' ', 'T']).unwrap_or((plain, "00:00:00"));
    let Some((year, day)) = date.split_once('-') else { return text.to_owned() };
    let Ok(year) = year.parse::<i64>() else { return text.to_owned() };
    let year = if is_before_christ { 1 - year } else { year };
    let year = if (0..=9_999).contains(&year) { format!("{year:04}") } else { format!("{year:+07}") };
    if has_time { format!("{year}-{day}T{}Z", shortened(clock.trim_end_matches('Z'))) } else { format!("{year}-{day}") }
}
