//! One form, every SQL source, the same rows: over all flights, and compared with answers that are computed here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use connect::{BindingConfig, Connection, Statement, registry};
use futures::TryStreamExt;
use model::dialect::Dialect;
use model::form::{Aggregate, Filter, Op, QueryForm, Selected, Sort};
use model::spec::{ApiBody, ApiKind, Query, SqlBody};
use model::statement::{Arguments, Page, Template};
use model::table::TableRef;
use model::{ApiSpec, DataType, Field, Parameter, Value};
use sqlx::{Connection as _, Executor};
use testkit::{ClickHouse, MariaDb, Postgres};

const COLUMNS: [(&str, DataType, bool); 10] = [
    ("month", DataType::Int64, false),
    ("day", DataType::Int64, false),
    ("carrier", DataType::String, false),
    ("flight", DataType::Int64, false),
    ("tailnum", DataType::String, true),
    ("origin", DataType::String, false),
    ("dest", DataType::String, false),
    ("dep_delay", DataType::Float64, true),
    ("air_time", DataType::Float64, true),
    ("distance", DataType::Int64, false),
];

/// A cell as both sides are compared: numbers as numbers, what is empty greatest.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Text(String),
    Number(f64),
    Empty,
}

type Row = Vec<Cell>;

fn cells() -> Vec<Row> {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let cell = |(text, (_, kind, _)): (Option<String>, &(&str, DataType, bool))| match (text, kind) {
        (None, _) => Cell::Empty,
        (Some(text), DataType::String) => Cell::Text(text),
        (Some(text), _) => Cell::Number(text.parse().unwrap()),
    };
    testkit::flight_cells(&names).into_iter().map(|row| row.into_iter().zip(&COLUMNS).map(cell).collect()).collect()
}

fn place(name: &str) -> usize {
    COLUMNS.iter().position(|(known, ..)| *known == name).unwrap()
}

// ---- The questions ----

struct Question {
    spec: ApiSpec,
    arguments: Arguments,
}

/// `columns`, `aggregates` as (what, of), `filters` as (column, op, values), `sort` as names with `-` before what descends.
fn question(columns: &[&str], aggregates: &[(Aggregate, &str)], filters: &[(&str, Op, &[&str])], sort: &[&str]) -> Question {
    let mut form = QueryForm { table: TableRef::new("flights"), ..QueryForm::default() };
    let (mut fields, mut parameters, mut arguments) = (Vec::new(), Vec::new(), Arguments::new());
    let of = |name: &str| COLUMNS.iter().find(|(known, ..)| *known == name).copied().unwrap_or(("", DataType::Int64, false));
    for name in columns {
        let (_, data_type, nullable) = of(name);
        form.select.push(Selected { name: (*name).into(), column: (*name).into(), aggregate: None });
        fields.push(Field { name: (*name).into(), column: (*name).into(), data_type, nullable, ..Field::default() });
    }
    for (aggregate, column) in aggregates {
        let name = format!("{}_{column}", aggregate.key().replace('-', "_"));
        let (data_type, nullable) = aggregate.result(of(column).1);
        form.select.push(Selected { name: name.clone(), column: (*column).into(), aggregate: Some(*aggregate) });
        fields.push(Field { name: name.clone(), column: name, data_type, nullable, ..Field::default() });
    }
    for (index, (column, op, values)) in filters.iter().enumerate() {
        let (data_type, name) = (of(column).1, format!("p{index}"));
        let filter = Filter {
            column: (*column).into(),
            op: *op,
            parameter: if values.is_empty() { String::new() } else { name },
            ..Filter::default()
        };
        let value = |text: &str| match data_type {
            DataType::String => Value::Text(text.into()),
            DataType::Float64 => Value::Float(text.parse().unwrap()),
            _ => Value::Int(text.parse().unwrap()),
        };
        match (op, filter.parameters().as_slice()) {
            (Op::In, [name]) => {
                parameters.push(Parameter { list: true, ..Parameter::new(name, data_type) });
                arguments.insert(name.clone(), Value::List(values.iter().map(|text| value(text)).collect()));
            }
            (_, names) => {
                for (name, text) in names.iter().zip(*values) {
                    parameters.push(Parameter::new(name, data_type));
                    arguments.insert(name.clone(), value(text));
                }
            }
        }
        form.filters.push(filter);
    }
    form.sort = sort.iter().map(|name| Sort { field: name.trim_start_matches('-').into(), descending: name.starts_with('-') }).collect();
    let mut spec = ApiSpec::empty(ApiKind::Sql);
    (spec.fields, spec.parameters) = (fields, parameters);
    spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: Some(500) });
    Question { spec, arguments }
}

/// A question with more of a form.
fn with(mut question: Question, change: impl FnOnce(&mut QueryForm)) -> Question {
    if let ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) = &mut question.spec.body {
        change(form);
    }
    question
}

/// A condition on a computed field, or on a column, with a constant.
fn constant(column: &str, op: Op, text: &str, data_type: DataType) -> Filter {
    Filter { column: column.into(), op, constant: Some(text.into()), constant_type: Some(data_type), ..Filter::default() }
}

fn questions() -> Vec<Question> {
    use Aggregate::{Count, CountDistinct, CountEmpty, CountFilled, Greatest, Least, Mean, Sum};
    use Op::{AtLeast, AtMost, Between, Greater, In, Is, IsEmpty, IsFilled, IsNot, Less, Like, StartsWith};
    let rows: &[&str] = &["month", "day", "carrier", "flight", "origin"];
    let in_order: &[&str] = &["month", "day", "carrier", "flight", "origin"];
    let all: &[(Aggregate, &str)] = &[
        (Count, ""),
        (CountFilled, "tailnum"),
        (CountEmpty, "dep_delay"),
        (CountDistinct, "dest"),
        (Sum, "distance"),
        (Mean, "dep_delay"),
        (Least, "air_time"),
        (Greatest, "dep_delay"),
    ];
    vec![
        question(rows, &[], &[], in_order),
        question(rows, &[], &[("carrier", Is, &["UA"])], in_order),
        question(rows, &[], &[("carrier", IsNot, &["UA"]), ("month", Is, &["2"])], in_order),
        question(rows, &[], &[("month", Greater, &["11"])], in_order),
        question(rows, &[], &[("month", AtLeast, &["12"])], in_order),
        question(rows, &[], &[("day", Less, &["2"])], in_order),
        question(rows, &[], &[("day", AtMost, &["1"]), ("month", Is, &["7"])], in_order),
        question(rows, &[], &[("carrier", In, &["AS", "HA", "no such"])], in_order),
        question(rows, &[], &[("distance", Between, &["4900", "5000"])], in_order),
        question(rows, &[], &[("dest", Like, &["A_C"])], in_order),
        question(rows, &[], &[("dest", Like, &["a%"])], in_order),
        question(rows, &[], &[("tailnum", StartsWith, &["N1%"])], in_order),
        question(rows, &[], &[("tailnum", StartsWith, &["N14"]), ("month", Is, &["3"])], in_order),
        question(rows, &[], &[("tailnum", IsEmpty, &[])], in_order),
        question(rows, &[], &[("tailnum", IsFilled, &[]), ("dep_delay", IsEmpty, &[])], in_order),
        question(rows, &[], &[("dep_delay", Greater, &["600.5"])], in_order),
        question(rows, &[], &[("dep_delay", Is, &["-43"])], in_order),
        question(rows, &[], &[("carrier", Is, &["' OR '1'='1"])], in_order),
        question(rows, &[], &[("carrier", Is, &["\\' OR 1=1 -- "])], in_order),
        question(
            &["dep_delay", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("carrier", Is, &["OO"])],
            &["dep_delay", "month", "day", "flight", "origin"],
        ),
        question(
            &["dep_delay", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("carrier", Is, &["OO"])],
            &["-dep_delay", "month", "day", "flight", "origin"],
        ),
        question(
            &["tailnum", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("day", Is, &["31"]), ("carrier", Is, &["MQ"])],
            &["tailnum", "month", "flight", "origin"],
        ),
        question(
            &["tailnum", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("day", Is, &["31"]), ("carrier", Is, &["MQ"])],
            &["-tailnum", "month", "flight", "origin"],
        ),
        question(&[], all, &[], &[]),
        question(&[], all, &[("carrier", Is, &["no such"])], &[]),
        question(&["carrier"], all, &[], &["carrier"]),
        question(&["carrier"], all, &[], &["-carrier"]),
        question(&["month"], all, &[("origin", Is, &["JFK"])], &["month"]),
        question(&["origin", "month"], all, &[], &["origin", "-month"]),
        question(&["dest"], all, &[("carrier", In, &["UA", "DL"])], &["dest"]),
        question(&["dest"], &[(Count, "")], &[], &["-count_", "dest"]),
        question(&["carrier"], &[(Mean, "dep_delay"), (Count, "")], &[("month", Between, &["3", "5"])], &["-mean_dep_delay"]),
        question(&["origin", "dest"], &[(Greatest, "distance"), (Least, "distance")], &[], &["origin", "dest"]),
        question(&["tailnum"], &[(Count, ""), (CountDistinct, "carrier")], &[("month", Is, &["1"])], &["-count_", "tailnum"]),
        question(&["month"], &[(CountEmpty, "dep_delay"), (CountFilled, "dep_delay")], &[], &["month"]),
        question(&["carrier"], &[(Sum, "dep_delay"), (Sum, "distance")], &[("dep_delay", IsFilled, &[])], &["carrier"]),
        question(&["day"], &[(Mean, "air_time"), (Mean, "distance")], &[("carrier", IsNot, &["UA"])], &["day"]),
        question(&["carrier", "origin"], &[(Least, "tailnum"), (Greatest, "dest")], &[], &["carrier", "origin"]),
        question(&["origin"], &[(CountDistinct, "tailnum")], &[("dest", StartsWith, &["S"])], &["origin"]),
        question(
            &["month", "carrier"],
            &[(Count, ""), (Mean, "dep_delay")],
            &[("origin", In, &["EWR", "LGA"]), ("distance", Less, &["500"])],
            &["month", "carrier"],
        ),
        question(&["dest"], &[(Count, "")], &[("dest", Like, &["%O_"]), ("month", AtLeast, &["6"])], &["dest"]),
        with(question(&["origin", "carrier"], &[], &[], &["origin", "carrier"]), |form| form.distinct = true),
        with(question(&["tailnum"], &[], &[("carrier", Is, &["HA"])], &["-tailnum"]), |form| form.distinct = true),
        with(question(&["dest"], &[(Count, "")], &[], &["dest"]), |form| {
            form.having.push(constant("count_", Greater, "10000", DataType::Int64));
        }),
        with(question(&["carrier"], all, &[("month", In, &["1", "2"])], &["carrier"]), |form| {
            form.having.push(constant("mean_dep_delay", AtLeast, "12.5", DataType::Float64));
            form.having.push(constant("count_empty_dep_delay", Less, "100", DataType::Int64));
        }),
        with(question(&["dest"], &[(Greatest, "distance")], &[], &["dest"]), |form| {
            form.having.push(constant("greatest_distance", AtMost, "200", DataType::Int64));
        }),
        with(question(rows, &[], &[("month", Is, &["1"])], in_order), |form| {
            form.filters.push(constant("carrier", Is, "UA", DataType::String));
            form.filters.push(constant("distance", Greater, "2500", DataType::Int64));
            form.filters.push(constant("tailnum", Like, "N_4%", DataType::String));
        }),
        with(question(rows, &[], &[], in_order), |form| {
            form.filters.push(constant("dest", Is, "\\' OR 1=1 -- ", DataType::String));
        }),
    ]
}

// ---- The answers, computed without any SQL ----

fn compare(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match (a, b) {
        (Cell::Empty, Cell::Empty) => Equal,
        (Cell::Empty, _) => Greater,
        (_, Cell::Empty) => Less,
        (Cell::Number(a), Cell::Number(b)) => a.total_cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        _ => panic!("cells of two types"),
    }
}

fn like(text: &[u8], pattern: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'%'), _) => like(text, &pattern[1..]) || (!text.is_empty() && like(&text[1..], pattern)),
        (Some(b'_'), Some(_)) => like(&text[1..], &pattern[1..]),
        (Some(a), Some(b)) if a == b => like(&text[1..], &pattern[1..]),
        _ => false,
    }
}

fn passes(cell: &Cell, filter: &Filter, arguments: &Arguments) -> bool {
    match (filter.op, cell) {
        (Op::IsEmpty, _) => return *cell == Cell::Empty,
        (Op::IsFilled, _) => return *cell != Cell::Empty,
        (_, Cell::Empty) => return false,
        _ => {}
    }
    let as_cell = |value: &Value| match value {
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Int(number) => Cell::Number(*number as f64),
        Value::Float(number) => Cell::Number(*number),
        _ => Cell::Empty,
    };
    let as_constant = |text: &String| match filter.constant_type {
        Some(DataType::String) => Cell::Text(text.clone()),
        _ => Cell::Number(text.parse().unwrap()),
    };
    let given: Vec<Cell> = filter
        .parameters()
        .iter()
        .flat_map(|name| match &arguments[name] {
            Value::List(items) => items.iter().map(as_cell).collect(),
            value => vec![as_cell(value)],
        })
        .chain(filter.constant.as_ref().map(as_constant))
        .collect();
    let order = compare(cell, &given[0]);
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        _ => String::new(),
    };
    match filter.op {
        Op::Is => order.is_eq(),
        Op::IsNot => order.is_ne(),
        Op::Greater => order.is_gt(),
        Op::AtLeast => order.is_ge(),
        Op::Less => order.is_lt(),
        Op::AtMost => order.is_le(),
        Op::In => given.contains(cell),
        Op::Between => order.is_ge() && compare(cell, &given[1]).is_le(),
        Op::Like => like(text(cell).as_bytes(), text(&given[0]).as_bytes()),
        Op::StartsWith => text(cell).starts_with(&text(&given[0])),
        Op::IsEmpty | Op::IsFilled => true,
    }
}

fn aggregated(rows: &[&Row], aggregate: Aggregate, column: &str) -> Cell {
    if aggregate == Aggregate::Count {
        return Cell::Number(rows.len() as f64);
    }
    let filled: Vec<&Cell> = rows.iter().map(|row| &row[place(column)]).filter(|cell| **cell != Cell::Empty).collect();
    let sum = || filled.iter().map(|cell| if let Cell::Number(number) = cell { *number } else { 0.0 }).sum::<f64>();
    match aggregate {
        Aggregate::Count | Aggregate::CountFilled => Cell::Number(filled.len() as f64),
        Aggregate::CountEmpty => Cell::Number((rows.len() - filled.len()) as f64),
        Aggregate::CountDistinct => {
            let mut different = filled;
            different.sort_by(|a, b| compare(a, b));
            different.dedup();
            Cell::Number(different.len() as f64)
        }
        _ if filled.is_empty() => Cell::Empty,
        Aggregate::Sum => Cell::Number(sum()),
        Aggregate::Mean => Cell::Number(sum() / filled.len() as f64),
        Aggregate::Least => filled.into_iter().min_by(|a, b| compare(a, b)).unwrap().clone(),
        Aggregate::Greatest => filled.into_iter().max_by(|a, b| compare(a, b)).unwrap().clone(),
    }
}

fn computed(all: &[Row], question: &Question) -> Vec<Row> {
    let ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) = &question.spec.body else { panic!("a form") };
    let kept: Vec<&Row> = all
        .iter()
        .filter(|row| form.filters.iter().all(|filter| passes(&row[place(&filter.column)], filter, &question.arguments)))
        .collect();
    let mut rows: Vec<Row> = if form.is_grouped() {
        let keys: Vec<usize> =
            form.select.iter().filter(|selected| selected.aggregate.is_none()).map(|selected| place(&selected.column)).collect();
        let mut groups: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        if keys.is_empty() {
            groups.insert(String::new(), Vec::new());
        }
        for row in kept {
            let key = keys.iter().fold(String::new(), |mut key, place| {
                let _ = write!(key, "{:?}|", row[*place]);
                key
            });
            groups.entry(key).or_default().push(row);
        }
        let one = |selected: &Selected, rows: &[&Row]| match selected.aggregate {
            None => rows[0][place(&selected.column)].clone(),
            Some(aggregate) => aggregated(rows, aggregate, &selected.column),
        };
        groups.values().map(|rows| form.select.iter().map(|selected| one(selected, rows)).collect()).collect()
    } else {
        kept.iter().map(|row| form.select.iter().map(|selected| row[place(&selected.column)].clone()).collect()).collect()
    };
    let at = |name: &str| form.select.iter().position(|selected| selected.name == name).unwrap();
    rows.retain(|row| form.having.iter().all(|filter| passes(&row[at(&filter.column)], filter, &question.arguments)));
    let sorted_by: Vec<(usize, bool)> = form
        .sort
        .iter()
        .map(|sort| (form.select.iter().position(|selected| selected.name == sort.field).unwrap(), sort.descending))
        .collect();
    rows.sort_by(|a, b| {
        let one = |(place, descending): &(usize, bool)| match (&a[*place], &b[*place]) {
            // What is empty is last, whichever way the order goes.
            (Cell::Empty, _) | (_, Cell::Empty) => compare(&a[*place], &b[*place]),
            (a, b) if *descending => compare(b, a),
            (a, b) => compare(a, b),
        };
        sorted_by.iter().map(one).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    if form.distinct {
        rows.dedup();
    }
    rows.truncate(501);
    rows
}

// ---- The sources ----

struct Peer {
    name: &'static str,
    dialect: Dialect,
    connection: Arc<dyn Connection>,
}

fn open(driver: &'static str, settings: &[(&str, &str)]) -> Peer {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let connector = registry::connector(driver).unwrap();
    let connection = connector.open(&BindingConfig { settings, ..Default::default() }).unwrap();
    Peer { name: driver, dialect: connector.dialect(), connection }
}

async fn asked(peer: &Peer, question: &Question) -> Vec<Row> {
    let template = Template::new(&question.spec, peer.dialect).unwrap();
    let rendered = template.render(&question.spec, &question.arguments, Page { limit: 500, offset: 0 });
    let statement = Statement {
        sql: rendered.sql.clone(),
        binds: rendered.binds,
        fields: question.spec.fields.clone(),
        timeout: Duration::from_secs(60),
        max_rows: 501,
    };
    let batches: Vec<_> = match peer.connection.query(statement).await {
        Ok(stream) => stream.try_collect().await,
        Err(error) => Err(error),
    }
    .unwrap_or_else(|error| panic!("{}: {error:?}\n{}", peer.name, rendered.sql));
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cell = |(index, field): (usize, &Field)| match connect::proto::value_of(batch, index, row, field.data_type) {
                Value::Text(text) => Cell::Text(text),
                Value::Int(number) => Cell::Number(number as f64),
                Value::Float(number) => Cell::Number(number),
                _ => Cell::Empty,
            };
            rows.push(question.spec.fields.iter().enumerate().map(cell).collect());
        }
    }
    rows
}

/// Means differ in their last digits with the order of adding.
fn same(a: &[Row], b: &[Row]) -> bool {
    let near = |a: &Cell, b: &Cell| match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a == b,
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.iter().zip(b).all(|(a, b)| near(a, b)))
}

fn table(kind: impl Fn(DataType, bool) -> &'static str, end: &str) -> String {
    let columns: Vec<String> =
        COLUMNS.iter().map(|(name, data_type, nullable)| format!("{name} {}", kind(*data_type, *nullable))).collect();
    format!("CREATE TABLE flights ({}){end}", columns.join(", "))
}

fn plain(data_type: DataType, nullable: bool) -> &'static str {
    match (data_type, nullable) {
        (DataType::String, false) => "VARCHAR(10) NOT NULL",
        (DataType::String, true) => "VARCHAR(10)",
        (DataType::Float64, _) => "DOUBLE PRECISION",
        _ => "BIGINT NOT NULL",
    }
}

fn of_clickhouse(data_type: DataType, nullable: bool) -> &'static str {
    match (data_type, nullable) {
        (DataType::String, false) => "LowCardinality(String)",
        (DataType::String, true) => "Nullable(String)",
        (DataType::Float64, _) => "Nullable(Float64)",
        _ => "Int64",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_gives_the_same_rows_on_every_source() {
    let folder = testkit::folder();
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let mut lines = String::new();
    for row in testkit::flight_cells(&names) {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("\\N")).collect();
        lines.push_str(&cells.join("\t"));
        lines.push('\n');
    }
    let file = folder.path().join("flights.tsv");
    std::fs::write(&file, &lines).unwrap();

    let postgres = Postgres::start();
    let mut client = sqlx::PgConnection::connect(&postgres.database("source").await).await.unwrap();
    client.execute(sqlx::AssertSqlSafe(table(plain, ""))).await.unwrap();
    let mut copy = client.copy_in_raw("COPY flights FROM STDIN").await.unwrap();
    copy.send(lines.as_bytes()).await.unwrap();
    copy.finish().await.unwrap();

    let mariadb = MariaDb::with(&["--local-infile=1"]);
    mariadb.run("mysql", "CREATE DATABASE source CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    mariadb.run("source", &table(plain, ""));
    mariadb.run("source", &format!("LOAD DATA LOCAL INFILE '{}' INTO TABLE flights", file.display()));

    let clickhouse = ClickHouse::start();
    clickhouse.run("default", "CREATE DATABASE source");
    clickhouse.run("source", &table(of_clickhouse, " ENGINE = MergeTree ORDER BY (month, day)"));
    clickhouse.run("source", &format!("INSERT INTO flights FROM INFILE '{}' FORMAT TabSeparated", file.display()));

    let sqlite = folder.path().join("source.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&sqlite).create_if_missing(true);
    let mut client = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    client.execute(sqlx::AssertSqlSafe(table(plain, ""))).await.unwrap();
    client.close().await.unwrap();
    let nulls: Vec<String> = names.iter().map(|name| format!("UPDATE flights SET {name} = NULL WHERE {name} = '\\N';")).collect();
    let script = format!(".mode tabs\n.import {} flights\n{}\n", file.display(), nulls.join("\n"));
    let mut imported = std::process::Command::new("sqlite3").arg(&sqlite).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut imported.stdin.take().unwrap(), script.as_bytes()).unwrap();
    assert!(imported.wait().unwrap().success());

    let (postgres_port, mariadb_port) = (postgres.port().to_string(), mariadb.port().to_string());
    let (host, database) = (("host", "127.0.0.1"), ("database", "source"));
    let peers = [
        open("postgres", &[host, ("port", &postgres_port), database, ("user", "postgres"), ("tls", "disable")]),
        open("mysql", &[host, ("port", &mariadb_port), database, ("user", "reader"), ("password", "reader"), ("tls", "disable")]),
        open("sqlite", &[("path", &sqlite.display().to_string())]),
        open("clickhouse", &[("url", &clickhouse.url), database]),
    ];
    let all = cells();
    assert_eq!(all.len(), 336_776);
    let questions = questions();
    assert!(questions.len() >= 40);
    for (number, question) in questions.iter().enumerate() {
        let wanted = computed(&all, question);
        for peer in &peers {
            let found = asked(peer, question).await;
            let first = found.iter().zip(&wanted).position(|(a, b)| !same(std::slice::from_ref(a), std::slice::from_ref(b)));
            assert!(
                same(&found, &wanted),
                "question {number} on {}: {} rows of {}, first differing {first:?}: {:?} instead of {:?}\n{}",
                peer.name,
                found.len(),
                wanted.len(),
                first.map(|at| &found[at]),
                first.map(|at| &wanted[at]),
                question.spec.script(peer.dialect)
            );
        }
    }
}
