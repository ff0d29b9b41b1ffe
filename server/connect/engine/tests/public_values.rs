//! Values that others have thought of, in files that others write: every type of Arrow that Parquet can hold, at its ends and by chance, as
//! pyarrow writes it; each way of packing and encoding; the numbers that numpy and CPython are tried with. Each is what the writer holds it for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::process::Command;

use common::read;
use model::table::{TableInfo, TableRef};
use serde_json::Value as Json;

mod common;

/// What is by chance begins here.
const SEED: &str = "4711";
/// Tables and values, at least.
const TABLES: usize = 450;
const VALUES: usize = 300_000;

fn same(is: &Json, wanted: &Json) -> bool {
    match (is, wanted) {
        (Json::Number(is), Json::Number(wanted)) if is.is_f64() || wanted.is_f64() => is.as_f64() == wanted.as_f64(),
        (Json::Object(is), Json::Object(wanted)) => {
            is.len() == wanted.len() && wanted.iter().all(|(name, value)| is.get(name).is_some_and(|is| same(is, value)))
        }
        (Json::Array(is), Json::Array(wanted)) => is.len() == wanted.len() && is.iter().zip(wanted).all(|(is, wanted)| same(is, wanted)),
        (is, wanted) => is == wanted,
    }
}

/// The type of the column of values, and what is said of the table.
fn learnt(info: Option<&TableInfo>) -> (Json, String) {
    let column = info.and_then(|info| info.columns.iter().find(|column| column.name == "v"));
    let data_type = column.map_or(Json::Null, |column| serde_json::to_value(column.data_type).unwrap());
    (data_type, info.map(|info| info.note.clone()).unwrap_or_default())
}

/// What is wrong with the rows that were read; nothing where all are as they should be.
fn other_value(rows: &[Json], wanted: &[Json]) -> Option<String> {
    if rows.len() != wanted.len() {
        return Some(format!("{} rows, and should be {}", rows.len(), wanted.len()));
    }
    let mut pairs = rows.iter().map(|row| &row["v"]).zip(wanted);
    pairs.find(|(is, wanted)| !same(is, wanted)).map(|(is, wanted)| format!("{is} should be {wanted}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_public_suites_are_what_their_writers_hold_them_for() {
    let folder = testkit::folder();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/public_values.py");
    let output = Command::new(testkit::python()).arg(script).arg(folder.path()).arg(SEED).output().unwrap();
    assert!(output.status.success(), "pyarrow and numpy are installed by scripts/setup.sh test: {output:?}");
    let source = common::open(&engine::Files, &[("path", &folder.path().display().to_string())]).unwrap();
    let tables = source.tables().await.unwrap();
    let (mut tried, mut values, mut wrong) = (0, 0, Vec::new());
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let suite: Json = serde_json::from_str(line).unwrap();
        let (name, wanted) = (suite["table"].as_str().unwrap(), suite["values"].as_array().unwrap());
        tried += 1;
        let (data_type, note) = learnt(tables.iter().find(|info| info.table == TableRef::new(name)));
        if data_type != suite["type"] || (data_type.is_null() && !note.contains("v (")) {
            wrong.push(format!("{name}: the type is {data_type} and should be {}; {note}", suite["type"]));
            continue;
        }
        if data_type.is_null() {
            continue;
        }
        values += wanted.len();
        match read(&*source, name).await {
            Ok((mut rows, rejected)) if rejected.is_empty() => {
                rows.sort_by_key(|row| row["n"].as_i64());
                wrong.extend(other_value(&rows, wanted).map(|why| format!("{name}: {why}")));
            }
            other => wrong.push(format!("{name}: {}", format!("{other:?}").chars().take(300).collect::<String>())),
        }
    }
    println!("{tried} tables with {values} values, by chance from {SEED}");
    assert!(tried >= TABLES && values >= VALUES, "{tried} tables with {values} values");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}
