//! A Union of three steps that wait for their source, against the slowest of them alone, and against a client that
//! calls the three one after another.

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection, Executor};

use crate::product::Product;
use crate::report::Report;

/// How long each step's source takes, in milliseconds. It sleeps: what is measured is the waiting, not the processor.
const STEPS: [u64; 3] = [10, 15, 20];
const CALLS: usize = 60;
const ROUNDS: usize = 3;

/// `url` is the database with the records, which is the source `records-pg`.
pub(crate) async fn run(report: &mut Report, product: &Product, url: &str) {
    let mut postgres = sqlx::PgConnection::connect(url).await.unwrap();
    let mut steps = Vec::new();
    for millis in STEPS {
        let view = format!(
            "CREATE VIEW waits_{millis} AS SELECT r.id, r.text FROM records r, pg_sleep({}) WHERE r.id = 'r0000001'",
            Duration::from_millis(millis).as_secs_f64()
        );
        postgres.execute(sqlx::AssertSqlSafe(view)).await.unwrap();
        let spec = json!({"title": "A record, late", "source": "records-pg", "kind": "sql", "script": format!("SELECT id, text FROM waits_{millis}")});
        product.publish(&format!("waits-{millis}"), spec).await;
        steps.push(json!({"name": format!("after_{millis}"), "api": format!("waits-{millis}")}));
    }
    product.publish("waits-for-all", json!({"title": "All of them", "kind": "union", "steps": steps})).await;
    let slowest = format!("waits-{}", STEPS[2]);
    let (mut parallel, mut one_after_another) = (Vec::new(), Vec::new());
    let http = reqwest::Client::new();
    for round in 0..=ROUNDS {
        let union = median(product, &http, &["waits-for-all"]).await;
        let alone = median(product, &http, &[&slowest]).await;
        let names: Vec<String> = STEPS.iter().map(|millis| format!("waits-{millis}")).collect();
        let serial = median(product, &http, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        // The first of each warms it.
        if round > 0 {
            parallel.push(union / alone);
            one_after_another.push(union / serial);
        }
    }
    report.at_most("union_parallel_vs_slowest", "ratio", parallel, 1.15);
    report.note("union_vs_calls_one_after_another", "ratio", one_after_another);
}

/// The median time of calling these one after another, in milliseconds.
async fn median(product: &Product, http: &reqwest::Client, names: &[&str]) -> f64 {
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let began = Instant::now();
        for name in names {
            let url = format!("{}/api/travel/{name}", product.server.url);
            let answer = http.get(url).bearer_auth(&product.key).send().await.unwrap();
            assert!(answer.status().is_success());
            answer.bytes().await.unwrap();
        }
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    times[CALLS / 2]
}
