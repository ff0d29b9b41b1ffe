//! What several of these tests share: the stock gRPC client, and the definition of the planes.

#![allow(dead_code, unreachable_pub, clippy::needless_pass_by_value)] // not every test uses all of it, and json! makes values

pub mod items;
pub mod source;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use testkit::{Admin, Postgres, Redis, Sluice};

pub use source::Source;

/// Longer than anything takes that ends at all.
pub const LONG: Duration = Duration::from_secs(90);

/// The master key of the nodes of a [`Cluster`].
pub const MASTER_KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// What nodes share: their metadata, a Redis, and a key.
pub struct Cluster {
    pub metadata: Postgres,
    pub redis: Redis,
    environment: [(&'static str, String); 3],
}

impl Cluster {
    pub async fn start() -> Self {
        let (metadata, redis) = (Postgres::start(), Redis::start());
        let environment = [
            ("SLUICE_DATABASE_URL", metadata.database("sluice").await),
            ("SLUICE_MASTER_KEY", MASTER_KEY.to_owned()),
            ("SLUICE_REDIS_URL", redis.url()),
        ];
        Self { metadata, redis, environment }
    }

    pub fn node(&self) -> Sluice {
        Sluice::demo_with(binary(), &self.environment.each_ref().map(|(name, value)| (*name, value.as_str())))
    }
}

/// Until something is so.
pub async fn until(long: Duration, what: &str, mut is: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is().await {
        assert!(began.elapsed() < long, "it does not come to “{what}”");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A dataset, once it is as it should be.
pub async fn dataset_until(admin: &Admin, name: &str, what: &str, is: impl Fn(&Json) -> bool) -> Json {
    let began = Instant::now();
    loop {
        let dataset = admin.get(&format!("/datasets/travel/{name}")).await;
        if is(&dataset) {
            return dataset;
        }
        assert!(began.elapsed() < LONG, "{name} does not come to “{what}”: {dataset:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The newest run of a dataset's job.
pub fn last_run(dataset: &Json) -> &Json {
    &dataset["job"]["runs"][0]
}

/// How the live version of a dataset follows.
pub fn incremental_sync(dataset: &Json) -> &Json {
    let live = dataset["versions"].as_array().unwrap().iter().find(|version| version["state"] == "live");
    &live.unwrap_or_else(|| panic!("nothing is live: {dataset:#}"))["following"]
}

/// How the live version follows, once that is as it should be.
pub async fn incremental_sync_until(admin: &Admin, name: &str, what: &str, is: impl Fn(&Json) -> bool) -> Json {
    incremental_sync(&dataset_until(admin, name, what, |dataset| is(incremental_sync(dataset))).await).clone()
}

/// The rows that a followed API of ids and labels answers with, of ids that may be there.
pub async fn labels(http: &Http, api: &str, ids: i64) -> BTreeMap<i64, String> {
    let mut rows = BTreeMap::new();
    for from in (0..ids).step_by(100) {
        let keys: Vec<Json> = (from..ids.min(from + 100)).map(|id| json!({"id": id})).collect();
        let (status, answer) = http.json(http.post(&format!("/api/travel/{api}/batch"), &json!({"keys": keys}))).await;
        assert_eq!(status, 200, "{answer}");
        for row in answer["rows"].as_array().unwrap().iter().filter(|row| !row.is_null()) {
            rows.insert(row["id"].as_i64().unwrap(), row["label"].as_str().unwrap_or_default().to_owned());
        }
    }
    rows
}

pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sluice"))
}

/// grpcio with reflection and no generated code, in a process of its own.
pub struct Grpc {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Grpc {
    pub fn new(server: &Sluice) -> Self {
        Self::started(&[&server.grpc, &server.demo_key()])
    }

    /// Over TLS, trusting the authority in a file.
    pub fn secured(server: &Sluice, authority: &str) -> Self {
        Self::started(&[&server.grpc, &server.demo_key(), authority])
    }

    fn started(arguments: &[&str]) -> Self {
        let python = testkit::python();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/grpc_client.py");
        let mut child = Command::new(python)
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("grpcio is installed by scripts/setup.sh test");
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    pub fn ask(&mut self, asked: &Json) -> Json {
        writeln!(self.input, "{asked}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Json = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the client ended: {line}"));
        assert!(answer["broken"].is_null(), "{asked}: {}", answer["broken"]);
        answer
    }

    pub fn call(&mut self, method: &str, key: &str, request: Json) -> Json {
        self.ask(&json!({"do": "call", "method": method, "key": key, "request": request}))
    }
}

impl Drop for Grpc {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The planes by tail number, from a dataset or from the source.
pub fn aircraft(serve_from: Json) -> Json {
    let field = |name: &str| json!({"name": name, "column": name});
    let mut spec = json!({
        "title": "One aircraft by its tail number", "source": "flights-db", "kind": "kv",
        "table": {"name": "planes"}, "key": ["tailnum"],
        "parameters": [{"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"}],
        "fields": (["tailnum", "year", "type", "manufacturer", "model", "engines", "seats", "speed", "engine"].map(field)),
    });
    spec["serve_from"] = serve_from;
    spec
}

/// The people that make an API live.
pub struct People {
    pub builder: Admin,
    pub approver: Admin,
    pub owner: Admin,
}

impl People {
    pub async fn of(server: &Sluice) -> Self {
        Self {
            builder: Admin::demo(server, "builder@demo").await,
            approver: Admin::demo(server, "approver@demo").await,
            owner: Admin::demo(server, "owner@demo").await,
        }
    }

    /// A dataset of the planes, built.
    pub async fn planes_dataset(&self, name: &str, more: Json) -> Json {
        let mut new = json!({"domain": "travel", "name": name, "source": "flights-db", "table": {"name": "planes"}});
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.builder.post("/datasets", new).await;
        self.builder.build("travel", name).await
    }

    /// Changes a dataset, its `mapping`, `gates` or `job`; where live APIs read it, somebody else approves the change.
    pub async fn change(&self, dataset: &str, what: &str, body: Json) {
        let (status, saved) = self.builder.call(reqwest::Method::PUT, &format!("/datasets/travel/{dataset}/{what}"), Some(body)).await;
        assert!(status.is_success(), "{what} of {dataset}: {saved}");
        if let Some(request) = saved["request"].as_str() {
            self.approver.approve(request).await;
        }
    }

    /// An API that the demo's app may call.
    pub async fn publish(&self, name: &str, spec: Json, terms: Json) {
        self.builder.publish(&self.approver, "travel", name, spec).await;
        let (status, body) =
            self.owner.call(reqwest::Method::PUT, &format!("/apps/travel/demo-app/grants/travel/{name}"), Some(terms)).await;
        assert!(status.is_success(), "{body}");
        self.owner.served().await;
    }
}

/// Calls over HTTP with the demo app's key.
pub struct Http {
    pub client: reqwest::Client,
    pub url: String,
    pub key: String,
}

impl Http {
    pub fn new(server: &Sluice) -> Self {
        Self { client: reqwest::Client::new(), url: server.url.clone(), key: server.demo_key() }
    }

    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    pub fn post(&self, path: &str, body: &Json) -> reqwest::RequestBuilder {
        self.client.post(format!("{}{path}", self.url)).bearer_auth(&self.key).json(body)
    }

    pub async fn json(&self, request: reqwest::RequestBuilder) -> (u16, Json) {
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

/// All rows of a list, read page by page to its end, which has to come within so many pages.
pub async fn pages_of(http: &Http, api: &str, at_most: usize) -> Vec<Json> {
    let (mut rows, mut after) = (Vec::new(), None::<String>);
    for _ in 0..=at_most {
        let request = http.get(&format!("/api/travel/{api}"));
        let request = if let Some(after) = &after { request.query(&[("after", after)]) } else { request };
        let (status, answer) = http.json(request).await;
        assert_eq!(status, 200, "{api}: {answer}");
        rows.extend(answer["rows"].as_array().unwrap().iter().cloned());
        match answer["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => return rows,
        }
    }
    panic!("{api} does not come to an end: {rows:?}")
}
