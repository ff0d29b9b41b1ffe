//! Terms, entities and approvals of requests in both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use model::catalogue::TermDefinition;
use store::{ApprovalRow, AssetRow, Change, DomainRow, EntityRow, RequestRow, Store, StoreError, TermRow, Tx, UserRow};
use testkit::Postgres;

fn change(at: i64) -> Change {
    Change { actor: "ann@demo".into(), at, request_id: "r".into() }
}

fn term(id: &str, name: &str) -> TermRow {
    let row = TermRow {
        id: id.into(),
        domain: "travel".into(),
        name: String::new(),
        name_key: String::new(),
        definition: String::new(),
        synonyms: String::new(),
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 1,
    };
    let synonyms = vec!["Registration".to_owned()];
    row.with(&TermDefinition { name: name.into(), synonyms, ..TermDefinition::default() }).unwrap()
}

/// A change with what is done in it.
async fn written(store: &Store, at: i64, work: impl AsyncFnOnce(&mut Tx)) {
    let mut tx = store.write(change(at)).await.unwrap();
    work(&mut tx).await;
    tx.commit().await.unwrap();
}

/// A source with a table of three columns.
async fn seeded(store: &Store) {
    written(store, 1, async |tx| {
        tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
        for id in ["u", "v"] {
            let user = UserRow { id: id.into(), email: format!("{id}@demo"), password_hash: None, is_admin: 0, active: 1, created_at: 1 };
            tx.insert_user(&user).await.unwrap();
        }
        let row = |id: &str, path: &str, parent: Option<&str>| {
            AssetRow::new(id.into(), &path.parse().unwrap(), parent.map(str::to_owned), "travel", 1)
        };
        let column = |id: &str, name: &str, position| {
            let data_type = Some("text".to_owned());
            AssetRow { data_type, position: Some(position), ..row(id, &format!("column:table:db/people#{name}"), Some("t")) }
        };
        let (source, table) = (row("s", "source:db", None), row("t", "table:db/people", Some("s")));
        let rows = [source, table, column("c1", "mail", 1), column("c2", "tail_num", 2), column("c3", "seats", 0)];
        tx.insert_assets(&rows).await.unwrap();
    })
    .await;
}

async fn each_person_approves_an_open_request_once(store: &Store) {
    let request = RequestRow {
        id: "q".into(),
        kind: "tag".into(),
        object_id: "pii".into(),
        version_id: String::new(),
        environment: "prod".into(),
        state: "open".into(),
        author_id: "u".into(),
        reason: String::new(),
        created_at: 1,
        decided_by: None,
        decision: None,
        decided_at: None,
    };
    let approval = |user: &str| ApprovalRow { request_id: "q".into(), user_id: user.into(), reason: "yes".into(), at: 30 };
    written(store, 30, async |tx| {
        tx.insert_request(&request).await.unwrap();
        assert_eq!(tx.insert_approval(&approval("u")).await.unwrap(), 1);
        tx.delete_approval(&approval("u")).await.unwrap();
        assert_eq!(tx.insert_approval(&approval("u")).await.unwrap(), 1);
        assert_eq!(tx.insert_approval(&approval("v")).await.unwrap(), 2);
    })
    .await;
    let mut tx = store.write(change(31)).await.unwrap();
    assert!(matches!(tx.insert_approval(&approval("v")).await, Err(StoreError::Taken)));
    drop(tx);
    assert_eq!(store.open_requests("tag").await.unwrap().len(), 1);
    written(store, 32, async |tx| tx.decide_request("q", "approved", "v@demo", "").await.unwrap()).await;
    let mut tx = store.write(change(33)).await.unwrap();
    assert!(matches!(tx.insert_approval(&approval("v")).await, Err(StoreError::Stale)), "it is decided");
    drop(tx);
    assert_eq!(store.approvals_of("q").await.unwrap().len(), 2);
    assert!(store.open_requests("tag").await.unwrap().is_empty());
}

async fn terms_and_entities_are_kept(store: &Store) {
    written(store, 50, async |tx| {
        tx.insert_term(&term("n", "Tail number")).await.unwrap();
        tx.map_term("n", &["c2".into(), "c3".into()], "ann@demo").await.unwrap();
        tx.map_term("n", &["c2".into()], "bob@demo").await.unwrap();
        tx.unmap_term("n", &["c3".into()]).await.unwrap();
    })
    .await;
    let mut tx = store.write(change(51)).await.unwrap();
    assert!(matches!(tx.insert_term(&term("m", "tail NUMBER")).await, Err(StoreError::Taken)));
    drop(tx);
    written(store, 52, async |tx| {
        tx.change_term(&term("n", "Tail number of an aircraft")).await.unwrap();
        assert!(matches!(tx.change_term(&term("n", "Tail")).await, Err(StoreError::Stale)));
    })
    .await;
    let known = store.term_named("travel", "TAIL number of an aircraft").await.unwrap().unwrap();
    assert_eq!((known.id.as_str(), known.decoded().unwrap().synonyms), ("n", vec!["Registration".to_owned()]));
    let columns: Vec<String> = store.columns_of_term("n").await.unwrap().into_iter().map(|target| target.id).collect();
    assert_eq!(columns, ["c2"]);
    assert_eq!(store.term_use().await.unwrap(), [("n".to_owned(), "travel".to_owned(), 1)]);
    assert_eq!(store.terms_on(&["c1".into(), "c2".into()]).await.unwrap().len(), 1);
    written(store, 53, async |tx| tx.delete_term("n").await.unwrap()).await;
    assert!(store.terms().await.unwrap().is_empty() && store.terms_on(&["c2".into()]).await.unwrap().is_empty());
    let entity = EntityRow {
        id: "f".into(),
        domain: "travel".into(),
        name: "flight".into(),
        definition: "{}".into(),
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 1,
    };
    written(store, 54, async |tx| {
        tx.insert_entity(&entity).await.unwrap();
        tx.change_entity(&entity).await.unwrap();
        assert!(matches!(tx.change_entity(&entity).await, Err(StoreError::Stale)));
    })
    .await;
    let known = store.entity("travel", "flight").await.unwrap().unwrap();
    assert!(known.edit == 2 && matches!(known.decoded(), Err(StoreError::Unreadable { .. })), "an empty definition is none");
    let columns = store.columns_at("table:db/people").await.unwrap().unwrap();
    let columns: Vec<(&str, &str)> = columns.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    assert_eq!(columns, [("seats", "text"), ("mail", "text"), ("tail_num", "text")]);
    assert!(store.columns_at("table:db/none").await.unwrap().is_none());
    written(store, 55, async |tx| tx.delete_entity("f").await.unwrap()).await;
    assert!(store.entities().await.unwrap().is_empty());
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    each_person_approves_an_open_request_once(&store).await;
    terms_and_entities_are_kept(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_terms() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_terms() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
