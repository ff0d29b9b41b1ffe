use super::*;
use crate::ErrorCode;
use crate::clock::{HOUR, MINUTE, Millis};
use crate::limit::Rate;
use crate::snapshot::Environment;
use crate::view::{DiagnosisAct, FindingKind, LimitOf, Metric, Subject, SubjectKind};

const FROM: Millis = 100 * HOUR;
const NONE: [FindingKind; 0] = [];

fn healthy(requests: u64) -> Counts {
    Counts { requests, p95: Some(12.0), gateway_ms: 1.0, source_ms: 7.0, cached: requests / 2, cacheable: requests, ..Counts::default() }
}

fn failing(requests: u64, code: ErrorCode, failed: u64) -> Counts {
    Counts { errors: vec![(code, failed)], ..healthy(requests) }
}

fn source(now: SourceCounts) -> ObservedSource {
    let before = SourceCounts { statements: 400, p95: Some(8.0), slots: 16, running: 3, ..SourceCounts::default() };
    ObservedSource { name: "flights-db".into(), parts: vec![(FROM + MINUTE, now.clone())], now, before, jobs: Vec::new() }
}

fn node(name: &str, counts: Counts) -> ObservedNode {
    ObservedNode { name: name.into(), counts, readings: 360, late: 1, late_since: Some(FROM), delay_ms: 130.0 }
}

/// A busy API of two nodes that is well: a release, a switch and single errors are in it, as on any day.
fn well() -> Observed {
    let quiet = Change { at: FROM + MINUTE, kind: ChangeKind::VersionSwitch, before: healthy(90), after: healthy(100) };
    let release = ChangeKind::Release { version: 4, previous: 3 };
    Observed {
        api: Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane"),
        from: FROM,
        to: FROM + HOUR,
        compared_from: FROM - HOUR,
        now: failing(1_000, ErrorCode::SourceTimeout, 3),
        before: healthy(1_100),
        parts: vec![(FROM, healthy(500)), (FROM + 30 * MINUTE, failing(500, ErrorCode::SourceTimeout, 3))],
        sources: vec![source(SourceCounts { statements: 500, p95: Some(11.0), slots: 16, running: 5, ..SourceCounts::default() })],
        dataset: None,
        apps: Vec::new(),
        limits: Vec::new(),
        changes: vec![quiet.clone(), Change { kind: release, ..quiet }],
        nodes: vec![node("10.0.0.1:80", healthy(500)), node("10.0.0.2:80", healthy(500))],
        sees_nodes: true,
    }
}

fn kinds(observed: &Observed) -> Vec<FindingKind> {
    diagnose(observed).findings.into_iter().map(|finding| finding.kind).collect()
}

/// The one finding that there is.
fn only(observed: &Observed, kind: FindingKind) -> Finding {
    let mut findings = diagnose(observed).findings;
    assert_eq!(findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [kind], "{findings:#?}");
    findings.remove(0)
}

#[test]
fn a_healthy_api_has_no_finding_and_the_reader_is_told_what_was_looked_at() {
    let diagnosis = diagnose(&well());
    assert_eq!((diagnosis.findings.len(), diagnosis.summary.as_str()), (0, "Nothing stands out in 1,000 requests."));
    let told = diagnosis.looked_at.join("\n");
    for part in
        ["Requests: 1,000, before 1,100", "Status 500 and above: 0.3 %", "Source flights-db: 500 statements", "Releases: 1", "Nodes: 2"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn few_requests_say_nothing_whatever_they_are() {
    let all_fail = Counts { p95: Some(9_000.0), ..failing(12, ErrorCode::SourceUnavailable, 12) };
    let few = Observed { now: all_fail.clone(), parts: vec![(FROM, all_fail)], changes: Vec::new(), sources: Vec::new(), ..well() };
    let diagnosis = diagnose(&few);
    assert!(diagnosis.findings.is_empty(), "{diagnosis:#?}");
    assert!(diagnosis.summary.starts_with("Too few requests to compare: 12."), "{}", diagnosis.summary);
}

#[test]
fn no_request_at_all_is_told_alone() {
    let none = Observed { now: Counts::default(), parts: Vec::new(), ..well() };
    let finding = only(&none, FindingKind::NoTraffic);
    assert!(finding.text.contains("there were 1,100"), "{}", finding.text);
    let never = only(&Observed { before: Counts::default(), ..none }, FindingKind::NoTraffic);
    assert!(never.text.contains("either"), "{}", never.text);
}

#[test]
fn a_dead_source_is_named_with_its_code_and_since_when() {
    let dead = failing(500, ErrorCode::SourceUnavailable, 200);
    let observed = Observed {
        now: failing(1_000, ErrorCode::SourceUnavailable, 200),
        parts: vec![(FROM, healthy(500)), (FROM + 30 * MINUTE, dead)],
        ..well()
    };
    let finding = only(&observed, FindingKind::SourceErrors);
    let expected =
        "200 of 1,000 requests (20 %) failed because the source flights-db did not respond or refused the connection (source-unavailable).";
    assert_eq!((finding.text.as_str(), finding.since), (expected, FROM + 30 * MINUTE));
    assert_eq!(finding.act, DiagnosisAct::OpenSource { source: "flights-db".into() });
    assert_eq!((finding.link.as_deref(), finding.evidence.metrics), (Some("/sources/flights-db"), vec![Metric::ErrorShare]));
    // Served from a dataset, the store of the dataset is what fails.
    let now = failing(1_000, ErrorCode::StoreUnavailable, 200);
    let observed = Observed { now, dataset: Some("travel/planes".into()), sources: Vec::new(), ..well() };
    let finding = only(&observed, FindingKind::SourceErrors);
    assert_eq!(finding.act, DiagnosisAct::RetryBuild { dataset: "travel/planes".into() });
    assert!(finding.text.contains("the store of the dataset travel/planes"), "{}", finding.text);
}

#[test]
fn a_slow_source_is_compared_with_itself_and_a_job_that_reads_it_can_make_way() {
    let slow = SourceCounts { statements: 500, p95: Some(480.0), slots: 16, running: 5, ..SourceCounts::default() };
    let now = Counts { p95: Some(500.0), source_ms: 300.0, ..healthy(1_000) };
    let observed = Observed { now: now.clone(), sources: vec![source(slow.clone())], ..well() };
    let finding = only(&observed, FindingKind::SourceSlow);
    assert!(finding.text.contains("p95 of its statements is 480 ms") && finding.text.contains("it was 8.0 ms"), "{}", finding.text);
    assert_eq!((finding.since, finding.evidence.subject.kind), (FROM + MINUTE, SubjectKind::Source));
    let with_job = ObservedSource { jobs: vec![("travel/a".into(), 10), ("travel/b".into(), 90)], ..source(slow.clone()) };
    let finding = only(&Observed { sources: vec![with_job], ..observed.clone() }, FindingKind::SourceSlow);
    assert_eq!(finding.act, DiagnosisAct::PauseJob { dataset: "travel/b".into() });
    // Nothing to compare with: a second is slow by itself, and half a second is not.
    let alone = |p95: f64| ObservedSource { before: SourceCounts::default(), ..source(SourceCounts { p95: Some(p95), ..slow.clone() }) };
    assert_eq!(kinds(&Observed { sources: vec![alone(480.0)], ..observed.clone() }), NONE);
    assert_eq!(kinds(&Observed { sources: vec![alone(1_500.0)], ..observed.clone() }), [FindingKind::SourceSlow]);
    // A source that takes little of the request does not make it slow.
    let little = Counts { gateway_ms: 900.0, ..now };
    assert_eq!(kinds(&Observed { now: little, ..observed }), NONE);
}

#[test]
fn a_full_queue_is_told_with_those_who_wait() {
    let full = SourceCounts { statements: 500, refused: 40, p95: Some(11.0), slots: 16, running: 16, waiting: 30 };
    let now = failing(1_000, ErrorCode::SourceBusy, 40);
    let finding = only(&Observed { now, sources: vec![source(full.clone())], ..well() }, FindingKind::QueueFull);
    let expected =
        "The queue of the source flights-db is full: all 16 concurrency slots were in use, and up to 30 statements waited. 40 got no slot.";
    assert_eq!(finding.text, expected);
    // All in use and one that waits for a moment is what a queue is for.
    let short = SourceCounts { refused: 0, waiting: 1, ..full };
    assert_eq!(kinds(&Observed { sources: vec![source(short)], ..well() }), NONE);
}

#[test]
fn an_emptied_cache_is_told_where_it_makes_requests_slow() {
    let cold = Counts { cached: 10, source_ms: 14.0, ..healthy(100) };
    let purge = Change { at: FROM + MINUTE, kind: ChangeKind::Purge, before: healthy(90), after: cold.clone() };
    let finding = only(&Observed { changes: vec![purge.clone()], ..well() }, FindingKind::CacheCold);
    assert!(
        finding.text.starts_with("The response cache is cold after the purge: it answers 10 % of the requests, and 50 % before."),
        "{}",
        finding.text
    );
    assert_eq!((finding.since, finding.act), (FROM + MINUTE, DiagnosisAct::Wait));
    let quick = Change { after: Counts { source_ms: 7.0, ..cold }, ..purge };
    assert_eq!(kinds(&Observed { changes: vec![quick], ..well() }), NONE, "a quick source is not felt");
}

#[test]
fn a_limit_is_told_with_the_app_that_hits_it() {
    let hit = |limit: Option<Rate>| {
        let app = |path: &str, refused: u64, limit| ObservedApp { path: path.into(), requests: 300, refused, limit };
        Observed {
            now: Counts { limit_hits: 250, ..failing(1_000, ErrorCode::TooManyRequests, 250) },
            apps: vec![app("travel/quiet", 0, None), app("travel/website", 250, limit)],
            limits: vec![(LimitOf::Api, Rate::per_second(50))],
            ..well()
        }
    };
    let finding = only(&hit(Some(Rate { per_second: 1, burst: 3 })), FindingKind::LimitHit);
    let expected = "The rate limit of the app travel/website for this API (1 requests/s, burst 3) refused 250 of 1,000 requests (25 %). \
                    Most of them are of travel/website: 250 of its 300 requests.";
    assert_eq!(finding.text, expected);
    assert_eq!(finding.act, DiagnosisAct::RaiseLimit { limit: LimitOf::App("travel/website".into()) });
    // Without a limit of its own, the app hits that of the API.
    let finding = only(&hit(None), FindingKind::LimitHit);
    assert!(finding.text.contains("of this API (50 requests/s") && finding.text.contains("travel/website"), "{}", finding.text);
    let lifted = only(&Observed { limits: Vec::new(), ..hit(None) }, FindingKind::LimitHit);
    assert_eq!(lifted.act, DiagnosisAct::Wait);
}

#[test]
fn a_release_that_breaks_or_slows_is_named_with_the_version_before() {
    let release =
        |after: Counts| Change { at: FROM + MINUTE, kind: ChangeKind::Release { version: 7, previous: 6 }, before: healthy(100), after };
    let broken = Observed {
        now: failing(1_000, ErrorCode::Internal, 400),
        changes: vec![release(failing(400, ErrorCode::Internal, 200))],
        ..well()
    };
    let first = diagnose(&broken).findings.remove(0);
    assert_eq!(first.text, "Since release v7, 50 % of the requests fail; with v6, it was 0 %.");
    assert_eq!(
        (first.kind, first.since, first.link.as_deref()),
        (FindingKind::Release, FROM + MINUTE, Some("/apis/travel/plane/versions"))
    );
    assert_eq!((first.act.clone(), first.act_text.as_str()), (DiagnosisAct::RollBack { version: 6 }, "Roll back to v6"));
    // Callers that a new version refuses are broken, too.
    let refused = Observed { changes: vec![release(failing(100, ErrorCode::Invalid, 90))], ..well() };
    assert_eq!(kinds(&refused), [FindingKind::Release]);
    let slowed = Observed { changes: vec![release(Counts { p95: Some(95.0), ..healthy(100) })], ..well() };
    assert_eq!(only(&slowed, FindingKind::Release).text, "Since release v7, p95 is 95 ms; with v6, it was 12 ms.");
    // Once it is rolled back, it is not the reason any more.
    let kind = ChangeKind::Release { version: 6, previous: 7 };
    let back = Change { kind, before: failing(100, ErrorCode::Internal, 50), ..release(healthy(100)) };
    let rolled_back = Observed { changes: vec![release(failing(100, ErrorCode::Internal, 50)), back], ..well() };
    assert_eq!(kinds(&rolled_back), NONE);
    // Twice of little is little, and so are ten requests.
    for after in [Counts { p95: Some(25.0), ..healthy(100) }, failing(10, ErrorCode::Internal, 10)] {
        assert_eq!(kinds(&Observed { changes: vec![release(after)], ..well() }), NONE);
    }
}

#[test]
fn one_node_alone_is_named() {
    let nodes = |other: Counts| vec![node("10.0.0.1:80", healthy(500)), node("10.0.0.2:80", other)];
    let fails = failing(500, ErrorCode::Forbidden, 9);
    assert_eq!(kinds(&Observed { nodes: nodes(fails), ..well() }), NONE, "not through its own fault");
    let finding = only(&Observed { nodes: nodes(failing(500, ErrorCode::SourceTimeout, 100)), ..well() }, FindingKind::OneNode);
    assert_eq!(finding.text, "Only the node 10.0.0.2:80 fails: 20 % of its requests, and at most 0 % of those of others.");
    assert_eq!(finding.link.as_deref(), Some("/monitoring/node/10.0.0.2:80"));
    let slow = Observed { nodes: nodes(Counts { p95: Some(90.0), ..healthy(500) }), sees_nodes: false, ..well() };
    let finding = only(&slow, FindingKind::OneNode);
    assert_eq!((finding.act, finding.link), (DiagnosisAct::AskAdmin, None), "pages of nodes are for admins");
    let alone = Observed { nodes: vec![node("10.0.0.2:80", failing(500, ErrorCode::SourceTimeout, 100))], ..well() };
    assert_eq!(kinds(&alone), NONE);
}

#[test]
fn a_gateway_that_is_late_or_full_is_told() {
    let late = ObservedNode { late: 90, delay_ms: 400.0, ..node("10.0.0.1:80", healthy(500)) };
    let finding = only(&Observed { nodes: vec![late.clone()], ..well() }, FindingKind::GatewayBusy);
    assert!(finding.text.contains("more than 100 ms late in 90 of 360 readings, and at most 400 ms"), "{}", finding.text);
    assert_eq!(finding.evidence.subject.kind, SubjectKind::Node);
    let finding = only(&Observed { nodes: vec![late], sees_nodes: false, ..well() }, FindingKind::GatewayBusy);
    assert_eq!(finding.evidence.subject.kind, SubjectKind::Api);
    let full = Observed { now: failing(1_000, ErrorCode::Overloaded, 100), ..well() };
    assert!(only(&full, FindingKind::GatewayBusy).text.contains("100 of 1,000 requests (10 %)"));
}

#[test]
fn what_fails_without_a_known_reason_is_not_called_well_and_the_worst_stands_first() {
    let now = Counts { errors: vec![(ErrorCode::Internal, 60), (ErrorCode::SourceTimeout, 300)], ..healthy(1_000) };
    assert_eq!(kinds(&Observed { now, ..well() }), [FindingKind::SourceErrors, FindingKind::OtherErrors]);
}
