//! What the test console of an API says.

use super::texts::texts;

texts! {
    /// The texts of the test console.
    ApiConsole {
        page = "Try it";
        title(api: &str) = "Try {api}";
        lead = "Requests from this page run on real data. They are counted for you, not for an app.";
        version = "Version";
        number(number: i64) = "v{number}";
        no_version_title = "Version not found";
        no_version_text = "Choose a version above, or try the draft in the editor.";
        optional_type(kind: &str) = "{kind}, optional";
        limit_note = "rows per page, optional";
        after_note = "next from the last response";
        parameters = "Parameters";
        environment = "Environment";
        send = "Send request";
        key_control = "Ctrl";
        key_enter = "Enter";
        keys_help = " sends the request from any field";
        unsent_title = "No request sent yet";
        unsent_text = "Send a request to see its response, headers, timings and query plan.";
        keep = "Save as test case";
        keep_help = "Each check and each release sends this request again and compares the response.";
        no_parameters = "without parameters";
        unit_ms = " ms";
        unit_rows = " rows";
        unit_bytes = " bytes";
        ms(ms: &str) = "{ms} ms";
        after_step(ms: &str) = ", {ms} ms";
        path = "Request steps";
        panes = "Response sections";
        response = "Response";
        headers = "Headers";
        timings = "Timings";
        plan = "Plan";
        samples = "Code samples";
        samples_help = "The samples work once this version is live. Use the key of an app with a grant.";
        statement = "Statement";
        query_plan = "Query plan";
        fallback_api = "another API";
        fallback_fixed = "constant";
        fallback_last = "last good";
        fallback_null = "null";
        fell_back(ms: &str, fallback: &str) = "{ms} ms, {fallback}";
        step = "Step";
        share = "Share";
        share_of(step: &str) = "Share of {step} in the duration";
        duration = "Duration";
        timeline = "Timeline";
        span(step: &str, start: &str, took: &str) = "{step} started after {start} ms and took {took} ms";
        requests = "Requests";
        rows = "Rows";
        status_ok = "OK";
        status_invalid = "Bad request";
        status_not_found = "Not found";
        status_unavailable = "Source unavailable";
        status_timeout = "Timed out";
    }
}
