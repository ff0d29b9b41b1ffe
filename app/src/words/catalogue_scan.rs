//! What the tables of a source in the catalogue say, and its scans.

use super::texts::texts;

texts! {
    /// The texts of the tables of a source and of its scans.
    CatalogueScan {
        tables = "Tables";
        table = "Table";
        about = "Description";
        owner = "Owner";
        tags = "Tags";
        select = "Select";
        no_tables_title = "No tables registered";
        no_tables_text = "Choose schemas and tables above, then save. The first scan registers them.";
        register = "Register tables";
        register_about = "Sluice scans the source, registers its tables and columns, and looks again on the schedule. What people wrote is never overwritten.";
        choices_of(source: &str) = "the schemas and tables of {source}";
        schemas = "Schemas";
        schemas_note = "Select none for the schema of the source's settings";
        tables_note = "Select none for all tables";
        tables_help = "New tables are registered by later scans if none are selected.";
        every = "Scan again";
        every_help = "Each scan lists tables and columns, and reads no rows.";
        never = "Only when asked";
        hourly = "Every hour";
        six_hourly = "Every 6 hours";
        daily = "Every day";
        weekly = "Every week";
        every_minutes(minutes: u32) = "Every {minutes} minutes";
        environment = "Environment";
        environment_help = "The settings of the source that are scanned with.";
        save = "Save and scan";
        saved = "Saved. The scan starts within a few seconds.";
        last_scan = "Last scan";
        next_scan = "Next scan: ";
        scan_now = "Scan now";
        asked = "The scan starts within a few seconds.";
        waiting = "Waiting";
        done = "Done";
        failed = "Failed";
        held = "Waiting for a decision";
        found(count: u64) = "Tables found: {count}";
        new_tables(count: u64) = "New tables: {count}";
        gone_tables(count: u64) = "Missing tables: {count}";
        new_columns(count: u64) = "New columns: {count}";
        gone_columns(count: u64) = "Missing columns: {count}";
        renamed_columns(count: u64) = "Renamed columns: {count}";
        retyped_columns(count: u64) = "Columns with another type: {count}";
        offered(count: u64) = "Possible renames to decide on: {count}";
        held_title(found: u64, known: u64) = "The scan found {found} of {known} known tables. ";
        held_text = "Nothing was changed. Decide whether the missing tables are gone:";
        accept = "Mark tables as missing";
        accept_title(source: &str) = "Mark the missing tables of {source} as missing?";
        accept_effect(count: u64) = "Tables marked as missing: {count}. The source is scanned again first.";
        accept_kept = "Their descriptions and tags are kept, and hold again when a table is back.";
        discard = "Keep all tables";
        decided = "Your decision is saved.";
    }
}
