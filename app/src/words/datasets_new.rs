//! What the form of a new dataset says.

use super::texts::texts;

texts! {
    /// The texts of the form of a new dataset.
    DatasetsNew {
        title = "Create dataset";
        lead = "A dataset is a managed copy of a table. No rows are copied before you build it.";
        no_access = "Only builders and owners of a domain can create datasets. Ask an owner or an admin for a role.";
        source_table = "Source table";
        source = "Source";
        tables_of_source = "the tables of the source";
        table = "Table";
        choose_table = "Choose a table";
        table_rows(rows: &str) = "{rows} rows, ";
        table_columns(columns: usize, key: &str) = "{columns} columns, key: {key}";
        no_key = "none";
        key_columns = "Key columns";
        key_columns_note = "Default: the key of the table";
        key_columns_help = "Key columns together identify one row, and are never empty. Select them in the order of the key. A columnar dataset needs no key.";
        mapping = "Column mapping";
        mapping_help = "By default, every column is copied. You can exclude, rename and mask columns, add computed columns, and filter rows.";
        store = "Store";
        store_help = "Embedded: fastest lookup by key. Redis: lookup by key, shared by all nodes. Columnar: SQL queries over many rows. Table: for users of that database.";
        store_help_without_redis = "Embedded: lookup by key. Columnar: SQL queries over many rows. Table: for users of that database.";
        compression = "Compression";
        compression_help = "Each row is compressed on its own. Columnar datasets are always compressed.";
        domain_and_name = "Domain and name";
        domain = "Domain";
        domain_help = "The domain of the source.";
        name = "Name";
        name_help = "Lowercase letters, digits and hyphens.";
        name_example = "planes";
        create = "Create dataset";
        cancel = "Cancel";
        no_destination = "No source of this domain allows dataset output. The owner of a source can turn on “Allow dataset output” on its page.";
        destination_help = "Each dataset version is a separate table in this database. A view with this name shows the live version. Nothing else is changed.";
        destination = "Destination";
        schema = "Schema";
        schema_note = "Leave empty for the default";
        view = "Database view";
    }
}
