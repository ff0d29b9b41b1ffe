//! What the mapping of a dataset says: its card and its form.

use super::texts::texts;

texts! {
    /// The texts of a dataset's mapping.
    DatasetsMapping {
        title = "Column mapping";
        change = "Change mapping";
        none = "All columns are copied unchanged.";
        excluded(columns: &str) = "Excluded columns: {columns}";
        row_filter(condition: &str) = "Row filter: {condition}";
        latest_row(column: &str) = "Latest row of each key: largest {column}";
        tables_of(source: &str) = "the tables of {source}";
        no_table = "The source no longer has this table.";
        save = "Save mapping";
        save_help = "Takes effect with the next build. The live version stays as it is. If live APIs read the dataset, somebody else must approve the change first.";
        preview = "Preview 10 rows";
        preview_help = "Reads from the table now. Nothing is saved.";
        preview_read(read: usize, removed: usize) = "Rows read: {read}. Removed by the row filter: {removed}.";
        row_rejected = "1 row is rejected. ";
        rows_rejected(count: usize) = "{count} rows are rejected. ";
        same_type = "unchanged";
        no_mask = "not masked";
        columns = "Mapped columns";
        copy = "Copy";
        column = "Column";
        name = "Name";
        kind = "Type";
        masking = "Masking";
        copy_of(column: &str) = "Copy {column}";
        name_of(column: &str) = "Name of {column}";
        type_of(column: &str) = "Type of {column}";
        masking_of(column: &str) = "Masking of {column}";
        add_column = "Add column";
        remove_column = "Remove column";
        own_name = "Name of the added column";
        own_name_example = "name";
        own_kind = "Kind of the added column";
        own_value = "Value of the added column";
        own_type = "Type of the added column";
        expression = "SQL expression";
        constant = "constant";
        copied_column = "copy of column";
        add_filter = "Add row filter";
        remove_filter = "Remove row filter";
        filter_column = "Column of the row filter";
        filter_operator = "Operator of the row filter";
        filter_value = "Value of the row filter";
        filter_value_example = "value";
        latest = "Latest row of each key";
        latest_help = "Decides which row is kept if several rows of the table have the same key.";
        latest_none = "off: rows with the same key fail the build";
        latest_by(column: &str) = "keep the row with the largest {column}";
    }
}
