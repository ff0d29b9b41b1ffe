//! `/metrics` as text: every line by the rules of Prometheus's format, and every count as many as were sent.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use crate::common::{Grpc, Http, LONG, People, aircraft, binary, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

type Labels = BTreeMap<String, String>;

/// A page that was read.
struct Page {
    text: String,
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<(String, Labels), f64>,
}

/// `name="value",…` without its braces; only three escapes are known.
fn labels_of(line: &str, text: &str) -> Labels {
    let (mut labels, mut rest) = (Labels::new(), text);
    while !rest.is_empty() {
        let (name, behind) = rest.split_once("=\"").unwrap_or_else(|| panic!("a label without a value: {line}"));
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}: {line}");
        let (mut value, mut characters) = (String::new(), behind.char_indices());
        let end = loop {
            match characters.next().unwrap_or_else(|| panic!("a value without an end: {line}")) {
                (at, '"') => break at + 1,
                (_, '\\') => value.push(match characters.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, same @ ('\\' | '"'))) => same,
                    other => panic!("an escape that there is not, {other:?}: {line}"),
                }),
                (_, character) => value.push(character),
            }
        };
        assert!(labels.insert(name.to_owned(), value).is_none(), "a label twice: {line}");
        rest = &behind[end..];
        if !rest.is_empty() {
            rest = rest.strip_prefix(',').filter(|rest| !rest.is_empty()).unwrap_or_else(|| panic!("no comma: {line}"));
        }
    }
    labels
}

impl Page {
    async fn of(server: &Sluice) -> Self {
        let response = reqwest::get(format!("{}/metrics", server.url)).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4");
        let page = Self::read(response.text().await.unwrap());
        page.check_histograms();
        page.check_with_promtool();
        page
    }

    fn read(text: String) -> Self {
        assert!(text.ends_with('\n'));
        let (mut kinds, mut samples, mut help, mut family) = (BTreeMap::new(), BTreeMap::new(), String::new(), String::new());
        let mut helped = BTreeSet::new();
        for line in text.lines() {
            if let Some((name, words)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
                assert!(!words.trim().is_empty() && helped.insert(name.to_owned()), "{line}");
                name.clone_into(&mut help);
            } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                assert_eq!((name, kind == "counter"), (help.as_str(), name.ends_with("_total")), "{line}");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "a type twice: {line}");
                name.clone_into(&mut family);
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
                let (name, labels) = match series.split_once('{') {
                    Some((name, labels)) => (name, labels_of(line, labels.strip_suffix('}').unwrap_or_else(|| panic!("no brace: {line}")))),
                    None => (series, Labels::new()),
                };
                let of = ["_bucket", "_sum", "_count"]
                    .into_iter()
                    .find_map(|end| name.strip_suffix(end))
                    .filter(|_| kinds[&family] == "histogram");
                assert_eq!(of.unwrap_or(name), family, "a line away from its type: {line}");
                let value: f64 = value.parse().unwrap_or_else(|_| panic!("not a number: {line}"));
                assert!(samples.insert((name.to_owned(), labels), value).is_none(), "a series twice: {line}");
            }
        }
        Self { text, kinds, samples }
    }

    fn check_histograms(&self) {
        for name in self.kinds.iter().filter(|(_, kind)| *kind == "histogram").map(|(name, _)| name) {
            for ((_, labels), count) in self.samples.iter().filter(|((of, _), _)| *of == format!("{name}_count")) {
                let is_of = |known: &Labels| known.iter().filter(|(label, _)| *label != "le").eq(labels.iter());
                let mut buckets: Vec<(f64, f64)> = self
                    .samples
                    .iter()
                    .filter(|((of, known), _)| *of == format!("{name}_bucket") && is_of(known))
                    .map(|((_, known), count)| (known["le"].replace("+Inf", "inf").parse().unwrap(), *count))
                    .collect();
                buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
                assert!(buckets.len() <= 13 && buckets.is_sorted_by(|one, other| one.1 <= other.1), "{labels:?}: {buckets:?}");
                assert_eq!(buckets.last(), Some(&(f64::INFINITY, *count)), "{labels:?}");
                assert!(self.samples.contains_key(&(format!("{name}_sum"), labels.clone())), "{labels:?}");
            }
        }
    }

    /// The real tool, where it is installed.
    fn check_with_promtool(&self) {
        let tool =
            Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let Ok(mut tool) = tool else { return };
        tool.stdin.take().unwrap().write_all(self.text.as_bytes()).unwrap();
        let output = tool.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success(), "promtool: {said}");
    }

    /// The values of a metric by one of its labels, of the series that have all of these.
    fn by(&self, name: &str, label: &str, with: &[(&str, &str)]) -> BTreeMap<String, f64> {
        let has = |labels: &Labels| with.iter().all(|(label, value)| labels.get(*label).is_some_and(|known| known == value));
        let found = self.samples.iter().filter(|((of, labels), _)| of == name && has(labels));
        found.map(|((_, labels), value)| (labels.get(label).cloned().unwrap_or_default(), *value)).collect()
    }

    fn one(&self, name: &str, api: &str) -> Option<f64> {
        self.by(name, "api", &[("domain", "travel"), ("env", "prod")]).get(api).copied()
    }
}

/// Calls an API, and counts its answer by code, with its bytes.
async fn call(http: &Http, path: &str, seen: &mut BTreeMap<String, f64>, bytes: &mut usize) {
    let body = http.get(path).send().await.unwrap().bytes().await.unwrap();
    let code = serde_json::from_slice::<Json>(&body).unwrap();
    let code = if code["code"].is_null() { "ok" } else { problem_code(&code).0 };
    *seen.entry(code.to_owned()).or_default() += 1.0;
    *bytes += body.len();
}

#[tokio::test]
async fn what_was_sent_is_counted_exactly_and_stays() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_METRICS_APPS", "true")]);
    let (people, http) = (People::of(&server).await, Http::new(&server));
    people.publish("counted", aircraft(json!("source")), json!({})).await;
    let (mut seen, mut bytes) = (BTreeMap::new(), 0);
    for (times, query) in [(7, "tailnum=N14228"), (3, "tailnum=NONE00"), (2, "tail=N14228"), (1, "tailnum=N102UW")] {
        for _ in 0..times {
            call(&http, &format!("/api/travel/counted?{query}"), &mut seen, &mut bytes).await;
        }
    }
    let grant = "/apps/travel/demo-app/grants/travel/counted";
    let (status, body) = people.owner.call(Method::PUT, grant, Some(json!({"limit": {"per_second": 1, "burst": 2}}))).await;
    assert!(status.is_success(), "{body}");
    people.owner.served().await;
    for _ in 0..12 {
        call(&http, "/api/travel/counted?tailnum=N14228", &mut seen, &mut bytes).await;
    }
    assert_eq!((seen.len(), seen["not-found"], seen["invalid"]), (4, 3.0, 2.0), "{seen:?}");

    let page = Page::of(&server).await;
    let of = [("domain", "travel"), ("api", "counted"), ("env", "prod")];
    assert_eq!(page.by("sluice_requests_total", "code", &of), seen);
    let by_app = page.by("sluice_app_requests_total", "code", &[&of[..], &[("app", "travel/demo-app")]].concat());
    assert_eq!(by_app, seen);
    let all: f64 = seen.values().sum();
    assert_eq!(page.one("sluice_request_seconds_count", "counted"), Some(all));
    assert_eq!(page.one("sluice_response_bytes_total", "counted"), Some(bytes as f64));
    assert_eq!(page.one("sluice_limit_hits_total", "counted"), Some(seen["too-many-requests"]));
    let parts = page.by("sluice_request_time_seconds_total", "part", &of);
    let (spent, sum) = (parts.values().sum::<f64>(), page.one("sluice_request_seconds_sum", "counted").unwrap());
    assert!(parts["gateway"] > 0.0 && parts["source"] > 0.0 && (spent - sum).abs() < 5e-7, "{parts:?} are not {sum}");
    assert_eq!(page.one("sluice_request_seconds_count", "delays"), None, "an API that nobody called has no line");

    let mut grpc = Grpc::new(&server);
    let (status, body) = people.owner.call(Method::PUT, grant, Some(json!({"limit": null}))).await;
    assert!(status.is_success(), "{body}");
    people.owner.served().await;
    grpc.call("sluice.travel.Counted/Get", &http.key, json!({"tailnum": "N14228"}));
    let page = Page::of(&server).await;
    let ok = seen["ok"] + 1.0;
    assert_eq!(page.by("sluice_requests_total", "code", &of)["ok"], ok, "over gRPC too");
    let sent = page.one("sluice_response_bytes_total", "counted");
    assert!(sent > Some(bytes as f64), "{sent:?}");

    let at = json!({"environment": "prod"});
    let (status, body) = people.owner.call(Method::POST, "/apis/travel/counted/retire", Some(at)).await;
    assert!(status.is_success(), "{body}");
    people.owner.served().await;
    assert_eq!(http.get("/api/travel/counted?tailnum=N14228").send().await.unwrap().status(), 404);
    assert_eq!(Page::of(&server).await.by("sluice_requests_total", "code", &of)["ok"], ok, "a retired API keeps its line");
    let back = json!({"environment": "prod", "version": 1});
    let (status, body) = people.owner.call(Method::POST, "/apis/travel/counted/rollback", Some(back)).await;
    assert!(status.is_success(), "{body}");
    people.owner.served().await;
    assert_eq!(http.get("/api/travel/counted?tailnum=N14228").send().await.unwrap().status(), 200);
    let page = Page::of(&server).await;
    assert_eq!(page.by("sluice_requests_total", "code", &of)["ok"], ok + 1.0, "and goes on");
    assert_eq!(page.by("sluice_app_requests_total", "code", &of)["ok"], ok + 1.0);
}

#[tokio::test]
async fn a_cache_has_its_part_of_the_time_and_apps_are_no_label_unless_that_is_wanted() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let mut spec = aircraft(json!("source"));
    spec["policy"] = json!({"cache": {"ttl_ms": 600_000}});
    people.publish("kept", spec, json!({})).await;
    for _ in 0..5 {
        assert_eq!(http.get("/api/travel/kept?tailnum=N14228").send().await.unwrap().status(), 200);
    }
    let of = [("domain", "travel"), ("api", "kept"), ("env", "prod")];
    let before = Page::of(&server).await;
    assert_eq!(before.by("sluice_cache_total", "result", &of), BTreeMap::from([("l1".to_owned(), 4.0), ("miss".to_owned(), 1.0)]));
    // What comes from memory asks no source.
    let source = |page: &Page| page.by("sluice_request_time_seconds_total", "part", &of)["source"];
    for _ in 0..5 {
        http.get("/api/travel/kept?tailnum=N14228").send().await.unwrap();
    }
    let after = Page::of(&server).await;
    assert_eq!((after.one("sluice_request_seconds_count", "kept"), source(&after)), (Some(10.0), source(&before)));
    people.planes_dataset("planes", json!({})).await;
    people.publish("fast", aircraft(json!({"dataset": "planes"})), json!({})).await;
    for _ in 0..5 {
        assert_eq!(http.get("/api/travel/fast?tailnum=N14228").send().await.unwrap().status(), 200);
    }
    let parts = Page::of(&server).await.by("sluice_request_time_seconds_total", "part", &[("api", "fast")]);
    assert_eq!(parts.keys().collect::<Vec<_>>(), ["gateway"], "a row in this process is read by the gateway");
    assert!(!after.text.contains("demo-app") && !after.kinds.contains_key("sluice_app_requests_total"), "{}", after.text);
    let pages = futures::future::join_all((0..8).map(|_| Page::of(&server))).await;
    assert!(pages.iter().all(|page| page.one("sluice_request_seconds_count", "kept") == Some(10.0)));
}

#[tokio::test]
async fn sources_datasets_and_the_process_have_their_figures() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let path = server.data().join("sources/flights.db").display().to_string();
    people.builder.put_source("flights-too", "sqlite", json!({"config": {"path": path}, "secrets": {}})).await;
    let mut spec = aircraft(json!("source"));
    spec["source"] = json!("flights-too");
    people.publish("aircraft-too", spec, json!({})).await;
    let of = [("source", "flights-too"), ("env", "prod")];
    let count = |page: &Page, name: &str| page.by(name, "source", &of).get("flights-too").copied().unwrap_or_default();
    let before = Page::of(&server).await;
    for _ in 0..5 {
        assert_eq!(http.get("/api/travel/aircraft-too?tailnum=N14228").send().await.unwrap().status(), 200);
    }
    let after = Page::of(&server).await;
    for name in ["sluice_source_statements_total", "sluice_source_rows_total", "sluice_source_seconds_count"] {
        assert_eq!(count(&after, name) - count(&before, name), 5.0, "{name}");
    }
    assert!(count(&after, "sluice_source_seconds_sum") > count(&before, "sluice_source_seconds_sum"));

    let built = people.planes_dataset("planes", json!({})).await;
    let rows = built["figures"]["written_rows"].as_f64().unwrap_or_else(|| panic!("{built}"));
    let of = [("domain", "travel"), ("dataset", "planes")];
    let has_rows = async || Page::of(&server).await.by("sluice_dataset_rows_total", "dataset", &of).get("planes") == Some(&rows);
    until(LONG, "the rows of the dataset are counted", has_rows).await;
    let live = async || Page::of(&server).await.by("sluice_dataset_version_age_seconds", "dataset", &of).contains_key("planes");
    until(LONG, "the live version has an age", live).await;
    let page = Page::of(&server).await;
    assert_eq!(page.by("sluice_job_rows_total", "dataset", &of).get("planes"), Some(&rows));
    let own = |name: &str| page.samples[&(name.to_owned(), Labels::new())];
    assert!(own("sluice_cpu_seconds_total") > 0.0 && own("sluice_memory_bytes") > 1e6 && own("sluice_open_files") > 3.0, "{}", page.text);
    assert!(own("sluice_loop_delay_seconds") >= 0.0);
}
