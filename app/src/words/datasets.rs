//! What the list of datasets says.

use super::texts::texts;

texts! {
    /// The texts of the list of datasets.
    Datasets {
        title = "Datasets and jobs";
        name = "Datasets";
        lead = "Managed copies of tables. APIs read them in microseconds, without load on the source.";
        create = "Create dataset";
        none_title = "No datasets yet";
        none_text = "Create a dataset from a table that is queried often. APIs that are served from it do not wait for the source.";
        all_stores = "All stores";
        dataset = "Dataset";
        source = "Source";
        paused = "paused";
        store = "Store";
        rows = "Rows";
        live_since = "Live since";
        last_runs = "Last runs";
        state = "State";
        not_built = "Not built";
    }
}
