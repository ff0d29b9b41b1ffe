//! What the filters of a query builder say.

use super::texts::texts;

texts! {
    /// The texts of the filters of a query builder.
    EditorFilters {
        title = "Filters";
        columns_of_table = "the columns of the table";
        no_table_title = "No table chosen";
        no_table_text = "Choose a table first. Filters use its columns.";
        none = "Without filters, a request returns all rows. A filter applies only if its parameter is given.";
        help = "A filter applies only if its parameter is given. A filter with a required parameter or a constant always applies.";
        group(number: usize) = "OR group {number}";
        group_help = ": a row must match at least one of these filters";
        remove_filter(column: &str) = "Remove filter on {column}";
        column = "Filter column";
        computed = " (computed)";
        operator = "Operator";
        compare_with = "Compare with";
        parameter = "Request parameter";
        constant = "Constant";
        constant_value = "Constant value";
        combination = "Combine with other filters";
        all = "AND";
        new_group = "OR, in a new group";
        in_group(number: usize) = "OR, in group {number}";
        add_filter = "Add filter";
    }
}
