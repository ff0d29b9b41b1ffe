//! What this program cannot read of a row is an error that names the row, and no default.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use model::clock::Millis;
use model::dataset::{BuildFigures, DataVersionState};
use model::job::{Cause, RunState};
use model::load_limits::Tier;
use model::{ErrorCode, Problem};
use store::{
    BindingRow, ComparisonRow, CompartmentRow, DataVersionRow, DatasetRow, IncrementalRow, KeyRow, MemberRow, NodeRow, RequestRow, RunRow,
    StoreError, SwitchesRow, decode_api, encode,
};

const AT: Millis = 1;
/// What a newer program may have written.
const LATER: &str = "later";

fn named<T: std::fmt::Debug>(read: Result<T, StoreError>, what: &str) {
    match read {
        Err(error @ StoreError::Unreadable { .. }) => assert!(error.unreadable().unwrap().contains(what), "{what}: {error}"),
        other => panic!("{what}: {other:?}"),
    }
}

fn run() -> RunRow {
    RunRow {
        id: "r1".into(),
        job_id: "j".into(),
        version_id: "v1".into(),
        state: RunState::Waiting.key().into(),
        cause: Cause::Asked.key().into(),
        attempt: 1,
        asked_at: AT,
        due_at: AT,
        started_at: None,
        finished_at: None,
        figures: "{}".into(),
        reason: String::new(),
        worker: None,
        beat_at: None,
        source: "s".into(),
        tier: Tier::P2.key().into(),
    }
}

fn version() -> DataVersionRow {
    let dataset = DatasetRow {
        id: "d".into(),
        domain: "travel".into(),
        name: "planes".into(),
        spec: "{}".into(),
        owner_id: "u".into(),
        created_at: AT,
    };
    DataVersionRow::to_build("v1".into(), &dataset, "prod", "somebody", AT)
}

#[test]
fn a_person_is_told_what_to_do_and_never_the_cause() {
    assert_eq!(Problem::from(StoreError::Taken).code, ErrorCode::Conflict);
    assert_eq!(Problem::from(StoreError::Stale).code, ErrorCode::Conflict);
    let unreadable = RunRow { state: LATER.into(), ..run() }.decoded_state().unwrap_err();
    let problem = Problem::from(unreadable);
    assert_eq!(problem.code, ErrorCode::Internal);
    assert!(problem.detail.contains("the state of the run r1") && !problem.detail.contains(LATER), "{problem}");
}

#[test]
fn what_is_known_is_read() {
    let (run, version) = (run(), version());
    assert_eq!(run.decoded_state().unwrap(), RunState::Waiting);
    assert_eq!((run.decoded_cause().unwrap(), run.decoded_tier().unwrap()), (Cause::Asked, Tier::P2));
    assert_eq!(run.decoded_figures().unwrap(), BuildFigures::default());
    assert_eq!(version.decoded_state().unwrap(), DataVersionState::Building);
    let figures = BuildFigures { read_rows: 7, ..BuildFigures::default() };
    let text = encode(&figures, &"figures").unwrap();
    assert_eq!(DataVersionRow { figures: text, ..version }.decoded_figures().unwrap(), figures);
}

#[test]
fn runs_and_versions_that_cannot_be_read_are_named() {
    let later = || LATER.to_owned();
    named(RunRow { state: later(), ..run() }.decoded_state(), "the state of the run r1");
    named(RunRow { cause: later(), ..run() }.decoded_cause(), "the cause of the run r1");
    named(RunRow { tier: later(), ..run() }.decoded_tier(), "the tier of the run r1");
    named(RunRow { figures: later(), ..run() }.decoded_figures(), "the figures of the run r1");
    named(DataVersionRow { state: later(), ..version() }.decoded_state(), "the state of the dataset version v1");
    named(DataVersionRow { environment: later(), ..version() }.decoded_environment(), "the environment of the dataset version v1");
    named(DataVersionRow { figures: later(), ..version() }.decoded_figures(), "the figures of the dataset version v1");
    let incremental_sync = IncrementalRow {
        version_id: "v1".into(),
        turn: 0,
        worker: None,
        beat_at: None,
        due_at: AT,
        figures: later(),
        reason: String::new(),
        backfill: None,
    };
    named(incremental_sync.decoded_figures(), "the incremental sync of the dataset version v1");
    let compared =
        ComparisonRow { version_id: "v1".into(), due_at: AT, at: AT, finished_at: None, figures: later(), reason: String::new() };
    named(compared.decoded_figures(), "a reconciliation of the dataset version v1");
}

#[test]
fn what_a_newer_program_has_said_of_an_api_is_not_lost_unseen() {
    let known = r#"{"kind":"kv","table":{"name":"planes"},"key":["tailnum"]}"#;
    assert!(decode_api(known, &"the draft").is_ok());
    let later = known.replacen('{', r#"{"later":1,"#, 1);
    named(decode_api(&later, &"the draft of the API travel/plane"), "the draft of the API travel/plane");
}

#[test]
fn what_decides_who_may_do_what_is_named_where_it_cannot_be_read() {
    let later = || LATER.to_owned();
    let request = RequestRow {
        id: "q".into(),
        kind: later(),
        object_id: "a".into(),
        version_id: "v".into(),
        environment: later(),
        state: later(),
        author_id: "u".into(),
        reason: String::new(),
        created_at: AT,
        decided_by: None,
        decision: None,
        decided_at: None,
    };
    named(request.decoded_kind(), "the kind of the request q");
    named(request.decoded_environment(), "the environment of the request q");
    named(request.decoded_state(), "the state of the request q");
    let binding = BindingRow { source_id: "s".into(), environment: later(), config: "{}".into(), secret: Vec::new() };
    named(binding.decoded_environment(), "a binding of the source s");
    let key = KeyRow {
        id: "k".into(),
        app_id: "a".into(),
        environment: later(),
        hash: String::new(),
        created_by: "u".into(),
        created_at: AT,
        expires_at: None,
        revoked_at: None,
    };
    named(key.decoded_environment(), "the environment of the key k");
    named(MemberRow { user_id: "u".into(), domain: "travel".into(), role: later() }.decoded_role(), "a role of the person u");
    named(NodeRow { id: "n".into(), revision: 1, broken: later(), seen_at: AT }.decoded_broken(), "the node n");
    let switches = SwitchesRow { api_id: "a".into(), priority: later(), per_second: None, burst: None, cache_epoch: 0 };
    named(switches.decoded_priority(), "the priority of the API a");
    let compartment = CompartmentRow { domain: "travel".into(), priority: later(), per_second: 1, burst: 1 };
    named(compartment.decoded_priority(), "a compartment of the domain travel");
}
