//! Ten thousand APIs live at once: what they weigh, what they cost a call, and how soon a release answers among them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::drivers::{in_turn, script, wrk};
use crate::product::{Product, definition};
use crate::report::Report;

pub(crate) const APIS: u32 = 10_000;
/// Documents of one apply.
const AT_ONCE: u32 = 500;
/// Releases that are timed.
const RELEASES: u32 = 100;

/// The APIs `record-0`, `record-1` and so on that are live so far: several parts call them, and to make them takes a while.
#[derive(Default)]
pub(crate) struct Many(u32);

pub(crate) async fn run(report: &mut Report, product: &Product, many: &mut Many, folder: &Path) {
    let (before, live) = (product.memory(), many.0);
    many.make(product, APIS).await;
    report.note("kv_bytes_per_api", "bytes", vec![(product.memory() - before) / f64::from(APIS - live)]);
    let one = script(folder, "one", &product.key, "\"/api/travel/record?id=\" .. id");
    let all = script_of_all(product, folder);
    let (_, _, ratios) = in_turn(|| wrk(&product.server.url, Some(&all), 64), || wrk(&product.server.url, Some(&one), 64));
    report.at_least("kv_http_10k_apis", "ratio", ratios, 0.95);
    release(report, product).await;
}

/// What wrk sends: a call of one of them all by chance.
pub(crate) fn script_of_all(product: &Product, folder: &Path) -> PathBuf {
    let path = format!("string.format(\"/api/travel/record-%d?id=%s\", math.random(0, {}), id)", APIS - 1);
    script(folder, "all", &product.key, &path)
}

/// Each differs: in its title, and in which fields it gives under which names.
fn spec(number: u32) -> Json {
    let mut spec = definition("records-lite", &json!({"dataset": "records"}), &format!("of kind {number}"), &json!({}));
    if let Some(fields) = spec["fields"].as_array_mut() {
        if number % 2 == 1 {
            fields[3]["name"] = json!(format!("text_{number}"));
        }
        if number % 3 == 2 {
            fields.remove(2);
        }
    }
    spec
}

impl Many {
    /// Makes those that are missing of the first so many; whole portions of an apply.
    pub(crate) async fn make(&mut self, product: &Product, count: u32) {
        let approver = product.approver.token.clone();
        while self.0 < count {
            let numbers = self.0..self.0 + AT_ONCE;
            let documents: Vec<String> = numbers.clone().map(document).collect();
            let body = json!({"documents": documents.join("\n---\n"), "environment": "prod", "approver_token": approver, "accept_costs": true, "reason": "the bench", "dry_run": false});
            product.builder.post("/apply", body).await;
            for number in numbers {
                let path = format!("/apps/travel/demo-app/grants/travel/record-{number}");
                let (status, answer) = product.owner.call(Method::PUT, &path, Some(json!({}))).await;
                assert!(status.is_success(), "{answer}");
            }
            self.0 += AT_ONCE;
        }
        product.owner.served().await;
    }
}

fn document(number: u32) -> String {
    json!({"document": "api", "domain": "travel", "name": format!("record-{number}"), "spec": spec(number)}).to_string()
}

/// From the approval's answer to the first answer of the new version, as a client sees it that polls all the while.
async fn release(report: &mut Report, product: &Product) {
    let (mut times, http) = (Vec::new(), reqwest::Client::new());
    for number in 0..RELEASES {
        let name = format!("record-{}", number * 97);
        let mut next = spec(number * 97);
        next["title"] = json!(format!("Another title {number}"));
        let draft = product.builder.call(Method::GET, &format!("/apis/travel/{name}/draft"), None).await.1;
        let body = json!({"spec": next, "edit": draft["edit"]});
        let (status, answer) = product.builder.call(Method::PUT, &format!("/apis/travel/{name}/draft"), Some(body)).await;
        assert!(status.is_success(), "{answer}");
        let request = product.builder.submit("travel", &name).await;
        let url = format!("{}/api/travel/{name}?id=r0000001", product.server.url);
        let poll = tokio::spawn(first_answer(http.clone(), url, product.key.clone()));
        product.approver.post(&format!("/requests/{request}/decide"), json!({"approve": true, "accept_costs": true})).await;
        let committed = Instant::now();
        let answered = poll.await.unwrap();
        times.push(answered.saturating_duration_since(committed).as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    report.note("release_to_answer_p50_ms", "ms", vec![times[times.len() / 2]]);
    report.at_most("release_to_answer_p99_ms", "ms", vec![times[times.len() * 99 / 100]], 50.0);
}

async fn first_answer(http: reqwest::Client, url: String, key: String) -> Instant {
    loop {
        let response = http.get(&url).bearer_auth(&key).send().await.unwrap();
        let now = Instant::now();
        if response.headers().get("x-sluice-api-version").is_some_and(|version| version == "2") {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
