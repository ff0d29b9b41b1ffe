//! Files as people have them: each folder of `server/tests/cases/files` against the right values beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // tests

use std::path::{Path, PathBuf};
use std::time::Duration;

use connect::{Connection, Purpose, Statement};
use futures::TryStreamExt;
use model::table::TableRef;
use serde_json::Value as Json;

use common::read;

mod common;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/files")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn same(is: &Json, wanted: &Json) -> bool {
    match (is, wanted) {
        (_, Json::String(any)) if any == "*" => true,
        (Json::Number(is), Json::Number(wanted)) if is.is_f64() || wanted.is_f64() => is.as_f64() == wanted.as_f64(),
        (Json::Object(is), Json::Object(wanted)) => {
            is.len() == wanted.len() && wanted.iter().all(|(name, value)| is.get(name).is_some_and(|is| same(is, value)))
        }
        (Json::Array(is), Json::Array(wanted)) => is.len() == wanted.len() && is.iter().zip(wanted).all(|(is, wanted)| same(is, wanted)),
        (is, wanted) => is == wanted,
    }
}

/// What is wrong with a table; nothing where it is right.
async fn wrong(source: &dyn Connection, table: &str, want: &Json) -> Option<String> {
    if want["any"] == true {
        return None;
    }
    let read = read(source, table).await;
    if let Some(words) = want["bad"].as_str() {
        let listed = source.tables().await.unwrap();
        let note = listed.iter().find(|info| info.table.name == table).map(|info| info.note.clone()).unwrap_or_default();
        return match read {
            Err(why) if why.contains(words) && note.contains(words) => None,
            other => Some(format!("should be no table for “{words}”, and is {other:?}, listed as “{note}”")),
        };
    }
    let (rows, rejected) = match read {
        Ok(read) => read,
        Err(why) => return Some(why),
    };
    let places: Vec<String> = rejected.iter().map(|spoiled| format!("{}: {}", spoiled.place, spoiled.reason)).collect();
    let expected: Vec<&str> = want["rejected"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    if places.len() != expected.len() || !expected.iter().all(|place| places.iter().any(|is| is.starts_with(place))) {
        return Some(format!("rejected are {places:?} and should be {expected:?}"));
    }
    if want["count"].as_u64() != Some(rows.len() as u64) {
        return Some(format!("{} rows, and should be {}", rows.len(), want["count"]));
    }
    let wanted = want["rows"].as_array().or(want["some"].as_array()).into_iter().flatten();
    let missing: Vec<&Json> = wanted.filter(|wanted| !rows.iter().any(|is| same(is, wanted))).collect();
    let first = rows.first().map(Json::to_string).unwrap_or_default();
    (!missing.is_empty()).then(|| format!("no row is {}; the first is {first}", missing[0]))
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_as_they_are() {
    let folder = testkit::folder();
    let (mut tried, mut failed) = (0, Vec::new());
    for entry in std::fs::read_dir(cases()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        let case = path.file_name().unwrap().to_str().unwrap().to_owned();
        let want = std::fs::read(cases().join(format!("{case}.want.json"))).unwrap_or_else(|_| panic!("{case} has no right values"));
        let want: serde_json::Map<String, Json> = serde_json::from_slice(&want).unwrap();
        let at = folder.path().join(&case);
        copy(&path, &at);
        let source = common::open(&engine::Files, &[("path", &at.display().to_string())]).unwrap();
        for (table, want) in &want {
            tried += 1;
            let wrong = if table.is_empty() {
                let said = source.test().await.unwrap();
                let words = want["skipped"].as_array().unwrap().iter().filter_map(Json::as_str);
                words.filter(|word| !said.contains(word)).map(|word| format!("“{said}” does not tell {word}")).next()
            } else {
                wrong(&*source, table, want).await
            };
            failed.extend(wrong.map(|wrong| format!("{case}/{table}: {wrong}")));
        }
    }
    assert!(tried > 120, "{tried} cases");
    assert!(failed.is_empty(), "{} of {tried}:\n{}", failed.len(), failed.join("\n"));
}

/// How a file is written is set by hand where nothing in it shows, and types by hand are read as they say.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_as_somebody_sets() {
    let folder = testkit::folder();
    std::fs::write(folder.path().join("odd.csv"), "1~'a~b'~01/02/2013~1 234,5~-\n%left out\n2~c~03/04/2013~7~-\n").unwrap();
    let settings = "odd: separator=~ quote=' header=no comment=% dates=d/m/y decimal=, thousands=space null=-";
    let source = common::open(&engine::Files, &[("path", &folder.path().display().to_string()), ("text_files", settings)]).unwrap();
    let (rows, rejected) = read(&*source, "odd").await.unwrap();
    assert!(rejected.is_empty());
    let wanted = [
        serde_json::json!({"column_1": 1, "column_2": "a~b", "column_3": "2013-02-01", "column_4": 1234.5, "column_5": null}),
        serde_json::json!({"column_1": 2, "column_2": "c", "column_3": "2013-04-03", "column_4": 7.0, "column_5": null}),
    ];
    assert!(rows.len() == wanted.len() && rows.iter().zip(&wanted).all(|(is, wanted)| same(is, wanted)), "{rows:?}");
    let wrong = common::open(&engine::Files, &[("path", "/tmp"), ("text_files", "odd: header=maybe")]).err().unwrap();
    assert!(wrong.sentence.contains("header must be yes or no"), "{wrong}");
}

/// A dataset's types stay whatever comes later: what does not fit is rejected with its line, and nothing is read as something else.
#[tokio::test(flavor = "multi_thread")]
async fn types_that_somebody_keeps_are_read_from_the_text_itself() {
    let folder = testkit::folder();
    let file = folder.path().join("t.csv");
    std::fs::write(&file, "id,zip,price\n1,10001,1.50\n2,A17,x\n").unwrap();
    let source = common::open(&engine::Files, &[("path", &folder.path().display().to_string())]).unwrap();
    let ask = async |fields: &[(&str, model::DataType)]| {
        let fields = common::fields(fields);
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let sql = format!("SELECT {} FROM \"t\"", names.join(", "));
        let statement =
            Statement { sql, binds: vec![], fields, timeout: Duration::from_secs(20), max_rows: usize::MAX, purpose: Purpose::Build };
        let (sender, mut rejected) = tokio::sync::mpsc::unbounded_channel();
        let rows: Vec<_> = source.query_rejecting(statement, sender).await.unwrap().try_collect().await.unwrap();
        let count: usize = rows.iter().map(arrow_array::RecordBatch::num_rows).sum();
        (count, std::iter::from_fn(|| rejected.try_recv().ok()).collect::<Vec<_>>())
    };
    let (count, rejected) = ask(&[("id", model::DataType::Int64), ("zip", model::DataType::Int64)]).await;
    assert_eq!((count, rejected.len(), rejected[0].place.as_str()), (1, 1, "t.csv, line 3"));
    assert_eq!(rejected[0].reason, "zip should be a integer, but the value is A17.");
    // All digits now: a text stays as it is written.
    std::fs::write(&file, "id,zip,price\n1,10001,1.50\n").unwrap();
    let info = source.table(&TableRef::new("t")).await.unwrap().unwrap();
    assert!(info.learnt && info.columns[1].data_type == model::DataType::Int64, "{info:?}");
    let texts = [("zip", model::DataType::String), ("price", model::DataType::String)];
    let fields = common::fields(&texts);
    let statement = Statement {
        sql: "SELECT zip, price FROM \"t\"".into(),
        binds: vec![],
        fields,
        timeout: Duration::from_secs(20),
        max_rows: 10,
        purpose: Purpose::Response,
    };
    let (sender, _rejected) = tokio::sync::mpsc::unbounded_channel();
    let rows: Vec<_> = source.query_rejecting(statement, sender).await.unwrap().try_collect().await.unwrap();
    assert_eq!(connect::proto::value_of(&rows[0], 1, 0, model::DataType::String), model::Value::Text("1.50".into()));
    // A header alone has no type of its own.
    std::fs::write(&file, "id,zip,price\n").unwrap();
    assert_eq!(ask(&[("id", model::DataType::Int64)]).await, (0, vec![]));
}

/// A file that is cut while it is read ends the reading with an error.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_becomes_shorter_ends_the_reading() {
    let folder = testkit::folder();
    let file = folder.path().join("long.csv");
    let lines = (0..2_000_000).fold(String::from("id\n"), |text, n| text + &n.to_string() + "\n");
    std::fs::write(&file, lines).unwrap();
    let source = common::open(&engine::Files, &[("path", &folder.path().display().to_string())]).unwrap();
    let fields = common::fields(&[("id", model::DataType::Int64)]);
    let statement = Statement {
        sql: "SELECT id FROM \"long\"".into(),
        binds: vec![],
        fields,
        timeout: Duration::from_secs(60),
        max_rows: usize::MAX,
        purpose: Purpose::Build,
    };
    let mut rows = source.query(statement).await.unwrap();
    rows.try_next().await.unwrap().unwrap();
    std::fs::File::options().write(true).open(&file).unwrap().set_len(1_000_000).unwrap();
    let ended: Result<Vec<_>, _> = rows.try_collect().await;
    let error = ended.unwrap_err();
    assert!(error.sentence.contains("became shorter"), "{error:?}");
}
