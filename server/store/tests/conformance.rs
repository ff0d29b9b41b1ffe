//! One suite, both databases: what SQLite does, PostgreSQL does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use store::{ApiRow, BindingRow, Change, DomainRow, DraftRow, ReleaseRow, RequestRow, SourceRow, Store, StoreError, UserRow, VersionRow};
use testkit::Postgres;

fn change(at: i64) -> Change {
    Change { actor: "somebody".into(), at, request_id: "r".into() }
}

fn user(id: &str, email: &str) -> UserRow {
    UserRow { id: id.into(), email: email.into(), password_hash: None, is_admin: 0, active: 1, created_at: 1 }
}

fn api(id: &str, name: &str, grpc_name: &str) -> ApiRow {
    ApiRow {
        id: id.into(),
        domain: "travel".into(),
        name: name.into(),
        grpc_name: grpc_name.into(),
        kind: "kv".into(),
        owner_id: "u".into(),
        created_at: 1,
    }
}

async fn seeded(store: &Store) {
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
    tx.insert_user(&user("u", "u@demo")).await.unwrap();
    tx.insert_api(&api("a", "plane", "Plane")).await.unwrap();
    tx.commit().await.unwrap();
}

async fn changes_raise_the_revision_and_leave_their_audit(store: &Store) {
    let before = store.revision().await.unwrap();
    let mut tx = store.write(change(7)).await.unwrap();
    assert_eq!(tx.revision(), before + 1);
    tx.audit("1".into(), "thing.done", ("travel", "travel/plane"), None, Some("after".into())).await.unwrap();
    tx.commit().await.unwrap();
    let rows = store.audit(&store::AuditFilter { limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!(
        (rows[0].revision, rows[0].at, rows[0].actor.as_str(), rows[0].after.as_deref()),
        (before + 1, 7, "somebody", Some("after"))
    );
    let foreign = store::AuditFilter { domains: Some(vec!["finance".into()]), limit: 10, ..Default::default() };
    assert!(store.audit(&foreign).await.unwrap().is_empty());
    let mine = store::AuditFilter {
        domains: Some(vec!["finance".into(), "travel".into()]),
        subject: Some("travel/plane".into()),
        before: Some(before + 2),
        limit: 10,
    };
    assert_eq!(store.audit(&mine).await.unwrap().len(), 1);
}

async fn a_change_that_is_not_committed_leaves_nothing(store: &Store) {
    let before = store.revision().await.unwrap();
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_user(&user("x", "x@demo")).await.unwrap();
    drop(tx);
    assert_eq!(store.revision().await.unwrap(), before);
    assert!(store.user("x").await.unwrap().is_none());
}

async fn names_are_taken_once(store: &Store) {
    let mut tx = store.write(change(1)).await.unwrap();
    assert!(matches!(tx.insert_api(&api("b", "plane", "Other")).await, Err(StoreError::Taken)));
    drop(tx);
    let mut tx = store.write(change(1)).await.unwrap();
    assert!(matches!(tx.insert_api(&api("b", "pla-ne", "Plane")).await, Err(StoreError::Taken)), "the gRPC name is taken too");
}

async fn of_two_editors_the_second_is_told(store: &Store) {
    let draft = |spec: &str, edit| DraftRow {
        api_id: "a".into(),
        spec: spec.into(),
        edit,
        step: "table".into(),
        updated_by: "u".into(),
        updated_at: 1,
    };
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_draft(&draft("{}", 1)).await.unwrap();
    tx.update_draft(&draft("first", 1)).await.unwrap();
    assert!(matches!(tx.update_draft(&draft("second", 1)).await, Err(StoreError::Stale)));
    tx.commit().await.unwrap();
    let kept = store.draft("a").await.unwrap().unwrap();
    assert_eq!((kept.spec.as_str(), kept.edit), ("first", 2));
    let mut tx = store.write(change(1)).await.unwrap();
    assert!(matches!(tx.take_draft("a", 1).await, Err(StoreError::Stale)));
    tx.take_draft("a", 2).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.draft("a").await.unwrap().is_none());
}

async fn a_request_is_decided_once_and_released(store: &Store) {
    let mut tx = store.write(change(5)).await.unwrap();
    assert_eq!(tx.next_version("a").await.unwrap(), 1);
    let version = VersionRow {
        id: "v".into(),
        api_id: "a".into(),
        number: 1,
        spec: "{}".into(),
        state: "in-review".into(),
        evidence: "{}".into(),
        author_id: "u".into(),
        created_at: 5,
    };
    tx.insert_version(&version).await.unwrap();
    let request = RequestRow {
        id: "q".into(),
        api_id: "a".into(),
        version_id: "v".into(),
        environment: "prod".into(),
        state: "open".into(),
        author_id: "u".into(),
        reason: "why".into(),
        created_at: 5,
        decided_by: None,
        decision: None,
        decided_at: None,
    };
    tx.insert_request(&request).await.unwrap();
    tx.decide_request("q", "approved", "other", "good").await.unwrap();
    assert!(matches!(tx.decide_request("q", "rejected", "third", "").await, Err(StoreError::Stale)));
    let release = |by: &str| ReleaseRow {
        api_id: "a".into(),
        environment: "prod".into(),
        version_id: "v".into(),
        released_by: by.into(),
        released_at: 5,
    };
    tx.put_release(&release("one")).await.unwrap();
    tx.put_release(&release("two")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.request("q").await.unwrap().unwrap().decided_at, Some(5));
    let releases = store.releases_of("a").await.unwrap();
    assert_eq!((releases.len(), releases[0].released_by.as_str()), (1, "two"));
}

async fn bytes_and_nulls_come_back_as_they_were(store: &Store) {
    let sealed: Vec<u8> = (0..=255).collect();
    let mut tx = store.write(change(1)).await.unwrap();
    let source = SourceRow {
        id: "s".into(),
        name: "db".into(),
        domain: "travel".into(),
        driver: "sqlite".into(),
        about: "ü".into(),
        edit: 1,
        created_by: "u".into(),
        updated_at: 1,
    };
    tx.insert_source(&source).await.unwrap();
    let binding = BindingRow { source_id: "s".into(), environment: "prod".into(), config: "{}".into(), secret: sealed.clone() };
    tx.put_binding(&binding).await.unwrap();
    tx.put_binding(&binding).await.unwrap();
    tx.commit().await.unwrap();
    let kept = store.bindings_of("s").await.unwrap();
    assert_eq!((kept.len(), &kept[0].secret), (1, &sealed));
    assert_eq!(store.source("db").await.unwrap().unwrap().about, "ü");
    assert_eq!(store.user("u").await.unwrap().unwrap().password_hash, None);
}

async fn changes_of_many_hands_queue_without_loss(store: &Store) {
    let before = store.revision().await.unwrap();
    let hands = (0..8).map(|hand| {
        let store = store.clone();
        tokio::spawn(async move {
            for turn in 0..5 {
                let mut tx = store.write(change(1)).await.unwrap();
                tx.audit(format!("{hand}-{turn}"), "turn", ("", ""), None, None).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
    });
    for hand in hands.collect::<Vec<_>>() {
        hand.await.unwrap();
    }
    assert_eq!(store.revision().await.unwrap(), before + 40);
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    changes_raise_the_revision_and_leave_their_audit(&store).await;
    a_change_that_is_not_committed_leaves_nothing(&store).await;
    names_are_taken_once(&store).await;
    of_two_editors_the_second_is_told(&store).await;
    a_request_is_decided_once_and_released(&store).await;
    bytes_and_nulls_come_back_as_they_were(&store).await;
    changes_of_many_hands_queue_without_loss(&store).await;
    a_newer_database_is_refused(&store, url).await;
}

async fn a_newer_database_is_refused(store: &Store, url: &str) {
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1")
        .execute(&pool)
        .await
        .unwrap();
    let refused = store.migrate().await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer(9999)), "{refused}");
    assert!(refused.to_string().contains("newer Sluice"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_metadata() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_metadata() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
