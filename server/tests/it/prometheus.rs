//! A real Prometheus that scrapes `/metrics` with the configuration of the documentation, and is asked what it has seen.

use std::time::Instant;

use reqwest::StatusCode;
use testkit::{Prometheus, Sluice, free_port};

use crate::common::{Http, LONG, binary, until};

const TOKEN: &str = "a-scraper";
/// The labels of the API that is called.
const PLANE: &str = r#"domain="travel",api="plane",env="prod""#;
/// The bounds of the buckets, in seconds.
const BOUNDS: [f64; 12] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0];

/// The configuration as docs/metrics.md has it, for this address and this token, and with a shorter interval.
fn config(address: &str) -> String {
    let page = include_str!("../../../docs/metrics.md");
    let (_, behind) = page.split_once("```yaml\n").expect("a configuration");
    let (block, _) = behind.split_once("```").expect("its end");
    let replaced = [("127.0.0.1:8080", address), ("change-me", TOKEN), ("scrape_interval: 15s", "scrape_interval: 1s")];
    replaced.into_iter().fold(block.to_owned(), |block, (there, here)| {
        assert_eq!(block.matches(there).count(), 1, "{there} in {block}");
        block.replace(there, here)
    })
}

/// Calls an API so many times; gives the seconds of the slowest one.
async fn call(http: &Http, query: &str, times: usize, status: StatusCode) -> f64 {
    let mut slowest: f64 = 0.0;
    for _ in 0..times {
        let began = Instant::now();
        assert_eq!(http.get(&format!("/api/travel/plane?{query}")).send().await.unwrap().status(), status, "{query}");
        slowest = slowest.max(began.elapsed().as_secs_f64());
    }
    slowest
}

/// Waits until Prometheus has scraped a value.
async fn until_is(prometheus: &Prometheus, query: &str, value: f64) {
    until(LONG, &format!("{query} is {value}"), async || prometheus.value(query).await == Some(value)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_what_was_sent_and_a_restart_adds_nothing() {
    let (folder, address) = (testkit::folder(), format!("127.0.0.1:{}", free_port()));
    let environment = [("SLUICE_HTTP_ADDR", address.as_str()), ("SLUICE_SCRAPE", "token"), ("SLUICE_SCRAPE_TOKEN", TOKEN)];
    let mut server = Sluice::start(binary(), "demo", folder.path(), &environment);
    let prometheus = Prometheus::start(&config(&address)).await;
    let http = Http::new(&server);
    let requests = |code: &str| format!("sluice_requests_total{{{PLANE},code=\"{code}\"}}");
    until_is(&prometheus, "up{job=\"sluice\"}", 1.0).await;

    // The first one makes the series, from which increases are counted.
    let mut slowest = call(&http, "tailnum=N14228", 1, StatusCode::OK).await;
    until_is(&prometheus, &requests("ok"), 1.0).await;
    slowest = slowest.max(call(&http, "tailnum=N14228", 39, StatusCode::OK).await);
    slowest = slowest.max(call(&http, "tailnum=NONE00", 7, StatusCode::NOT_FOUND).await);
    slowest = slowest.max(call(&http, "tail=N14228", 3, StatusCode::BAD_REQUEST).await);
    for (code, sent) in [("invalid", 3.0), ("not-found", 7.0), ("ok", 40.0)] {
        until_is(&prometheus, &requests(code), sent).await;
    }
    until_is(&prometheus, &format!("sum(sluice_requests_total{{{PLANE}}})"), 50.0).await;
    until_is(&prometheus, &format!("sluice_request_seconds_count{{{PLANE}}}"), 50.0).await;
    // A request took no longer here than for its caller, so no percentile is above the bucket of the slowest one.
    let bound = BOUNDS.into_iter().find(|bound| *bound >= slowest).expect("a request that ends within ten seconds");
    let mut before = 0.0;
    for quantile in ["0.5", "0.95", "0.99"] {
        let query = format!("histogram_quantile({quantile}, sum by (le) (sluice_request_seconds_bucket{{{PLANE}}}))");
        let value = prometheus.value(&query).await.expect("a percentile");
        assert!(value > 0.0 && value >= before && value <= bound, "{query} is {value}; the slowest took {slowest} s");
        before = value;
    }

    server.kill();
    until_is(&prometheus, "up{job=\"sluice\"}", 0.0).await;
    let server = Sluice::start(binary(), "demo", folder.path(), &environment);
    until_is(&prometheus, "up{job=\"sluice\"}", 1.0).await;
    call(&Http::new(&server), "tailnum=N14228", 10, StatusCode::OK).await;
    until_is(&prometheus, &requests("ok"), 10.0).await;

    let ok = format!("{}[1h]", requests("ok"));
    let mut samples = prometheus.samples(&ok).await;
    samples.dedup();
    let counted: f64 = samples.windows(2).map(|pair| if pair[1] < pair[0] { pair[1] } else { pair[1] - pair[0] }).sum();
    assert_eq!(counted, 39.0 + 10.0, "behind the first one, as often as was called: {samples:?}");
    assert_eq!(prometheus.value(&format!("resets({ok})")).await, Some(1.0), "{samples:?}");
    // Prometheus adds what may have been before the first and behind the last sample: at most as much as between two of them.
    let increase = prometheus.value(&format!("increase({ok})")).await.expect("an increase");
    assert!((48.9..49.0 * 1.6).contains(&increase), "{increase} of {samples:?}");
}
