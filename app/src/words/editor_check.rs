//! What the check of a draft says, beside the form and before the draft is sent for review.

use super::texts::texts;

texts! {
    /// The texts of the check of a draft, its sample, and the step that sends it for review.
    EditorCheck {
        passed = "Check passed.";
        key_passed = " The key is unique and never empty.";
        ran = " The API ran once on test values.";
        incomplete = "Incomplete.";
        checking = "Checking the API on its source.";
        cannot_send = "The draft cannot be sent for review yet.";
        cost(text: &str) = "{text} An approver must accept this.";
        warning(text: &str) = "{text} The approver sees this.";
        case_failed(name: &str) = "Test case {name} failed.";
        case_failed_help(message: &str) = " {message} The version cannot be released until the test case passes.";
        live_sample = "Live sample";
        sample_of(shown: usize, rows: &str, ms: f64) = "{shown} of {rows} rows, read in {ms:.1} ms";
        sample(shown: usize, ms: f64) = "{shown} rows, read in {ms:.1} ms";
        sample_rows = "sample rows";
        approver_sample = "Sample for the approver";
        example = "Example response";
        sql = "Generated SQL";
        to_sql = "Convert to SQL query";
        environment = "Environment";
        reason = "Reason";
        optional = "optional";
        reason_help = "Shown to the approver.";
        effects = "Sending creates a version that cannot change. Another person decides: nobody approves their own request. The version is live when it is approved.";
        send = "Send for review";
    }
}
