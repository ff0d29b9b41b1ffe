//! One suite, both databases: what SQLite does, PostgreSQL does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use model::audit::AuditAction;
use model::job::Cause;
use model::load_limits::Tier;
use store::{
    ApiRow, BindingRow, Change, DataVersionRow, DatasetRow, DomainRow, DraftRow, HeldChangeRow, JobRow, NewRun, ReleaseRow, RequestRow,
    RunRow, SourceRow, Store, StoreError, UserRow, VersionRow,
};
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
    tx.audit("1".into(), AuditAction::ApiMade, ("travel", "travel/plane"), None, Some("after".into())).await.unwrap();
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
    // By time: from one to before another.
    for (from, to, wanted) in [(7, 8, 1), (0, 7, 0), (8, 9, 0)] {
        let of_subject = store.audit_of_time("travel/plane", from, to, 10).await.unwrap();
        let of_all = store.recent_audit(from, to).await.unwrap();
        assert_eq!((of_subject.len(), of_all.iter().filter(|row| row.subject == "travel/plane").count()), (wanted, wanted), "{from}");
        assert!(of_subject.iter().chain(&of_all).all(|row| row.at == 7 || row.subject != "travel/plane"));
    }
    assert!(store.audit_of_time("travel/other", 0, 9, 10).await.unwrap().is_empty());
    // Searched and counted: words in their order and whatever their case, each character as itself, and of the domains that may be seen.
    let search = |words: &[&str], domain: &str, domains: Option<&[&str]>| store::AuditSearch {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        domain: domain.into(),
        domains: domains.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        oldest_first: true,
    };
    for (asked, wanted) in [
        (search(&[], "", None), 1),
        (search(&["travel/", "plane"], "travel", Some(&["travel"])), 1),
        (search(&["plane", "travel/"], "", None), 0),
        (search(&["travel_plane"], "", None), 0),
        (search(&["tr%"], "", None), 0),
        (search(&[], "finance", None), 0),
        (search(&[], "", Some(&["finance"])), 0),
    ] {
        assert_eq!(store.audit_count(&asked).await.unwrap(), wanted, "{asked:?}");
        assert_eq!(store.audit_page(&asked, 0, 10).await.unwrap().len() as u64, wanted, "{asked:?}");
        assert!(store.audit_page(&asked, wanted, 10).await.unwrap().is_empty(), "{asked:?}");
    }
    assert_eq!((rows[0].action.as_str(), rows[0].kind()), ("api.made", Some(AuditAction::ApiMade)));
}

async fn a_word_of_another_version_is_read_as_it_stands(store: &Store, url: &str) {
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    let sql = "INSERT INTO audit (id, revision, at, actor, action, domain, subject, request_id) VALUES ('later', $1, 1, 'somebody', 'thing.done', '', 'thing', 'r')";
    let revision = store.revision().await.unwrap();
    sqlx::query(sql).bind(revision).execute(&pool).await.unwrap();
    let rows = store.audit(&store::AuditFilter { subject: Some("thing".into()), limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!((rows.len(), rows[0].action.as_str(), rows[0].kind()), (1, "thing.done", None));
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
        updated_by: "u@demo".into(),
        updated_at: 1,
    };
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_draft(&draft("{}", 1)).await.unwrap();
    tx.update_draft(&draft("first", 1)).await.unwrap();
    assert!(matches!(tx.update_draft(&draft("second", 1)).await, Err(StoreError::Stale)));
    tx.commit().await.unwrap();
    let kept = store.draft("a").await.unwrap().unwrap();
    assert_eq!((kept.spec.as_str(), kept.edit), ("first", 2));
    assert_eq!(store.draft_editors("a").await.unwrap(), ["u"], "once, however often they saved");
    let mut tx = store.write(change(1)).await.unwrap();
    assert!(matches!(tx.take_draft("a", 1).await, Err(StoreError::Stale)));
    tx.take_draft("a", 2).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.draft("a").await.unwrap().is_none());
    assert!(store.draft_editors("a").await.unwrap().is_empty());
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
        kind: "version".into(),
        object_id: "a".into(),
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
    tx.insert_version_author("v", "u").await.unwrap();
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
    let decided = store.request("q").await.unwrap().unwrap();
    assert_eq!((decided.version_id.as_str(), decided.decided_at), ("v", Some(5)));
    assert!(store.held_change("q").await.unwrap().is_none());
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

async fn a_binding_is_changed_once_and_over_what_was_seen_alone(store: &Store) {
    let (old, new) = (vec![1, 0, 255], vec![2, 0, 254]);
    let mut tx = store.write(change(3)).await.unwrap();
    let binding = BindingRow { source_id: "s".into(), environment: "prod".into(), config: "old".into(), secret: old.clone() };
    tx.put_binding(&binding).await.unwrap();
    let request = |id: &str| RequestRow {
        id: id.into(),
        kind: "binding".into(),
        object_id: "s".into(),
        version_id: String::new(),
        environment: "prod".into(),
        state: "open".into(),
        author_id: "u".into(),
        reason: String::new(),
        created_at: 3,
        decided_by: None,
        decision: None,
        decided_at: None,
    };
    let held = |id: &str| HeldChangeRow {
        request_id: id.into(),
        before_definition: "old".into(),
        before_secret: old.clone(),
        definition: "new".into(),
        secret: new.clone(),
    };
    tx.insert_request(&request("b1")).await.unwrap();
    tx.insert_held_change(&held("b1")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write(change(3)).await.unwrap();
    assert!(matches!(tx.insert_request(&request("b2")).await, Err(StoreError::Taken)), "one is open already");
    drop(tx);
    let open = store.open_change("binding", "s", "prod").await.unwrap().unwrap();
    assert_eq!((open.id.as_str(), open.version_id.as_str()), ("b1", ""));
    assert!(store.open_change("dataset", "s", "prod").await.unwrap().is_none());
    let kept = store.held_change("b1").await.unwrap().unwrap();
    assert_eq!((&kept.before_secret, &kept.secret), (&old, &new));
    let mut tx = store.write(change(4)).await.unwrap();
    tx.set_held_secrets("b1", &old, &new).await.unwrap();
    tx.decide_request("b1", "approved", "other", "").await.unwrap();
    assert!(matches!(tx.decide_request("b1", "rejected", "third", "no").await, Err(StoreError::Stale)));
    assert!(matches!(tx.set_held_secrets("b1", &old, &new).await, Err(StoreError::Stale)));
    tx.replace_binding(&open, &kept).await.unwrap();
    assert!(matches!(tx.replace_binding(&open, &kept).await, Err(StoreError::Stale)), "it is not what was seen any more");
    tx.insert_request(&request("b2")).await.unwrap();
    tx.commit().await.unwrap();
    let binding = store.bindings_of("s").await.unwrap();
    assert_eq!((binding[0].config.as_str(), &binding[0].secret), ("new", &new));
    let (decided, kept) = (store.request("b1").await.unwrap().unwrap(), store.held_change("b1").await.unwrap().unwrap());
    assert_eq!((decided.decided_at, kept.secret.len(), kept.before_secret.len()), (Some(4), 0, 0), "its secrets are gone");
    assert_eq!((store.requests_of("s").await.unwrap().len(), store.source_by_id("s").await.unwrap().unwrap().edit), (2, 2));
}

async fn changes_of_many_hands_queue_without_loss(store: &Store) {
    let before = store.revision().await.unwrap();
    let hands = (0..8).map(|hand| {
        let store = store.clone();
        tokio::spawn(async move {
            for turn in 0..5 {
                let mut tx = store.write(change(1)).await.unwrap();
                tx.audit(format!("{hand}-{turn}"), AuditAction::JobSet, ("", ""), None, None).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
    });
    for hand in hands.collect::<Vec<_>>() {
        hand.await.unwrap();
    }
    assert_eq!(store.revision().await.unwrap(), before + 40);
}

fn job(spec: &str, due_at: Option<i64>) -> JobRow {
    JobRow { id: "j".into(), dataset_id: "d".into(), spec: spec.into(), paused: 0, due_at, seen: String::new() }
}

async fn a_run_is_one_workers_and_goes_on_as_another_version(store: &Store) {
    let dataset = DatasetRow {
        id: "d".into(),
        domain: "travel".into(),
        name: "planes".into(),
        spec: "{}".into(),
        owner_id: "u".into(),
        created_at: 1,
    };
    let version = |id: &str| DataVersionRow::to_build(id.into(), &dataset, "prod", "somebody", 5);
    let mut tx = store.write(change(5)).await.unwrap();
    tx.insert_dataset(&dataset).await.unwrap();
    tx.insert_job(&job("{}", None)).await.unwrap();
    assert_eq!(
        tx.ask_run(NewRun { id: "r1".into(), job_id: "j", cause: Cause::Schedule, source: "s", tier: Tier::P1 }, &version("v1"))
            .await
            .unwrap(),
        1
    );
    tx.commit().await.unwrap();
    let asked = store.runs_in("waiting").await.unwrap().remove(0);
    assert!(!store.claim_run(&asked, "one", 4).await.unwrap(), "it is not due yet");
    assert!(store.claim_run(&asked, "one", 10).await.unwrap());
    assert!(!store.claim_run(&asked, "two", 11).await.unwrap(), "two workers claim one run");
    store.beat_run(&asked, "one", "{\"read_rows\": 5}", 20).await.unwrap();
    assert!(matches!(store.beat_run(&asked, "two", "{}", 21).await, Err(StoreError::Stale)));
    assert!(!store.touch_run(&asked, "two", 99).await.unwrap());
    let run = store.runs_in("running").await.unwrap().remove(0);
    assert_eq!(
        (run.beat_at, run.started_at, run.figures.as_str(), run.cause.as_str()),
        (Some(20), Some(10), "{\"read_rows\": 5}", "schedule")
    );
    // Its next try makes another version; who still holds the first one is told.
    let mut tx = store.write(change(30)).await.unwrap();
    assert_eq!(tx.insert_data_version(&version("v2")).await.unwrap(), 2);
    let again = RunRow { state: "waiting".into(), attempt: 2, due_at: 40, version_id: "v2".into(), ..run.clone() };
    tx.move_run(&run, &again).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write(change(31)).await.unwrap();
    assert!(matches!(tx.move_run(&run, &RunRow { state: "done".into(), ..run.clone() }).await, Err(StoreError::Stale)));
    drop(tx);
    assert!(!store.claim_run(&asked, "two", 50).await.unwrap(), "a list of before the next try");
    assert!(!store.touch_run(&asked, "one", 50).await.unwrap(), "the try is over");
    let known = store.runs_of("j", 5).await.unwrap();
    assert_eq!((known.len(), known[0].version_id.as_str(), known[0].attempt), (1, "v2", 2));
    assert_eq!(store.data_version("v2").await.unwrap().map(|version| version.number), Some(2));
}

async fn a_version_is_live_in_no_read_in_which_its_run_goes_on(store: &Store) {
    let (job, run) = (store.job("j").await.unwrap().unwrap(), store.runs_of("j", 1).await.unwrap().remove(0));
    let version = store.data_version(&run.version_id).await.unwrap().unwrap();
    let over = (RunRow { state: "done".into(), ..run.clone() }, DataVersionRow { state: "live".into(), ..version.clone() });
    let under_way = (run, version);
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for _ in 0..50 {
                for (from, to) in [(&under_way, &over), (&over, &under_way)] {
                    let mut tx = store.write(change(60)).await.unwrap();
                    tx.move_run(&from.0, &to.0).await.unwrap();
                    tx.move_data_version(&to.1, &from.1.state).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }
        }
    });
    while !writer.is_finished() {
        let (runs, versions) = store.runs_with_versions(&job, 1).await.unwrap();
        let version = versions.iter().find(|version| version.id == runs[0].version_id).unwrap();
        assert_eq!(runs[0].state == "done", version.state == "live", "{} and {}", runs[0].state, version.state);
    }
    writer.await.unwrap();
}

async fn old_versions_are_forgotten_and_numbers_are_not_given_twice(store: &Store) {
    let dataset = store.dataset("travel", "planes").await.unwrap().unwrap();
    let mut tx = store.write(change(400)).await.unwrap();
    for number in 3..9 {
        let version = DataVersionRow::to_build(format!("v{number}"), &dataset, "prod", "somebody", 400);
        let new = NewRun { id: format!("r{number}"), job_id: "j", cause: Cause::Asked, source: "s", tier: Tier::P2 };
        assert_eq!(tx.ask_run(new, &version).await.unwrap(), number);
        if number != 5 {
            tx.move_data_version(&DataVersionRow { state: "failed".into(), ..version }, "building").await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    for run in store.runs_of("j", 50).await.unwrap().iter().filter(|run| run.state == "waiting" && run.version_id != "v5") {
        let mut tx = store.write(change(401)).await.unwrap();
        tx.move_run(run, &RunRow { state: "failed".into(), ..run.clone() }).await.unwrap();
        tx.commit().await.unwrap();
    }
    for version in store.data_versions_to_remove(i64::MAX).await.unwrap() {
        store.forget_data_version(&version.id).await.unwrap();
    }
    store.prune_data_versions(3).await.unwrap();
    let mut known: Vec<i64> = store.data_versions_of("d").await.unwrap().iter().map(|version| version.number).collect();
    known.sort_unstable();
    // Of the old ones, what is not over stays: the first two and the fifth.
    assert_eq!(known, [1, 2, 5, 6, 7, 8]);
    let runs: Vec<String> = store.runs_of("j", 50).await.unwrap().into_iter().map(|run| run.version_id).collect();
    assert!(!runs.contains(&"v3".to_owned()) && runs.contains(&"v5".to_owned()) && runs.contains(&"v8".to_owned()), "{runs:?}");
    let mut tx = store.write(change(402)).await.unwrap();
    let next = DataVersionRow::to_build("v9".into(), &dataset, "prod", "somebody", 402);
    assert_eq!(tx.insert_data_version(&next).await.unwrap(), 9);
}

async fn a_schedule_is_due_once(store: &Store) {
    let set = async |row: &JobRow| {
        let mut tx = store.write(change(50)).await.unwrap();
        tx.set_job(row).await.unwrap();
        tx.commit().await.unwrap();
    };
    set(&job("{\"retries\": 1}", Some(100))).await;
    assert!(store.jobs_due(99).await.unwrap().is_empty());
    let due = store.jobs_due(100).await.unwrap().remove(0);
    let mut tx = store.write(change(100)).await.unwrap();
    tx.move_due(&due, Some(200)).await.unwrap();
    assert!(matches!(tx.move_due(&due, Some(200)).await, Err(StoreError::Stale)), "two workers ask for one time");
    tx.commit().await.unwrap();
    set(&JobRow { paused: 1, ..job("{}", Some(200)) }).await;
    assert!(store.jobs_due(300).await.unwrap().is_empty(), "it is paused");
    let mut tx = store.write(change(300)).await.unwrap();
    tx.make_due("j", 250).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.job("j").await.unwrap().unwrap().due_at, Some(200), "what it follows does not wake it");
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    changes_raise_the_revision_and_leave_their_audit(&store).await;
    a_word_of_another_version_is_read_as_it_stands(&store, url).await;
    a_change_that_is_not_committed_leaves_nothing(&store).await;
    names_are_taken_once(&store).await;
    of_two_editors_the_second_is_told(&store).await;
    a_request_is_decided_once_and_released(&store).await;
    bytes_and_nulls_come_back_as_they_were(&store).await;
    a_binding_is_changed_once_and_over_what_was_seen_alone(&store).await;
    changes_of_many_hands_queue_without_loss(&store).await;
    a_run_is_one_workers_and_goes_on_as_another_version(&store).await;
    a_version_is_live_in_no_read_in_which_its_run_goes_on(&store).await;
    a_schedule_is_due_once(&store).await;
    old_versions_are_forgotten_and_numbers_are_not_given_twice(&store).await;
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
