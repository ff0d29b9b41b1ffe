//! Searching the catalogue in full text, and saved searches.

use axum::extract::State;
use control::Control;
use control::catalogue::SavedViewInput;
use control::model::Problem;
use control::model::view::{AssetFacet, AssetOrder, AssetQuery, AssetResults, SavedView};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::extract::{Asker, Body, Path, Query};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

/// What the query may hold. A facet may stand several times.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)] // the members of the document; the query is read as pairs
struct SearchAsked {
    /// Words, as people write them.
    q: Option<String>,
    kind: Option<String>,
    domain: Option<String>,
    tag: Option<String>,
    term: Option<String>,
    owner: Option<String>,
    tier: Option<String>,
    status: Option<String>,
    /// `best`, where it is absent, or `used`.
    order: Option<AssetOrder>,
    /// From 1.
    page: Option<u32>,
}

pub(super) fn add(table: Table) -> Table {
    const VIEWS: &str = "/admin/v1/saved-views";
    table
        .add::<(), AssetResults, _, _>(Method::GET, "/admin/v1/assets/search", "Search the assets of my domains in full text", search)
        .with_query::<SearchAsked>()
        .add::<(), Vec<SavedView>, _, _>(Method::GET, VIEWS, "List my saved searches of the catalogue", views)
        .add::<SavedViewInput, String, _, _>(Method::POST, VIEWS, "Save a search of the catalogue; gives its id", save)
        .add::<(), (), _, _>(Method::DELETE, "/admin/v1/saved-views/{view}", "Delete a saved search", delete)
}

async fn search(State(control): State<Control>, Asker(caller): Asker, Query(asked): Query<Vec<(String, String)>>) -> Answer<AssetResults> {
    answer(control.search_assets(&caller, &query_of(asked)?).await)
}

async fn views(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<SavedView>> {
    answer(control.saved_views(&caller).await)
}

async fn save(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<SavedViewInput>) -> Answer<String> {
    answer(control.save_view(&caller, &input.name, &input.query).await)
}

async fn delete(State(control): State<Control>, Asker(caller): Asker, Path(view): Path<String>) -> Answer<()> {
    answer(control.delete_view(&caller, &view).await)
}

/// A page reads what it can of an address; a program is told of what cannot be read.
fn query_of(asked: Vec<(String, String)>) -> Result<AssetQuery, Problem> {
    for (name, value) in &asked {
        match name.as_str() {
            "q" => {}
            "order" if matches!(value.as_str(), "best" | "used") => {}
            "order" => return Err(Problem::field("order", "Give best or used.")),
            "page" if value.parse::<u32>().is_ok() => {}
            "page" => return Err(Problem::field("page", "Give the number of a page, from 1.")),
            name if AssetFacet::from_key(name).is_some() => {}
            name => return Err(Problem::field(name, "No such parameter. See /admin/v1/openapi.json for those that there are.")),
        }
    }
    Ok(AssetQuery::of(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_it_is_written_and_what_cannot_be_read_is_told() {
        let read = |text: &[(&str, &str)]| query_of(text.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        assert_eq!(
            read(&[("q", "plane"), ("kind", "api"), ("kind", "table"), ("page", "2")]).unwrap().address(),
            "?q=plane&kind=api&kind=table&page=2"
        );
        for (name, value) in [("colour", "red"), ("order", "worst"), ("page", "-1")] {
            assert_eq!(read(&[(name, value)]).unwrap_err().errors[0].field, name);
        }
    }
}
