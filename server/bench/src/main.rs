//! `make bench`: the product against bare twins, in one run, in turn: A B A B. What is measured, and how to read it, is
//! in docs/performance.md.
//!
//! `bench <sluice> <site> <out>`: the released binary, the built portal's folder, and where the report goes.

#![allow(clippy::panic, clippy::print_stdout, clippy::expect_used, clippy::unwrap_used, clippy::disallowed_methods)] // a bench stops where it cannot measure

mod cost;
mod drivers;
mod many;
mod month;
mod product;
mod records;
mod report;
mod scrape;
mod streams;
mod sync;
mod union;
mod watching;

use std::path::{Path, PathBuf};
use std::time::Instant;

use drivers::{ROUNDS, Server, h2load, in_turn, script, twin, wrk};
use many::Many;
use product::{Product, definition};
use records::RECORDS;
use report::Report;
use serde_json::json;
use testkit::{Postgres, Redis, free_port};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (binary, site, out) = (arguments.next().unwrap(), arguments.next().unwrap(), arguments.next().unwrap());
    let only = std::env::var("SLUICE_BENCH_ONLY").unwrap_or_default();
    let wanted = |part: &str| only.is_empty() || only.split(',').any(|name| name == part);
    let folder = testkit::folder();
    let redis = Redis::with(&["--save", ""]);
    let product = Product::start(&binary, &redis.url()).await;
    let mut report = Report::new();
    // Data on its way has tables of its own.
    if only != "sync" {
        records(&mut report, &product, folder.path()).await;
    }
    if wanted("portal") {
        portal(&mut report, &product, &site).await;
    }
    if wanted("http") {
        http(&mut report, &product, folder.path());
    }
    if wanted("grpc") {
        grpc(&mut report, &product, folder.path());
    }
    if wanted("caches") {
        caches(&mut report, &product, folder.path()).await;
    }
    if wanted("redis") {
        with_redis(&mut report, &product, &redis, folder.path()).await;
    }
    if wanted("sql") {
        sql(&mut report, &product, folder.path()).await;
    }
    if wanted("sync") {
        sync::run(&mut report, &product, &redis).await;
    }
    let mut many = Many::default();
    if wanted("watching") {
        cost::run(&mut report, &product, folder.path());
        // Before the others are made: the pages are asked about a thousand APIs.
        many.make(&product, month::APIS).await;
        watching::run(&mut report, &product).await;
    }
    if wanted("many") {
        many::run(&mut report, &product, &mut many, folder.path()).await;
    }
    if wanted("watching") {
        many.make(&product, many::APIS).await;
        scrape::run(&mut report, &product, folder.path()).await;
    }
    report.write(&out).unwrap();
    println!("\n{}", report.table());
}

/// A million records, and the API that most of the parts call.
async fn records(report: &mut Report, product: &Product, folder: &Path) {
    let file = folder.join("records.db");
    records::sqlite(&file).await.unwrap();
    product.source("records-lite", "sqlite", json!({"path": file})).await;
    let rows_per_s = product.dataset("records", "records-lite", json!({})).await;
    report.note("build_embedded_rows_per_s", "rows/s", vec![rows_per_s]);
    product.publish("record", definition("records-lite", &json!({"dataset": "records"}), "", &json!({}))).await;
}

fn http(report: &mut Report, product: &Product, folder: &Path) {
    let (port, body) = (free_port(), folder.join("body.json"));
    std::fs::write(&body, records::json(4_711)).unwrap();
    let address = format!("127.0.0.1:{port}");
    let _bare = Server::start(&twin("bench-axum"), &[&address, &body.display().to_string()], port);
    let script = script(folder, "record", &product.key, "\"/api/travel/record?id=\" .. id");
    let (ours, bare, ratios) =
        in_turn(|| wrk(&product.server.url, Some(&script), 64), || wrk(&format!("http://{address}"), Some(&script), 64));
    report.note("kv_http_per_s", "requests/s", ours);
    report.note("bare_axum_per_s", "requests/s", bare);
    report.at_least("kv_http_embedded", "ratio", ratios, 0.95);
}

fn grpc(report: &mut Report, product: &Product, folder: &Path) {
    let (get, row) = (folder.join("get.bin"), folder.join("row.bin"));
    std::fs::write(&get, framed(&field(1, records::id(4_711).as_bytes()))).unwrap();
    let port = free_port();
    std::fs::write(&row, message(4_711)).unwrap();
    let address = format!("127.0.0.1:{port}");
    let _bare = Server::start(&twin("bench-tonic"), &[&address, &row.display().to_string()], port);
    let ours_url = format!("http://{}/sluice.travel.Record/Get", product.server.grpc);
    let (ours, bare, ratios) =
        in_turn(|| h2load(&ours_url, &product.key, &get), || h2load(&format!("http://{address}/bare.Record/Get"), &product.key, &get));
    report.note("kv_grpc_per_s", "requests/s", ours);
    report.note("bare_tonic_per_s", "requests/s", bare);
    report.at_least("kv_grpc_get", "ratio", ratios, 1.05);
    let batch = folder.join("batch.bin");
    // A step that is prime to the count spreads the keys over all the records.
    let keys: Vec<u8> = (0..100_u32).flat_map(|step| field(1, &field(1, records::id(step * 618_031 % RECORDS).as_bytes()))).collect();
    std::fs::write(&batch, framed(&keys)).unwrap();
    let url = format!("http://{}/sluice.travel.Record/BatchGet", product.server.grpc);
    let readings = (0..ROUNDS).map(|_| h2load(&url, &product.key, &batch) * 100.0).collect();
    report.at_least("kv_grpc_batch_keys_per_s", "keys/s", readings, 1_000_000.0);
}

async fn caches(report: &mut Report, product: &Product, folder: &Path) {
    for (name, cache) in [
        ("record-l1", json!({"memory": true, "redis": false, "ttl_ms": 600_000})),
        ("record-l2", json!({"memory": false, "redis": true, "ttl_ms": 600_000})),
    ] {
        product.publish(name, definition("records-lite", &json!({"dataset": "records"}), name, &json!({"cache": cache}))).await;
        // A thousand keys, so that nearly every call finds what an earlier one has left.
        let script = script(
            folder,
            name,
            &product.key,
            &format!("\"/api/travel/{name}?id=\" .. string.sub(id, 1, 1) .. \"0000\" .. string.sub(id, 6)"),
        );
        let _warm = wrk(&product.server.url, Some(&script), 64);
        let readings = (0..ROUNDS).map(|_| wrk(&product.server.url, Some(&script), 64)).collect();
        report.note(if name == "record-l1" { "cache_l1_per_s" } else { "cache_l2_per_s" }, "requests/s", readings);
    }
}

async fn with_redis(report: &mut Report, product: &Product, redis: &Redis, folder: &Path) {
    let rows_per_s = product.dataset("records-redis", "records-lite", json!({"store": "redis"})).await;
    report.note("build_redis_rows_per_s", "rows/s", vec![rows_per_s]);
    product.publish("record-redis", definition("records-lite", &json!({"dataset": "records-redis"}), "in Redis", &json!({}))).await;
    records::redis(redis.port()).unwrap();
    let (port, config) = (free_port(), folder.join("webdis.json"));
    let settings = json!({"redis_host": "127.0.0.1", "redis_port": redis.port(), "http_host": "127.0.0.1", "http_port": port, "threads": 2,
        "pool_size": 20, "daemonize": false, "websockets": false, "database": 0, "verbosity": 0, "logfile": folder.join("webdis.log")});
    std::fs::write(&config, settings.to_string()).unwrap();
    let _webdis = Server::start(Path::new("webdis"), &[&config.display().to_string()], port);
    let ours = script(folder, "redis", &product.key, "\"/api/travel/record-redis?id=\" .. id");
    let theirs = script(folder, "webdis", &product.key, "\"/GET/\" .. id");
    let (ours, theirs, ratios) =
        in_turn(|| wrk(&product.server.url, Some(&ours), 64), || wrk(&format!("http://127.0.0.1:{port}"), Some(&theirs), 64));
    report.note("kv_http_redis_per_s", "requests/s", ours);
    report.note("webdis_per_s", "requests/s", theirs);
    report.at_least("kv_http_redis_vs_webdis", "ratio", ratios, 1.2);
}

async fn sql(report: &mut Report, product: &Product, folder: &Path) {
    let postgres = Postgres::start();
    let url = postgres.database("bench").await;
    records::postgres(&url).await.unwrap();
    let config =
        json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "bench", "user": "postgres", "tls": "disable"});
    product.source("records-pg", "postgres", config).await;
    let spec = json!({"title": "One record by its id, by SQL", "source": "records-pg", "kind": "sql",
        "script": "SELECT id, number, ratio, text FROM records WHERE id = :id LIMIT 2",
        "parameters": [{"name": "id", "type": "string", "required": true, "test_value": "r0000001"}]});
    product.publish("record-sql", spec).await;
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let _twin = Server::start(&twin("bench-sqlx"), &[&address, &url], port);
    let ours = script(folder, "sql", &product.key, "\"/api/travel/record-sql?id=\" .. id");
    let theirs = script(folder, "sqlx", &product.key, "\"/?id=\" .. id");
    let (ours, theirs, ratios) =
        in_turn(|| wrk(&product.server.url, Some(&ours), 32), || wrk(&format!("http://{address}"), Some(&theirs), 32));
    report.note("sql_pg_per_s", "requests/s", ours);
    report.note("twin_sqlx_per_s", "requests/s", theirs);
    report.at_least("sql_pg_one_row", "ratio", ratios, 0.9);
    streams::run(report, product, &url).await;
    union::run(report, product, &url).await;
}

async fn portal(report: &mut Report, product: &Product, site: &Path) {
    let browser = testkit::Admin::browser(&product.server, "builder@demo").await;
    let mut readings = Vec::new();
    for _ in 0..40 {
        let began = Instant::now();
        let response = browser.get(format!("{}/apis", product.server.url)).send().await.unwrap();
        readings.push(began.elapsed().as_secs_f64() * 1_000.0);
        assert!(response.status().is_success());
        let _ = response.bytes().await;
    }
    readings.sort_by(f64::total_cmp);
    report.at_most("portal_first_byte_p50_ms", "ms", vec![readings[readings.len() / 2]], 20.0);
    wasm(report, &site.join("pkg"));
}

/// What every page loads, and what each area loads beside it when somebody goes there from Home.
fn wasm(report: &mut Report, built: &Path) {
    let kilobytes = |file: &str| std::fs::metadata(built.join(format!("{file}.gz"))).unwrap().len() as f64 / 1_000.0;
    report.at_most("portal_wasm_gzip_kb", "KB", vec![kilobytes("sluice_bg.wasm")], 450.0);
    let mut largest = 0.0_f64;
    for line in std::fs::read_to_string(built.join("areas.txt")).unwrap().lines() {
        let (area, files) = line.split_once(' ').unwrap();
        let loaded: f64 = files.split(' ').map(kilobytes).sum();
        report.note(&format!("portal_wasm_{area}_kb"), "KB", vec![loaded]);
        largest = largest.max(loaded);
    }
    report.at_most("portal_wasm_area_max_kb", "KB", vec![largest], 250.0);
}

/// A length-delimited field with a small number.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length as u8) | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
    out
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut out = vec![0];
    out.extend_from_slice(&(message.len() as u32).to_be_bytes());
    out.extend_from_slice(message);
    out
}

/// A record as the typed service answers it.
fn message(number: u32) -> Vec<u8> {
    let record: serde_json::Value = serde_json::from_str(&records::json(number)).unwrap();
    let mut out = field(1, records::id(number).as_bytes());
    out.push(2 << 3);
    let mut value = record["number"].as_u64().unwrap();
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out.push(3 << 3 | 1);
    out.extend_from_slice(&record["ratio"].as_f64().unwrap().to_le_bytes());
    out.extend(field(4, record["text"].as_str().unwrap().as_bytes()));
    out
}
