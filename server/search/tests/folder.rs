//! The folder of the index: what is kept, what is begun anew, and what a change makes of it.

#![allow(clippy::unwrap_used)] // a test

mod common;

use common::{ask, assets, index_of, paths, text};
use model::asset_document::{AssetDocument, SeenDomains};
use model::view::AssetQuery;
use search::Index;

fn total(index: &Index) -> u64 {
    ask(index, &AssetQuery::default(), &SeenDomains::All).total
}

#[test]
fn an_index_is_opened_as_it_was_committed() {
    let all = assets();
    let (index, folder) = index_of(&all);
    let before = ask(&index, &text("planes"), &SeenDomains::All);
    index.change(&[AssetDocument { name: "lost".into(), ..all[0].clone() }], &[]).unwrap();
    drop(index);
    let index = Index::open(folder.path(), "test").unwrap();
    assert_eq!(index.revision(), Some(1));
    assert_eq!(ask(&index, &text("planes"), &SeenDomains::All), before);
    assert_eq!(ask(&index, &text("lost"), &SeenDomains::All).total, 1, "lost bags");
}

#[test]
fn an_index_of_other_metadata_or_without_a_commit_or_that_cannot_be_read_is_begun_anew() {
    let (index, folder) = index_of(&assets());
    drop(index);
    let index = Index::open(folder.path(), "elsewhere").unwrap();
    assert_eq!((index.revision(), total(&index)), (None, 0));
    index.change(&assets(), &[]).unwrap();
    drop(index);
    assert_eq!(total(&Index::open(folder.path(), "elsewhere").unwrap()), 0);
    std::fs::write(folder.path().join("meta.json"), "{").unwrap();
    let index = Index::open(folder.path(), "elsewhere").unwrap();
    assert!(ask(&index, &text("planes"), &SeenDomains::All).building);
}

#[test]
fn a_folder_has_one_writer() {
    let (index, folder) = index_of(&assets());
    assert!(Index::open(folder.path(), "test").is_err());
    assert_eq!(total(&index), assets().len() as u64);
}

#[test]
fn a_change_replaces_its_document_and_a_lost_asset_goes() {
    let all = assets();
    let (index, _folder) = index_of(&all);
    let planes = all.iter().find(|asset| asset.path == "table:flights-db/public.planes").unwrap();
    let renamed = AssetDocument { name: "zeppelins".into(), ..planes.clone() };
    index.change(&[renamed], &["id-of-table:shared/ref.country".into()]).unwrap();
    assert!(paths(&ask(&index, &text("zeppelins"), &SeenDomains::All)).is_empty(), "seen with the commit");
    index.commit(2).unwrap();
    assert_eq!(paths(&ask(&index, &text("zeppelins"), &SeenDomains::All)), ["table:flights-db/public.planes"]);
    assert_eq!((index.revision(), total(&index)), (Some(2), all.len() as u64 - 1));
    index.clear().unwrap();
    assert_eq!((index.revision(), total(&index)), (None, 0));
}
