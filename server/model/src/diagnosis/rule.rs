//! What the rules share: the thresholds, and what a rule gives.

use crate::clock::Millis;
use crate::view::{DiagnosisAct, FindingKind, Metric, Subject};

/// With fewer requests, a share or a percentile says nothing: one slow request of ten is a p95.
pub const MIN_REQUESTS: u64 = 20;
/// Fewer failed requests are chance, whatever their share is.
pub const MIN_FAILED: u64 = 5;
/// So many requests have to fail, or more than before: a tenth of a percent is the everyday life of a network.
pub(super) const MIN_SHARE: f64 = 0.05;
/// A latency has to grow to so many times what it was.
const SLOWER: f64 = 2.0;
/// And by so many milliseconds: from 1 ms to 3 ms is nothing that a caller feels.
const SLOWER_MS: f64 = 20.0;
/// Slow by itself, where there is nothing to compare with: people begin to wait.
pub(super) const SLOW_MS: f64 = 1_000.0;
/// A delay of the event loop that a request feels.
pub const LATE_MS: f64 = 100.0;

/// What a rule found, before it is written for the reader.
pub(super) struct Draft {
    pub(super) kind: FindingKind,
    pub(super) impact: f64,
    pub(super) text: String,
    pub(super) since: Millis,
    pub(super) evidence: (Subject, &'static [Metric]),
    pub(super) act: DiagnosisAct,
}

/// Whether a latency has grown so much that somebody feels it.
pub(super) fn is_slower(now: f64, before: f64) -> bool {
    now >= before * SLOWER && now - before >= SLOWER_MS
}

/// How much of a latency is more than before. Half of what the same share of failed requests counts: slow is better than failed.
pub(super) fn slowness_impact(now: f64, before: f64) -> f64 {
    if now > 0.0 { 0.5 * (1.0 - before / now).clamp(0.0, 1.0) } else { 0.0 }
}
