//! The pages of monitoring over a month of figures of a thousand APIs: how soon a reader who is signed in has the whole of them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use testkit::Admin;

use crate::month;
use crate::product::Product;
use crate::report::Report;

const READINGS: usize = 200;
/// No more readings are begun after so long.
const LONGEST: Duration = Duration::from_secs(25);
/// Of figures that are still written, a server keeps a list for five seconds.
const FORGOTTEN: Duration = Duration::from_secs(6);
/// A chart whose figures are there says the newest of them.
const OF_CHART: &str = "class=\"chart-now\"";
const OF_LIST: &str = "href=\"/monitoring/api/travel/record-";

struct Reader {
    browser: reqwest::Client,
    url: String,
}

pub(crate) async fn run(report: &mut Report, product: &Product) {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    month::write(product.server.data(), now).await;
    check(product, now).await;
    let reader = Reader { browser: Admin::browser(&product.server, "owner@demo").await, url: product.server.url.clone() };
    let overview = ["1h", "24h", "30d"].map(|range| format!("/monitoring?range={range}"));
    reader.measure(report, ("watch_overview", 100.0), &overview, &[OF_CHART, OF_LIST]).await;
    let api = ["1h", "24h", "7d", "30d"].map(|range| format!("/monitoring/api/travel/record-500?range={range}"));
    reader.measure(report, ("watch_api", 50.0), &api, &[OF_CHART]).await;
}

/// The month is there as it was written, read another way.
async fn check(product: &Product, now: i64) {
    let path = format!("/metrics?kind=api&environment=prod&path=travel/record-500&metrics=requests&from={}&to={now}", now - month::MONTH);
    let chart = product.owner.get(&path).await;
    let hours = chart["lines"][0]["values"].as_array().unwrap();
    assert!(hours.len() > 700, "{} hours", hours.len());
    let middle = hours[hours.len() / 2].as_f64().unwrap();
    assert!((middle - month::PER_SECOND).abs() < 0.01, "{middle} requests a second");
}

impl Reader {
    /// The first reading of each page; of 200 more in turn, what 95 of 100 take at most; and once more each, after a while.
    async fn measure(&self, report: &mut Report, (name, bound): (&str, f64), pages: &[String], shows: &[&str]) {
        report.note(&format!("{name}_first_ms"), "ms", self.each(pages, shows).await);
        let (mut times, began) = (Vec::new(), Instant::now());
        for page in pages.iter().cycle().take(READINGS) {
            times.push(self.timed(page, shows).await);
            if began.elapsed() > LONGEST {
                break;
            }
        }
        times.sort_by(f64::total_cmp);
        report.at_most(&format!("{name}_p95_ms"), "ms", vec![times[(times.len() * 95 / 100).saturating_sub(1)]], bound);
        tokio::time::sleep(FORGOTTEN).await;
        report.note(&format!("{name}_later_ms"), "ms", self.each(pages, shows).await);
    }

    async fn each(&self, pages: &[String], shows: &[&str]) -> Vec<f64> {
        let mut times = Vec::new();
        for page in pages {
            times.push(self.timed(page, shows).await);
        }
        times
    }

    /// Until the last byte of a page.
    async fn timed(&self, page: &str, shows: &[&str]) -> f64 {
        let began = Instant::now();
        let response = self.browser.get(format!("{}{page}", self.url)).send().await.unwrap();
        let (status, body) = (response.status(), response.bytes().await.unwrap());
        let took = began.elapsed().as_secs_f64() * 1_000.0;
        let text = String::from_utf8_lossy(&body);
        let missing = shows.iter().find(|part| !text.contains(**part));
        assert!(status.is_success() && missing.is_none(), "{page}: {status}, without {missing:?}");
        took
    }
}
