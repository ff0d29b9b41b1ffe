//! What the page that accelerates an API says.

use super::texts::texts;

texts! {
    /// The texts of the page that accelerates an API.
    ApiAccelerate {
        page = "Accelerate";
        title(api: &str) = "Accelerate {api}";
        lead = "Serve the API from a dataset that is read in microseconds. The live version does not change until the new one is approved.";
        back = "Back to API";
        steps = "Steps";
        step(number: usize, name: &str) = "{number}. {name}";
        step_dataset = "Dataset";
        step_build = "Build";
        step_review = "Review";
        step_approval = "Approval";
        dataset = "Dataset";
        dataset_help(table: &str, source: &str, size: &str, key: &str) = "A copy of {table} of {source}. Size: {size}. Key: {key}. Each build reads the table once, within the load limits of the source.";
        size(rows: &str) = "about {rows}";
        size_unknown = "unknown";
        name = "Dataset name";
        name_help = "Lowercase letters, digits and hyphens.";
        schedule = "Schedule";
        schedule_help = "The dataset page has more options: other times, after another dataset, and incremental sync.";
        hourly = "Every hour";
        nightly = "Daily at 03:00 UTC";
        manual = "Manual";
        store = "Store";
        store_help = "Embedded is fastest. Redis is shared by all nodes.";
        compression = "Compression";
        compression_help = "Each row is compressed separately.";
        create = "Create dataset";
        live(number: i64, rows: &str) = "Dataset version {number} is live: {rows} rows, all verified.";
        live_help = "The dataset page shows its versions, schedule and quality rules. ";
        open_dataset = "Open dataset";
        send = "Send for review";
        send_help = "The draft is the same API, served from the dataset. It goes live immediately after someone else approves it.";
        reason = "Reason";
        optional = "optional";
        reason_help = "Shown first to the approver.";
        reason_default = "Serve the API from a dataset to reduce the load on its source.";
        edit_draft = "Edit draft";
        in_review(number: i64) = "Version {number} is waiting for approval.";
        in_review_help = "Until it is approved, the live version reads the source as before.";
        served = "The API is served from the dataset.";
        try_it = "Try it";
        served_help = " to see the new response time.";
        build_again = "Build again";
    }
}
