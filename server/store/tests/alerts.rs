//! Alerts in both databases: definitions, states, history, the lease of the evaluator, and the outbox.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use model::alert::{Acknowledgement, AlertState, Phase};
use model::clock::SECOND;
use store::{
    AlertDefinitionKind, AlertDefinitionRow, AlertEventRow, AlertStateRow, Change, DomainRow, NoticeRow, ReceiverHealthRow, ReceiverRow,
    SilenceRow, Store, StoreError,
};
use testkit::Postgres;

fn change(at: i64) -> Change {
    Change { actor: "somebody".into(), at, request_id: "r".into() }
}

fn rule(id: &str, name: &str) -> AlertDefinitionRow {
    AlertDefinitionRow {
        id: id.into(),
        kind: "rule".into(),
        domain: "travel".into(),
        name: name.into(),
        definition: "{}".into(),
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 1,
    }
}

fn receiver(id: &str, name: &str) -> ReceiverRow {
    ReceiverRow {
        id: id.into(),
        domain: "travel".into(),
        name: name.into(),
        channel: "\"portal\"".into(),
        secret: (0..=255).collect(),
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 1,
    }
}

fn state(series: &str, phase: Phase) -> AlertStateRow {
    let row = AlertStateRow {
        definition_id: "r1".into(),
        series: series.into(),
        alert_id: format!("alert {series}"),
        domain: "travel".into(),
        name: "errors".into(),
        phase: String::new(),
        state: String::new(),
        ack_by: None,
        ack_at: None,
        ack_note: None,
    };
    row.with(&AlertState { phase, value: Some(0.25), ..AlertState::new(7) }).unwrap()
}

fn event(id: &str, kind: &str, at_ms: i64) -> AlertEventRow {
    AlertEventRow {
        id: id.into(),
        alert_id: "alert a".into(),
        domain: "travel".into(),
        name: "errors".into(),
        series: "a".into(),
        kind: kind.into(),
        at_ms,
        value: Some("0.25".into()),
        by_whom: None,
    }
}

async fn of_two_editors_the_second_is_told(store: &Store) {
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
    tx.insert_alert_definition(&rule("r1", "errors")).await.unwrap();
    let objective = AlertDefinitionRow { kind: "objective".into(), ..rule("o1", "errors") };
    tx.insert_alert_definition(&objective).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write(change(1)).await.unwrap();
    assert!(matches!(tx.insert_alert_definition(&rule("r2", "errors")).await, Err(StoreError::Taken)));
    drop(tx);
    let mut tx = store.write(change(2)).await.unwrap();
    tx.change_alert_definition(&rule("r1", "errors")).await.unwrap();
    assert!(matches!(tx.change_alert_definition(&rule("r1", "errors")).await, Err(StoreError::Stale)));
    tx.commit().await.unwrap();
    let known = store.alert_definitions(AlertDefinitionKind::Rule).await.unwrap();
    assert_eq!((known.len(), known[0].edit), (1, 2));
    assert!(matches!(known[0].rule(), Err(StoreError::Unreadable { .. })), "an empty definition is none");
    let objective = store.alert_definition(AlertDefinitionKind::Objective, ("travel", "errors")).await.unwrap();
    assert_eq!(objective.unwrap().id, "o1");
}

async fn one_node_evaluates_at_a_time(store: &Store) {
    let lease = async |holder: &str, now| store.lease_evaluation(holder, now, 30 * SECOND).await.unwrap();
    let first = lease("one", 0).await.unwrap();
    assert_eq!(lease("two", 30 * SECOND).await, None);
    assert_eq!(lease("one", 20 * SECOND).await, Some(first.clone()), "held on to, with the same token");
    store.write_evaluation(&first).await.unwrap().commit().await.unwrap();
    let second = lease("two", 51 * SECOND).await.unwrap();
    assert!(matches!(store.write_evaluation(&first).await, Err(StoreError::Stale)), "it was taken over");
    store.end_lease(&first).await.unwrap();
    assert_eq!(lease("one", 52 * SECOND).await, None, "what is taken over cannot be given back");
    store.end_lease(&second).await.unwrap();
    let third = lease("one", 53 * SECOND).await.unwrap();
    assert_ne!(third, first);
    // Held by a clock that is some seconds ahead: its node is alive.
    assert_eq!(lease("two", 50 * SECOND).await, None);
    // Held by a clock of tomorrow.
    lease("one", 86_400 * SECOND).await.unwrap();
    assert!(lease("two", 54 * SECOND).await.is_some());
}

async fn states_go_from_node_to_node_with_their_acknowledgements(store: &Store) {
    let revision = store.revision().await.unwrap();
    let lease = store.lease_evaluation("two", 60 * SECOND, 30 * SECOND).await.unwrap().unwrap();
    let mut evaluation = store.write_evaluation(&lease).await.unwrap();
    for (series, phase) in [("a", Phase::Firing), ("b", Phase::Pending)] {
        evaluation.put_state(&state(series, phase)).await.unwrap();
    }
    evaluation.insert_event(&event("e1", "fired", 10)).await.unwrap();
    evaluation.insert_notice(&NoticeRow::waiting("n1".into(), ("c1", "travel"), "{}".into(), 10)).await.unwrap();
    evaluation.commit().await.unwrap();
    // Dropped without a commit, nothing of it is there.
    let mut evaluation = store.write_evaluation(&lease).await.unwrap();
    evaluation.put_state(&state("c", Phase::Firing)).await.unwrap();
    drop(evaluation);
    assert_eq!(store.alert_states().await.unwrap().len(), 2);
    assert_eq!(store.revision().await.unwrap(), revision, "an evaluation is no change of the metadata");
    assert_eq!(store.unattended_alerts().await.unwrap(), [("travel".to_owned(), 1)], "the pending one counts for nothing");
    let by = Acknowledgement { by: "ann@demo".into(), at: 20, note: "looking".into() };
    let mut tx = store.write(change(20)).await.unwrap();
    assert!(matches!(tx.acknowledge_alert("alert b", &by, &event("e2", "acknowledged", 20)).await, Err(StoreError::Stale)));
    tx.acknowledge_alert("alert a", &by, &event("e3", "acknowledged", 20)).await.unwrap();
    assert!(matches!(tx.acknowledge_alert("alert a", &by, &event("e4", "acknowledged", 20)).await, Err(StoreError::Stale)));
    tx.commit().await.unwrap();
    assert!(store.unattended_alerts().await.unwrap().is_empty(), "somebody looks after it");
    let events =
        async |time| store.alert_events_of_time("travel", time, 9).await.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(events((0, 100)).await, ["e1"], "an acknowledgement is no change");
    assert!(events((0, 10)).await.is_empty() && events((11, 100)).await.is_empty());
    let firing: Vec<String> = store.firing_alerts().await.unwrap().into_iter().map(|row| row.series).collect();
    assert_eq!(firing, ["a"]);
    // An evaluation that read before it was acknowledged writes nothing over it.
    let mut evaluation = store.write_evaluation(&lease).await.unwrap();
    assert_eq!(evaluation.states().await.unwrap().len(), 2);
    evaluation.put_state(&state("a", Phase::Firing)).await.unwrap();
    evaluation.delete_state(&state("b", Phase::Pending)).await.unwrap();
    evaluation.commit().await.unwrap();
    let known = store.alert_state("alert a").await.unwrap().unwrap().decoded().unwrap();
    assert_eq!((known.phase, known.value, known.acknowledged), (Phase::Firing, Some(0.25), Some(by)));
    assert!(store.alert_state("alert b").await.unwrap().is_none());
    let mut evaluation = store.write_evaluation(&lease).await.unwrap();
    evaluation.put_state(&state("a", Phase::Resolved)).await.unwrap();
    evaluation.commit().await.unwrap();
    assert_eq!(store.alert_state("alert a").await.unwrap().unwrap().decoded().unwrap().acknowledged, None);
    let history: Vec<String> = store.alert_events("travel", 10).await.unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(history, ["acknowledged", "fired"]);
    store.remove_alert_events(15).await.unwrap();
    assert_eq!(store.alert_events("travel", 10).await.unwrap().len(), 1);
}

async fn a_notice_is_sent_by_one_and_retried_for_its_receiver_alone(store: &Store) {
    let mut tx = store.write(change(100)).await.unwrap();
    for (id, name) in [("c1", "team"), ("c2", "pager")] {
        tx.insert_receiver(&receiver(id, name)).await.unwrap();
    }
    for (id, of) in [("n2", "c1"), ("n3", "c2")] {
        tx.insert_notice(&NoticeRow::waiting(id.into(), (of, "travel"), "{}".into(), 100)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(store.receiver("travel", "team").await.unwrap().unwrap().secret, (0..=255).collect::<Vec<u8>>());
    let next = store.next_notices().await.unwrap();
    assert_eq!(next.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["n1", "n3"], "the first of each receiver");
    assert!(store.claim_notice(&next[0], 160).await.unwrap());
    assert!(!store.claim_notice(&next[0], 160).await.unwrap(), "somebody else has it");
    let tried = NoticeRow { attempts: 1, state: "dead".into(), reason: "500".into(), done_at: Some(110), ..next[0].clone() };
    store.end_attempt(&NoticeRow { attempts: 9, ..tried.clone() }).await.unwrap();
    assert_eq!(store.next_notices().await.unwrap()[0].id, "n1", "an older attempt ends nothing");
    store.end_attempt(&tried).await.unwrap();
    let dead = store.notices(&["travel".into()], true, 10).await.unwrap();
    assert_eq!((dead.len(), dead[0].reason.as_str(), dead[0].attempts), (1, "500", 1));
    assert_eq!(store.next_notices().await.unwrap()[0].id, "n2");
    let mut tx = store.write(change(120)).await.unwrap();
    assert!(matches!(tx.retry_notice("finance", "n1").await, Err(StoreError::Stale)));
    tx.retry_notice("travel", "n1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.next_notices().await.unwrap()[0].attempts, 0);
    for failures in [1, 2] {
        let row = ReceiverHealthRow { receiver_id: "c1".into(), failures, open_until: 5 };
        store.set_receiver_health(&row).await.unwrap();
        assert_eq!(store.receiver_health().await.unwrap(), [row]);
    }
    let mut tx = store.write(change(130)).await.unwrap();
    tx.change_receiver(&receiver("c1", "team")).await.unwrap();
    tx.delete_receiver("c2").await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.receiver_health().await.unwrap().is_empty());
    assert!(store.next_notices().await.unwrap().iter().all(|row| row.receiver_id == "c1"), "nothing waits for who is gone");
    assert_eq!(store.notices(&[], false, 10).await.unwrap().len(), 0);
}

async fn a_silence_is_ended_early_and_forgotten_late(store: &Store) {
    let silence = |id: &str, to_ms| SilenceRow { id: id.into(), domain: "travel".into(), silence: "{}".into(), to_ms };
    let mut tx = store.write(change(0)).await.unwrap();
    tx.insert_silence(&silence("s1", 100)).await.unwrap();
    tx.insert_silence(&silence("s2", 200)).await.unwrap();
    tx.set_silence(&silence("s2", 50)).await.unwrap();
    tx.commit().await.unwrap();
    let lasting = async |at| store.silences(at).await.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!((lasting(0).await, lasting(60).await), (vec!["s1".to_owned(), "s2".to_owned()], vec!["s1".to_owned()]));
    let mut tx = store.write(change(40 * 86_400 * SECOND)).await.unwrap();
    tx.insert_silence(&silence("s3", i64::MAX)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lasting(0).await, ["s3"]);
    assert!(store.silence("s1").await.unwrap().is_none());
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    of_two_editors_the_second_is_told(&store).await;
    one_node_evaluates_at_a_time(&store).await;
    states_go_from_node_to_node_with_their_acknowledgements(&store).await;
    a_notice_is_sent_by_one_and_retried_for_its_receiver_alone(&store).await;
    a_silence_is_ended_early_and_forgotten_late(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_alerts() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_alerts() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
