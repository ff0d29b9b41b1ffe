//! What a list says around its rows: search, filters, columns and pages.

use super::texts::texts;

texts! {
    /// The texts of the lists.
    UiTable {
        search_and_filter(list: &str) = "Search and filter: {list}";
        filter_by(field: &str) = "Filter: {field}";
        domain = "Domain";
        all_domains = "All domains";
        clear = "Clear all";
        sort = "Sort";
        default_order = "Default order";
        ascending(column: &str) = "{column}, ascending";
        descending(column: &str) = "{column}, descending";
        columns = "Columns";
        show_column(column: &str) = "Show {column}";
        hide_column(column: &str) = "Hide {column}";
        none_found = "No rows match the search and filters. ";
        clear_search = "Clear search and filters";
        range(first: &str, last: &str) = "{first}–{last}";
        all_rows(list: &str, rows: &str) = "{list}: {rows}";
        rows_of_all(list: &str, rows: &str, all: &str) = "{list}: {rows} of {all}";
        range_of_found(list: &str, range: &str, found: &str, all: &str) = "{list}: {range} of {found} ({all} in total)";
        pages(list: &str) = "Pages of {list}";
        page(page: &str, pages: &str) = "Page {page} of {pages}";
        first = "First";
        previous = "Previous";
        next = "Next";
        last = "Last";
    }
}
