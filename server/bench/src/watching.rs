//! A month of figures of a thousand APIs from two processes: how soon the overview of all and the chart of one come, as a client of
//! `/admin/v1` sees it.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use observe::{Counter, Latencies, Point, Tier, encode};
use store::{SeriesChunkRow, SeriesStore};

use crate::product::Product;
use crate::report::Report;

const APIS: u32 = 1_000;
const WRITERS: [&str; 2] = ["10.0.0.1:80/bench", "10.0.0.2:80/bench"];
/// Chunks that differ, of which all are made.
const KINDS: u64 = 20;
/// Rows of one transaction.
const AT_ONCE: usize = 2_000;
const READINGS: usize = 200;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

pub(crate) async fn run(report: &mut Report, product: &Product) {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let figures = SeriesStore::open(&format!("sqlite://{}", product.server.data().join("sluice.db").display())).unwrap();
    figures.migrate().await.unwrap();
    fill(&figures, now).await;
    let overview = |back: i64| format!("/metrics/overview?environment=prod&from={}&to={now}", now - back);
    let (cold, times) = read(product, &[HOUR, DAY, 30 * DAY].map(overview)).await;
    report.note("watch_overview_first_ms", "ms", cold);
    report.at_most("watch_overview_p95_ms", "ms", vec![times], 100.0);
    let metrics = "requests,errors,error-share,latency-p50,latency-p95,latency-p99,cache-l1,cache-miss";
    let of_one = |back: i64| format!("/metrics?kind=api&environment=prod&path=travel/plane&metrics={metrics}&from={}&to={now}", now - back);
    let (cold, times) = read(product, &[HOUR, DAY, 7 * DAY, 30 * DAY].map(of_one)).await;
    report.note("watch_api_first_ms", "ms", cold);
    report.at_most("watch_api_p95_ms", "ms", vec![times], 50.0);
}

/// The first reading of each address, and of 200 more in turn what 95 of 100 take at most.
async fn read(product: &Product, addresses: &[String]) -> (Vec<f64>, f64) {
    let mut first = Vec::new();
    for address in addresses {
        first.push(timed(product, address).await);
    }
    let mut times = Vec::new();
    for address in addresses.iter().cycle().take(READINGS) {
        times.push(timed(product, address).await);
    }
    times.sort_by(f64::total_cmp);
    (first, times[READINGS * 95 / 100 - 1])
}

async fn timed(product: &Product, address: &str) -> f64 {
    let began = Instant::now();
    let answer = product.owner.get(address).await;
    let took = began.elapsed().as_secs_f64() * 1_000.0;
    let lines = answer["lines"].as_array().or(answer["chart"]["lines"].as_array()).unwrap();
    let known = lines[0]["values"].as_array().unwrap().iter().filter_map(serde_json::Value::as_f64);
    assert!(known.sum::<f64>() > 0.0, "{address} has no figures");
    took
}

/// A request a second of each API: hours of a month, minutes of a day, and ten seconds of two hours. One has minutes of a fortnight.
async fn fill(figures: &SeriesStore, now: i64) {
    let mut rows = Vec::new();
    for (tier, back, of_one) in [(Tier::Hour, 30 * DAY, 30 * DAY), (Tier::Minute, 26 * HOUR, 14 * DAY), (Tier::TenSeconds, 2 * HOUR, DAY)] {
        let kinds: Vec<Vec<u8>> = (0..KINDS).map(|kind| chunk(tier, kind)).collect();
        for number in 0..=APIS {
            let (series, back) = match number {
                0 => ("api:prod:travel/plane".to_owned(), of_one),
                APIS => ("node::10.0.0.1:80".to_owned(), of_one),
                other => (format!("api:prod:travel/watched-{other}"), back),
            };
            let mut start_ms = tier.chunk(now - back);
            while start_ms <= now {
                for (place, writer) in WRITERS.iter().enumerate() {
                    let kind = (u64::from(number) + (start_ms / tier.chunk_span()).unsigned_abs() + place as u64) % KINDS;
                    rows.push(SeriesChunkRow {
                        series: series.clone(),
                        tier: tier.number().into(),
                        start_ms,
                        writer: (*writer).to_owned(),
                        tick: 1,
                        bytes: kinds[kind as usize].clone(),
                    });
                }
                start_ms += tier.chunk_span();
                if rows.len() >= AT_ONCE {
                    figures.put_chunks(&rows).await.unwrap();
                    rows.clear();
                }
            }
        }
    }
    figures.put_chunks(&rows).await.unwrap();
}

/// All intervals of a chunk. Its bytes are the same whenever it begins.
fn chunk(tier: Tier, kind: u64) -> Vec<u8> {
    let points = (0..tier.chunk_span() / tier.step()).map(|slot| {
        let (at, requests) = (slot * tier.step(), (tier.step() / 1_000).unsigned_abs());
        let mut point = Point::empty(at);
        let mut latencies = Latencies::default();
        for number in 0..requests {
            // Around a middle that differs from chunk to chunk, as the sum of several dice.
            let chance = number.wrapping_mul(2_654_435_761).wrapping_add(slot.unsigned_abs() * 97 + kind * 31);
            let dice = (0..4).map(|die| (chance >> (die * 5)) % 1_000).sum::<u64>();
            latencies.add(2_000 + kind * 500 + dice * 2);
        }
        let failed = requests / 50;
        let cached = requests / 2;
        for (counter, count) in [
            (Counter::Ok, requests - failed),
            (Counter::CacheL1, cached),
            (Counter::CacheMiss, requests - cached),
            (Counter::BytesOut, requests * 400),
            (Counter::SourceMicros, latencies.sum() / 2),
        ] {
            if count > 0 {
                point.counters.insert(counter.number(), count);
            }
        }
        point.latencies = Some(latencies);
        (at, point)
    });
    encode(tier, 0, &points.collect::<BTreeMap<_, _>>()).unwrap()
}
