//! What the incremental sync of a dataset says, and its reconciliation with the source.

use super::texts::texts;

texts! {
    /// The texts of incremental sync and reconciliation.
    DatasetsIncremental {
        title = "Incremental sync";
        title_both = "Incremental sync and reconciliation";
        not_started = "Incremental sync starts with the next build.";
        version(number: i64, environment: &str) = "Dataset version {number}: incremental sync in {environment}";
        turned_off = "turned off";
        paused = "paused";
        waiting = "waiting for a worker";
        applying = "applying changes";
        up_to_date = "up to date";
        stopped = "Incremental sync stopped. ";
        stopped_help = "The live version stays as it is. Sluice retries automatically.";
        changes(rows: &str, deleted: &str) = "{rows} added or changed since the build, {deleted} deleted.";
        caught_up_before = "Last up to date: ";
        caught_up_after = ". ";
        position(position: &str) = "Position: {position}.";
        close = "Close";
        change = "Change sync settings";
        save = "Save sync settings";
        off_stream = "Incremental sync is off. Turn it on to apply each message from the change stream of the source.";
        off_cursor = "Incremental sync is off. Turn it on to apply changed rows, found by a cursor column.";
        on_stream = "Each message of the change stream is applied as it arrives.";
        on_cursor(seconds: u32, cursor: &str) = "Added and changed rows are applied every {seconds} s. Cursor column: {cursor}.";
        on_deleted(column: &str) = " Deleted where: {column}.";
        on_delete_detection(minutes: u32) = " Delete detection runs every {minutes} min.";
        backfill = "Backfill a range";
        backfill_help(cursor: &str) = "Rows with {cursor} in this range are read again and applied to the live version. Unchanged rows stay as they are.";
        from = "From";
        to = "To";
        optional = "optional";
        backfill_started = "The backfill starts with the next poll.";
        backfill_start = "Start backfill";
        switch_help = "Applies added, changed and deleted rows to the live version. Starts with the next build.";
        start = "Start position";
        start_help = "Default: the earliest message. Otherwise latest, a time such as 2024-05-01T10:00:00Z, or offsets such as {\"0\": 12}.";
        cursor = "Cursor column";
        cursor_help = "A column that grows with every change of a row, such as a time of change or a sequence.";
        deletion = "Deleted where";
        deletion_help = "A column that is true, not zero, or not empty in deleted rows.";
        no_deletion = "no column";
        poll_interval = "Poll interval";
        lookback = "Lookback window";
        lookback_unit = "s, days or steps";
        delete_detection = "Delete detection interval";
        delete_detection_help = "Compare all keys with the source at this interval to find deleted rows. Leave empty to turn off.";
        lookback_help = "Each poll reads the lookback window before the last cursor value again, to catch late commits. Rows that are read twice count once.";
        reconcile_interval = "Reconciliation interval";
        reconcile_limit = "Alert threshold";
        reconcile_unit = "rows";
        reconcile_help = "Both sides are summed up in buckets, and read row by row where the sums differ. More different rows than the threshold raise an alert. Leave the interval empty to turn off.";
    }
}
