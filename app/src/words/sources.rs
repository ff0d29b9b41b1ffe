//! What the list of sources says, the page of one source, and the page of one of its tables.

use super::texts::texts;

texts! {
    /// The texts of the list of sources, of the page of one source, and of one of its tables.
    Sources {
        title = "Sources";
        lead = "Connections to the systems that hold data. Everything in a source is shown as a table.";
        none_title = "No sources yet";
        none_text = "Create a source for a database that you can read. Then create APIs from its tables.";
        create = "Create source";
        all_kinds = "All connectors";
        all_states = "All states";
        no_failure = "No known failure";
        not_responding = "Did not respond";
        source = "Source";
        connector = "Connector";
        domain = "Domain";
        environments = "Environments";
        state = "State";
        changed = "Changed";
        new_title = "New source";
        new_lead = "The source is opened for reading only. Secrets are encrypted and never shown again.";
        only_builders = "Only builders and owners of a domain can create sources. Ask an owner or an admin for the role.";
        tables = "Tables";
        in_environment(environment: &str) = "in {environment}";
        tables_of(source: &str) = "the tables of {source}";
        no_tables_title = "No tables";
        no_tables_text = "The source responds, but its user can see no tables.";
        tables_of_source = "Tables of the source";
        table = "Table";
        rows_estimate = "Rows (estimate)";
        columns = "Columns";
        key = "Key";
        no_key = "None";
        actions = "Actions";
        create_api = "Create API";
        create_dataset = "Create dataset";
        table_of(source: &str) = "Table of {source}";
        rows_of(table: &str) = "rows of {table}";
        sample = "Sample";
        sample_rows(shown: usize, all: &str, took_ms: f64) = "{shown} of {all} rows, read in {took_ms:.1} ms";
        unknown_count = "an unknown number of";
        columns_of_table = "Columns of the table";
        column = "Column";
        column_type = "Type";
        source_type = "Source type";
        key_badge = "key";
        nullable = "Nullable";
        yes = "Yes";
        no = "No";
    }
}
