//! What the parts say that many pages share: states, times, and what is shown while something is loaded or goes wrong.

use super::texts::texts;

texts! {
    /// The texts of the parts that many pages share, but those of forms and lists.
    Ui {
        tab_title(page: &str) = "{page} · Sluice";
        loading = "Loading";
        not_found = "Not found";
        access_denied = "Access denied";
        page_error = "This page cannot be shown";
        go_home = "Go to Home";
        sign_in_again = "Sign in again";
        request_id = "Request ID: ";
        loading_from_source(what: &str) = "Loading {what} from the source.";
        last_loaded = "Last loaded ";
        loading_again(what: &str) = ". Loading {what} again.";
        shown_before(what: &str) = "Shown: {what}, last loaded ";
        shown_after = ".";
        reload = "Reload from source";
        live_version(state: &str, version: i64) = "{state} v{version}";
        live_in(environment: &str) = " in {environment}";
        live_degraded = ", degraded";
        live_failing = ", failing";
        live_failed = ", failed recently";
        not_written = "Not written";
        cannot_be_served = "Cannot be served";
        alert_fires = "Alert fires";
        failing = "Failing";
        unreachable = "Unreachable";
        unreadable = "Unreadable";
        build_failed = "Build failed";
        sync_stopped = "Sync stopped";
        view_not_switched = "View not switched";
        mismatch = "Mismatch";
        late = "Late";
        degraded = "Degraded";
        awaiting_approval = "Awaiting approval";
        draft = "Draft";
        in_review = "In review";
        approved = "Approved";
        rejected = "Rejected";
        withdrawn = "Withdrawn";
        building = "Building";
        validated = "Validated";
        live = "Live";
        standby = "Standby";
        failed = "Failed";
        dropped = "Dropped";
        case_not_run = "not run";
        case_passed = "passed";
        case_failed = "failed";
        sample_rows = "Sample rows";
        settings_compared = "Settings before and after";
        setting = "Setting";
        before = "Before";
        after = "After";
        secret_before = "encrypted";
        secret_after = "new value, encrypted";
        step_first(step: &str) = "{step} starts immediately";
        step_after(step: &str, others: &str) = "{step} starts after {others}";
        step_and = " and ";
        minutes(number: u32) = "{number} min";
        seconds(number: u32) = "{number} s";
        milliseconds(number: u32) = "{number} ms";
        one_row = "1 row";
        rows(number: &str) = "{number} rows";
    }
}
