//! What makes requests slow on their way to the rows: the source, its queue, and an empty cache.

use super::observed::{Change, ChangeKind, Observed, ObservedSource, SourceCounts, share};
use super::rule::{Draft, MIN_FAILED, MIN_REQUESTS, SLOW_MS, is_slower, slowness_impact};
use super::wording::{count, millis, percent};
use crate::ErrorCode;
use crate::clock::Millis;
use crate::view::{DiagnosisAct, FindingKind, Metric, Subject, SubjectKind};

/// Of the mean request, the source has to take so much: otherwise, it is not what makes requests slow.
const OF_SOURCE: f64 = 0.5;
/// The share of responses from the cache has to fall by so much.
const COLDER: f64 = 0.2;
/// And the mean request has to take so many times what it took: a cache of a quick source may be empty without harm.
const COLD_SLOWER: f64 = 1.5;

/// p95 of the statements of a source doubled and grew by 20 ms, over at least 20 statements in both times; or it is a second at least
/// where there were too few before. It counts only where the source takes half of the mean request.
pub(super) fn source_slow(observed: &Observed) -> Option<Draft> {
    if observed.now.requests < MIN_REQUESTS || observed.now.source_ms < OF_SOURCE * observed.now.mean_ms() {
        return None;
    }
    let slow = observed.sources.iter().filter_map(|source| Some((source, slower(source)?)));
    let (source, (now, before)) = slow.max_by(|(_, (one, _)), (_, (other, _))| one.total_cmp(other))?;
    let compared = before.map_or_else(String::new, |before| format!(" In the time range before, it was {}.", millis(before)));
    let text = format!(
        "The source {} is slow: p95 of its statements is {}, and it takes {} of the mean request of {}.{compared}",
        source.name,
        millis(now),
        millis(observed.now.source_ms),
        millis(observed.now.mean_ms())
    );
    let is_slow = |counts: &SourceCounts| counts.p95.is_some_and(|p95| before.map_or(p95 >= SLOW_MS, |before| is_slower(p95, before)));
    Some(Draft {
        kind: FindingKind::SourceSlow,
        impact: slowness_impact(now, before.unwrap_or(0.0)),
        text,
        since: since(observed, source, is_slow),
        evidence: (subject(observed, source), &[Metric::LatencyP50, Metric::LatencyP95, Metric::LatencyP99]),
        act: relief(source),
    })
}

/// p95 now, and before where that can be compared; nothing where it is not slow.
fn slower(source: &ObservedSource) -> Option<(f64, Option<f64>)> {
    let now = source.now.p95.filter(|_| source.now.statements >= MIN_REQUESTS)?;
    match source.before.p95.filter(|_| source.before.statements >= MIN_REQUESTS) {
        Some(before) => is_slower(now, before).then_some((now, Some(before))),
        None => (now >= SLOW_MS).then_some((now, None)),
    }
}

/// All slots of a source were in use, and statements waited or got no slot: at least 5 got none, or as many waited as there are slots.
/// One or two that wait for some milliseconds are what a queue is for.
pub(super) fn queue_full(observed: &Observed) -> Option<Draft> {
    let busy = observed.now.of(&[ErrorCode::SourceBusy]);
    let is_full = |counts: &SourceCounts| counts.slots > 0 && counts.running >= counts.slots && counts.waiting >= 1;
    let is_harm = |counts: &SourceCounts| counts.refused >= MIN_FAILED || counts.waiting >= counts.slots || busy >= MIN_FAILED;
    let source = observed.sources.iter().find(|source| is_full(&source.now) && is_harm(&source.now))?;
    let now = &source.now;
    let refused = if now.refused > 0 { format!(" {} got no slot.", count(now.refused)) } else { String::new() };
    let text = format!(
        "The queue of the source {} is full: all {} concurrency slots were in use, and up to {} statements waited.{refused}",
        source.name,
        count(now.slots.unsigned_abs()),
        count(now.waiting.unsigned_abs())
    );
    Some(Draft {
        kind: FindingKind::QueueFull,
        impact: share(busy, observed.now.requests).max(0.5 * share(now.refused, now.refused.saturating_add(now.statements))).max(0.1),
        text,
        since: since(observed, source, is_full),
        evidence: (subject(observed, source), &[Metric::Running, Metric::Waiting, Metric::PoolSize]),
        act: relief(source),
    })
}

/// After a release, a purge or a version switch of its dataset, the share of responses from the cache fell by 20 points, and the mean
/// request takes 1.5 times what it took. Both sides need 20 requests.
pub(super) fn cache_cold(observed: &Observed) -> Option<Draft> {
    observed.changes.iter().rev().find_map(|change| cold(observed, change))
}

fn cold(observed: &Observed, change: &Change) -> Option<Draft> {
    let (before, after) = (&change.before, &change.after);
    let is_known = before.cacheable >= MIN_REQUESTS && after.cacheable >= MIN_REQUESTS;
    let (warm, cold) = (before.cache_share()?, after.cache_share()?);
    if !is_known || warm - cold < COLDER || after.mean_ms() < before.mean_ms() * COLD_SLOWER {
        return None;
    }
    let why = match change.kind {
        ChangeKind::Release { version, .. } => format!("release v{version}"),
        ChangeKind::VersionSwitch => "the version switch of its dataset".to_owned(),
        ChangeKind::Purge => "the purge".to_owned(),
    };
    let text = format!(
        "The response cache is cold after {why}: it answers {} of the requests, and {} before. The mean request takes {}, and {} before.",
        percent(cold),
        percent(warm),
        millis(after.mean_ms()),
        millis(before.mean_ms())
    );
    Some(Draft {
        kind: FindingKind::CacheCold,
        impact: slowness_impact(after.mean_ms(), before.mean_ms()),
        text,
        since: change.at,
        evidence: (observed.api.clone(), &[Metric::CacheL1, Metric::CacheL2, Metric::CacheStale, Metric::CacheMiss]),
        act: DiagnosisAct::Wait,
    })
}

fn subject(observed: &Observed, source: &ObservedSource) -> Subject {
    Subject::new(SubjectKind::Source, observed.api.environment, source.name.clone())
}

fn since(observed: &Observed, source: &ObservedSource, is: impl Fn(&SourceCounts) -> bool) -> Millis {
    source.parts.iter().find(|(_, counts)| is(counts)).map_or(observed.from, |(at, _)| *at)
}

/// Where a job reads the source meanwhile, it can make way: the one that reads most.
fn relief(source: &ObservedSource) -> DiagnosisAct {
    match source.jobs.iter().max_by_key(|(_, rows)| *rows) {
        Some((dataset, _)) => DiagnosisAct::PauseJob { dataset: dataset.clone() },
        None => DiagnosisAct::OpenSource { source: source.name.clone() },
    }
}
