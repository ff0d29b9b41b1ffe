//! Files of every kind as tables: what is in them, how they are asked, and what bad ones are answered with.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // tests

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use connect::{BindingConfig, Connection, Connector, Purpose, SourceErrorKind, Statement};
use futures::TryStreamExt;
use model::table::TableRef;
use model::{DataType, Value};

use common::{ask, fields};

mod common;

fn open(path: &Path, types: &str) -> Arc<dyn Connection> {
    common::open(&engine::Files, &[("path", &path.display().to_string()), ("types", types)]).unwrap()
}

fn pack(program: &str, file: &Path) {
    assert!(Command::new(program).args(["-q", "-f"]).arg(file).stdout(Stdio::null()).status().unwrap().success());
}

const READINGS: &str = "id,place,level,taken,noted,good\n1,north,1.5,2013-01-01,2013-01-01T10:00:00Z,true\n2,\"sou,th\",,,,false\n3,north,-2,2013-06-30,2013-06-30T23:59:59Z,true\n";

#[tokio::test(flavor = "multi_thread")]
async fn files_of_every_kind_are_tables() {
    let folder = testkit::folder();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("readings.csv"), READINGS).unwrap();
    std::fs::write(at("packed.csv"), READINGS).unwrap();
    pack("gzip", &at("packed.csv"));
    std::fs::write(at("tight.tsv"), READINGS.replace("\"sou,th\"", "sou|th").replace(',', "\t")).unwrap();
    std::fs::write(at("events.ndjson"), "{\"id\":9007199254740993,\"what\":\"begun\"}\n{\"id\":2,\"what\":null}\n").unwrap();
    std::fs::create_dir_all(at("sales/year=2012/month=1")).unwrap();
    std::fs::create_dir_all(at("sales/year=2013/month=2")).unwrap();
    std::fs::write(at("sales/year=2012/month=1/a.csv"), "sku,amount\n007,1.10\n").unwrap();
    std::fs::write(at("sales/year=2013/month=2/b.csv"), "sku,amount\n008,22.35\n009,0.5\n").unwrap();
    std::fs::write(at("notes.md"), "not a table").unwrap();
    let source = open(folder.path(), "sku=string, sales.amount=decimal(10,2)");
    let tables = source.tables().await.unwrap();
    assert_eq!(tables.iter().map(|info| info.table.name.as_str()).collect::<Vec<_>>(), ["events", "packed", "readings", "sales", "tight"]);
    assert_eq!(source.test().await.unwrap(), "5 tables. 1 file is skipped: notes.md");
    let types = |name: &str| {
        tables.iter().find(|info| info.table.name == name).unwrap().columns.iter().map(|column| column.data_type).collect::<Vec<_>>()
    };
    assert_eq!(
        types("readings"),
        [DataType::Int64, DataType::String, DataType::Float64, DataType::Date, DataType::Timestamp, DataType::Bool]
    );
    assert_eq!(types("sales"), [DataType::String, DataType::Decimal { precision: 10, scale: 2 }, DataType::String, DataType::String]);
    assert!(tables[2].columns[0].native.contains("by all 3 rows"), "{}", tables[2].columns[0].native);
    let wanted = [
        ("place", DataType::String),
        ("level", DataType::Float64),
        ("taken", DataType::Date),
        ("noted", DataType::Timestamp),
        ("good", DataType::Bool),
    ];
    for table in ["readings", "packed"] {
        let sql = format!("SELECT place, level, taken, noted, good FROM \"{table}\" WHERE id <= $1 ORDER BY id");
        let found = ask(&*source, &sql, vec![(DataType::Int64, Value::Int(2))], &wanted).await.unwrap();
        assert_eq!(
            found,
            [
                r#"{"place":"north","level":1.5,"taken":"2013-01-01","noted":"2013-01-01T10:00:00Z","good":true}"#,
                r#"{"place":"sou,th","level":null,"taken":null,"noted":null,"good":false}"#,
            ]
        );
    }
    let days = [("id", DataType::Int64)];
    let since = vec![(DataType::Timestamp, Value::Text("2013-06-01T00:00:00Z".into()))];
    assert_eq!(ask(&*source, "SELECT id FROM \"tight\" WHERE noted >= $1", since, &days).await.unwrap(), [r#"{"id":3}"#]);
    let events =
        ask(&*source, "SELECT id, what FROM \"events\" ORDER BY id DESC", vec![], &[("id", DataType::Int64), ("what", DataType::String)])
            .await;
    assert_eq!(events.unwrap(), [r#"{"id":9007199254740993,"what":"begun"}"#, r#"{"id":2,"what":null}"#]);
    let money = DataType::Decimal { precision: 10, scale: 2 };
    let sales = ask(
        &*source,
        "SELECT sku, amount, year FROM \"sales\" WHERE year = $1 ORDER BY sku",
        vec![(DataType::String, Value::Text("2013".into()))],
        &[("sku", DataType::String), ("amount", money), ("year", DataType::String)],
    )
    .await;
    assert_eq!(sales.unwrap(), [r#"{"sku":"008","amount":"22.35","year":"2013"}"#, r#"{"sku":"009","amount":"0.50","year":"2013"}"#]);
    // What is written is only a value, and nothing else can be asked.
    for attack in testkit::ATTACKS {
        let evil = vec![(DataType::String, Value::Text(format!("north{attack}")))];
        assert!(ask(&*source, "SELECT id FROM \"readings\" WHERE place = $1", evil, &days).await.unwrap().is_empty(), "{attack}");
    }
    for sql in [
        "CREATE TABLE mine AS SELECT 1",
        "COPY readings TO '/tmp/stolen.csv'",
        "INSERT INTO readings VALUES (1)",
        "SET a = 1",
        "SELECT id FROM '/etc/hosts'",
    ] {
        assert!(ask(&*source, sql, vec![], &days).await.is_err(), "{sql}");
    }
    // A file that has changed is seen at the next question.
    std::fs::write(at("readings.csv"), "id,place\n7,west\n").unwrap();
    assert_eq!(ask(&*source, "SELECT id FROM \"readings\"", vec![], &days).await.unwrap(), [r#"{"id":7}"#]);
    assert_eq!(source.table(&TableRef::new("readings")).await.unwrap().unwrap().columns.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_says_what_is_wrong_and_the_others_answer() {
    let folder = testkit::folder();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("good.csv"), "id\n1\n").unwrap();
    std::fs::write(at("ragged.csv"), "a,b\n1,2\n1,2,3\n").unwrap();
    std::fs::write(at("utf16.csv"), [0xff, 0xfe, b'a', 0, b'\n', 0]).unwrap();
    std::fs::write(at("latin.csv"), b"name\nZ\xfcrich\n").unwrap();
    std::fs::write(at("zipped.csv"), b"PK\x03\x04 and so on").unwrap();
    std::fs::write(at("unpacked.csv.gz"), "a\n1\n").unwrap();
    std::fs::write(at("shortened.csv"), (0..50_000).fold("id\n".to_owned(), |text, n| text + &(n * 7_919 % 50_021).to_string() + "\n"))
        .unwrap();
    pack("gzip", &at("shortened.csv"));
    let packed = std::fs::read(at("shortened.csv.gz")).unwrap();
    std::fs::write(at("shortened.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    let mut long = std::fs::File::create(at("long.csv")).unwrap();
    (0..200).for_each(|_| long.write_all(&[b'x'; 16 << 10]).unwrap());
    std::fs::write(at("wide.csv"), vec!["c"; 100_000].join(",") + "\n").unwrap();
    std::fs::write(at("wider.csv"), vec!["c"; 1_000_000].join(",") + "\n").unwrap();
    // A gigabyte without an end of line, behind a good beginning.
    let mut endless = std::fs::File::create(at("endless.csv")).unwrap();
    endless.write_all(b"id\n1\n").unwrap();
    let piece = vec![b'x'; 1 << 20];
    (0..1_024).for_each(|_| endless.write_all(&piece).unwrap());
    std::fs::write(at("empty.csv"), "").unwrap();
    std::fs::write(at("cut.parquet"), b"PAR1\x15\x04\x15").unwrap();
    std::fs::create_dir(at("torn")).unwrap();
    std::fs::write(at("torn/a.csv"), "day\n2013-01-01\n").unwrap();
    std::fs::write(at("torn/b.ndjson"), "{\"day\":\"2013-01-01\"}\n").unwrap();
    std::fs::create_dir(at("apart")).unwrap();
    std::fs::write(at("apart/a.ndjson"), "{\"day\":1}\n").unwrap();
    std::fs::write(at("apart/b.ndjson"), "{\"day\":\"Monday\"}\n").unwrap();
    let source = open(folder.path(), "");
    let id = [("id", DataType::Int64)];
    assert_eq!(ask(&*source, "SELECT id FROM \"good\"", vec![], &id).await.unwrap(), [r#"{"id":1}"#]);
    // Other encodings are read as what they are.
    let zurich = ask(&*source, "SELECT name FROM \"latin\"", vec![], &[("name", DataType::String)]).await;
    assert_eq!(zurich.unwrap(), ["{\"name\":\"Z\u{fc}rich\"}"]);
    assert_eq!(source.table(&TableRef::new("utf16")).await.unwrap().unwrap().columns[0].name, "a");
    // What cannot be read stays in the list, with its reason.
    let listed = source.tables().await.unwrap();
    let note = |name: &str| listed.iter().find(|info| info.table.name == name).map(|info| info.note.clone()).unwrap_or_default();
    assert!(note("shortened").contains("shortened.csv.gz: the file is incomplete"), "{}", note("shortened"));
    assert!(note("ragged").contains("ragged.csv, line 3"), "{}", note("ragged"));
    let said = async |table: &str, column: (&str, DataType)| {
        let asked = ask(&*source, &format!("SELECT {} FROM \"{table}\"", column.0), vec![], &[column]).await;
        asked.expect_err(table)
    };
    for (table, column, words) in [
        ("ragged", ("a", DataType::Int64), "ragged.csv, line 3: The row has 3 cells, and the table has 2 columns."),
        ("zipped", ("a", DataType::String), "zip archive"),
        ("unpacked", ("a", DataType::String), "not compressed with gzip"),
        ("shortened", ("id", DataType::Int64), "cannot be decompressed with gzip"),
        ("long", ("x", DataType::String), "longer than 1 MiB"),
        ("wide", ("c", DataType::String), "100000 columns"),
        ("wider", ("c", DataType::String), "longer than 1 MiB"),
        ("endless", ("id", DataType::String), "longer than 64 MiB"),
        ("empty", ("a", DataType::String), "the file is empty"),
        ("cut", ("a", DataType::String), "incomplete"),
        ("torn", ("day", DataType::Date), "several formats"),
    ] {
        let error = said(table, column).await;
        assert!(error.sentence.contains(words) && error.kind == SourceErrorKind::Mismatch, "{table}: {error:?}");
    }
    // Files that disagree on a type are read as what holds both, or say that they do not fit.
    let apart = ask(&*source, "SELECT day FROM \"apart\" ORDER BY day", vec![], &[("day", DataType::String)]).await;
    assert!(
        apart.as_ref().is_ok_and(|rows| rows.len() == 2) || apart.as_ref().is_err_and(|error| error.kind == SourceErrorKind::Mismatch),
        "{apart:?}"
    );
    let gone = open(&folder.path().join("nowhere/at/all"), "").test().await.unwrap_err();
    assert_eq!(gone.kind, SourceErrorKind::Unreachable, "{gone:?}");
    assert_eq!(engine::Files.open(&BindingConfig::default()).err().unwrap().kind, SourceErrorKind::Config);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_out_of_the_operators_folders_is_not_there() {
    use std::os::unix::fs::symlink;
    let folder = testkit::folder();
    let outside = common::closed();
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("secret.csv"), "id,word\n1,hidden\n").unwrap();
    std::fs::write(folder.path().join("in.csv"), "id,word\n1,seen\n").unwrap();
    std::fs::create_dir(folder.path().join("deep")).unwrap();
    std::fs::write(folder.path().join("deep/part.csv"), "id\n1\n").unwrap();
    symlink(outside.join("secret.csv"), folder.path().join("file.csv")).unwrap();
    symlink(&outside, folder.path().join("away")).unwrap();
    symlink(folder.path(), folder.path().join("circle")).unwrap();
    symlink(folder.path().join("in.csv"), folder.path().join("same.csv")).unwrap();
    let source = open(folder.path(), "");
    let names: Vec<String> = source.tables().await.unwrap().into_iter().map(|info| info.table.name).collect();
    assert_eq!(names, ["deep", "in", "same"]);
    // A link that is put in the place of a file that was looked at.
    let (file, word) = (folder.path().join("in.csv"), [("word", DataType::String)]);
    let seen = ask(&*source, "SELECT word FROM \"in\"", vec![], &word).await.unwrap();
    assert_eq!(seen, [r#"{"word":"seen"}"#]);
    let one = open(&file, "");
    assert_eq!(one.test().await.unwrap(), "1 table");
    std::fs::remove_file(&file).unwrap();
    symlink(outside.join("secret.csv"), &file).unwrap();
    for source in [&source, &one] {
        let said = ask(&**source, "SELECT word FROM \"in\"", vec![], &word).await.unwrap_err();
        assert!(!format!("{said:?}").contains("hidden"), "{said:?}");
    }
    for path in [file, outside.join("secret.csv"), folder.path().join("away"), "/etc".into(), "/proc/self".into()] {
        let refused = common::open(&engine::Files, &[("path", &path.display().to_string())]).err().unwrap();
        assert!(refused.sentence.contains("source_roots"), "{}: {refused:?}", path.display());
    }
    std::fs::remove_dir_all(outside).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_question_ends_at_its_time_out() {
    let folder = testkit::folder();
    let lines: String = (0..3_000).fold("n\n".to_owned(), |text, n| text + &n.to_string() + "\n");
    std::fs::write(folder.path().join("t.csv"), lines).unwrap();
    let source = open(folder.path(), "");
    let sql = "SELECT count(*) AS n FROM \"t\" a, \"t\" b, \"t\" c WHERE a.n + b.n + c.n = -1".to_owned();
    let statement = Statement {
        sql,
        binds: vec![],
        fields: fields(&[("n", DataType::Int64)]),
        timeout: Duration::from_millis(200),
        max_rows: 10,
        purpose: Purpose::Response,
    };
    let began = std::time::Instant::now();
    let ended: Result<Vec<_>, _> = source.query(statement).await.unwrap().try_collect().await;
    assert_eq!(ended.unwrap_err().kind, SourceErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_a_folder() {
    let s3 = testkit::S3::start("lake");
    s3.put("data/readings.csv", READINGS.as_bytes());
    s3.put("data/sales/year=2012/a.csv", b"sku,amount\n007,1.10\n");
    s3.put("data/sales/year=2013/b.csv", b"sku,amount\n008,22.35\n");
    s3.put("elsewhere/no.csv", b"id\n1\n");
    let settings = |path| [("path", path), ("endpoint", s3.url.as_str()), ("access_key", "anybody"), ("types", "sku=string")];
    let source = common::open(&engine::Files, &settings("s3://lake/data")).unwrap();
    assert_eq!(source.test().await.unwrap(), "2 tables");
    let found = ask(
        &*source,
        "SELECT id, place FROM \"readings\" WHERE id = $1",
        vec![(DataType::Int64, Value::Int(2))],
        &[("id", DataType::Int64), ("place", DataType::String)],
    );
    assert_eq!(found.await.unwrap(), [r#"{"id":2,"place":"sou,th"}"#]);
    let found = ask(&*source, "SELECT sku FROM \"sales\" WHERE year = $1", vec![common::text("2013")], &[("sku", DataType::String)]);
    assert_eq!(found.await.unwrap(), [r#"{"sku":"008"}"#]);
    // One file alone, and a bucket that is not there.
    let one = common::open(&engine::Files, &settings("s3://lake/data/readings.csv")).unwrap();
    assert_eq!(one.test().await.unwrap(), "1 table");
    let none = common::open(&engine::Files, &settings("s3://nothing/data")).unwrap();
    assert_eq!(none.test().await.unwrap_err().kind, SourceErrorKind::Unreachable);
}

/// Times of 96 bits, written by pyarrow: with nanoseconds, without, and with nanoseconds beside a year that these do not reach.
const OLD_TIMES: &str = r#"
import sys
import pyarrow, pyarrow.parquet as parquet
fine = pyarrow.array([1356998400123456789, None, 1356998400000000000], pyarrow.timestamp("ns"))
whole = pyarrow.array([1356998400123456, None, 1356998400000000], pyarrow.timestamp("us"))
far = pyarrow.array([253402300799000000, None, 1356998400000001], pyarrow.timestamp("us"))
for name, columns in {"fine": {"t": fine, "u": whole}, "whole": {"t": whole}, "mixed": {"t": fine, "u": far}}.items():
    parquet.write_table(pyarrow.table(columns), f"{sys.argv[1]}/{name}.parquet", use_deprecated_int96_timestamps=True)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn times_of_96_bits_keep_their_digits_or_tell_what_is_cut() {
    let folder = testkit::folder();
    let output = Command::new(testkit::python()).args(["-c", OLD_TIMES]).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "pyarrow is installed by scripts/setup.sh test: {output:?}");
    let source = open(folder.path(), "");
    let tables = source.tables().await.unwrap();
    let info = |name: &str| tables.iter().find(|info| info.table.name == name).unwrap();
    let read = async |name: &str| {
        let (rows, rejected) = common::read(&*source, name).await.unwrap();
        assert!(rejected.is_empty(), "{name}: {rejected:?}");
        rows
    };
    let types = |name: &str| info(name).columns.iter().map(|column| column.data_type).collect::<Vec<_>>();
    assert_eq!((types("fine"), info("fine").note.as_str()), (vec![DataType::String, DataType::Timestamp], ""));
    let rows = read("fine").await;
    assert_eq!(
        (rows[0]["t"].as_str(), rows[0]["u"].as_str()),
        (Some("2013-01-01T00:00:00.123456789Z"), Some("2013-01-01T00:00:00.123456Z"))
    );
    assert_eq!((rows[1]["t"].is_null(), rows[2]["t"].as_str()), (true, Some("2013-01-01T00:00:00Z")));
    assert_eq!((types("whole"), info("whole").note.as_str()), (vec![DataType::Timestamp], ""));
    assert!(info("whole").columns[0].native.ends_with("to the microsecond"), "{}", info("whole").columns[0].native);
    assert_eq!(read("whole").await[0]["t"], "2013-01-01T00:00:00.123456Z");
    assert_eq!(types("mixed"), [DataType::Timestamp, DataType::Timestamp]);
    assert_eq!(info("mixed").note, "Parts of a microsecond are cut off in: t.");
    let rows = read("mixed").await;
    assert_eq!((rows[0]["t"].as_str(), rows[0]["u"].as_str()), (Some("2013-01-01T00:00:00.123456Z"), Some("9999-12-31T23:59:59Z")));
}
