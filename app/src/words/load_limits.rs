//! What the load limits of a source say.

use super::texts::texts;

texts! {
    /// The texts of the load limits of a source.
    LoadLimits {
        title = "Load limits";
        about = "For all runs of all jobs together, on all nodes. Changes apply to active runs within 1 second. Leave a field empty for no limit.";
        rows = "Rows per second";
        bytes = "Bytes per second";
        bytes_help = "Size of the rows before compression.";
        runs = "Concurrent runs";
        runs_help = "Other runs wait.";
        readers = "Readers per run";
        readers_help = "Connections that read a large table in parallel. Default: 2.";
        windows = "Time windows";
        windows_help = "Runs work only in these hours, such as 22:00-06:00. Separate windows with commas.";
        zone = "Time zone";
        latency = "Latency limit";
        latency_help = "In ms, measured with the simplest query. Runs slow down above it.";
        query = "Load query";
        query_help = "SQL that returns one number, such as connections or replication lag.";
        threshold = "Load threshold";
        threshold_help = "Runs slow down when the load query returns a higher number.";
        saved = "Saved.";
        saved_help = " Runs apply the new limits from now on.";
        save = "Save limits";
    }
}
