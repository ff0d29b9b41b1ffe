//! What the form of an API says of its policy: documentation, where it is served from, the response cache, and request limits.

use super::texts::texts;

texts! {
    /// The texts of the step with the policy.
    EditorPolicies {
        documentation = "Documentation";
        title = "Title";
        title_help = "One line that says what the API returns.";
        title_example = "One aircraft by its tail number";
        limits = "Request limits";
        timeout = "Time-out";
        timeout_help(ms: u32) = "At most {ms} ms.";
        rows = "Maximum rows";
        rows_help(rows: u32) = "At most {rows}. A response that is cut off says so.";
        size = "Maximum size";
        size_help(mib: u64) = "Of one uncompressed response: at most {mib} MiB. More than 64 MiB only in streamed formats.";
        page = "Page size";
        page_note = "Leave empty for no pagination";
        page_help(rows: u32) = "At most {rows} rows. Pagination needs a sort field.";
        field_selection = "Allow field selection (fields=)";
        field_selection_help = "Otherwise, each response has all fields.";
        unreadable = "Unreadable cells";
        unreadable_help = "Values that do not have the type of their field, such as 0000-00-00 in a date. A dataset rejects their rows.";
        unreadable_error = "Return an error with row and column";
        unreadable_null = "Return null";
        serving = "Serving and response cache";
        serve_from = "Serve from";
        serve_from_help = "A dataset responds in microseconds and never queries the source.";
        from_source = "Source (every request)";
        from_dataset(name: &str) = "Dataset {name}";
        cache = "Response cache";
        cache_off = "Off (every request reads the data)";
        cache_memory = "Memory";
        cache_redis = "Redis";
        cache_both = "Memory and Redis";
        ttl = "TTL";
        ttl_help = "After this time, the response is fetched again.";
        stale = "Stale TTL";
        stale_help = "How long the old response is still used after the TTL, while a new one is fetched or is unavailable.";
        negative = "Not-found TTL";
        negative_help = "How long a missing row is cached. 0 queries every time.";
    }
}
