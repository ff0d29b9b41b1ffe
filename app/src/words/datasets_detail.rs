//! What the page of one dataset says: its versions, its run, its reconciliation, and a change that waits.

use super::texts::texts;

texts! {
    /// The texts of the page of one dataset.
    DatasetsDetail {
        lead_columnar(table: &str) = "Copy of {table}, queried in SQL through a source of datasets.";
        lead_output(table: &str, view: &str) = "Copy of {table}, written into {view}.";
        lead_key(table: &str, key: &str) = "Copy of {table}, looked up by {key}.";
        build = "Build";
        environment = "Environment";
        build_new = "Build a new version";
        building = "Build in progress";
        build_help = "A build writes a new version, verifies it, and makes it live. A failed build does not change the live version.";
        overview = "Overview";
        owner = "Owner";
        source = "Source";
        store = "Store";
        view = "Database view";
        compression = "Compression";
        apis = "APIs";
        no_api = "None yet";
        fields = "Fields";
        create_api = "Create API from dataset";
        not_shown(view: &str, number: i64) = "The view {view} does not show version {number} yet.";
        not_shown_why(reason: &str) = " Sluice tries again every 10 seconds. {reason}";
        validated(number: i64) = "Dataset version {number} is validated and waits for approval.";
        validated_rows(rows: &str) = " The version has {rows} rows, and goes live when an owner promotes it.";
        validated_empty = " A version without rows always waits, unless the check “Minimum rows” is 0.";
        promote = "Promote to live";
        versions = "Dataset versions";
        not_built = "Not built yet";
        not_built_help = "Build the dataset. The first version goes live when it passes all checks.";
        version = "Version";
        state = "State";
        rows = "Rows";
        size = "Size";
        stored(kilobytes: &str, percent: i64) = "{kilobytes} KB ({percent} %)";
        requested = "Requested";
        requested_by(person: &str) = " by {person}";
        actions = "Actions";
        roll_back(number: i64) = "Roll back to v{number}";
        roll_back_title(domain: &str, name: &str, number: i64) = "Roll back {domain}/{name} to version {number}?";
        roll_back_no_api = "No API is served from the dataset.";
        roll_back_apis(apis: &str) = "These APIs serve the rows of that version at once: {apis}.";
        roll_back_undo = "The version that is live now is kept. To undo this, roll back to it.";
        change_waits = "A change of this dataset waits for an approver.";
        change_by(author: &str) = " Live APIs read the dataset, so somebody else must approve the change. Builds use the settings below until then. {author} requested the change, ";
        change_request = "Open the request";
        change_title = "Requested change";
        run_progress = "Progress of the run";
        run_read = "Read";
        run_check = "Check";
        run_write = "Write";
        run_verify = "Verify";
        run_go_live = "Go live";
        run_speed(rows: &str, bytes: &str) = "{rows} rows/s, {bytes}/s";
        run_rows(rows: &str) = "{rows} rows";
        run_key = "key";
        run_key_and_rule = "key and 1 rule";
        run_key_and_rules(rules: usize) = "key and {rules} rules";
        run_rejected(rows: &str) = ", {rows} rejected";
        run_verified_by = "count and checksum";
        run_after_approval = "after an owner's approval";
        run_automatic = "automatic, if verified";
        checkpoint_all = "All rows that were read are stored. A retry resumes from this checkpoint.";
        checkpoint_parts(stored: u32, parts: u32) = "{stored} of {parts} parts are read and stored. A retry resumes from these checkpoints.";
        checkpoint_before(rows: &str) = " {rows} rows are from an earlier attempt.";
        reconciliation = "Reconciliation";
        reconciliation_of(number: i64) = "Reconciliation of version {number} with its source";
        reconciling = "in progress";
        not_reconciled = "The reconciliation failed. ";
        both_sides(source: &str, dataset: &str) = "{source} in the source, {dataset} in the dataset.";
        no_difference = "No differences in the last reconciliation, ";
        one_differs = "1 row differs. ";
        some_differ(rows: &str) = "{rows} differ. ";
        differences(missing: &str, changed: &str, extra: &str) = "{missing} missing, {changed} changed, {extra} extra.";
        last_reconciliation = "Last reconciliation: ";
        chart = "Rows that differ, by reconciliation";
        chart_maximum(rows: &str) = "maximum {rows}";
        chart_text(rows: &str) = "Rows that differ, by reconciliation: maximum {rows}";
    }
}
