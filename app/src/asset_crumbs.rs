//! Where a reader is below the catalogue.

use model::catalogue::AssetPath;
use model::redirect::part_text;

use crate::asset_address::{CATALOGUE, asset_address, asset_title};
use crate::words::words;

/// Where one is below the catalogue. What an asset is part of has a page of its own.
pub(crate) fn parts_of_catalogue(rest: &[&str]) -> Vec<(String, String)> {
    let say = words();
    let own = |name: &str| vec![(name.to_owned(), String::new())];
    match rest {
        ["bulk"] => own(say.catalogue_bulk.title),
        ["tags"] => own(say.catalogue_tags.title),
        ["glossary"] => own(say.catalogue_terms.title),
        ["suggestions"] => own(say.catalogue_suggestions.title),
        ["stewards"] => own(say.catalogue_stewards.title),
        ["entities", rest @ ..] => {
            let mut found = vec![(say.catalogue_entities.title.to_owned(), format!("{CATALOGUE}/entities"))];
            match rest {
                [] => {}
                ["new"] => found.push((say.catalogue_entities.new_title.to_owned(), String::new())),
                rest => found.push((rest.join("/"), String::new())),
            }
            found
        }
        ["table", source, table @ ..] if !table.is_empty() => {
            vec![(part_text(source), format!("{CATALOGUE}/source/{source}")), (part_text(&table.join("/")), String::new())]
        }
        ["column", asset @ ..] => parts_of_column(&part_text(&asset.join("/"))),
        [_, path @ ..] => own(&part_text(&path.join("/"))),
        [] => Vec::new(),
    }
}

/// The asset that a column is part of, and the column.
fn parts_of_column(path: &str) -> Vec<(String, String)> {
    let column = format!("column:{path}").parse::<AssetPath>().ok();
    let Some((parent, column)) = column.as_ref().and_then(|path| Some((path.parent()?, path.name().to_owned()))) else {
        return vec![(path.to_owned(), String::new())];
    };
    vec![(asset_title(&parent), asset_address(&parent)), (column, String::new())]
}
