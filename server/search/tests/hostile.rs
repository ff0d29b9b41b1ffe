//! Text that is meant to do harm: as a query and in every field.

#![allow(clippy::unwrap_used)] // a test

mod common;

use std::sync::LazyLock;

use common::{NOW, ask, assets, index_of, paths, text};
use model::asset_document::{AssetDocument, DocumentColumn, DocumentTerm, SeenDomains};
use model::view::{AssetFacet, AssetQuery};
use proptest::prelude::*;
use search::{Index, Request};
use tempfile::TempDir;

static INDEX: LazyLock<(Index, TempDir)> = LazyLock::new(|| index_of(&assets()));

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[a-z]{1,12}",
        Just("name:plane AND (".to_owned()),
        Just("\"*~^[] TO {} \\ /regex(.*)*/".to_owned()),
        Just("'; DROP TABLE assets; --".to_owned()),
        Just("\u{202e}\u{200b}\u{0}".to_owned()),
        Just("航班".to_owned()),
        Just("a".repeat(3_000)),
        Just("<script>alert(1)</script>".to_owned()),
        Just("İIıß\u{1f9d1}\u{200d}\u{1f680}".to_owned()),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_query_fails(words in hostile(), value in any::<String>(), page in any::<u32>()) {
        let query = AssetQuery { text: words, page, ..AssetQuery::default() }.toggled(AssetFacet::Owner, &value);
        let plain = AssetQuery { filters: Default::default(), ..query.clone() };
        for query in [query, plain] {
            let results = ask(&INDEX.0, &query, &SeenDomains::All);
            prop_assert!(results.hits.len() <= 20);
            INDEX.0.suggest(&Request { query: &query, sees: &SeenDomains::Of(vec![value.clone()]), rows: 8, now: NOW }).unwrap();
        }
    }

    #[test]
    fn no_document_fails_and_each_is_found_by_its_path(
        fields in proptest::collection::vec(hostile(), 8),
        usage in any::<u64>(),
        at in any::<i64>(),
    ) {
        let field = |at: usize| fields[at].clone();
        let asset = AssetDocument {
            id: "hostile".into(),
            path: "table:hostile/known".into(),
            kind: field(0),
            domain: "travel".into(),
            name: field(1),
            description: field(2),
            columns: vec![DocumentColumn { name: field(3), description: field(4) }],
            tags: vec![field(5)],
            terms: vec![DocumentTerm { name: field(6), synonyms: vec![field(7)] }],
            owner: Some(field(7)),
            tier: Some(field(6)),
            status: Some(field(5)),
            usage,
            fresh_at: Some(at),
        };
        let (index, _folder) = index_of(std::slice::from_ref(&asset));
        let results = ask(&index, &text("table:hostile/known"), &SeenDomains::Of(vec!["travel".into()]));
        prop_assert_eq!(paths(&results), vec!["table:hostile/known"]);
        prop_assert_eq!(&results.hits[0].name, &asset.name);
    }
}

#[test]
fn a_hundred_kilobytes_in_every_field_and_five_thousand_columns_are_taken() {
    let long = "лонг text 长 ".repeat(7_000);
    let columns = (0..5_000).map(|at| DocumentColumn { name: format!("column_{at}"), description: "x ".repeat(100) });
    let asset = AssetDocument {
        id: "long".into(),
        path: "table:long/known".into(),
        kind: "table".into(),
        domain: "travel".into(),
        name: long.clone(),
        description: long.clone(),
        columns: columns.collect(),
        tags: vec![long.clone()],
        terms: vec![DocumentTerm { name: long.clone(), synonyms: vec![long.clone()] }],
        owner: Some(long),
        ..AssetDocument::default()
    };
    let (index, _folder) = index_of(&[asset]);
    let results = ask(&index, &text("column_4999"), &SeenDomains::All);
    assert_eq!(paths(&results), ["table:long/known"]);
    assert_eq!((results.hits[0].column_count, results.hits[0].columns.clone()), (5_000, vec!["column_4999".to_owned()]));
}
