//! Errors or latency that changed with a release.

use super::observed::{Change, ChangeKind, Counts, Observed, share};
use super::rule::{Draft, MIN_FAILED, MIN_REQUESTS, MIN_SHARE, is_slower, slowness_impact};
use super::wording::{millis, percent};
use crate::ErrorCode;
use crate::view::{DiagnosisAct, FindingKind, Metric};

/// Latencies, as charts draw them.
const LATENCIES: &[Metric] = &[Metric::LatencyP50, Metric::LatencyP95, Metric::LatencyP99];

/// After the newest release, the share of broken requests rose by 5 points with at least 5 of them, or p95 doubled and grew by 20 ms. An
/// older one is not live any more: it was mended or rolled back. Counts of a quarter of an hour on both sides, of 20 requests each, are
/// compared: further away, something else may have changed.
pub(super) fn newest(observed: &Observed) -> Option<Draft> {
    let change = observed.changes.iter().rfind(|change| matches!(change.kind, ChangeKind::Release { .. }))?;
    if change.before.requests < MIN_REQUESTS || change.after.requests < MIN_REQUESTS {
        return None;
    }
    broke(observed, change).or_else(|| slowed(observed, change))
}

/// Failed, or refused as invalid: a release that asks for another parameter breaks its callers, too.
fn broken(counts: &Counts) -> u64 {
    counts.failed() + counts.of(&[ErrorCode::Invalid])
}

fn broke(observed: &Observed, change: &Change) -> Option<Draft> {
    let ChangeKind::Release { version, previous } = change.kind else { return None };
    let (before, after) = (share(broken(&change.before), change.before.requests), share(broken(&change.after), change.after.requests));
    if after - before < MIN_SHARE || broken(&change.after) < MIN_FAILED {
        return None;
    }
    let text = format!("Since release v{version}, {} of the requests fail; with v{previous}, it was {}.", percent(after), percent(before));
    Some(draft(observed, change, (text, after), &[Metric::ErrorShare], previous))
}

fn slowed(observed: &Observed, change: &Change) -> Option<Draft> {
    let ChangeKind::Release { version, previous } = change.kind else { return None };
    let (before, after) = (change.before.p95?, change.after.p95?);
    if !is_slower(after, before) {
        return None;
    }
    let text = format!("Since release v{version}, p95 is {}; with v{previous}, it was {}.", millis(after), millis(before));
    Some(draft(observed, change, (text, slowness_impact(after, before)), LATENCIES, previous))
}

fn draft(observed: &Observed, change: &Change, (text, impact): (String, f64), metrics: &'static [Metric], previous: i64) -> Draft {
    Draft {
        kind: FindingKind::Release,
        impact,
        text,
        since: change.at,
        evidence: (observed.api.clone(), metrics),
        act: DiagnosisAct::RollBack { version: previous },
    }
}
