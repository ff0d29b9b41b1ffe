//! What one may not see changes no answer: results are those of an index without it.

#![allow(clippy::unwrap_used)] // a test

mod common;

use common::{NOW, ask, assets, assets_of, domains_of, index_of, paths, queries, text};
use model::asset_document::SeenDomains;
use model::view::{AssetFacet, AssetOrder, AssetQuery};
use search::Request;

const SEEN: [&str; 3] = ["travel", "finance", "shared"];

#[test]
fn results_facets_and_spelling_are_those_of_an_index_without_what_is_hidden() {
    let (all, _all_folder) = index_of(&assets());
    let (seen, _seen_folder) = index_of(&assets_of(&SEEN));
    let sees = SeenDomains::Of(SEEN.map(str::to_owned).into());
    let mut asked: Vec<AssetQuery> = queries().iter().flat_map(|[query, typed, _]| [text(query), text(typed)]).collect();
    asked.push(AssetQuery::default());
    let narrowed: Vec<AssetQuery> = [AssetQuery::default(), text("number"), text("salery")]
        .iter()
        .flat_map(|query| {
            [
                query.toggled(AssetFacet::Kind, "table"),
                query.toggled(AssetFacet::Domain, "sales").toggled(AssetFacet::Domain, "travel"),
                AssetQuery { order: AssetOrder::Used, ..query.clone() },
            ]
        })
        .collect();
    for query in asked.iter().chain(&narrowed) {
        assert_eq!(ask(&all, query, &sees), ask(&seen, query, &SeenDomains::All), "{query:?}");
        let request = |sees| Request { query, sees, rows: 8, now: NOW };
        assert_eq!(all.suggest(&request(&sees)).unwrap(), seen.suggest(&request(&SeenDomains::All)).unwrap(), "{query:?}");
    }
}

#[test]
fn a_hidden_asset_is_as_one_that_is_not_there() {
    let (index, _folder) = index_of(&assets());
    let sees = SeenDomains::Of(vec!["travel".into()]);
    let hidden = ask(&index, &text("table:hr/hr.payroll"), &sees);
    let absent = ask(&index, &text("table:hr/hr.payrroll"), &sees);
    assert!(paths(&hidden).iter().all(|path| !path.contains("hr/")) && paths(&absent).iter().all(|path| !path.contains("hr/")));
    let nothing = ask(&index, &AssetQuery::default(), &SeenDomains::Of(Vec::new()));
    assert!(nothing.total == 0 && nothing.facets.iter().all(|facet| facet.values.is_empty()));
    assert_eq!(domains_of(&assets()).len(), 9);
    let domains = ask(&index, &AssetQuery::default(), &sees).facets.remove(1);
    assert_eq!((domains.facet, domains.values.len(), domains.values[0].value.as_str()), (AssetFacet::Domain, 1, "travel"));
}

#[test]
fn counts_are_those_of_the_catalogue_and_a_filter_does_not_narrow_its_own_facet() {
    let assets = assets();
    let (index, _folder) = index_of(&assets);
    let query = AssetQuery::default().toggled(AssetFacet::Kind, "api").toggled(AssetFacet::Tag, "personal");
    let results = ask(&index, &query, &SeenDomains::All);
    let of = |facet| &results.facets.iter().find(|counts| counts.facet == facet).unwrap().values;
    let count = |facet, value: &str| of(facet).iter().find(|counted| counted.value == value).map_or(0, |counted| counted.count);
    let known = |kind: &str, tag: &str| {
        let has = |value: &str, wanted: &str| wanted.is_empty() || value == wanted;
        let tagged = |tags: &[String]| tag.is_empty() || tags.iter().any(|one| one == tag);
        assets.iter().filter(|asset| has(&asset.kind, kind) && tagged(&asset.tags)).count() as u64
    };
    assert_eq!(results.total, known("api", "personal"));
    assert_eq!(count(AssetFacet::Kind, "table"), known("table", "personal"));
    assert_eq!(count(AssetFacet::Tag, "reference"), known("api", "reference"));
    assert_eq!(of(AssetFacet::Domain).iter().map(|counted| counted.count).sum::<u64>(), results.total);
}

#[test]
fn what_is_deprecated_comes_last_and_the_most_used_first_where_that_is_asked() {
    let (index, _folder) = index_of(&assets());
    let results = ask(&index, &text("sales_order_2019"), &SeenDomains::All);
    assert!(results.total >= 1, "{results:?}");
    let orders = ask(&index, &text("order"), &SeenDomains::All);
    assert_eq!(paths(&orders).last(), Some(&"table:sales-dwh/mart.sales_order_2019"), "{:?}", paths(&orders));
    let used = ask(&index, &AssetQuery { order: AssetOrder::Used, ..AssetQuery::default() }, &SeenDomains::All);
    assert!(used.hits.windows(2).all(|pair| pair[0].usage >= pair[1].usage));
}
