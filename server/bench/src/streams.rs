//! A hundred thousand rows out of PostgreSQL in the forms of a stream, against `COPY … TO STDOUT` of the same rows.

use std::time::Instant;

use futures::TryStreamExt;
use serde_json::json;
use sqlx::Connection;

use crate::product::Product;
use crate::report::Report;

const ROWS: u32 = 100_000;
const QUESTION: &str = "SELECT id, number, ratio, text FROM records ORDER BY id LIMIT 100000";
/// Readings of each side.
const ROUNDS: usize = 5;

/// `url` is the database with the records, which is the source `records-pg`.
pub(crate) async fn run(report: &mut Report, product: &Product, url: &str) {
    let spec = json!({"title": "Many records", "source": "records-pg", "kind": "sql", "script": QUESTION,
        "policy": {"max_rows": ROWS, "timeout_ms": 30_000}});
    product.publish("many-records", spec).await;
    let mut postgres = sqlx::PgConnection::connect(url).await.unwrap();
    for (form, name, noted) in
        [("ndjson", "stream_ndjson_vs_copy", "stream_ndjson_rows_per_s"), ("csv", "stream_csv_vs_copy", "stream_csv_rows_per_s")]
    {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let (a, b) = (answer(product, form).await, copy(&mut postgres).await);
            // The first of each warms it.
            if round > 0 {
                ours.push(a);
                theirs.push(b);
            }
        }
        let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        report.note(noted, "rows/s", ours);
        report.note("copy_rows_per_s", "rows/s", theirs);
        report.at_least(name, "ratio", ratios, 0.4);
    }
}

async fn answer(product: &Product, form: &str) -> f64 {
    let url = format!("{}/api/travel/many-records.{form}", product.server.url);
    let began = Instant::now();
    let mut response = reqwest::Client::new().get(url).bearer_auth(&product.key).send().await.unwrap();
    assert!(response.status().is_success());
    let mut lines = 0;
    while let Some(chunk) = response.chunk().await.unwrap() {
        lines += chunk.iter().filter(|byte| **byte == b'\n').count();
    }
    assert!(lines as u32 >= ROWS, "{form}: {lines} lines");
    f64::from(ROWS) / began.elapsed().as_secs_f64()
}

async fn copy(postgres: &mut sqlx::PgConnection) -> f64 {
    let began = Instant::now();
    let mut chunks = postgres.copy_out_raw(format!("COPY ({QUESTION}) TO STDOUT").as_str()).await.unwrap();
    let mut lines = 0;
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        lines += chunk.iter().filter(|byte| **byte == b'\n').count();
    }
    assert_eq!(lines as u32, ROWS);
    f64::from(ROWS) / began.elapsed().as_secs_f64()
}
