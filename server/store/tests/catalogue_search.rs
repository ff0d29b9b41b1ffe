//! What the search reads of assets, which of them it has to read again, and saved searches, on both databases alike.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::sync::atomic::{AtomicU64, Ordering};

use model::catalogue::{AssetField, AssetPath, ColumnSeen, TagDefinition, TermDefinition, ValueOrigin};
use model::table::TableRef;
use store::{
    AssetRow, AssetTagRow, Change, ColumnInput, DomainRow, SavedViewRow, SourceRow, Store, StoreError, TagRow, TermRow, Tx, UserRow,
};
use testkit::Postgres;

fn change(at: i64) -> Change {
    Change { actor: "ann@demo".into(), at, request_id: "r".into() }
}

fn id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("id-{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn columns(names: &[&str]) -> Vec<ColumnInput> {
    let of = |(position, name): (i64, &&str)| ColumnInput {
        seen: ColumnSeen { name: (*name).into(), data_type: "int".into(), position, number: None },
        about: format!("about {name}"),
    };
    (1..).zip(names).map(of).collect()
}

/// A source with two tables, of which the first has columns.
async fn seeded(store: &Store) -> (AssetRow, AssetRow) {
    let mut tx = store.write(change(1)).await.unwrap();
    tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
    let user = UserRow { id: "u".into(), email: "ann@demo".into(), password_hash: None, is_admin: 0, active: 1, created_at: 1 };
    tx.insert_user(&user).await.unwrap();
    let source = SourceRow {
        id: "s".into(),
        name: "flights-db".into(),
        domain: "travel".into(),
        driver: "sqlite".into(),
        about: String::new(),
        edit: 1,
        created_by: "ann@demo".into(),
        updated_at: 1,
    };
    tx.insert_source(&source).await.unwrap();
    let table = |name: &str| {
        let path = AssetPath::table("flights-db", &TableRef::new(name));
        AssetRow::new(id(), &path, Some("s".into()), "travel", 1)
    };
    let tables = (table("planes"), table("flights"));
    tx.insert_assets(&[tables.0.clone(), tables.1.clone()]).await.unwrap();
    tx.put_columns(&tables.0, &columns(&["tailnum", "seats"]), (&id, "flights-db")).await.unwrap();
    tx.commit().await.unwrap();
    tables
}

/// The assets that were changed behind a revision, and the newest revision.
async fn changed(store: &Store, since: i64) -> (Vec<String>, i64) {
    let rows = store.asset_changes((since + 1, ""), 100).await.unwrap();
    (rows.into_iter().map(|row| row.asset_id).collect(), store.revision().await.unwrap())
}

async fn each_change_is_noted_at_its_revision_and_a_column_counts_as_its_table(store: &Store, (planes, flights): &(AssetRow, AssetRow)) {
    let (all, revision) = changed(store, 0).await;
    assert_eq!(all.len(), 3, "the source and both tables, and no columns: {all:?}");
    // A change of something else notes nothing.
    let mut tx = store.write(change(2)).await.unwrap();
    tx.insert_domain(&DomainRow { name: "finance".into(), title: String::new(), created_at: 1 }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(changed(store, revision).await.0, Vec::<String>::new());
    // What is said of a column, a column that vanishes, and one that comes.
    let column = store.searched_columns(std::slice::from_ref(&planes.id)).await.unwrap().remove(0);
    let mut tx = store.write(change(3)).await.unwrap();
    tx.put_asset_value(&column.id, (AssetField::Description, ValueOrigin::Person), "The tail number.", "ann@demo").await.unwrap();
    let revision = tx.commit().await.unwrap();
    assert_eq!(changed(store, revision - 1).await, (vec![planes.id.clone()], revision));
    let mut tx = store.write(change(4)).await.unwrap();
    tx.put_columns(planes, &columns(&["tailnum", "engines"]), (&id, "flights-db")).await.unwrap();
    tx.put_asset_value(&flights.id, (AssetField::Tier, ValueOrigin::Person), "P0", "ann@demo").await.unwrap();
    let revision = tx.commit().await.unwrap();
    let mut both = changed(store, revision - 1).await.0;
    both.sort_unstable();
    assert_eq!(both, [planes.id.clone(), flights.id.clone()]);
    // In parts: behind the last one that was read.
    let first = store.asset_changes((revision, ""), 1).await.unwrap();
    let rest = store.asset_changes((revision, &first[0].asset_id), 100).await.unwrap();
    assert_eq!((first.len(), rest.len()), (1, 1));
    assert_ne!(first[0].asset_id, rest[0].asset_id);
    let mut tx = store.write(change(5)).await.unwrap();
    tx.set_tables_gone(std::slice::from_ref(&flights.id)).await.unwrap();
    let revision = tx.commit().await.unwrap();
    assert_eq!(changed(store, revision - 1).await.0, std::slice::from_ref(&flights.id));
}

async fn what_is_there_is_read_with_its_columns_and_what_is_said_of_them(store: &Store, (planes, flights): &(AssetRow, AssetRow)) {
    let all = store.searched_assets("", 100).await.unwrap();
    assert_eq!(all.iter().map(|row| row.path.as_str()).collect::<Vec<_>>(), ["table:flights-db/planes", "source:flights-db"]);
    let behind = store.searched_assets(&all[0].id, 100).await.unwrap();
    assert_eq!(behind.len(), 1);
    let ids = [planes.id.clone(), flights.id.clone()];
    let names: Vec<String> = store.searched_columns(&ids).await.unwrap().into_iter().map(|column| column.name).collect();
    assert_eq!(names, ["tailnum", "engines"], "a column that vanished is not searched");
    let values: Vec<String> = store.searched_values(&ids).await.unwrap().into_iter().map(|row| row.value).collect();
    assert!(values.contains(&"The tail number.".to_owned()) && values.contains(&"about engines".to_owned()), "{values:?}");
    assert!(values.contains(&"P0".to_owned()) && !values.contains(&"about seats".to_owned()), "{values:?}");
    let paths = [planes.path.clone(), flights.path.clone(), "table:none/none".into()];
    let found: Vec<String> = store.searched_at(&paths).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(found, std::slice::from_ref(&planes.id), "what is missing is not searched");
    assert!(store.searched_tags(&ids).await.unwrap().is_empty() && store.searched_terms(&ids).await.unwrap().is_empty());
}

/// A change with what is done in it, which notes an asset and no other.
async fn notes(store: &Store, asset: &AssetRow, what: &str, work: impl AsyncFnOnce(&mut Tx)) {
    let mut tx = store.write(change(6)).await.unwrap();
    work(&mut tx).await;
    let revision = tx.commit().await.unwrap();
    assert_eq!(changed(store, revision - 1).await.0, std::slice::from_ref(&asset.id), "{what}");
}

async fn tags_and_terms_are_noted_with_what_they_are_on(store: &Store, planes: &AssetRow) {
    let ids = [planes.id.clone()];
    let column = store.searched_columns(&ids).await.unwrap().remove(0).id;
    let tag = TagRow {
        id: "t".into(),
        vocabulary: None,
        name: String::new(),
        name_key: String::new(),
        colour: String::new(),
        meaning: String::new(),
        flows: 0,
        masks: 0,
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 1,
    };
    let tag = tag.with(&TagDefinition { name: "personal".into(), ..TagDefinition::default() });
    let on = AssetTagRow { asset_id: column.clone(), tag_id: "t".into(), origin: "person".into(), by_whom: "ann@demo".into(), at: 1 };
    notes(store, planes, "a tag on a column", async |tx| {
        tx.insert_tag(&tag).await.unwrap();
        tx.insert_asset_tags(std::slice::from_ref(&on)).await.unwrap();
    })
    .await;
    let renamed = tag.clone().with(&TagDefinition { name: "private".into(), ..TagDefinition::default() });
    notes(store, planes, "another name", async |tx| tx.change_tag(&renamed).await.unwrap()).await;
    let tags = store.searched_tags(&ids).await.unwrap();
    assert_eq!(tags.iter().map(|tag| (tag.asset_id.as_str(), tag.name.as_str())).collect::<Vec<_>>(), [(planes.id.as_str(), "private")]);
    notes(store, planes, "a tag less", async |tx| tx.delete_asset_tags("t", std::slice::from_ref(&column)).await.unwrap()).await;
    let term = TermRow {
        id: "w".into(),
        domain: "travel".into(),
        name: String::new(),
        name_key: String::new(),
        definition: String::new(),
        synonyms: "[]".into(),
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 1,
    };
    let defined = |name: &str| TermDefinition { name: name.into(), definition: String::new(), synonyms: vec!["airplane".into()] };
    let term = term.with(&defined("aircraft")).unwrap();
    notes(store, planes, "a term", async |tx| {
        tx.insert_term(&term).await.unwrap();
        tx.map_term("w", std::slice::from_ref(&column), "ann@demo").await.unwrap();
    })
    .await;
    let terms = store.searched_terms(&ids).await.unwrap();
    assert_eq!((terms[0].name.as_str(), terms[0].decoded_synonyms().unwrap()), ("aircraft", vec!["airplane".to_owned()]));
    let renamed = term.clone().with(&defined("plane")).unwrap();
    notes(store, planes, "another name of a term", async |tx| tx.change_term(&renamed).await.unwrap()).await;
    notes(store, planes, "a term less", async |tx| tx.delete_term("w").await.unwrap()).await;
    assert!(store.searched_terms(&ids).await.unwrap().is_empty());
}

async fn a_view_is_its_persons_and_has_a_name_of_its_own(store: &Store) {
    let view = |id: &str, name: &str| SavedViewRow {
        id: id.into(),
        user_id: "u".into(),
        name: name.into(),
        query: r#"{"text":"plane"}"#.into(),
        created_at: 7,
    };
    let mut tx = store.write(change(7)).await.unwrap();
    tx.insert_saved_view(&view("v1", "Planes")).await.unwrap();
    tx.insert_saved_view(&view("v2", "Mine")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write(change(8)).await.unwrap();
    assert!(matches!(tx.insert_saved_view(&view("v3", "Planes")).await, Err(StoreError::Taken)));
    drop(tx);
    let views = store.saved_views("u").await.unwrap();
    assert_eq!(views.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Mine", "Planes"]);
    assert_eq!(views[1].decoded().unwrap().text, "plane");
    assert!(store.saved_views("somebody").await.unwrap().is_empty());
    let mut tx = store.write(change(9)).await.unwrap();
    assert!(matches!(tx.delete_saved_view("somebody", "v1").await, Err(StoreError::Stale)));
    tx.delete_saved_view("u", "v1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.saved_views("u").await.unwrap().len(), 1);
    let unreadable = SavedViewRow { query: r#"{"colour":"red"}"#.into(), ..view("v4", "Odd") };
    assert!(unreadable.decoded().unwrap_err().unreadable().unwrap().contains("the saved view Odd"));
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    let tables = seeded(&store).await;
    each_change_is_noted_at_its_revision_and_a_column_counts_as_its_table(&store, &tables).await;
    what_is_there_is_read_with_its_columns_and_what_is_said_of_them(&store, &tables).await;
    tags_and_terms_are_noted_with_what_they_are_on(&store, &tables.0).await;
    a_view_is_its_persons_and_has_a_name_of_its_own(&store).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_knows_what_the_search_has_to_read() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_knows_what_the_search_has_to_read() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
