//! What the form of an API says of parameters, sorting and pagination.

use super::texts::texts;

texts! {
    /// The texts of the step with the parameters.
    EditorParameters {
        none = "No parameters";
        none_union = "Set an input of a step to a parameter of the caller. The parameter is listed here.";
        none_script = "Write :name in the SQL for a parameter. The parameter is listed here.";
        sorting = "Sorting and pagination";
        ascending = "Ascending";
        descending = "Descending";
        remove_sort(field: &str) = "Remove sort by {field}";
        sort_field = "Sort by";
        add_sort = "Add sort field";
        distinct = "Distinct rows";
        distinct_help = "Rows that are equal in every field are returned once.";
        pagination = "Pagination";
        pagination_help = "Needs a sort field, so that each page continues where the page before ended.";
        keyset = "Keyset pagination";
        keyset_help = "Each page starts after the last row of the page before. No row repeats while rows change, and late pages are as fast as the first. Needs a sort order that is unique for each row.";
        data_type = "Type";
        test_value = "Test value";
        test_value_note = "Used in Try it";
        description = "Description";
        default = "Default";
        default_note = "Used when not given";
        minimum = "Minimum";
        maximum = "Maximum";
        length_note = "Length, for text";
        pattern = "Pattern";
        pattern_note = "Regular expression";
        allowed_values = "Allowed values";
        allowed_values_note = "Comma-separated";
        required = "Required";
        multiple_values = "Multiple values";
        loggable = "Show values in the request log";
    }
}
