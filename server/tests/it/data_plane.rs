//! Key-value APIs out of datasets, over HTTP and gRPC, against the data itself and stock clients.

use crate::common::{Cluster, Grpc, Http, People, aircraft, binary};
use prost::Message;
use serde_json::{Value as Json, json};
use testkit::{Admin, Redis, Sluice, problem_code};

/// The row as prost encodes it, from the source's own text.
#[derive(Clone, PartialEq, Message)]
struct PlaneRow {
    #[prost(string, optional, tag = "1")]
    tailnum: Option<String>,
    #[prost(int64, optional, tag = "2")]
    year: Option<i64>,
    #[prost(string, optional, tag = "3")]
    kind: Option<String>,
    #[prost(string, optional, tag = "4")]
    manufacturer: Option<String>,
    #[prost(string, optional, tag = "5")]
    model: Option<String>,
    #[prost(int64, optional, tag = "6")]
    engines: Option<i64>,
    #[prost(int64, optional, tag = "7")]
    seats: Option<i64>,
    #[prost(int64, optional, tag = "8")]
    speed: Option<i64>,
    #[prost(string, optional, tag = "9")]
    engine: Option<String>,
}

fn expected(tailnum: &str) -> PlaneRow {
    let planes = testkit::planes();
    let plane = &planes[tailnum];
    let text = |name: &str| plane[name].clone();
    let number = |name: &str| plane[name].as_ref().map(|text| text.parse().unwrap());
    PlaneRow {
        tailnum: Some(tailnum.to_owned()),
        year: number("year"),
        kind: text("type"),
        manufacturer: text("manufacturer"),
        model: text("model"),
        engines: number("engines"),
        seats: number("seats"),
        speed: number("speed"),
        engine: text("engine"),
    }
}

fn as_json(row: &PlaneRow) -> Json {
    json!({"tailnum": row.tailnum, "year": row.year, "type": row.kind, "manufacturer": row.manufacturer, "model": row.model,
        "engines": row.engines, "seats": row.seats, "speed": row.speed, "engine": row.engine})
}

/// A sample by stride, with rows that lack a year and one that has a speed.
fn sample() -> Vec<String> {
    let planes = testkit::planes();
    let mut names: Vec<String> = planes.keys().step_by(301).cloned().collect();
    names.extend(planes.iter().filter(|(_, plane)| plane["year"].is_none()).take(3).map(|(name, _)| name.clone()));
    names.extend(planes.iter().filter(|(_, plane)| plane["speed"].is_some()).take(1).map(|(name, _)| name.clone()));
    names
}

async fn everything_reads_as_the_data(server: &Sluice, api: &str) {
    let (http, mut grpc) = (Http::new(server), Grpc::new(server));
    let service = format!("sluice.travel.{}", model::name::grpc_name(api));
    for tailnum in sample() {
        let row = expected(&tailnum);
        let (status, body) = http.json(http.get(&format!("/api/travel/{api}?tailnum={tailnum}"))).await;
        assert_eq!((status, &body), (200, &as_json(&row)));
        let raw = grpc
            .ask(&json!({"do": "call", "method": format!("{service}/Get"), "key": http.key, "raw": true, "request": {"tailnum": tailnum}}));
        assert_eq!(raw["ok"].as_str().unwrap(), row.encode_to_vec().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
    let names = sample();
    let keys: Vec<Json> = names.iter().map(|name| json!({"tailnum": name})).chain([json!({"tailnum": "NOBODY"})]).collect();
    let mut wanted: Vec<Json> = names.iter().map(|name| as_json(&expected(name))).collect();
    wanted.insert(2, Json::Null);
    let mut asked = keys.clone();
    let nobody = asked.pop().unwrap();
    asked.insert(2, nobody);
    let (status, body) = http.json(http.post(&format!("/api/travel/{api}/batch"), &json!({"keys": asked}))).await;
    assert_eq!((status, &body["rows"]), (200, &Json::Array(wanted)));
    let batch = grpc.call(&format!("{service}/BatchGet"), &http.key, json!({"keys": asked}));
    let rows = batch["ok"]["rows"].as_array().unwrap_or_else(|| panic!("{batch}"));
    assert_eq!(rows.len(), asked.len());
    assert_eq!(rows[2], json!({}), "a key without a row is there and empty");
    assert_eq!(rows[3]["row"]["tailnum"], names[2]);
}

#[tokio::test]
async fn an_embedded_dataset_answers_as_the_data_says_whatever_its_compression() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    for compression in ["none", "zstd"] {
        let name = format!("planes-{compression}");
        let built = people.planes_dataset(&name, json!({"compression": compression})).await;
        assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(3_322)), "{built}");
        let (rows, stored) = (built["figures"]["row_bytes"].as_i64().unwrap(), built["figures"]["stored_bytes"].as_i64().unwrap());
        assert!(if compression == "none" { rows == stored } else { stored * 2 < rows }, "{built}");
        let api = format!("aircraft-{compression}");
        people.publish(&api, aircraft(json!({"dataset": name})), json!({})).await;
        everything_reads_as_the_data(&server, &api).await;
    }
    // And straight from the source, by the same definition.
    people.publish("aircraft-source", aircraft(json!("source")), json!({})).await;
    everything_reads_as_the_data(&server, "aircraft-source").await;
}

#[tokio::test]
async fn a_dataset_in_redis_answers_and_survives_redis_going_away() {
    let mut redis = Redis::start();
    let server = Sluice::demo_with(binary(), &[("SLUICE_REDIS_URL", &redis.url())]);
    let people = People::of(&server).await;
    let built = people.planes_dataset("planes", json!({"store": "redis"})).await;
    assert_eq!(built["state"], "live", "{built}");
    people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    everything_reads_as_the_data(&server, "aircraft").await;
    let mut cached = aircraft(json!({"dataset": "planes"}));
    cached["policy"] = json!({"cache": {"memory": true, "ttl_ms": 1, "stale_ms": 600_000}});
    people.publish("cached", cached, json!({})).await;
    let http = Http::new(&server);
    assert_eq!(http.json(http.get("/api/travel/cached?tailnum=N14228")).await.0, 200);
    redis.stop();
    let response = http.get("/api/travel/aircraft?tailnum=N14228").send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    let body: Json = response.json().await.unwrap();
    assert_eq!(problem_code(&body).0, "store-unavailable", "{body}");
    // What is kept is given on, and says so.
    let stale = http.get("/api/travel/cached?tailnum=N14228").send().await.unwrap();
    assert_eq!((stale.status().as_u16(), stale.headers()["x-sluice-cache"].to_str().unwrap()), (200, "stale"));
    redis.resume();
    let back = std::time::Instant::now();
    // Its rows went with it, so what it answers now is that there are none, not that it is away.
    while http.get("/api/travel/aircraft?tailnum=N14228").send().await.unwrap().status().as_u16() == 503 {
        assert!(back.elapsed() < std::time::Duration::from_secs(2), "Redis is back and not found within 2 s");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn two_nodes_on_one_metadata_store_share_the_builds_and_serve_the_same() {
    let cluster = Cluster::start().await;
    let (first, second) = (cluster.node(), cluster.node());
    let people = People::of(&first).await;
    let names: Vec<String> = (0..8).map(|number| format!("planes-{number}")).collect();
    for name in &names {
        let new = json!({"domain": "travel", "name": name, "source": "flights-db", "table": {"name": "planes"}, "store": "redis"});
        people.builder.post("/datasets", new).await;
    }
    let built = futures::future::join_all(names.iter().map(|name| people.builder.build("travel", name))).await;
    for version in &built {
        assert_eq!((version["state"].as_str(), version["figures"]["written_rows"].as_i64()), (Some("live"), Some(3_322)), "{version}");
    }
    for name in &names {
        let dataset = people.builder.get(&format!("/datasets/travel/{name}")).await;
        assert_eq!(dataset["versions"].as_array().map(Vec::len), Some(1), "built once: {dataset}");
    }
    people.publish("aircraft", aircraft(json!({"dataset": "planes-3"})), json!({})).await;
    Admin::demo(&second, "owner@demo").await.served().await;
    for server in [&first, &second] {
        let url = format!("{}/api/travel/aircraft?tailnum=N14228", server.url);
        let answer = reqwest::Client::new().get(url).bearer_auth(first.demo_key()).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.json::<Json>().await.unwrap()), (200, as_json(&expected("N14228"))));
    }
}

#[tokio::test]
async fn stock_clients_learn_everything_by_reflection() {
    let server = Sluice::demo(binary());
    let (people, mut grpc, http) = (People::of(&server).await, Grpc::new(&server), Http::new(&server));
    for list in ["list", "list-alpha"] {
        let services = grpc.ask(&json!({"do": list}))["ok"].clone();
        for service in ["sluice.travel.Plane", "sluice.travel.Delays", "sluice.v1.DataService", "grpc.health.v1.Health"] {
            assert!(services.as_array().unwrap().contains(&json!(service)), "{services}");
        }
        assert!(!services.to_string().contains("Aircraft"));
    }
    people.publish("aircraft", aircraft(json!("source")), json!({})).await;
    assert!(grpc.ask(&json!({"do": "list"}))["ok"].as_array().unwrap().contains(&json!("sluice.travel.Aircraft")));
    assert_eq!(grpc.ask(&json!({"do": "health", "service": ""}))["ok"], "0801");
    assert_eq!(grpc.ask(&json!({"do": "health", "service": "sluice.travel.Aircraft"}))["ok"], "0801");
    assert_eq!(grpc.ask(&json!({"do": "health", "service": "sluice.travel.None"}))["code"], "NOT_FOUND");

    let page = grpc.call("sluice.travel.Delays/Query", &http.key, json!({"carrier": "UA", "month": [2, 3]}));
    let (_, wanted) = http.json(http.get("/api/travel/delays?carrier=UA&month=2,3")).await;
    assert_eq!(page["ok"]["rows"].as_array().unwrap().len(), 2, "{page}");
    assert_eq!(page["ok"]["rows"][1]["avg_dep_delay"], wanted["rows"][1]["avg_dep_delay"]);
    // Stock JSON of protobuf writes wide integers as strings.
    assert_eq!(page["ok"]["rows"][1]["flights"], wanted["rows"][1]["flights"].to_string());
    assert!(page["metadata"]["x-request-id"].as_str().unwrap().len() == 36);
    let first = grpc.call("sluice.travel.Delays/Query", &http.key, json!({"limit": 50}));
    let next = grpc.call("sluice.travel.Delays/Query", &http.key, json!({"limit": 50, "after": first["ok"]["next"]}));
    assert_ne!(first["ok"]["rows"][0], next["ok"]["rows"][0]);
    let streamed = grpc.call("sluice.travel.Delays/Stream", &http.key, json!({}));
    let (_, all) = http.json(http.get("/api/travel/delays?limit=1000")).await;
    assert_eq!(streamed["ok"].as_array().unwrap().len(), all["rows"].as_array().unwrap().len());

    let generic = grpc.call("sluice.v1.DataService/Get", &http.key, json!({"api": "travel/aircraft", "key": {"tailnum": "N14228"}}));
    assert_eq!(generic["ok"]["row"]["manufacturer"], "BOEING", "{generic}");
    let generic = grpc.call(
        "sluice.v1.DataService/BatchGet",
        &http.key,
        json!({"api": "travel/aircraft/v1", "keys": [{"tailnum": "N14228"}, {"tailnum": "X"}]}),
    );
    assert_eq!((generic["ok"]["rows"][0]["row"]["seats"].as_f64(), &generic["ok"]["rows"][1]), (Some(149.0), &json!({})), "{generic}");
    let generic = grpc.call(
        "sluice.v1.DataService/Query",
        &http.key,
        json!({"api": "travel/delays", "parameters": {"carrier": "UA", "month": [2, 3]}}),
    );
    assert_eq!(generic["ok"]["rows"].as_array().unwrap().len(), 2, "{generic}");
    let generic = grpc.call("sluice.v1.DataService/Stream", &http.key, json!({"api": "travel/delays", "parameters": {}}));
    assert_eq!(generic["ok"].as_array().unwrap().len(), all["rows"].as_array().unwrap().len());
}

#[tokio::test]
async fn failures_over_grpc_say_what_http_says() {
    let server = Sluice::demo(binary());
    let (mut grpc, http) = (Grpc::new(&server), Http::new(&server));
    let none = grpc.call("sluice.travel.Plane/Get", &http.key, json!({"tailnum": "N00000"}));
    assert_eq!((&none["code"], &none["reason"]), (&json!("NOT_FOUND"), &json!("not-found")), "{none}");
    assert_eq!(none["request_id"].as_str().unwrap().len(), 36);
    let wrong = grpc.call("sluice.travel.Plane/Get", &http.key, json!({"tailnum": "lower"}));
    assert_eq!((&wrong["code"], &wrong["fields"]), (&json!("INVALID_ARGUMENT"), &json!(["tailnum"])), "{wrong}");
    assert_eq!(grpc.call("sluice.travel.Plane/Get", &http.key, json!({}))["code"], "INVALID_ARGUMENT");
    assert_eq!(grpc.call("sluice.travel.Plane/Get", "", json!({"tailnum": "N14228"}))["code"], "UNAUTHENTICATED");
    assert_eq!(grpc.call("sluice.travel.Plane/Get", "slk_0_x", json!({"tailnum": "N14228"}))["code"], "UNAUTHENTICATED");
    let late =
        grpc.ask(&json!({"do": "call", "method": "sluice.travel.Delays/Query", "key": http.key, "request": {}, "timeout": 0.000_001}));
    assert_eq!(late["code"], "DEADLINE_EXCEEDED", "{late}");
    let kind = grpc.call("sluice.v1.DataService/Query", &http.key, json!({"api": "travel/plane", "parameters": {}}));
    assert_eq!(kind["code"], "INVALID_ARGUMENT", "{kind}");
}

#[tokio::test]
async fn a_client_that_resets_its_streams_takes_nothing_from_the_others() {
    let server = Sluice::demo(binary());
    let (http, mut grpc) = (Http::new(&server), Grpc::new(&server));
    // More than there are connections to the source: each must come back.
    let reset = grpc.ask(&json!({"do": "reset", "method": "sluice.travel.Delays/Stream", "key": http.key, "request": {}, "times": 40}));
    assert_eq!(reset["ok"], 40, "{reset}");
    let whole = grpc.call("sluice.travel.Delays/Stream", &http.key, json!({"limit": 7}));
    assert_eq!(whole["ok"].as_array().map(Vec::len), Some(7), "{whole}");
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
}

/// What `curl` makes of an answer in each encoding that it knows, with how many bytes came over the wire.
fn through_curl(url: &str, key: &str, encoding: &str) -> (Vec<u8>, usize) {
    let folder = testkit::folder();
    let file = folder.path().join("body");
    let output = std::process::Command::new("curl")
        .args(["-s", "-f", "--compressed", "-H", &format!("accept-encoding: {encoding}"), "-w", "%{size_download}", "-o"])
        .arg(&file)
        .args(["-H", &format!("authorization: Bearer {key}"), url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{encoding}: {output:?}");
    (std::fs::read(&file).unwrap(), String::from_utf8_lossy(&output.stdout).parse().unwrap())
}

#[tokio::test]
async fn a_caller_that_has_the_answer_is_told_so_and_large_ones_are_compressed() {
    let server = Sluice::demo(binary());
    let http = Http::new(&server);
    let first = http.get("/api/travel/plane?tailnum=N14228").send().await.unwrap();
    let tag = first.headers()["etag"].clone();
    let again = http.get("/api/travel/plane?tailnum=N14228").header("if-none-match", tag.clone()).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.headers()["etag"].clone()), (304, tag.clone()));
    assert!(again.bytes().await.unwrap().is_empty());
    let other = http.get("/api/travel/plane?tailnum=N102UW").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(other.status().as_u16(), 200);
    let plain = http.get("/api/travel/delays?limit=100").send().await.unwrap().bytes().await.unwrap();
    for encoding in ["gzip", "br", "zstd"] {
        let response = http.get("/api/travel/delays?limit=100").header("accept-encoding", encoding).send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], encoding);
        let (opened, sent) = through_curl(&format!("{}/api/travel/delays?limit=100", server.url), &http.key, encoding);
        assert!(opened == plain, "{encoding}: curl reads other bytes");
        assert!(sent * 2 < plain.len(), "{encoding}: {sent} of {}", plain.len());
    }
    let h2 = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let over_h2 = h2.get(format!("{}/api/travel/plane?tailnum=N14228", server.url)).bearer_auth(&http.key).send().await.unwrap();
    assert_eq!((over_h2.version(), over_h2.status().as_u16()), (reqwest::Version::HTTP_2, 200));
}

#[tokio::test]
async fn keys_of_every_wrong_kind_are_answered_with_a_sentence() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.planes_dataset("planes", json!({})).await;
    people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    let http = Http::new(&server);
    let long = "x".repeat(60 << 10);
    for (key, status) in [("", 404), ("%00", 404), ("a%00b", 404), ("%F0%9F%9B%AB%20%D1%8E", 404), (long.as_str(), 404), ("%", 404)] {
        let (got, body) = http.json(http.get(&format!("/api/travel/aircraft?tailnum={key}"))).await;
        assert_eq!(got, status, "{key:.20}: {body}");
    }
    // An address ends at 64 KiB; a key of that length goes by POST.
    let (status, body) = http.json(http.post("/api/travel/aircraft", &json!({"tailnum": "x".repeat(64 << 10)}))).await;
    assert_eq!(status, 404, "{}", body["code"]);
    for (query, field) in [("?tail=N14228", "tail"), ("", "tailnum"), ("?tailnum=a&tailnum=b", "tailnum"), ("?tailnum=a&limit=3", "limit")]
    {
        let (got, body) = http.json(http.get(&format!("/api/travel/aircraft{query}"))).await;
        assert_eq!((got, body["errors"][0]["field"].as_str()), (400, Some(field)), "{query}: {body}");
    }
    let path = "/api/travel/aircraft/batch";
    let (status, body) = http.json(http.post(path, &json!({"keys": [{"tailnum": "N14228"}, {"tailnum": 7}, {"tail": "x"}]}))).await;
    assert_eq!((status, body["errors"][0]["field"].as_str()), (400, Some("keys.1.tailnum")), "{body}");
    let many: Vec<Json> = (0..1_001).map(|_| json!({"tailnum": "N14228"})).collect();
    assert_eq!(http.json(http.post(path, &json!({"keys": many}))).await.0, 413);
    assert_eq!(http.json(http.post(path, &json!({"keys": [{"tailnum": "x".repeat(2 << 20)}]}))).await.0, 413);
    assert_eq!(http.json(http.post(path, &json!({"rows": []}))).await.0, 400);
    assert_eq!(http.json(http.get(path)).await.0, 405);
    assert_eq!(http.json(http.post("/api/travel/delays/batch", &json!({"keys": []}))).await.0, 404, "a list has no batches");
}

#[tokio::test]
async fn a_bad_build_leaves_the_live_version_alone_and_a_kept_one_comes_back_at_once() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let first = people.planes_dataset("planes", json!({})).await;
    people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    let http = Http::new(&server);
    let data_version = || async {
        let response = http.get("/api/travel/aircraft?tailnum=N14228").send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        (response.headers()["x-sluice-data-version"].to_str().unwrap().to_owned(), response.json::<Json>().await.unwrap()["seats"].clone())
    };
    assert_eq!(data_version().await, ("1".into(), json!(149)));
    // The stock client changes the source behind our back: first well, then so that the key names two rows.
    let sql = |text: &str| testkit::sqlite3(&server.data().join("sources/flights.db"), text);
    sql("UPDATE planes SET seats = 150 WHERE tailnum = 'N14228'");
    let second = people.builder.build("travel", "planes").await;
    people.builder.served().await;
    assert_ne!(second["figures"]["checksum"], first["figures"]["checksum"]);
    assert_eq!(data_version().await, ("2".into(), json!(150)));
    sql(
        "ALTER TABLE planes RENAME TO hangar; CREATE TABLE planes AS SELECT * FROM hangar; INSERT INTO planes SELECT * FROM planes WHERE tailnum = 'N14228'",
    );
    let third = people.builder.build("travel", "planes").await;
    assert_eq!(third["state"], "failed");
    assert!(third["reason"].as_str().unwrap().contains("N14228"), "{third}");
    sql("UPDATE planes SET tailnum = NULL WHERE tailnum = 'N14228'");
    let fourth = people.builder.build("travel", "planes").await;
    assert!(fourth["reason"].as_str().unwrap().contains("is empty in"), "{fourth}");
    assert_eq!(data_version().await, ("2".into(), json!(150)));
    let began = std::time::Instant::now();
    people.owner.post("/datasets/travel/planes/switch", json!({"version": 1})).await;
    people.owner.served().await;
    assert!(began.elapsed() < std::time::Duration::from_secs(1));
    assert_eq!(data_version().await, ("1".into(), json!(149)));
    let (status, body) = people.owner.call(reqwest::Method::POST, "/datasets/travel/planes/switch", Some(json!({"version": 3}))).await;
    assert_eq!(status.as_u16(), 409, "{body}");
}

#[tokio::test]
async fn a_release_on_a_dataset_waits_for_a_live_data_version() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people
        .builder
        .post("/datasets", json!({"domain": "travel", "name": "planes", "source": "flights-db", "table": {"name": "planes"}}))
        .await;
    let request = people.builder.send_api("travel", "aircraft", aircraft(json!({"dataset": "planes"}))).await;
    let decide = format!("/requests/{request}/decide");
    let (status, body) = people.approver.call(reqwest::Method::POST, &decide, Some(json!({"approve": true, "accept_costs": true}))).await;
    assert_eq!(status.as_u16(), 409, "{body}");
    people.builder.build("travel", "planes").await;
    people.approver.post(&decide, json!({"approve": true, "accept_costs": true})).await;
    for (spec, place) in [
        (aircraft(json!({"dataset": "none"})), "serve_from"),
        (
            {
                let mut spec = aircraft(json!({"dataset": "planes"}));
                spec["table"] = json!({"name": "airlines"});
                spec
            },
            "fields.tailnum",
        ),
    ] {
        let report = people.builder.post("/apis/travel/aircraft/check", json!({"environment": "prod", "spec": spec})).await;
        assert!(report["errors"].to_string().contains(place), "{report}");
    }
}

/// A folder with a disk of its own, too small for anything: only where the machine lets a test mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn on(path: std::path::PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let options = format!("size={size}");
        let mounted = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&path).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(path))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_fails_a_build_with_its_reason_and_leaves_the_live_one_alone() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.planes_dataset("planes", json!({})).await;
    people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    // The live version is where it was; the next one goes to a disk that is full at once.
    let datasets = server.data().join("datasets");
    let of_planes = std::fs::read_dir(&datasets).unwrap().map(|entry| entry.unwrap().path());
    let live: Vec<_> = of_planes.filter(|path| path.is_dir()).collect();
    let Some(_full) = SmallDisk::on(datasets.join("scratch"), "64k") else {
        println!("no leave to mount a small disk here, so this is not tried");
        return;
    };
    assert!(!live.is_empty());
    let flights = json!({"domain": "travel", "name": "flights", "source": "flights-db", "table": {"name": "flights"},
        "key": ["year", "month", "day", "carrier", "flight", "sched_dep_time", "origin"]});
    people.builder.post("/datasets", flights).await;
    let failed = people.builder.build("travel", "flights").await;
    assert!(failed["state"] == "failed" && failed["reason"].as_str().unwrap().contains("The disk is full"), "{failed}");
    let http = Http::new(&server);
    assert_eq!(http.json(http.get("/api/travel/aircraft?tailnum=N14228")).await.0, 200);
}

#[tokio::test]
async fn stock_load_drivers_meet_no_error() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.planes_dataset("planes", json!({})).await;
    people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    let key = server.demo_key();
    let run = |program: &str, arguments: &[&str]| {
        let output =
            std::process::Command::new(program).args(arguments).output().expect("the drivers are installed by scripts/setup.sh test");
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (bearer, url) = (format!("authorization: Bearer {key}"), format!("{}/api/travel/aircraft?tailnum=N14228", server.url));
    let said = run("wrk", &["-t1", "-c16", "-d1s", "-H", &bearer, &url]);
    assert!(said.contains("requests in") && !said.contains("Non-2xx") && !said.contains("Socket errors"), "{said}");
    let said = run("h2load", &["-c4", "-m16", "-n2000", "-H", &bearer, &url]);
    assert!(said.contains("2000 succeeded, 0 failed"), "over HTTP/2: {said}");
    let (folder, mut message) = (testkit::folder(), vec![0, 0, 0, 0, 8, 0x0a, 6]);
    message.extend_from_slice(b"N14228");
    let body = folder.path().join("get.bin");
    std::fs::write(&body, message).unwrap();
    let (body, grpc) = (body.display().to_string(), format!("http://{}/sluice.travel.Aircraft/Get", server.grpc));
    let said = run("h2load", &["-c4", "-m16", "-n2000", "-H", &bearer, "-H", "content-type: application/grpc", "-d", &body, &grpc]);
    assert!(said.contains("2000 succeeded, 0 failed"), "over gRPC: {said}");
    let metrics = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    let line = "sluice_requests_total{domain=\"travel\",api=\"aircraft\",kind=\"kv\",env=\"prod\",code=";
    let counted: Vec<&str> = metrics.lines().filter(|known| known.starts_with(line)).collect();
    assert!(counted.len() == 1 && counted[0].contains("code=\"ok\""), "every call was answered: {counted:?}");
}
