//! One node alone, and gateways that are late.

use super::observed::{Counts, Observed, ObservedNode, share};
use super::rule::{Draft, LATE_MS, MIN_FAILED, MIN_REQUESTS, MIN_SHARE, is_slower, slowness_impact};
use super::wording::{count, millis, percent};
use crate::ErrorCode;
use crate::view::{DiagnosisAct, FindingKind, Metric, Subject, SubjectKind};

const LATENCIES: &[Metric] = &[Metric::LatencyP50, Metric::LatencyP95, Metric::LatencyP99];
/// So many late readings are no pause of a single collection or build.
const MIN_LATE: u32 = 3;
/// And so many of all.
const LATE_SHARE: f64 = 0.2;

/// One node fails 5 points more than every other, with at least 5 failures, or its p95 is twice that of every other and 20 ms more. Only
/// nodes with 20 requests are compared.
pub(super) fn one_node(observed: &Observed) -> Option<Draft> {
    let nodes: Vec<&ObservedNode> = observed.nodes.iter().filter(|node| node.counts.requests >= MIN_REQUESTS).collect();
    if nodes.len() < 2 {
        return None;
    }
    failing(observed, &nodes).or_else(|| slow(observed, &nodes))
}

fn failed(counts: &Counts) -> f64 {
    share(counts.failed(), counts.requests)
}

/// The one with the highest value, and the highest value of the others.
fn worst<'a>(nodes: &[&'a ObservedNode], value: impl Fn(&Counts) -> f64) -> Option<(&'a ObservedNode, f64, f64)> {
    let worst = *nodes.iter().max_by(|one, other| value(&one.counts).total_cmp(&value(&other.counts)))?;
    let others = nodes.iter().filter(|node| node.name != worst.name).map(|node| value(&node.counts));
    Some((worst, value(&worst.counts), others.fold(0.0, f64::max)))
}

fn failing(observed: &Observed, nodes: &[&ObservedNode]) -> Option<Draft> {
    let (node, own, others) = worst(nodes, failed)?;
    if own - others < MIN_SHARE || node.counts.failed() < MIN_FAILED {
        return None;
    }
    let text =
        format!("Only the node {} fails: {} of its requests, and at most {} of those of others.", node.name, percent(own), percent(others));
    let impact = share(node.counts.failed(), observed.now.requests);
    Some(draft(observed, node, (text, impact), &[Metric::ErrorShare]))
}

fn slow(observed: &Observed, nodes: &[&ObservedNode]) -> Option<Draft> {
    let (node, own, others) = worst(nodes, |counts| counts.p95.unwrap_or(0.0))?;
    if !is_slower(own, others) {
        return None;
    }
    let text = format!("Only the node {} is slow: its p95 is {}, and that of others at most {}.", node.name, millis(own), millis(others));
    let impact = slowness_impact(own, others) * share(node.counts.requests, observed.now.requests);
    Some(draft(observed, node, (text, impact), LATENCIES))
}

fn draft(observed: &Observed, node: &ObservedNode, (text, impact): (String, f64), metrics: &'static [Metric]) -> Draft {
    Draft {
        kind: FindingKind::OneNode,
        impact,
        text,
        since: observed.from,
        evidence: (observed.api.clone(), metrics),
        act: act(observed, node),
    }
}

/// A fifth of the readings of a node, and three at least, saw its event loop 100 ms late; or requests were refused because too much
/// memory was in use (`overloaded`).
pub(super) fn busy(observed: &Observed) -> Option<Draft> {
    overloaded(observed).or_else(|| late(observed))
}

fn overloaded(observed: &Observed) -> Option<Draft> {
    let codes = [ErrorCode::Overloaded];
    let (refused, requests) = (observed.now.of(&codes), observed.now.requests);
    let of_all = share(refused, requests);
    if requests < MIN_REQUESTS || refused < MIN_FAILED || of_all < MIN_SHARE {
        return None;
    }
    Some(Draft {
        kind: FindingKind::GatewayBusy,
        impact: of_all,
        text: format!(
            "The gateway refused {} of {} requests ({}): too much memory was in use.",
            count(refused),
            count(requests),
            percent(of_all)
        ),
        since: observed.since(|counts| counts.of(&codes) > 0),
        evidence: (observed.api.clone(), &[Metric::ErrorShare]),
        act: DiagnosisAct::AskAdmin,
    })
}

fn late(observed: &Observed) -> Option<Draft> {
    if observed.now.requests < MIN_REQUESTS {
        return None;
    }
    let is_late = |node: &&ObservedNode| node.late >= MIN_LATE && share(node.late.into(), node.readings.into()) >= LATE_SHARE;
    let node = observed.nodes.iter().filter(is_late).max_by_key(|node| node.late)?;
    let text = format!(
        "The node {} is busy: its event loop was more than {} late in {} of {} readings, and at most {}. Requests take {} in the gateway.",
        node.name,
        millis(LATE_MS),
        count(node.late.into()),
        count(node.readings.into()),
        millis(node.delay_ms),
        millis(observed.now.gateway_ms)
    );
    let of_node = (Subject::new(SubjectKind::Node, None, node.name.clone()), &[Metric::LoopDelay] as &[Metric]);
    let of_api = (observed.api.clone(), &[Metric::GatewayTime, Metric::CacheTime, Metric::SourceTime] as &[Metric]);
    Some(Draft {
        kind: FindingKind::GatewayBusy,
        impact: 0.5 * share(node.late.into(), node.readings.into()),
        text,
        since: node.late_since.unwrap_or(observed.from),
        evidence: if observed.sees_nodes { of_node } else { of_api },
        act: act(observed, node),
    })
}

/// The page of a node is for admins.
fn act(observed: &Observed, node: &ObservedNode) -> DiagnosisAct {
    if observed.sees_nodes { DiagnosisAct::OpenNode { node: node.name.clone() } } else { DiagnosisAct::AskAdmin }
}
