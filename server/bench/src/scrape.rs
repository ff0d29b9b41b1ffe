//! `/metrics` while ten thousand APIs are live that were all called: how soon and how large it is, and what calls notice of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use crate::drivers::{ROUNDS, calls, wrk};
use crate::many;
use crate::product::Product;
use crate::report::Report;

/// Seconds from one writing of figures to the next. A reading of calls is as long, so that each has one of them in it.
const TICK: u32 = 10;
/// Readings of the page.
const PAGES: usize = 11;
/// Milliseconds between an answer and the next request of a connection, at least and at most: some 6,000 requests a second.
const PAUSE: (u32, u32) = (5, 15);

pub(crate) async fn run(report: &mut Report, product: &Product, folder: &Path) {
    let all = many::script_of_all(product, folder);
    writing(report, product, &all).await;
    let url = format!("{}/metrics", product.server.url);
    text(report, &url).await;
    calls_meanwhile(report, product, (&paced(&all, folder), &url));
}

/// What the process takes of processors to read and write what all of them have counted within ten seconds, and does besides at rest.
async fn writing(report: &mut Report, product: &Product, all: &Path) {
    behind_the_tick(2).await;
    let _ = wrk(&product.server.url, Some(all), 64);
    let before = product.processor_seconds();
    behind_the_tick(6).await;
    report.note("metrics_write_ms", "ms", vec![(product.processor_seconds() - before) * 1_000.0]);
}

/// Waits until so many seconds after the next full ten seconds, just behind which figures are written.
async fn behind_the_tick(seconds: u64) {
    let tick = u64::from(TICK) * 1_000;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    tokio::time::sleep(Duration::from_millis(tick - now % tick + seconds * 1_000)).await;
}

async fn text(report: &mut Report, url: &str) {
    let (http, mut times, mut page) = (reqwest::Client::new(), Vec::new(), Bytes::new());
    for _ in 0..PAGES {
        let began = Instant::now();
        page = read(&http, url).await;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    let text = String::from_utf8_lossy(&page);
    let number = |line: &str| -> Option<u32> {
        line.strip_prefix("sluice_requests_total{domain=\"travel\",api=\"record-")?.split_once('"')?.0.parse().ok()
    };
    let called: BTreeSet<u32> = text.lines().filter_map(number).collect();
    assert_eq!(called.len(), many::APIS as usize, "not all of them were called");
    report.at_most("metrics_text_ms", "ms", times, 100.0);
    report.at_most("metrics_text_mb", "MB", vec![page.len() as f64 / 1e6], 5.0);
}

async fn read(http: &reqwest::Client, url: &str) -> Bytes {
    let response = http.get(url).send().await.unwrap();
    assert!(response.status().is_success(), "{url}: {}", response.status());
    response.bytes().await.unwrap()
}

/// All are called by chance, with and without somebody who reads the page each second, in turn.
fn calls_meanwhile(report: &mut Report, product: &Product, (script, url): (&Path, &str)) {
    let p99 = |seconds: u32| calls(&product.server.url, Some(script), 64, seconds).p99_ms;
    let _warm = p99(2);
    let (mut scraped, mut quiet) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let scraper = tokio::spawn(read_each_second(url.to_owned()));
        scraped.push(p99(TICK));
        assert!(!scraper.is_finished(), "{url} could not be read");
        scraper.abort();
        quiet.push(p99(TICK));
    }
    let ratios = scraped.iter().zip(&quiet).map(|(scraped, quiet)| scraped / quiet).collect();
    report.note("metrics_scraped_p99_ms", "ms", scraped);
    report.note("metrics_quiet_p99_ms", "ms", quiet);
    report.at_most("metrics_scrape_p99", "ratio", ratios, 1.1);
}

/// As Prometheus does. Ends only where it fails.
async fn read_each_second(url: String) {
    let (http, mut second) = (reqwest::Client::new(), tokio::time::interval(Duration::from_secs(1)));
    loop {
        second.tick().await;
        read(&http, &url).await;
    }
}

/// The same script with pauses: as fast as they can, 64 connections would wait for a processor all the time, and what is measured would be
/// their queue.
fn paced(all: &Path, folder: &Path) -> PathBuf {
    let file = folder.join("paced.lua");
    let text = std::fs::read_to_string(all).unwrap();
    let (least, most) = PAUSE;
    std::fs::write(&file, format!("{text}delay = function() return math.random({least}, {most}) end\n")).unwrap();
    file
}
