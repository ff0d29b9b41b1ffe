//! What the form of an API says of SQL that a person writes.

use super::texts::texts;

texts! {
    /// The texts of the step with an SQL query, its test values, and the names of its source.
    EditorScript {
        sql = "SQL";
        sql_note = "One SELECT";
        sql_help = "Write :name for a parameter. Put [[ … ]] around an optional part, which is left out when its parameters are not given.";
        go_to(line: usize, column: usize) = "Go to line {line}, column {column}";
        format = "Format";
        back_to_form = "Back to query builder";
        back_to_form_help = "Available while the generated SQL is unchanged.";
        no_parameters = "No parameters yet.";
        parameters(names: &str) = "Parameters: {names}.";
        test_values = "Test values";
        test_value_help = "Enter a value that exists in the data. The check runs with it.";
        names = "Tables and columns";
        search = "Search";
        search_names = "Search tables and columns";
        tables = "the tables of the source";
        columns(count: usize) = " {count} columns";
        insert_table(name: &str) = "Insert table {name}";
        insert_column(name: &str) = "Insert column {name}";
        column_type(name: &str, data_type: &str) = "{name}, {data_type}";
    }
}
