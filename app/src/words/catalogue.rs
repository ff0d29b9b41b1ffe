//! What the search of the catalogue says, and the names of kinds, tiers and statuses of assets.

use super::texts::texts;

texts! {
    /// The texts of the search of the catalogue.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    Catalogue {
        title = "Catalogue";
        lead = "Find data, see whether to trust it, where it comes from and who uses it.";
        assets = "Assets";
        pages = "Pages of the catalogue";
        narrow = "Narrow the results";
        search_label = "Search the catalogue";
        search_example = "Words, names or ids";
        search = "Search";
        filter = "Filter";
        order = "Order of results";
        best_first = "Best match";
        used_first = "Most used";
        drop_filter(value: &str) = "Remove filter {value}";
        clear = "Clear all";
        results = "Results";
        found(count: u64) = "Assets found: {count}. ";
        read_as(words: &str) = "Shown: results for {words}.";
        building = "The search index is being built. Some assets may be missing.";
        none_title = "The catalogue is empty";
        none_text = "Create a source, then register its tables on the page of the source in the catalogue.";
        nothing_found = "Nothing found";
        nothing_text = "Try fewer words or another spelling, or remove filters.";
        by_domain = "Domains";
        assets_count(count: u64) = "Assets: {count}";
        kind = "Type";
        domain = "Domain";
        tag = "Tag";
        term = "Term";
        owner = "Owner";
        tier = "Tier";
        status = "Status";
        more(count: usize) = "Show {count} more";
        kind_source = "Source";
        kind_table = "Table";
        kind_column = "Column";
        kind_dataset = "Dataset";
        kind_job = "Job";
        kind_api = "API";
        kind_app = "App";
        kind_with_columns(kind: &str, columns: u32) = "{kind}, columns: {columns}";
        status_draft = "Draft";
        status_certified = "Certified";
        status_deprecated = "Deprecated";
        tier_p0 = "P0, the business stops without it";
        tier_p1 = "P1, customers notice";
        tier_p2 = "P2, internal use";
        tier_p3 = "P3, for trying";
        in_columns(columns: &str) = "Columns: {columns}";
        terms(terms: &str) = "Terms: {terms}";
        fresh = "Updated ";
        requests_month = "requests in 30 days";
        saved_views = "Saved views";
        save_view = "Save this search as a view";
        view_name = "Name of the view";
        view_name_help = "Only you see your views.";
        view_saved = "The view is saved.";
        view_deleted = "The view is deleted.";
        delete_view = "Delete view";
        delete_view_title(name: &str) = "Delete the view {name}?";
        delete_view_effect = "The assets stay as they are. A deleted view cannot be restored.";
        bad_view = "This search cannot be read. Search again, then save the view.";
    }
}
