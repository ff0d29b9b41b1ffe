//! Why an API is slow or failing: rules over its figures, each of which knows one reason. Pure: whoever calls has read the figures.
//!
//! To add a rule: one function that gives a `Draft` or nothing, its place in `reasons`, its kind in `view::FindingKind`, and its row in
//! `docs/monitoring.md`.

mod errors;
mod nodes;
mod observed;
mod release;
mod rule;
mod slowness;
#[cfg(test)]
mod tests;
mod traffic;
mod wording;

pub use observed::{Change, ChangeKind, Counts, Observed, ObservedApp, ObservedNode, ObservedSource, SourceCounts, share};
pub use rule::{LATE_MS, MIN_FAILED, MIN_REQUESTS};

use self::rule::Draft;
use crate::view::{Diagnosis, Evidence, Finding};

/// A finding, and how much of what is wrong it explains, 0 to 1.
struct Found {
    impact: f64,
    finding: Finding,
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
