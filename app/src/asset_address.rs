//! The page of an asset of the catalogue, and what it is called as a whole.

use model::catalogue::{AssetKind, AssetPath};
use model::redirect::query_value;

pub(crate) const CATALOGUE: &str = "/catalogue";

/// The address of the page of an asset: `/catalogue/table/flights-db/public.flights`.
pub(crate) fn asset_address(path: &AssetPath) -> String {
    let text = path.to_string();
    let (kind, rest) = text.split_once(':').unwrap_or_default();
    // A colon may stand in a path; `query_value` is for places where it may not.
    format!("{CATALOGUE}/{kind}/{}", query_value(rest).replace("%3A", ":"))
}

/// The name of an asset with what it is part of: `flights-db.planes`, `travel/plane`.
pub(crate) fn asset_title(path: &AssetPath) -> String {
    match path {
        AssetPath::Column { parent, column } => format!("{}.{column}", asset_title(parent)),
        path => path.parts().join(if path.kind() == AssetKind::Table { "." } else { "/" }),
    }
}

/// The icon of a kind of assets.
pub(crate) fn asset_icon(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Source => "source",
        AssetKind::Table => "table",
        AssetKind::Column => "column",
        AssetKind::Dataset => "dataset",
        AssetKind::Job => "job",
        AssetKind::Api => "api",
        AssetKind::App => "app",
    }
}

#[cfg(test)]
mod tests {
    use model::redirect::part_text;
    use model::table::TableRef;

    use super::*;

    #[test]
    fn the_address_of_an_asset_is_read_back_as_its_path() {
        let table = AssetPath::table("flights-db", &TableRef { schema: "public".into(), name: "flights".into() });
        for (path, address, title) in [
            (table.clone(), "/catalogue/table/flights-db/public.flights", "flights-db.public.flights"),
            (AssetPath::source("flights-db"), "/catalogue/source/flights-db", "flights-db"),
            (AssetPath::api("travel", "plane"), "/catalogue/api/travel/plane", "travel/plane"),
            (table.column("a b"), "/catalogue/column/table:flights-db/public.flights%23a%20b", "flights-db.public.flights.a b"),
            (
                AssetPath::table("files", &TableRef::new("a/100%#1.csv")),
                "/catalogue/table/files/a/100%2525%25231.csv",
                "files.a/100%#1.csv",
            ),
        ] {
            assert_eq!((asset_address(&path).as_str(), asset_title(&path).as_str()), (address, title));
            let (kind, rest) = address.trim_start_matches("/catalogue/").split_once('/').unwrap();
            assert_eq!(format!("{kind}:{}", part_text(rest)).parse(), Ok(path));
        }
    }
}
