//! Tags in both databases: names, merges, what flows along lineage, and changes that can be undone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::collections::BTreeSet;

use model::catalogue::{AssetFilter, AssetKind, AssetPath, TagActs, TagDefinition, ValueOrigin};
use store::{AssetRow, AssetTagRow, Change, DomainRow, Store, StoreError, TagChangeRow, TagChangeStepRow, TagRow, Tx, VocabularyRow};
use testkit::Postgres;

const DAY: i64 = 86_400_000;

fn change(at: i64) -> Change {
    Change { actor: "ann@demo".into(), at, request_id: "r".into() }
}

fn tag(id: &str, name: &str) -> TagRow {
    let row = TagRow {
        id: id.into(),
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
    row.with(&TagDefinition { name: name.into(), ..TagDefinition::default() })
}

fn on(asset: &str, tag: &str) -> AssetTagRow {
    AssetTagRow { asset_id: asset.into(), tag_id: tag.into(), origin: "person".into(), by_whom: "ann@demo".into(), at: 5 }
}

fn path(text: &str) -> AssetPath {
    text.parse().unwrap()
}

/// A change with what is done in it.
async fn written(store: &Store, at: i64, work: impl AsyncFnOnce(&mut Tx)) {
    let mut tx = store.write(change(at)).await.unwrap();
    work(&mut tx).await;
    tx.commit().await.unwrap();
}

/// A source with a table of three columns, and a dataset with one.
async fn seeded(store: &Store) {
    written(store, 1, async |tx| {
        tx.insert_domain(&DomainRow { name: "travel".into(), title: String::new(), created_at: 1 }).await.unwrap();
        let row = |id: &str, text: &str, parent: Option<&str>| {
            let row = AssetRow::new(id.into(), &path(text), parent.map(str::to_owned), "travel", 1);
            if row.kind == "column" { AssetRow { data_type: Some("text".into()), position: Some(0), ..row } } else { row }
        };
        let rows = [
            row("s", "source:db", None),
            row("t", "table:db/people", Some("s")),
            row("c1", "column:table:db/people#mail", Some("t")),
            row("c2", "column:table:db/people#tail_num", Some("t")),
            row("c3", "column:table:db/people#tailXnum", Some("t")),
            row("d", "dataset:travel/people", None),
            row("e", "column:dataset:travel/people#contact", Some("d")),
        ];
        tx.insert_assets(&rows).await.unwrap();
    })
    .await;
}

async fn names_are_taken_whatever_their_case(store: &Store) {
    let vocabulary = VocabularyRow {
        name: "privacy".into(),
        title: "Privacy".into(),
        meaning: String::new(),
        set_by: "owner".into(),
        edit: 1,
        updated_by: "ann@demo".into(),
        updated_at: 1,
    };
    written(store, 2, async |tx| {
        tx.insert_vocabulary(&vocabulary).await.unwrap();
        tx.insert_tag(&TagRow { vocabulary: Some("privacy".into()), masks: 1, flows: 1, ..tag("pii", "PII") }).await.unwrap();
        tx.insert_tag(&tag("raw", "Raw data")).await.unwrap();
    })
    .await;
    let mut tx = store.write(change(3)).await.unwrap();
    assert!(matches!(tx.insert_tag(&tag("x", "pii")).await, Err(StoreError::Taken)));
    drop(tx);
    let mut tx = store.write(change(3)).await.unwrap();
    assert!(matches!(tx.change_tag(&tag("raw", "Pii")).await, Err(StoreError::Taken)));
    drop(tx);
    let mut tx = store.write(change(3)).await.unwrap();
    assert!(matches!(tx.delete_vocabulary("privacy").await, Err(StoreError::Stale)), "it has a tag");
    assert!(matches!(tx.change_tag(&TagRow { edit: 7, ..tag("raw", "Raw") }).await, Err(StoreError::Stale)));
    // Its own name in another case, and one that contains its old name.
    tx.change_tag(&tag("raw", "RAW data of sources")).await.unwrap();
    tx.commit().await.unwrap();
    let known = store.tag_named("  raw DATA of sources").await.unwrap().unwrap();
    assert_eq!((known.id.as_str(), known.edit, known.name.as_str()), ("raw", 2, "RAW data of sources"));
    let definition = store.tag("pii").await.unwrap().unwrap().definition().unwrap();
    assert_eq!((definition.vocabulary.as_deref(), definition.acts()), (Some("privacy"), TagActs { flows: true, masks: true }));
    assert_eq!(store.vocabulary("privacy").await.unwrap().unwrap().decoded_role().unwrap(), model::Role::Owner);
}

async fn assets_are_found_for_tagging(store: &Store) {
    written(store, 4, async |tx| tx.insert_asset_tags(&[on("c1", "raw"), on("t", "raw")]).await.unwrap()).await;
    let mut tx = store.write(change(4)).await.unwrap();
    assert!(matches!(tx.insert_asset_tags(&[on("c1", "raw")]).await, Err(StoreError::Taken)));
    drop(tx);
    let find = async |filter: AssetFilter, domains: Option<&[String]>| {
        let found = store.find_tag_targets(&filter, domains, 100).await.unwrap();
        found.into_iter().map(|target| target.id).collect::<BTreeSet<_>>()
    };
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    let under = |text: &str| AssetFilter { under: Some(path(text)), ..AssetFilter::default() };
    assert_eq!(find(under("source:db"), None).await, set(&["t", "c1", "c2", "c3"]));
    assert_eq!(find(under("table:db/people"), None).await, set(&["c1", "c2", "c3"]));
    assert_eq!(find(under("column:table:db/people#mail"), None).await, set(&[]));
    // An underscore stands for itself, whatever the case of letters.
    let words = AssetFilter { words: "DB TAIL_num".into(), ..AssetFilter::default() };
    assert_eq!(find(words.clone(), None).await, set(&["c2"]));
    assert_eq!(find(words, Some(&["finance".into()])).await, set(&[]));
    let untagged = AssetFilter { untagged: true, kind: Some(AssetKind::Column), ..AssetFilter::default() };
    assert_eq!(find(untagged, Some(&["travel".into(), "finance".into()])).await, set(&["c2", "c3", "e"]));
    assert_eq!(find(AssetFilter { tag: "raw".into(), ..AssetFilter::default() }, None).await, set(&["c1", "t"]));
    let targets = store.tag_targets(&["table:db/people".into(), "table:db/none".into()]).await.unwrap();
    assert_eq!(targets.iter().map(|target| target.id.as_str()).collect::<Vec<_>>(), ["t"]);
    let shown = store.tags_on(&["c1".into(), "c2".into()]).await.unwrap();
    assert_eq!((shown.len(), shown[0].name.as_str(), shown[0].path.as_str()), (1, "RAW data of sources", "column:table:db/people#mail"));
    let used = store.tag_use().await.unwrap();
    assert_eq!((used.len(), used[0].domain.as_str(), used[0].assets), (1, "travel", 2));
}

async fn a_mask_holds_for_parts_and_for_what_is_made_of_them(store: &Store, url: &str) {
    let masked = async || {
        let all = ["column:table:db/people#mail", "column:table:db/people#tail_num", "column:dataset:travel/people#contact"].map(path);
        store.masked_paths(&all).await.unwrap().into_iter().map(|path| path.name().to_owned()).collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(masked().await, set(&[]), "no tag that masks is used");
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    for (from, to) in [("table:db/people#mail", "dataset:travel/people#contact"), ("dataset:travel/people#contact", "table:db/people#mail")]
    {
        let (from_asset, to_asset) = (from.split_once('#').unwrap().0, to.split_once('#').unwrap().0);
        sqlx::query(
            "INSERT INTO lineage_edges (from_path, to_path, how, by_path, from_asset, to_asset)
             VALUES ($1, $2, 'direct', 'dataset:travel/people', $3, $4)",
        )
        .bind(format!("column:{from}"))
        .bind(format!("column:{to}"))
        .bind(from_asset)
        .bind(to_asset)
        .execute(&pool)
        .await
        .unwrap();
    }
    written(store, 6, async |tx| tx.insert_asset_tags(&[on("c1", "pii")]).await.unwrap()).await;
    assert_eq!(masked().await, set(&["mail", "contact"]), "it flows, and a cycle ends");
    let (acts, still) = (TagActs { flows: true, masks: true }, TagActs { flows: false, masks: true });
    written(store, 7, async |tx| tx.set_tag_acts("pii", acts, still).await.unwrap()).await;
    assert_eq!(masked().await, set(&["mail"]));
    let mut tx = store.write(change(7)).await.unwrap();
    assert!(matches!(tx.set_tag_acts("pii", acts, still).await, Err(StoreError::Stale)), "it does something else by now");
    drop(tx);
    written(store, 8, async |tx| {
        tx.delete_asset_tags("pii", &["c1".into(), "c2".into()]).await.unwrap();
        tx.insert_asset_tags(&[on("s", "pii")]).await.unwrap();
    })
    .await;
    assert_eq!(masked().await, set(&["mail", "tail_num"]), "all of the source");
    written(store, 9, async |tx| tx.set_tag_acts("pii", still, acts).await.unwrap()).await;
    assert_eq!(masked().await, set(&["mail", "tail_num", "contact"]));
}

async fn a_merge_gives_every_asset_the_other_tag_once(store: &Store) {
    written(store, 10, async |tx| {
        tx.insert_tag(&tag("other", "Other")).await.unwrap();
        tx.insert_asset_tags(&[on("c1", "other"), on("c3", "other")]).await.unwrap();
    })
    .await;
    assert_eq!(store.tags_together("raw", "other").await.unwrap(), (2, 1));
    written(store, 11, async |tx| {
        tx.move_asset_tags("raw", "other").await.unwrap();
        tx.note_tags(&[("t".into(), vec!["Raw".into()], vec!["Other".into()])], ValueOrigin::Person).await.unwrap();
        tx.delete_tag("raw", 2).await.unwrap();
    })
    .await;
    let with: Vec<String> = store.assets_with_tag("other", "").await.unwrap().into_iter().map(|target| target.id).collect();
    assert_eq!(with.iter().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["c1", "c3", "t"]));
    assert!(store.assets_with_tag("other", "finance").await.unwrap().is_empty());
    assert!(store.tag("raw").await.unwrap().is_none());
    let history = store.asset_history("t", 0, 10).await.unwrap();
    assert_eq!((history[0].before.as_deref(), history[0].after.as_deref()), (Some("Raw"), Some("Other")));
    assert_eq!(store.domains_of_tag("other").await.unwrap(), ["travel"]);
}

async fn a_change_is_undone_once_and_forgotten_late(store: &Store) {
    let row = |id: &str, at| TagChangeRow { id: id.into(), by_whom: "ann@demo".into(), at, undone_at: None };
    let step = TagChangeStepRow {
        change_id: "x".into(),
        asset_id: "c1".into(),
        tag_id: "gone".into(),
        adds: 1,
        origin: "person".into(),
        by_whom: "ann@demo".into(),
        at: 5,
    };
    written(store, 20, async |tx| tx.insert_tag_change(&row("x", 20), std::slice::from_ref(&step)).await.unwrap()).await;
    let known = store.tag_changes_of("ann@demo").await.unwrap();
    assert_eq!((known.len(), known[0].0.id.as_str(), known[0].1), (1, "x", 1));
    assert_eq!(store.tag_change_steps("x").await.unwrap(), [step]);
    written(store, 21, async |tx| {
        tx.close_tag_change("x").await.unwrap();
        assert!(matches!(tx.close_tag_change("x").await, Err(StoreError::Stale)));
    })
    .await;
    assert!(store.tag_changes_of("ann@demo").await.unwrap().is_empty());
    written(store, 40 * DAY, async |tx| tx.insert_tag_change(&row("y", 40 * DAY), &[]).await.unwrap()).await;
    assert!(store.tag_change("x").await.unwrap().is_none() && store.tag_change("y").await.unwrap().is_some());
    assert!(store.tag_change_steps("x").await.unwrap().is_empty());
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    names_are_taken_whatever_their_case(&store).await;
    assets_are_found_for_tagging(&store).await;
    a_mask_holds_for_parts_and_for_what_is_made_of_them(&store, url).await;
    a_merge_gives_every_asset_the_other_tag_once(&store).await;
    a_change_is_undone_once_and_forgotten_late(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_tags() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_tags() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
