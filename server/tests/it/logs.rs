//! A log that is written, rotated and followed while it goes on: every line is there once, whoever dies in between.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};

use crate::common::{Http, LONG, People, binary, dataset_until, incremental_sync_until, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

/// Somebody who writes lines, and knows what was written.
struct Writer {
    path: PathBuf,
    lines: Vec<(u64, String)>,
    part: u64,
    at: u64,
}

impl Writer {
    fn new(folder: &Path) -> Self {
        Self { path: folder.join("access.log"), lines: Vec::new(), part: 0, at: 0 }
    }

    fn write(&mut self, count: usize) {
        let mut text = String::new();
        for _ in 0..count {
            let number = self.lines.len();
            let line = format!("10.0.0.{} \"/page/{number}\" {}", number % 250, 200 + number % 5);
            self.lines.push(((self.part << 32) | self.at, line.clone()));
            self.at += line.len() as u64 + 1;
            writeln!(text, "{line}").unwrap();
        }
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&self.path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// As logrotate does: the file gets another name, and the next line makes a new one.
    fn rotate(&mut self) {
        for number in (1..9).rev() {
            let name = |number: u32| self.path.with_file_name(format!("access.log.{number}"));
            if name(number).exists() {
                std::fs::rename(name(number), name(number + 1)).unwrap();
            }
        }
        std::fs::rename(&self.path, self.path.with_file_name("access.log.1")).unwrap();
        (self.part, self.at) = (self.part + 1, 0);
    }

    fn wanted(&self) -> BTreeMap<u64, String> {
        self.lines.iter().cloned().collect()
    }
}

async fn put(builder: &Admin, what: &str, body: Json) -> Json {
    let (status, answer) = builder.call(Method::PUT, &format!("/datasets/travel/access/{what}"), Some(body)).await;
    assert!(status.is_success(), "{answer}");
    answer
}

async fn source(builder: &Admin, writer: &Writer) {
    let logs = format!("access = {} line ^(?<ip>\\S+) \"(?<page>[^\"]*)\" (?<status>\\d+)$", writer.path.display());
    builder.put_source("logs", "logs", json!({"config": {"logs": logs}, "secrets": {}})).await;
}

async fn publish(people: &People) {
    let field = |name: &str| json!({"name": name, "column": name});
    let parameter = |name: &str, kind: &str| json!({"name": name, "type": kind, "required": true, "test_value": "0"});
    let spec = json!({
        "title": "A line", "source": "logs", "kind": "kv", "table": {"name": "access"}, "key": ["log_part", "log_offset"],
        "serve_from": {"dataset": "access"}, "parameters": [parameter("log_part", "int32"), parameter("log_offset", "int64")],
        "fields": (["log_part", "log_offset", "ip", "page", "status"].map(field)),
    });
    people.publish("access", spec, json!({})).await;
}

/// The lines that the API answers with, for the places where one was written.
async fn served(http: &Http, writer: &Writer) -> BTreeMap<u64, String> {
    let mut rows = BTreeMap::new();
    for places in writer.lines.chunks(100) {
        let key = |(place, _): &(u64, String)| json!({"log_part": place >> 32, "log_offset": place & 0xffff_ffff});
        let keys: Vec<Json> = places.iter().map(key).collect();
        let (status, answer) = http.json(http.post("/api/travel/access/batch", &json!({"keys": keys}))).await;
        assert_eq!(status, 200, "{answer}");
        for row in answer["rows"].as_array().unwrap().iter().filter(|row| !row.is_null()) {
            let place = (row["log_part"].as_u64().unwrap() << 32) | row["log_offset"].as_u64().unwrap();
            let line = format!("{} \"{}\" {}", row["ip"].as_str().unwrap(), row["page"].as_str().unwrap(), row["status"]);
            rows.insert(place, line);
        }
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_synced_through_rotations_poison_and_deaths() {
    let (folder, data) = (testkit::folder(), testkit::folder());
    let mut writer = Writer::new(folder.path());
    writer.write(500);
    writer.rotate();
    writer.write(100);
    let kill = [("SLUICE_KILL_AT", "follow.after-apply")];
    let server = Sluice::start(binary(), "demo", data.path(), &[]);
    let people = People::of(&server).await;
    let builder = &people.builder;
    source(builder, &writer).await;
    let sample = builder.get("/sources/logs/prod/tables/access/sample").await;
    assert!(sample.to_string().contains("/page/"), "{sample}");
    builder.post("/datasets", json!({"domain": "travel", "name": "access", "source": "logs", "table": {"name": "access"}})).await;
    put(builder, "job", json!({"follow": {}, "dirty": {"rows": 10}})).await;
    assert_eq!(builder.build("travel", "access").await["state"], "live");
    publish(&people).await;
    let http = Http::new(&server);
    assert_eq!(served(&http, &writer).await, writer.wanted());
    // Lines come, some of them wrong; the log is rotated under its reader.
    writer.write(50);
    std::fs::OpenOptions::new().append(true).open(&writer.path).unwrap().write_all(b"what is this\n").unwrap();
    writer.at += 13;
    writer.write(50);
    writer.rotate();
    writer.write(50);
    until(LONG, "every line is served", async || served(&http, &writer).await == writer.wanted()).await;
    let synced =
        incremental_sync_until(builder, "access", "put aside", |incremental_sync| incremental_sync["figures"]["dirty_rows"] == 1).await;
    assert_eq!(synced["reason"], "", "{synced}");
    let version =
        dataset_until(builder, "access", "live", |dataset| dataset["versions"][0]["state"] == "live").await["versions"][0]["number"]
            .clone();
    let rejected = builder.get(&format!("/datasets/travel/access/versions/{version}/dirty")).await;
    assert_eq!((&rejected[0]["text"], &rejected[0]["reason"]), (&json!("what is this"), &json!("The line does not match the pattern.")));
    drop(server);
    // A worker that dies after a write and before it knows: what comes next takes over from what is written.
    let mut dying = Sluice::start(binary(), "demo", data.path(), &kill);
    writer.write(40);
    assert_eq!(dying.wait().signal(), Some(9));
    writer.rotate();
    writer.write(40);
    let server = Sluice::start(binary(), "demo", data.path(), &[]);
    let http = Http::new(&server);
    until(LONG, "every line is served", async || served(&http, &writer).await == writer.wanted()).await;
}
