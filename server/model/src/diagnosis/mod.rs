//! Why an API is slow or failing: rules over its figures, each of which knows one reason. Pure: whoever calls has read the figures.
//!
//! To add a rule: one function that gives a [`Found`] or nothing, its kind in `view::FindingKind`, its row in `docs/monitoring.md`.

mod errors;
mod nodes;
mod observed;
mod release;
mod slowness;
#[cfg(test)]
mod tests;
mod traffic;
mod wording;

pub use observed::{Change, ChangeKind, Counts, Observed, ObservedApp, ObservedNode, ObservedSource, SourceCounts, share};

use crate::clock::Millis;
use crate::view::{Diagnosis, DiagnosisAct, Evidence, Finding, FindingKind, Metric, Subject};

/// With fewer requests, a share or a percentile says nothing: one slow request of ten is a p95.
pub const MIN_REQUESTS: u64 = 20;
/// Fewer failed requests are chance, whatever their share is.
pub const MIN_FAILED: u64 = 5;
/// So many requests have to fail, or more than before: a tenth of a percent is the everyday life of a network.
pub const MIN_SHARE: f64 = 0.05;
/// A latency has to grow to so many times what it was.
pub const SLOWER: f64 = 2.0;
/// And by so many milliseconds: from 1 ms to 3 ms is nothing that a caller feels.
pub const SLOWER_MS: f64 = 20.0;
/// Slow by itself, where there is nothing to compare with: people begin to wait.
pub const SLOW_MS: f64 = 1_000.0;
/// A delay of the event loop that a request feels.
pub const LATE_MS: f64 = 100.0;

/// A finding, and how much of what is wrong it explains, 0 to 1.
struct Found {
    impact: f64,
    finding: Finding,
}

/// What a rule found, before it is written for the reader.
struct Draft {
    kind: FindingKind,
    impact: f64,
    text: String,
    since: Millis,
    evidence: (Subject, &'static [Metric]),
    act: DiagnosisAct,
}

impl Draft {
    fn found(self, observed: &Observed) -> Found {
        let (subject, metrics) = self.evidence;
        let finding = Finding {
            kind: self.kind,
            text: self.text,
            since: self.since,
            evidence: Evidence { subject, metrics: metrics.to_vec(), from: observed.from, to: observed.to },
            act_text: self.act.words(),
            link: self.act.link(&observed.api.path),
            act: self.act,
        };
        Found { impact: self.impact, finding }
    }
}

/// Looks for reasons, and gives them worst first.
#[must_use]
pub fn diagnose(observed: &Observed) -> Diagnosis {
    let drafts = match traffic::none(observed) {
        Some(none) => vec![none],
        None => reasons(observed),
    };
    let mut found: Vec<Found> = drafts.into_iter().map(|draft| draft.found(observed)).collect();
    found.sort_by(|one, other| other.impact.total_cmp(&one.impact).then(one.finding.kind.cmp(&other.finding.kind)));
    let findings: Vec<Finding> = found.into_iter().map(|found| found.finding).collect();
    Diagnosis {
        subject: observed.api.clone(),
        from: observed.from,
        to: observed.to,
        compared_from: observed.compared_from,
        summary: wording::summary(observed, findings.len()),
        looked_at: wording::looked_at(observed),
        findings,
    }
}

fn reasons(observed: &Observed) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(release::newest(observed));
    drafts.extend(traffic::limit_hit(observed));
    drafts.extend(slowness::queue_full(observed));
    drafts.extend(errors::of_source(observed));
    drafts.extend(slowness::source_slow(observed));
    drafts.extend(slowness::cache_cold(observed));
    drafts.extend(nodes::one_node(observed));
    drafts.extend(nodes::busy(observed));
    drafts.extend(errors::others(observed));
    drafts
}

/// Whether a latency has grown so much that somebody feels it.
fn is_slower(now: f64, before: f64) -> bool {
    now >= before * SLOWER && now - before >= SLOWER_MS
}

/// How much of a latency is more than before. Half of what the same share of failed requests counts: slow is better than failed.
fn slowness_impact(now: f64, before: f64) -> f64 {
    if now > 0.0 { 0.5 * (1.0 - before / now).clamp(0.0, 1.0) } else { 0.0 }
}
