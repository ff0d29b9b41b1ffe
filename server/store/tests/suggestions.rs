//! Suggested tags in both databases: found, listed, decided, renewed and withdrawn.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use model::catalogue::{SuggestionState, TagDefinition};
use store::{AssetRow, Change, DomainRow, Store, StoreError, SuggestionOffer, SuggestionOrder, SuggestionRow, SuggestionSearch, Tx};
use testkit::Postgres;

const EVIDENCE: &str =
    r#"{"rules":1,"rule":"email","basis":"values","rows":9,"sampled":9,"present":9,"distinct":9,"fitting":9,"certain":9}"#;

fn change(at: i64) -> Change {
    Change { actor: "ann@demo".into(), at, request_id: "r".into() }
}

/// A change with what is done in it.
async fn written(store: &Store, at: i64, work: impl AsyncFnOnce(&mut Tx)) {
    let mut tx = store.write(change(at)).await.unwrap();
    work(&mut tx).await;
    tx.commit().await.unwrap();
}

fn suggestion(id: &str, asset: &str, tag: &str, confidence: i64) -> SuggestionRow {
    SuggestionRow {
        id: id.into(),
        asset_id: asset.into(),
        tag_id: format!("rule-{tag}"),
        confidence,
        evidence: EVIDENCE.into(),
        evidence_hash: "1".into(),
        state: "open".into(),
        found_at: 10,
        decided_by: None,
        decided_at: None,
    }
}

async fn seeded(store: &Store) {
    written(store, 1, async |tx| {
        for name in ["travel", "finance"] {
            tx.insert_domain(&DomainRow { name: name.into(), title: String::new(), created_at: 1 }).await.unwrap();
        }
        let row = |id: &str, path: &str, parent: Option<&str>, domain: &str| {
            AssetRow::new(id.into(), &path.parse().unwrap(), parent.map(str::to_owned), domain, 1)
        };
        let rows = [
            row("t", "table:db/people", None, "travel"),
            row("c1", "column:table:db/people#mail", Some("t"), "travel"),
            row("c2", "column:table:db/people#tail_num", Some("t"), "travel"),
            AssetRow { gone_at: Some(1), ..row("c3", "column:table:db/people#gone", Some("t"), "travel") },
            row("d", "dataset:finance/people", None, "finance"),
            row("c4", "column:dataset:finance/people#mail", Some("d"), "finance"),
        ];
        tx.insert_assets(&rows).await.unwrap();
    })
    .await;
    let new = vec![
        suggestion("1", "c1", "email", 95),
        suggestion("2", "c1", "url", 60),
        suggestion("3", "c2", "phone", 80),
        suggestion("4", "c3", "email", 99),
        suggestion("5", "c4", "email", 90),
    ];
    store.offer_suggestions(&SuggestionOffer { new, ..SuggestionOffer::default() }).await.unwrap();
}

async fn ids(store: &Store, search: &SuggestionSearch) -> String {
    let rows = store.suggestion_page(search, 0, 50).await.unwrap();
    assert_eq!(store.suggestion_count(search).await.unwrap(), rows.len() as u64);
    rows.iter().map(|row| row.suggestion.id.as_str()).collect::<Vec<_>>().join(" ")
}

async fn they_are_listed_for_columns_that_are_there(store: &Store) {
    let surest = SuggestionSearch { descending: true, ..SuggestionSearch::default() };
    assert_eq!(ids(store, &surest).await, "1 5 3 2");
    assert_eq!(ids(store, &SuggestionSearch { domains: Some(vec!["travel".into()]), ..surest.clone() }).await, "1 3 2");
    assert_eq!(ids(store, &SuggestionSearch { domains: Some(Vec::new()), ..surest.clone() }).await, "");
    assert_eq!(ids(store, &SuggestionSearch { tag: "E-mail address".into(), ..surest.clone() }).await, "1 5");
    assert_eq!(ids(store, &SuggestionSearch { source: "db".into(), least: 80, ..surest.clone() }).await, "1 3");
    assert_eq!(ids(store, &SuggestionSearch { source: "%".into(), ..surest.clone() }).await, "");
    // An underscore stands for itself.
    assert_eq!(ids(store, &SuggestionSearch { words: vec!["l_n".into()], ..surest.clone() }).await, "3");
    let by_column = SuggestionSearch { order: SuggestionOrder::Column, ..SuggestionSearch::default() };
    assert_eq!(ids(store, &by_column).await, "5 1 2 3");
    assert_eq!(ids(store, &SuggestionSearch { state: Some(SuggestionState::Dismissed), ..surest }).await, "");
    let first = store.suggestion_page(&by_column, 1, 1).await.unwrap().remove(0);
    assert_eq!(
        (first.path.as_str(), first.tag.as_str(), first.domain.as_str()),
        ("column:table:db/people#mail", "E-mail address", "travel")
    );
    assert_eq!((first.vocabulary.as_deref(), first.suggestion.decoded_evidence().unwrap().certain), (Some("personal-data"), 9));
}

async fn what_was_decided_stays_until_it_is_renewed(store: &Store) {
    let twice =
        SuggestionOffer { new: vec![suggestion("6", "c1", "email", 50)], withdrawn: vec!["2".into()], ..SuggestionOffer::default() };
    assert!(matches!(store.offer_suggestions(&twice).await, Err(StoreError::Taken)));
    assert_eq!(store.suggestions_of(&["2".into()]).await.unwrap().len(), 1, "all of it or nothing");
    written(store, 20, async |tx| tx.decide_suggestions(&["1".into(), "3".into()], SuggestionState::Dismissed).await.unwrap()).await;
    let mut tx = store.write(change(21)).await.unwrap();
    let again = tx.decide_suggestions(&["1".into(), "2".into()], SuggestionState::Confirmed).await;
    assert!(matches!(again, Err(StoreError::Stale)), "somebody was first");
    drop(tx);
    let seen = store.suggestions_for(&["c1".into(), "c2".into()]).await.unwrap();
    let seen = seen.into_iter().find(|row| row.id == "1").unwrap();
    assert_eq!(
        (seen.decoded_state().unwrap(), seen.decided_by.as_deref(), seen.decided_at),
        (SuggestionState::Dismissed, Some("ann@demo"), Some(20))
    );
    // Nobody takes back what was decided.
    let withdrawn = vec!["1".into(), "2".into()];
    store.offer_suggestions(&SuggestionOffer { withdrawn, ..SuggestionOffer::default() }).await.unwrap();
    let left = store.suggestions_of(&["1".into(), "2".into(), "none".into()]).await.unwrap();
    assert_eq!(left.iter().map(|row| row.suggestion.id.as_str()).collect::<Vec<_>>(), ["1"]);
    let now = SuggestionRow { id: "1".into(), evidence_hash: "2".into(), ..suggestion("1", "c1", "email", 70) };
    let renewal = SuggestionOffer { renewed: vec![(seen, now.clone())], ..SuggestionOffer::default() };
    store.offer_suggestions(&renewal).await.unwrap();
    assert!(matches!(store.offer_suggestions(&renewal).await, Err(StoreError::Stale)));
    assert_eq!(store.suggestions_of(&["1".into()]).await.unwrap()[0].suggestion, now);
}

/// The tags of the rules keep their ids when they get another name, and what is suggested ends with its tag.
async fn suggestions_follow_their_tags(store: &Store) {
    let tags = store.tags().await.unwrap();
    let starters: Vec<_> = tags.iter().filter(|tag| tag.id.starts_with("rule-")).collect();
    assert_eq!((starters.len(), starters.iter().all(|tag| tag.masks == 0)), (12, true));
    for tag in &starters {
        let definition = tag.definition().unwrap();
        assert_eq!((definition.errors(), &definition.tidied()), (Vec::new(), &definition), "{}", tag.id);
        assert_eq!(store.tag_named(&tag.name).await.unwrap().map(|found| found.id), Some(tag.id.clone()));
    }
    let mail = store.tag("rule-email").await.unwrap().unwrap();
    let definition = TagDefinition { name: "Mail".into(), ..mail.definition().unwrap() };
    let renamed = mail.with(&definition);
    written(store, 30, async |tx| tx.change_tag(&renamed).await.unwrap()).await;
    assert_eq!(ids(store, &SuggestionSearch { tag: "Mail".into(), ..SuggestionSearch::default() }).await, "1 5");
    let edit = store.tag("rule-email").await.unwrap().unwrap().edit;
    written(store, 31, async |tx| tx.delete_tag("rule-email", edit).await.unwrap()).await;
    assert!(store.suggestions_of(&["1".into(), "5".into()]).await.unwrap().is_empty());
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    they_are_listed_for_columns_that_are_there(&store).await;
    what_was_decided_stays_until_it_is_renewed(&store).await;
    suggestions_follow_their_tags(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_suggestions() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_suggestions() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}
