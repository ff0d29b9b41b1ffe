//! Searching the catalogue in the index of this node. Which domains the caller may see is decided here, and is part of every search.

use std::collections::BTreeSet;

use model::asset_document::SeenDomains;
use model::view::{AssetQuery, AssetResults, AssetSuggestion, MAX_QUERY};
use model::{Action, ErrorCode, Problem};

use crate::ports::CatalogueRequest;
use crate::{Caller, Control};

/// Results of a page, and what the command palette offers.
const PAGE: u32 = 20;
const OFFERED: u32 = 8;
/// The most values of one facet, and the longest, in characters: more is asked by nobody who uses the portal.
const MAX_VALUES: usize = 50;
const MAX_VALUE: usize = 256;

impl Control {
    /// A page of the assets of the caller's domains that have the words, with the facets of all of them. What the caller may not see
    /// changes no result, no count and no spelling.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub async fn search_assets(&self, caller: &Caller, query: &AssetQuery) -> Result<AssetResults, Problem> {
        let request = CatalogueRequest { query: bounded(query), sees: sees(caller), rows: PAGE, now: self.host.now() };
        self.ports.catalogue.search(request).await.map_err(|cause| unreadable(&cause))
    }

    /// The assets that somebody may mean who has typed a part of a name; nothing for no text.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub async fn suggest_assets(&self, caller: &Caller, text: &str) -> Result<Vec<AssetSuggestion>, Problem> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let query = bounded(&AssetQuery { text: text.to_owned(), ..AssetQuery::default() });
        let request = CatalogueRequest { query, sees: sees(caller), rows: OFFERED, now: self.host.now() };
        self.ports.catalogue.suggest(request).await.map_err(|cause| unreadable(&cause))
    }
}

/// The domains that the caller may see.
fn sees(caller: &Caller) -> SeenDomains {
    if caller.is_admin() {
        return SeenDomains::All;
    }
    SeenDomains::Of(caller.roles().keys().filter(|domain| caller.can(Action::See, domain)).cloned().collect())
}

/// No longer and no wider than a search may be.
pub(super) fn bounded(query: &AssetQuery) -> AssetQuery {
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let values = |of: &BTreeSet<String>| of.iter().take(MAX_VALUES).map(|value| cut(value, MAX_VALUE)).collect::<BTreeSet<String>>();
    let filters = query.filters.iter().map(|(facet, of)| (*facet, values(of))).filter(|(_, of)| !of.is_empty());
    AssetQuery { text: cut(query.text.trim(), MAX_QUERY), filters: filters.collect(), ..query.clone() }
}

fn unreadable(cause: &str) -> Problem {
    tracing::error!(cause, "the index of the catalogue cannot be read");
    Problem::new(ErrorCode::Internal, "The catalogue could not be searched. Try again.")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::Role;
    use model::view::AssetFacet;

    use super::*;

    #[test]
    fn a_search_is_of_the_domains_that_its_caller_may_see() {
        let roles = BTreeMap::from([("travel".to_owned(), vec![Role::Viewer]), ("finance".to_owned(), Vec::new())]);
        let caller = Caller::new(("1".into(), "v@demo".into(), false), roles, None, "r");
        assert_eq!(sees(&caller), SeenDomains::Of(vec!["travel".into()]));
        assert_eq!(sees(&Caller::system()), SeenDomains::All);
    }

    #[test]
    fn a_search_is_bounded_whoever_sends_it() {
        let long = "飞".repeat(5_000);
        let values = (0..200).map(|at| format!("{at}{long}")).collect();
        let query = AssetQuery { text: long, filters: BTreeMap::from([(AssetFacet::Tag, values)]), ..AssetQuery::default() };
        let bounded = bounded(&query);
        assert_eq!(bounded.text.chars().count(), MAX_QUERY);
        let tags = &bounded.filters[&AssetFacet::Tag];
        assert!(tags.len() == MAX_VALUES && tags.iter().all(|tag| tag.chars().count() == MAX_VALUE));
    }
}
