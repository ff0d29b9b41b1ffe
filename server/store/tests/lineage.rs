//! Edges of the lineage, and what they are made of as a change sees it, on both databases alike.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::collections::BTreeSet;

use model::catalogue::{AssetPath, EdgeKind, LineageEdge, LineageUnknown};
use store::{
    ApiRow, AppRow, AssetRow, BindingRow, Change, DatasetRow, DefinedLineage, DomainRow, GrantRow, LineageEnd, ReleaseRow, SourceRow,
    Store, Tx, UserRow, VersionRow,
};
use testkit::Postgres;

async fn written(store: &Store, work: impl AsyncFnOnce(&mut Tx)) {
    let mut tx = store.write(Change { actor: "ann@demo".into(), at: 1, request_id: "r".into() }).await.unwrap();
    work(&mut tx).await;
    tx.commit().await.unwrap();
}

fn path(text: &str) -> AssetPath {
    text.parse().unwrap()
}

/// Edges as `from how to`, columns with their sign.
fn defined(by: &str, made_of: &str, edges: &[&str], unknown: &[(&str, &str)]) -> DefinedLineage {
    let edge = |text: &&str| {
        let words: Vec<&str> = text.split(' ').collect();
        LineageEdge { from: path(words[0]), how: EdgeKind::from_key(words[1]).unwrap(), to: path(words[2]), by: path(by) }
    };
    let gap = |(place, reason): &(&str, &str)| LineageUnknown { by: path(by), place: path(place), reason: (*reason).into() };
    let (edges, unknown) = (edges.iter().map(edge).collect(), unknown.iter().map(gap).collect());
    DefinedLineage { by: path(by), made_of: made_of.into(), edges, unknown }
}

fn told(edges: &[LineageEdge]) -> BTreeSet<String> {
    edges.iter().map(|edge| format!("{} {} {}", edge.from, edge.how.key(), edge.to)).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const PLANE: &str = "api:travel/plane";
const READS: &str = "table:db/planes read api:travel/plane";
const YEAR: &str = "column:table:db/planes#year direct column:api:travel/plane#built";
const SEATS: &str = "column:table:db/planes#seats filter api:travel/plane";
const OTHER: &str = "column:table:db/planes#year direct column:dataset:travel/hangar#year";

async fn edges_of_a_definition_are_replaced_together(store: &Store) {
    let (table, plane) = ([path("table:db/planes")], [path(PLANE)]);
    written(store, async |tx| {
        let gap = [("column:api:travel/plane#maker", "The columns of makers are not known.")];
        tx.put_lineage(&defined(PLANE, "one", &[READS, YEAR, SEATS, YEAR], &gap)).await.unwrap();
        tx.put_lineage(&defined("dataset:travel/hangar", "else", &[OTHER], &[])).await.unwrap();
    })
    .await;
    let down = store.lineage_edges(&table, LineageEnd::From).await.unwrap();
    assert_eq!(told(&down), set(&[READS, YEAR, SEATS, OTHER]), "of the table and of its columns, each once");
    assert_eq!(told(&store.lineage_edges(&plane, LineageEnd::To).await.unwrap()), set(&[READS, YEAR, SEATS]));
    assert!(store.lineage_edges(&plane, LineageEnd::From).await.unwrap().is_empty());
    let links = store.lineage_links(&plane, LineageEnd::To).await.unwrap();
    let kinds: BTreeSet<&str> = links.iter().map(|link| link.how.key()).collect();
    assert_eq!((links.len(), kinds), (3, BTreeSet::from(["read", "direct", "filter"])));
    assert!(links.iter().all(|link| link.from == table[0] && link.to == plane[0]), "{links:?}");
    let gaps = store.lineage_unknown(&plane).await.unwrap();
    assert_eq!(gaps[0].place, path("column:api:travel/plane#maker"));
    let definitions = store.lineage_definitions().await.unwrap();
    assert_eq!(definitions, [(path(PLANE), "one".to_owned()), (path("dataset:travel/hangar"), "else".to_owned())]);

    written(store, async |tx| tx.put_lineage(&defined(PLANE, "two", &[READS], &[])).await.unwrap()).await;
    assert_eq!(told(&store.lineage_edges_by(&plane).await.unwrap()), set(&[READS]));
    assert_eq!(told(&store.lineage_edges(&table, LineageEnd::From).await.unwrap()), set(&[READS, OTHER]), "others keep theirs");
    assert!(store.lineage_unknown(&plane).await.unwrap().is_empty());
    assert_eq!(store.lineage_definitions().await.unwrap()[0].1, "two");
    // A change that is not kept leaves what was.
    let mut tx = store.write(Change { actor: "ann@demo".into(), at: 2, request_id: "r".into() }).await.unwrap();
    tx.remove_lineage(&plane[0]).await.unwrap();
    drop(tx);
    assert_eq!(told(&store.lineage_edges_by(&plane).await.unwrap()), set(&[READS]));
    written(store, async |tx| tx.remove_lineage(&plane[0]).await.unwrap()).await;
    assert!(store.lineage_edges_by(&plane).await.unwrap().is_empty());
    assert_eq!(store.lineage_definitions().await.unwrap().len(), 1);
}

async fn a_wide_definition_is_written_and_read_in_parts(store: &Store) {
    let edge = |n: usize| format!("column:table:db/wide#c{n} direct column:dataset:travel/wide#c{n}");
    let edges: Vec<String> = (0..3000).map(edge).collect();
    let words: Vec<&str> = edges.iter().map(String::as_str).collect();
    written(store, async |tx| tx.put_lineage(&defined("dataset:travel/wide", "wide", &words, &[])).await.unwrap()).await;
    let many: Vec<AssetPath> = (0..900).map(|n| path(&format!("table:db/none{n}"))).chain([path("table:db/wide")]).collect();
    assert_eq!(told(&store.lineage_edges(&many, LineageEnd::From).await.unwrap()), edges.iter().cloned().collect());
    let tables: BTreeSet<String> = store.lineage_tables("db").await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(tables, set(&["table:db/planes", "table:db/wide"]));
    assert!(store.lineage_tables("d").await.unwrap().is_empty(), "the name of a source is not the beginning of another");
}

async fn seeded(store: &Store) {
    written(store, async |tx| {
        tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
        let user = UserRow { id: "u".into(), email: "ann@demo".into(), password_hash: None, is_admin: 0, active: 1, created_at: 1 };
        tx.insert_user(&user).await.unwrap();
        let source = SourceRow {
            id: "s".into(),
            name: "db".into(),
            domain: "travel".into(),
            driver: "sqlite".into(),
            about: String::new(),
            edit: 1,
            created_by: "ann@demo".into(),
            updated_at: 1,
        };
        tx.insert_source(&source).await.unwrap();
    })
    .await;
}

fn version(number: i64) -> VersionRow {
    VersionRow {
        id: format!("v{number}"),
        api_id: "a".into(),
        number,
        spec: format!("spec {number}"),
        state: "approved".into(),
        evidence: "{}".into(),
        author_id: "u".into(),
        created_at: 1,
    }
}

/// All in one change that is not yet kept, so that nobody else sees any of it.
async fn a_change_sees_what_it_has_written_itself(store: &Store) {
    let mut tx = store.write(Change { actor: "ann@demo".into(), at: 3, request_id: "r".into() }).await.unwrap();
    for (environment, config) in [("test", "{\"path\":\"t\"}"), ("prod", "{\"path\":\"p\"}")] {
        let binding = BindingRow { source_id: "s".into(), environment: environment.into(), config: config.into(), secret: Vec::new() };
        tx.put_binding(&binding).await.unwrap();
    }
    let api = ApiRow {
        id: "a".into(),
        domain: "travel".into(),
        name: "plane".into(),
        grpc_name: "plane".into(),
        kind: "kv".into(),
        owner_id: "u".into(),
        created_at: 1,
    };
    tx.insert_api(&api).await.unwrap();
    for number in 1..=3 {
        tx.insert_version(&version(number)).await.unwrap();
    }
    for (environment, version_id) in [("test", "v2"), ("prod", "v2")] {
        let (environment, version_id) = (environment.into(), version_id.into());
        let release = ReleaseRow { api_id: "a".into(), environment, version_id, released_by: "u".into(), released_at: 1 };
        tx.put_release(&release).await.unwrap();
    }
    let live: Vec<String> = tx.live_specs("a").await.unwrap().into_iter().map(|row| row.spec).collect();
    assert_eq!(live, ["spec 2"], "once, though it is live twice");
    let dataset = DatasetRow {
        id: "d".into(),
        domain: "travel".into(),
        name: "hangar".into(),
        spec: "of it".into(),
        owner_id: "u".into(),
        created_at: 1,
    };
    tx.insert_dataset(&dataset).await.unwrap();
    let specs = tx.dataset_specs("travel").await.unwrap();
    assert_eq!(specs.len(), 1);
    assert!(specs[0].0 == "hangar" && specs[0].1.is_err(), "one that cannot be read is told as such: {specs:?}");
    let app =
        AppRow { id: "p".into(), domain: "travel".into(), name: "site".into(), owner_id: "u".into(), created_at: 1, origins: "[]".into() };
    tx.insert_app(&app).await.unwrap();
    let grant = GrantRow {
        app_id: "p".into(),
        api_id: "a".into(),
        granted_by: "u".into(),
        created_at: 1,
        expires_at: None,
        per_second: None,
        burst: None,
        hidden: "[]".into(),
    };
    tx.put_grant(&grant).await.unwrap();
    assert_eq!(tx.granted_apis("p").await.unwrap(), [("travel".to_owned(), "plane".to_owned())]);
    let source = tx.source_kind("db").await.unwrap().unwrap();
    assert_eq!((source.id.as_str(), source.domain.as_str(), source.driver.as_str()), ("s", "travel", "sqlite"));
    assert!(tx.source_kind("none").await.unwrap().is_none());
    let settings = tx.source_settings("s").await.unwrap();
    assert_eq!(settings.iter().map(|(environment, _)| environment.as_str()).collect::<Vec<_>>(), ["prod", "test"]);
    tx.commit().await.unwrap();
}

async fn tables_and_columns_are_those_that_are_there(store: &Store) {
    let of_source = store.asset("source:db").await.unwrap().unwrap();
    written(store, async |tx| {
        let row = |id: &str, text: &str, parent: &str| AssetRow::new(id.into(), &path(text), Some(parent.to_owned()), "travel", 1);
        let column = |id: &str, name: &str, position: i64| AssetRow {
            position: Some(position),
            ..row(id, &format!("column:table:db/planes#{name}"), "t")
        };
        let gone = AssetRow { gone_at: Some(2), ..column("c3", "speed", 3) };
        let old = AssetRow { gone_at: Some(2), ..row("o", "table:db/old", &of_source.id) };
        let table = row("t", "table:db/planes", &of_source.id);
        tx.insert_assets(&[table, old, column("c2", "year", 2), column("c1", "tailnum", 1), gone]).await.unwrap();
        assert_eq!(tx.known_tables("db").await.unwrap(), ["planes"]);
        assert_eq!(tx.known_columns(&path("table:db/planes")).await.unwrap(), ["tailnum", "year"]);
    })
    .await;
    assert_eq!(store.known_columns(&path("table:db/planes")).await.unwrap(), ["tailnum", "year"]);
    let found = store.assets_at(&[path("table:db/planes"), path("api:travel/plane"), path("table:db/none")]).await.unwrap();
    assert_eq!(found.iter().map(|row| row.path.as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(["table:db/planes", "api:travel/plane"]));
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    edges_of_a_definition_are_replaced_together(&store).await;
    a_wide_definition_is_written_and_read_in_parts(&store).await;
    a_change_sees_what_it_has_written_itself(&store).await;
    tables_and_columns_are_those_that_are_there(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_lineage() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_lineage() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
