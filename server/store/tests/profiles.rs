//! Profiles in both databases: requests, who works on one, what is remembered, and which tables a name may mean.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use model::catalogue::{AssetPath, REMEMBERED_PROFILES};
use model::table::TableRef;
use store::{AssetRow, Change, DomainRow, ProfileRequestRow, ProfileRow, SourceRow, Store};
use testkit::Postgres;

fn change(at: i64) -> Change {
    Change { actor: "somebody".into(), at, request_id: "r".into() }
}

fn table(id: &str, name: &str) -> AssetRow {
    let path = AssetPath::Table { source: "db".into(), table: name.into() };
    AssetRow::new(id.into(), &path, Some("s".into()), "travel", 1)
}

async fn seeded(store: &Store) {
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
    let source = SourceRow {
        id: "s".into(),
        name: "db".into(),
        domain: "travel".into(),
        driver: "sqlite".into(),
        about: String::new(),
        edit: 1,
        created_by: "u".into(),
        updated_at: 1,
    };
    tx.insert_source(&source).await.unwrap();
    let gone = AssetRow { gone_at: Some(1), ..table("t3", "gone") };
    tx.insert_assets(&[table("t1", "flights"), table("t2", "public.flights"), gone, table("t4", "a_b"), table("t5", "x.axb")])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn ids(store: &Store, now: i64) -> Vec<String> {
    store.due_profiles(now, 100).await.unwrap().into_iter().map(|row| row.asset_id).collect()
}

async fn claimed(store: &Store, id: &str, worker: &str, now: i64) -> ProfileRequestRow {
    let row = store.profile_request(id).await.unwrap().unwrap();
    store.claim_profile(&row, worker, (now, now + 60)).await.unwrap().unwrap()
}

fn profile(id: &str, at: i64) -> ProfileRow {
    let profile = r#"{"sample":{"kind":"all","rows":1,"of":1},"columns":[],"took_ms":1}"#;
    ProfileRow { asset_id: id.into(), at, profile: profile.into(), figures: format!(r#"{{"sampled":{at}}}"#) }
}

async fn a_scan_asks_once_a_day_for_the_tables_that_are_there(store: &Store) {
    store.ask_profiles_of_source("db", (100, 0)).await.unwrap();
    assert_eq!(ids(store, 100).await, ["t1", "t2", "t4", "t5"]);
    assert!(ids(store, 99).await.is_empty());
    let mine = claimed(store, "t1", "w", 100).await;
    store.finish_profile(&mine, Some(&profile("t1", 110)), (110, "")).await.unwrap();
    let failed = claimed(store, "t2", "w", 100).await;
    store.finish_profile(&failed, None, (120, "It is away.")).await.unwrap();
    store.ask_profiles_of_source("db", (130, 105)).await.unwrap();
    assert_eq!(ids(store, 130).await, ["t4", "t5"], "what was profiled, or could not be, is new enough");
    store.ask_profiles_of_source("db", (140, 115)).await.unwrap();
    assert_eq!(ids(store, 140).await, ["t4", "t5", "t1"], "a profile that is too old is made again, a failure not yet");
}

async fn one_worker_has_a_request_until_it_is_silent_for_too_long(store: &Store) {
    let row = store.profile_request("t4").await.unwrap().unwrap();
    let first = store.claim_profile(&row, "one", (200, 260)).await.unwrap().unwrap();
    assert!(store.claim_profile(&row, "two", (200, 260)).await.unwrap().is_none(), "it was read before the other took it");
    assert_eq!((store.profiles_reading("db", 260).await.unwrap(), store.profiles_reading("db", 261).await.unwrap()), (1, 0));
    assert!(!ids(store, 260).await.contains(&"t4".to_owned()));
    // A person who asks meanwhile gets what is being made.
    let mut tx = store.write(change(210)).await.unwrap();
    tx.ask_profile("t4", "db", "ann@demo").await.unwrap();
    tx.commit().await.unwrap();
    let second = claimed(store, "t4", "two", 300).await;
    assert_eq!(second.attempt, first.attempt + 1);
    store.finish_profile(&first, Some(&profile("t4", 300)), (301, "")).await.unwrap();
    assert!(store.profile("t4").await.unwrap().is_none(), "what a silent worker brings late counts for nothing");
    store.give_back_profile(&second, 400, "Waits.").await.unwrap();
    let waits = store.profile_request("t4").await.unwrap().unwrap();
    assert_eq!((waits.due_at, waits.attempt, waits.worker, waits.reason.as_str()), (400, 0, None, "Waits."));
    store.put_off_profiles("db", 500, "The source has no room.").await.unwrap();
    assert!(ids(store, 499).await.is_empty() && ids(store, 500).await.contains(&"t4".to_owned()));
    // Who asks now is not put off.
    let mut tx = store.write(change(450)).await.unwrap();
    tx.ask_profile("t4", "db", "ann@demo").await.unwrap();
    tx.commit().await.unwrap();
    let asked = store.profile_request("t4").await.unwrap().unwrap();
    assert_eq!((asked.due_at, asked.asked_by.as_str(), asked.reason.as_str()), (450, "ann@demo", ""));
}

async fn of_older_profiles_only_the_numbers_stay_and_not_for_ever(store: &Store) {
    let times = 1_000..1_000 + REMEMBERED_PROFILES + 5;
    for at in times.clone() {
        let mut tx = store.write(change(at)).await.unwrap();
        tx.ask_profile("t5", "db", "").await.unwrap();
        tx.commit().await.unwrap();
        let mine = claimed(store, "t5", "w", at).await;
        store.finish_profile(&mine, Some(&profile("t5", at)), (at, "")).await.unwrap();
    }
    let newest = store.profile("t5").await.unwrap().unwrap();
    assert_eq!((newest.at, newest.decoded().unwrap().sample.rows), (times.end - 1, 1));
    let history = store.profile_history("t5").await.unwrap();
    assert_eq!(i64::try_from(history.len()).unwrap(), REMEMBERED_PROFILES);
    assert_eq!((history[0].at, history[0].decoded_figures().unwrap().sampled), (1_005, 1_005));
    assert!(history[0].decoded().is_err(), "values of rows are kept of the newest alone");
}

async fn a_dataset_is_profiled_after_its_build_where_it_is_an_asset(store: &Store) {
    let mut tx = store.write(change(2_000)).await.unwrap();
    tx.ask_profile_of_dataset("dataset:travel/none").await.unwrap();
    tx.ask_profile_of_dataset("table:db/flights").await.unwrap();
    tx.commit().await.unwrap();
    let asked = store.profile_request("t1").await.unwrap().unwrap();
    assert_eq!((asked.source.as_str(), asked.asked_at), ("", 2_000));
}

async fn a_name_may_mean_a_table_with_or_without_its_schema(store: &Store) {
    let meant = async |schema: &str, name: &str| {
        let table = TableRef { schema: schema.into(), name: name.into() };
        store.tables_meant("db", &table).await.unwrap()
    };
    assert_eq!(meant("", "flights").await, ["flights", "public.flights"]);
    assert_eq!(meant("public", "flights").await, ["flights", "public.flights"]);
    assert_eq!(meant("other", "flights").await, ["flights"]);
    assert_eq!(meant("", "a_b").await, ["a_b"], "an underscore is no pattern");
    assert_eq!(meant("", "%").await, Vec::<String>::new());
    assert_eq!(store.tables_of_source("db").await.unwrap().len(), 5);
    assert_eq!(store.columns_described("t1").await.unwrap(), (0, 0));
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    a_scan_asks_once_a_day_for_the_tables_that_are_there(&store).await;
    one_worker_has_a_request_until_it_is_silent_for_too_long(&store).await;
    of_older_profiles_only_the_numbers_stay_and_not_for_ever(&store).await;
    a_dataset_is_profiled_after_its_build_where_it_is_an_asset(&store).await;
    a_name_may_mean_a_table_with_or_without_its_schema(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_profiles() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_profiles() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
