//! What people search for, and what they expect first.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test, whose figures are read

mod common;

use common::{ask, assets, index_of, paths, queries, text};
use model::asset_document::SeenDomains;

/// Asks all, prints those that were missed, and gives how many of them came first.
fn first_hits<'a>(name: &str, asked: impl Iterator<Item = (&'a str, &'a str)>) -> (usize, usize) {
    let (index, _folder) = index_of(&assets());
    let (mut hits, mut all) = (0, 0);
    for (query, wanted) in asked {
        let results = ask(&index, &text(query), &SeenDomains::All);
        let found = paths(&results);
        all += 1;
        if found.first() == Some(&wanted) {
            hits += 1;
        } else {
            let place = found.iter().position(|path| *path == wanted);
            println!("{name}: {query:?} gives {:?}; {wanted} is at {place:?}", found.first());
        }
    }
    println!("{name}: {hits} of {all} first hits are as expected");
    (hits, all)
}

#[test]
fn nine_of_ten_first_hits_are_as_expected() {
    let (hits, all) = first_hits("as meant", queries().iter().map(|[query, _, wanted]| (*query, *wanted)));
    assert!(all >= 60 && hits * 10 >= all * 9, "{hits} of {all}");
}

#[test]
fn eight_of_ten_first_hits_are_as_expected_with_errors_of_typing() {
    let queries = queries();
    // Chinese has none of them: its words are chosen, not typed.
    let typed = queries.iter().filter(|[query, typed, _]| typed != query);
    let (hits, all) = first_hits("with errors", typed.map(|[_, typed, wanted]| (*typed, *wanted)));
    assert!(all >= 55 && hits * 10 >= all * 8, "{hits} of {all}");
}

#[test]
fn every_expected_asset_is_in_the_catalogue() {
    let assets = assets();
    for [query, _, wanted] in queries() {
        assert!(assets.iter().any(|asset| asset.path == wanted), "{query}: {wanted}");
    }
}
