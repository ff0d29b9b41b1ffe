//! Numbers as sentences say them, the whole in one sentence, and what was looked at.

use super::observed::{ChangeKind, Counts, Observed, share};
use super::rule::MIN_REQUESTS;
use crate::number::grouped;

pub(super) fn count(number: u64) -> String {
    grouped(number)
}

/// `30 %`; with a decimal where it would be 0 or all.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let is_near_an_end = (percent > 0.0 && percent < 1.0) || (percent > 99.0 && percent < 100.0);
    if is_near_an_end { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// `8.3 ms`, `850 ms`, `12.3 s`
pub(super) fn millis(millis: f64) -> String {
    match millis {
        millis if millis >= 10_000.0 => format!("{:.1} s", millis / 1_000.0),
        millis if millis >= 1_000.0 => format!("{:.2} s", millis / 1_000.0),
        millis if millis >= 10.0 => format!("{millis:.0} ms"),
        millis => format!("{millis:.1} ms"),
    }
}

pub(super) fn summary(observed: &Observed, findings: usize) -> String {
    let requests = observed.now.requests;
    match findings {
        0 if requests < MIN_REQUESTS => {
            format!("Too few requests to compare: {}. At least {MIN_REQUESTS} are needed. Choose a longer time range.", count(requests))
        }
        0 => format!("Nothing stands out in {} requests.", count(requests)),
        1 => "One reason was found.".to_owned(),
        findings => format!("{findings} reasons were found, the worst first."),
    }
}

pub(super) fn looked_at(observed: &Observed) -> Vec<String> {
    let (now, before) = (&observed.now, &observed.before);
    let p95 = |counts: &Counts| counts.p95.map_or_else(|| "none".to_owned(), millis);
    let failed = |counts: &Counts| percent(share(counts.failed(), counts.requests));
    let mut lines = vec![
        format!("Requests: {}, before {}", count(now.requests), count(before.requests)),
        format!("Status 500 and above: {}, before {}", failed(now), failed(before)),
        format!("Refused by a rate limit: {}", count(now.limit_hits)),
        format!("p95: {}, before {}", p95(now), p95(before)),
        format!("Mean request: gateway {}, cache {}, source {}", millis(now.gateway_ms), millis(now.cache_ms), millis(now.source_ms)),
    ];
    lines.extend(now.cache_share().map(|share| format!("From the response cache: {}", percent(share))));
    lines.extend(observed.sources.iter().map(|source| {
        let p95 = source.now.p95.map_or_else(|| "none".to_owned(), millis);
        format!("Source {}: {} statements, p95 {p95}", source.name, count(source.now.statements))
    }));
    let releases = observed.changes.iter().filter(|change| matches!(change.kind, ChangeKind::Release { .. })).count();
    lines.push(format!("Releases: {releases}, dataset switches and purges: {}", observed.changes.len() - releases));
    lines.push(format!("Nodes: {}", observed.nodes.len()));
    lines
}
