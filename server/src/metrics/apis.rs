//! What was counted of each API. How many lines an API gets depends on how many APIs there are, so that a page stays within [`MOST`]: the
//! levels below leave out more and more. A level is never gone back from, because lines that come and go are read as restarts.

use gateway::figures::CacheResult;
use gateway::{ApiFigures, AppFigures};

use super::page::{Labels, Page};

/// Bytes of a page.
const MOST: usize = 5_000_000;

/// An upper bound of the histogram, in microseconds and as it is written in seconds.
pub(super) type Bound = (u64, &'static str);

/// What is said of each API.
struct Detail {
    /// Without buckets, what is left of a histogram is a summary.
    bounds: Option<&'static [Bound]>,
    /// Where the time went.
    parts: bool,
    /// Bytes and caches.
    more: bool,
}

pub(super) const BOUNDS: [Bound; 12] = [
    (100, "0.0001"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (10_000_000, "10"),
];
/// Some of the same, so that what is left goes on as it was.
const FEWER: [Bound; 4] = [(1_000, "0.001"), (10_000, "0.01"), (100_000, "0.1"), (1_000_000, "1")];

const LEVELS: [Detail; 4] = [
    Detail { bounds: Some(&BOUNDS), parts: true, more: true },
    Detail { bounds: Some(&FEWER), parts: true, more: true },
    Detail { bounds: None, parts: false, more: true },
    Detail { bounds: None, parts: false, more: false },
];

/// Writes the lines of one API in one metric.
type Lines = fn(&mut Page, &str, &Labels, &ApiFigures, &Detail);

const METRICS: [(&str, &str, &str, Lines); 8] = [
    ("sluice_requests_total", "counter", "Requests to APIs, by result code.", requests),
    ("sluice_request_seconds", "histogram", "Duration of requests in seconds.", histogram),
    ("sluice_request_time_seconds_total", "counter", "Time of requests in seconds, by the part that took it.", parts),
    ("sluice_response_bytes_total", "counter", "Bytes of the bodies of responses.", bytes),
    ("sluice_limit_hits_total", "counter", "Requests refused by a rate limit of a grant, an API or a compartment.", limit_hits),
    ("sluice_cache_total", "counter", "Requests by result of the response cache.", cache),
    ("sluice_degraded_total", "counter", "Responses of Unions with at least one fallback.", degraded),
    ("sluice_breaker_open", "gauge", "Unions with an open circuit breaker.", breaker),
];

/// Writes all at the level, or at the first one behind it that fits.
pub(super) fn write(page: &mut Page, figures: &[ApiFigures], level: &mut usize) {
    let all: Vec<(Labels, &ApiFigures)> = figures.iter().map(|of| (labels(of), of)).collect();
    let begin = page.len();
    while !fits(page, &all, *level) {
        page.cut_to(begin);
        *level += 1;
        tracing::warn!(apis = all.len(), level = *level, "/metrics leaves out figures of APIs, so that the page stays below 5 MB");
    }
}

/// Whether all was written. The last level is written however long it is.
fn fits(page: &mut Page, all: &[(Labels, &ApiFigures)], level: usize) -> bool {
    let at = level.min(LEVELS.len() - 1);
    let most = if at + 1 < LEVELS.len() { MOST } else { usize::MAX };
    let detail = &LEVELS[at];
    METRICS.into_iter().all(|(name, kind, help, lines)| {
        let kind = if kind == "histogram" && detail.bounds.is_none() { "summary" } else { kind };
        page.head(name, kind, help);
        all.iter().all(|(labels, of)| {
            lines(page, name, labels, of, detail);
            page.len() <= most
        })
    })
}

fn labels(of: &ApiFigures) -> Labels {
    let (domain, api) = of.api.split_once('/').unwrap_or((&of.api, ""));
    Labels::default().and("domain", domain).and("api", api).and("kind", of.kind.key()).and("env", of.environment.key())
}

fn requests(page: &mut Page, name: &str, labels: &Labels, of: &ApiFigures, _: &Detail) {
    page.line(name, labels, Some(("code", "ok")), of.figures.ok);
    for (code, calls) in &of.figures.errors {
        page.line(name, labels, Some(("code", code.key())), *calls);
    }
}

fn histogram(page: &mut Page, _: &str, labels: &Labels, of: &ApiFigures, detail: &Detail) {
    let latencies = &of.figures.latencies;
    if let Some(bounds) = detail.bounds {
        for (bound, text) in bounds {
            page.line("sluice_request_seconds_bucket", labels, Some(("le", *text)), latencies.count_up_to(*bound));
        }
        page.line("sluice_request_seconds_bucket", labels, Some(("le", "+Inf")), latencies.count());
    }
    page.seconds("sluice_request_seconds_sum", labels, None, latencies.sum());
    page.line("sluice_request_seconds_count", labels, None, latencies.count());
}

fn parts(page: &mut Page, name: &str, labels: &Labels, of: &ApiFigures, detail: &Detail) {
    let figures = &of.figures;
    let all = [("gateway", figures.gateway_micros), ("cache", figures.cache_micros), ("source", figures.source_micros)];
    for (part, micros) in all.into_iter().filter(|(_, micros)| detail.parts && *micros > 0) {
        page.seconds(name, labels, Some(("part", part)), micros);
    }
}

fn bytes(page: &mut Page, name: &str, labels: &Labels, of: &ApiFigures, detail: &Detail) {
    if detail.more {
        page.line(name, labels, None, of.figures.bytes);
    }
}

fn limit_hits(page: &mut Page, name: &str, labels: &Labels, of: &ApiFigures, _: &Detail) {
    if of.figures.limit_hits > 0 {
        page.line(name, labels, None, of.figures.limit_hits);
    }
}

fn cache(page: &mut Page, name: &str, labels: &Labels, of: &ApiFigures, detail: &Detail) {
    for (result, calls) in CacheResult::ALL.iter().zip(of.figures.cache).filter(|(_, calls)| detail.more && *calls > 0) {
        page.line(name, labels, Some(("result", result.key())), calls);
    }
}

fn degraded(page: &mut Page, name: &str, labels: &Labels, of: &ApiFigures, _: &Detail) {
    if of.figures.degraded > 0 {
        page.line(name, labels, None, of.figures.degraded);
    }
}

fn breaker(page: &mut Page, name: &str, labels: &Labels, of: &ApiFigures, _: &Detail) {
    if let Some(is_open) = of.breaker_open {
        page.line(name, labels, None, is_open.into());
    }
}

/// What each app asked of each API, where the operator wants it. It comes beside the bound of the page.
pub(super) fn write_apps(page: &mut Page, figures: &[AppFigures]) {
    let name = "sluice_app_requests_total";
    page.head(name, "counter", "Requests of apps to APIs, by result code.");
    for of in figures {
        let (domain, api) = of.api.split_once('/').unwrap_or((&of.api, ""));
        let labels = Labels::default().and("app", &of.app).and("domain", domain).and("api", api).and("env", of.environment.key());
        page.line(name, &labels, Some(("code", "ok")), of.ok);
        for (code, calls) in &of.errors {
            page.line(name, &labels, Some(("code", code.key())), *calls);
        }
    }
}

#[cfg(test)]
mod tests {
    use gateway::figures::Figures;
    use model::ErrorCode;
    use model::snapshot::Environment;
    use model::spec::ApiKind;

    use super::*;

    fn many(count: usize) -> Vec<ApiFigures> {
        let mut figures = Figures { ok: 123_456, errors: vec![(ErrorCode::NotFound, 12)], bytes: 45_678_901, ..Figures::default() };
        (0..60).for_each(|time| figures.latencies.add(40 + time * time * time));
        (figures.gateway_micros, figures.source_micros) = (1_234_567, 7_654_321);
        let of = |number| ApiFigures {
            api: format!("flights/timetable-{number:05}").into(),
            kind: ApiKind::Sql,
            environment: Environment::Prod,
            figures: figures.clone(),
            breaker_open: None,
        };
        (0..count).map(of).collect()
    }

    fn page_of(count: usize, level: &mut usize) -> String {
        let mut page = Page::with_capacity(0);
        write(&mut page, &many(count), level);
        page.into_text()
    }

    #[test]
    fn ten_thousand_apis_fit_on_a_page_and_what_is_left_out_stays_so() {
        let mut level = 0;
        let few = page_of(100, &mut level);
        assert!(level == 0 && few.matches("le=\"").count() == 100 * 13 && few.contains("part=\"source\"} 7.654321"));
        let all = page_of(10_000, &mut level);
        assert!(level > 0 && all.len() <= MOST, "{} bytes", all.len());
        assert_eq!((all.matches("code=\"ok\"").count(), all.matches("_count{").count()), (10_000, 10_000));
        let reached = level;
        let fewer = page_of(10, &mut level);
        assert!(level == reached && fewer.lines().all(|line| all.contains(line)), "a line that was left out is back");
    }
}
