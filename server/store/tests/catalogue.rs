//! Assets, their columns, what is said of them and scans, on both databases alike.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use model::catalogue::{AssetField, AssetKind, AssetPath, AssetStatus, ColumnSeen, ScanCounts, ScanState, ValueOrigin};
use model::table::TableRef;
use store::{
    AppRow, AssetOrder, AssetRow, AssetSearch, Change, ColumnChanges, ColumnInput, DatasetRow, DomainRow, JobRow, ScanEnd, SourceRow,
    SourceScanRow, Store, StoreError, UserRow,
};
use testkit::Postgres;

fn change(at: i64) -> Change {
    Change { actor: "ann@demo".into(), at, request_id: "r".into() }
}

fn id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("id-{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Columns as `name:type`, in their order.
fn columns(text: &str) -> Vec<ColumnInput> {
    let of = |(position, word): (i64, &str)| {
        let (name, data_type) = word.split_once(':').unwrap_or((word, "int"));
        ColumnInput { seen: ColumnSeen { name: name.into(), data_type: data_type.into(), position, number: None }, about: String::new() }
    };
    (1..).zip(text.split(' ')).map(of).collect()
}

async fn put(store: &Store, table: &AssetRow, seen: &[ColumnInput], at: i64) -> ColumnChanges {
    let mut tx = store.write(change(at)).await.unwrap();
    let changes = tx.put_columns(table, seen, (&id, "flights-db")).await.unwrap();
    tx.commit().await.unwrap();
    changes
}

/// The columns of a table that are there, with their ids.
async fn there(store: &Store, table: &AssetRow) -> Vec<(String, String)> {
    let rows = store.assets_of(&table.id).await.unwrap();
    rows.into_iter().filter(AssetRow::is_there).map(|row| (row.name, row.id)).collect()
}

async fn seeded(store: &Store) {
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
    let user = UserRow { id: "u".into(), email: "ann@demo".into(), password_hash: None, is_admin: 0, active: 1, created_at: 1 };
    tx.insert_user(&user).await.unwrap();
    let source = SourceRow {
        id: "s".into(),
        name: "flights-db".into(),
        domain: "travel".into(),
        driver: "sqlite".into(),
        about: "All flights.".into(),
        edit: 1,
        created_by: "ann@demo".into(),
        updated_at: 1,
    };
    tx.insert_source(&source).await.unwrap();
    tx.update_source("s", "All flights of 2013.", 1).await.unwrap();
    let dataset = DatasetRow {
        id: "d".into(),
        domain: "travel".into(),
        name: "hangar".into(),
        spec: "{}".into(),
        owner_id: "u".into(),
        created_at: 1,
    };
    tx.insert_dataset(&dataset).await.unwrap();
    let job = JobRow { id: "d".into(), dataset_id: "d".into(), spec: "{}".into(), paused: 0, due_at: None, seen: String::new() };
    tx.insert_job(&job).await.unwrap();
    tx.commit().await.unwrap();
}

async fn what_is_made_is_an_asset_of_its_maker_until_it_is_deleted(store: &Store) {
    let source = store.asset("source:flights-db").await.unwrap().unwrap();
    let values = store.asset_values_of(std::slice::from_ref(&source.id)).await.unwrap();
    let said: Vec<_> = values.iter().map(|row| (row.field.as_str(), row.origin.as_str(), row.value.as_str())).collect();
    assert_eq!(said, [("description", "source", "All flights of 2013."), ("owner", "rule", "ann@demo")]);
    let job = store.asset("job:travel/hangar").await.unwrap().unwrap();
    assert_eq!((job.decoded_kind().unwrap(), job.parent_id.as_deref()), (AssetKind::Job, Some("d")));
    let app = |id: &str| AppRow {
        id: id.into(),
        domain: "travel".into(),
        name: "site".into(),
        owner_id: "u".into(),
        created_at: 1,
        origins: "[]".into(),
    };
    let mut tx = store.write(change(2)).await.unwrap();
    tx.insert_app(&app("x")).await.unwrap();
    tx.delete_app("x").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.asset("app:travel/site").await.unwrap().unwrap().gone_at, Some(2));
    let mut tx = store.write(change(3)).await.unwrap();
    tx.insert_app(&app("y")).await.unwrap();
    tx.commit().await.unwrap();
    let back = store.asset("app:travel/site").await.unwrap().unwrap();
    assert_eq!((back.id.as_str(), back.gone_at), ("x", None), "it is the asset that it was");
}

async fn a_column_keeps_its_asset(store: &Store) -> AssetRow {
    let path = AssetPath::table("flights-db", &TableRef::new("planes"));
    let table = AssetRow::new(id(), &path, Some("s".into()), "travel", 5);
    let mut tx = store.write(change(5)).await.unwrap();
    tx.insert_assets(std::slice::from_ref(&table)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(put(store, &table, &columns("a b c"), 5).await, ColumnChanges { new: 3, ..ColumnChanges::default() });
    assert_eq!(put(store, &table, &columns("a b c"), 6).await, ColumnChanges::default());
    let before = there(store, &table).await;
    let revision = store.revision().await.unwrap();
    // A person's word stays through whatever the source says.
    let b = before[1].1.clone();
    let mut tx = store.write(change(7)).await.unwrap();
    assert!(tx.put_asset_value(&b, (AssetField::Description, ValueOrigin::Person), "Of Ann.", "ann@demo").await.unwrap());
    assert!(!tx.put_asset_value(&b, (AssetField::Description, ValueOrigin::Person), "Of Ann.", "ann@demo").await.unwrap());
    tx.commit().await.unwrap();
    let mut seen = columns("a tail c:text");
    seen[1].about = "The source's words.".into();
    assert_eq!(put(store, &table, &seen, 8).await, ColumnChanges { renamed: 1, retyped: 1, ..ColumnChanges::default() });
    let now = there(store, &table).await;
    assert_eq!(now.iter().map(|(_, id)| id).collect::<Vec<_>>(), before.iter().map(|(_, id)| id).collect::<Vec<_>>());
    let former = store.asset(&path.column("b").to_string()).await.unwrap().unwrap();
    assert_eq!((former.id.as_str(), former.name.as_str()), (b.as_str(), "tail"), "its former path leads to it");
    let values = store.asset_values_of(std::slice::from_ref(&b)).await.unwrap();
    let said: Vec<_> = values.iter().map(|row| (row.origin.as_str(), row.value.as_str(), row.by_whom.as_str())).collect();
    assert_eq!(said, [("person", "Of Ann.", "ann@demo"), ("source", "The source's words.", "flights-db")]);
    let history: Vec<_> = store.asset_history(&b, 0, 10).await.unwrap().into_iter().map(|row| (row.field, row.before, row.after)).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        history,
        [
            ("description".into(), None, text("The source's words.")),
            ("name".into(), text("b"), text("tail")),
            ("description".into(), None, text("Of Ann."))
        ]
    );
    assert!(store.revision().await.unwrap() > revision);
    // Gone, and back under its name.
    assert_eq!(put(store, &table, &columns("a tail"), 9).await.gone, 1);
    assert_eq!(put(store, &table, &columns("a tail c:text"), 10).await.new, 1);
    assert_eq!(there(store, &table).await, now);
    table
}

async fn a_person_decides_where_the_evidence_has_several_answers(store: &Store, table: &AssetRow) {
    let before = there(store, table).await;
    let changes = put(store, table, &columns("a tail d:date e:date"), 20).await;
    assert_eq!((changes.new, changes.gone, changes.offered), (2, 1, 1), "c may be d, which stands where it stood");
    let c = before[2].1.clone();
    let offered = store.column_renames_of(&table.id).await.unwrap().remove(0);
    assert_eq!(offered.before_id, c);
    assert_eq!(store.assets_with_renames().await.unwrap(), [("travel".to_owned(), table.path.clone())]);
    let mut tx = store.write(change(21)).await.unwrap();
    let at = (AssetField::Owner, ValueOrigin::Person);
    tx.put_asset_value(&offered.after_id, at, "bob@demo", "ann@demo").await.unwrap();
    tx.accept_column_rename(&offered).await.unwrap();
    assert!(matches!(tx.accept_column_rename(&offered).await, Err(StoreError::Stale)));
    tx.commit().await.unwrap();
    let now = there(store, table).await;
    assert_eq!(now.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "tail", "d", "e"]);
    assert_eq!(now[2].1, c, "the column that vanished goes on under the new name");
    let owner = store.asset_values_of(std::slice::from_ref(&c)).await.unwrap().into_iter().find(|row| row.field == "owner").unwrap();
    assert_eq!(owner.value, "bob@demo", "what was said of the other one meanwhile goes along");
    let former = format!("column:{}#c", table.path);
    assert_eq!(store.asset(&former).await.unwrap().unwrap().id, c);
    assert!(store.column_renames_of(&table.id).await.unwrap().is_empty());
}

async fn of_two_editors_the_second_is_told(store: &Store) {
    let asset = store.asset("dataset:travel/hangar").await.unwrap().unwrap();
    let mut tx = store.write(change(31)).await.unwrap();
    tx.raise_asset_edit(&asset.id, asset.edit).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write(change(32)).await.unwrap();
    assert!(matches!(tx.raise_asset_edit(&asset.id, asset.edit).await, Err(StoreError::Stale)));
}

async fn five_thousand_columns_are_written_at_once(store: &Store) {
    let path = AssetPath::table("flights-db", &TableRef::new("wide"));
    let table = AssetRow::new(id(), &path, Some("s".into()), "travel", 40);
    let mut tx = store.write(change(40)).await.unwrap();
    tx.insert_assets(std::slice::from_ref(&table)).await.unwrap();
    tx.commit().await.unwrap();
    let wide = columns(&(0..5_000).map(|index| format!("c{index}")).collect::<Vec<_>>().join(" "));
    let began = Instant::now();
    assert_eq!(put(store, &table, &wide, 40).await.new, 5_000);
    assert_eq!(put(store, &table, &wide, 41).await, ColumnChanges::default());
    assert_eq!(put(store, &table, &wide[..4_999], 42).await.gone, 1);
    println!("5,000 columns three times: {:?}", began.elapsed());
    assert_eq!(store.column_count(&table.id).await.unwrap(), 4_999);
}

async fn assets_are_found_by_what_is_said_of_them(store: &Store) {
    let asset = store.asset("source:flights-db").await.unwrap().unwrap();
    let mut tx = store.write(change(50)).await.unwrap();
    for (field, value) in [(AssetField::Tier, "P1"), (AssetField::Status, AssetStatus::Certified.key()), (AssetField::Owner, "Bob@demo")] {
        tx.put_asset_value(&asset.id, (field, ValueOrigin::Person), value, "ann@demo").await.unwrap();
    }
    tx.commit().await.unwrap();
    let all = AssetSearch::default();
    let paths = async |search: &AssetSearch| -> Vec<String> {
        let page = store.asset_page(search, 0, 50).await.unwrap();
        assert_eq!(store.asset_count(search).await.unwrap(), page.len() as u64, "{search:?}");
        page.into_iter().map(|row| row.path).collect()
    };
    let tables = ["source:flights-db", "table:flights-db/planes", "table:flights-db/wide"];
    let others = ["app:travel/site", "dataset:travel/hangar", "job:travel/hangar"];
    assert_eq!(paths(&all).await, others.into_iter().chain(tables).collect::<Vec<_>>(), "columns are left out");
    assert_eq!(paths(&AssetSearch { source: "flights-db".into(), ..all.clone() }).await, tables);
    assert_eq!(paths(&AssetSearch { tier: "P1".into(), ..all.clone() }).await, ["source:flights-db"]);
    assert_eq!(paths(&AssetSearch { status: Some(AssetStatus::Certified), ..all.clone() }).await, ["source:flights-db"]);
    assert_eq!(paths(&AssetSearch { status: Some(AssetStatus::Draft), ..all.clone() }).await.len(), 5);
    assert_eq!(paths(&AssetSearch { owner: "bob@demo".into(), ..all.clone() }).await, ["source:flights-db"], "a person's value holds");
    let words = |words: &[&str]| AssetSearch { words: words.iter().map(|word| (*word).to_owned()).collect(), ..all.clone() };
    assert_eq!(paths(&words(&["flights", "plan"])).await, ["table:flights-db/planes"]);
    assert!(paths(&words(&["fl%"])).await.is_empty());
    assert!(paths(&AssetSearch { domains: Some(vec!["finance".into()]), ..all.clone() }).await.is_empty());
    let by_tier = AssetSearch { order: AssetOrder::Tier, descending: true, ..all.clone() };
    assert_eq!(paths(&by_tier).await[0], "source:flights-db");
    let columns = AssetSearch { kind: Some(AssetKind::Column), words: vec!["planes".into()], ..all };
    assert_eq!(paths(&columns).await.len(), 4);
    assert_eq!(paths(&AssetSearch { gone: true, ..columns }).await.len(), 5);
}

async fn a_scan_is_one_workers_and_ends_once(store: &Store) {
    let row = SourceScanRow {
        source_id: "s".into(),
        spec: "{}".into(),
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 60,
        due_at: Some(60),
        state: ScanState::Waiting.key().into(),
        finished_at: None,
        counts: "{}".into(),
        reason: String::new(),
        missing: "[]".into(),
        accepted: None,
        worker: None,
        lease_until: None,
    };
    let mut tx = store.write(change(60)).await.unwrap();
    tx.insert_source_scan(&row).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.scans_due(59).await.unwrap().is_empty());
    let due = store.scans_due(60).await.unwrap().remove(0);
    let one = store.claim_scan(&due, "one", (60, 100)).await.unwrap().unwrap();
    assert!(store.claim_scan(&due, "two", (61, 100)).await.unwrap().is_none() && store.scans_due(99).await.unwrap().is_empty());
    let two = store.claim_scan(&due, "two", (101, 200)).await.unwrap().unwrap();
    let counts = ScanCounts { known: 3, found: 1, ..ScanCounts::default() };
    let end = ScanEnd { state: ScanState::Held, at: 110, due_at: None, counts, reason: "few".into(), missing: vec!["a".into()] };
    assert!(matches!(store.end_scan(&one, &end).await, Err(StoreError::Stale)), "its lease is over");
    store.end_scan(&two, &end).await.unwrap();
    let held = store.source_scan("s").await.unwrap().unwrap();
    assert_eq!((held.decoded_state().unwrap(), held.decoded_counts().unwrap(), held.due_at), (ScanState::Held, counts, None));
    assert_eq!(held.decoded_missing().unwrap(), ["a"]);
    let mut tx = store.write(change(120)).await.unwrap();
    assert!(matches!(tx.leave_held_scan("s", 109).await, Err(StoreError::Stale)), "another scan than was seen");
    tx.leave_held_scan("s", 110).await.unwrap();
    tx.ask_scan("s", Some(1)).await.unwrap();
    assert!(matches!(tx.change_source_scan(&SourceScanRow { edit: 7, ..row.clone() }).await, Err(StoreError::Stale)));
    tx.commit().await.unwrap();
    let asked = store.scans_due(120).await.unwrap().remove(0);
    assert_eq!(asked.accepted, Some(1));
    let three = store.claim_scan(&asked, "three", (120, 200)).await.unwrap().unwrap();
    store.release_scan(&three).await.unwrap();
    assert_eq!(store.scans_due(121).await.unwrap().len(), 1);
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    what_is_made_is_an_asset_of_its_maker_until_it_is_deleted(&store).await;
    let table = a_column_keeps_its_asset(&store).await;
    a_person_decides_where_the_evidence_has_several_answers(&store, &table).await;
    of_two_editors_the_second_is_told(&store).await;
    five_thousand_columns_are_written_at_once(&store).await;
    assets_are_found_by_what_is_said_of_them(&store).await;
    a_scan_is_one_workers_and_ends_once(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_catalogue() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_catalogue() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
