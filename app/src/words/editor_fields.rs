//! What the form of an API says of tables, columns and response fields.

use super::texts::texts;

texts! {
    /// The texts of the step with the table and the response fields.
    EditorFields {
        source = "Source";
        no_sources = "No sources in this domain";
        source_option(name: &str, driver: &str) = "{name} ({driver})";
        table = "Table";
        tables = "the tables of the source";
        choose_table = "Choose a table";
        choose_table_help = "Its columns are shown here, with sample rows.";
        table_about(columns: usize, key: &str) = "{columns} columns, key {key}";
        table_about_rows(rows: &str, columns: usize, key: &str) = "{rows} rows, {columns} columns, key {key}";
        no_key = "none";
        columns = "the columns of the table";
        response_fields = "Response fields";
        fields_of(total: usize) = " of {total}";
        region = "Columns and response fields";
        include = "Include";
        include_column(column: &str) = "Include {column}";
        column = "Column";
        key = "Key";
        key_column(column: &str) = "Use {column} as key";
        data_type = "Type";
        field_name = "Response field name";
        field_name_of(column: &str) = "Response field name of {column}";
        computed = "Computed fields";
        computed_none = "An aggregate, such as a count or a mean, groups rows by the fields above. A function computes a value from a column.";
        computed_some = "With an aggregate, rows are grouped by the other fields. Untick fields you don't want to group by.";
        computed_of(what: &str, of: &str) = "{what} of {of}";
        remove(name: &str) = "Remove {name}";
        computation = "Computation";
        aggregates = "Aggregates";
        functions = "Functions";
        computed_column = "Column to compute from";
        add_computed = "Add computed field";
    }
}
