//! What the command palette says.

use super::texts::texts;

texts! {
    /// The texts of the command palette.
    CatalogueSearch {
        find = "Search or jump to";
        keys = "Ctrl K";
        escape = "Esc";
        areas = "Pages";
        assets = "Catalogue";
        found = "Found";
        kind_in(kind: &str, domain: &str) = "{kind}, {domain}";
        search_for(text: &str) = "Search the catalogue for {text}";
        count(results: usize) = "Found: {results}";
        up = "↑";
        down = "↓";
        choose = "choose";
        enter = "Enter";
        go = "open";
    }
}
