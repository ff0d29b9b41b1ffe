//! What the parts of forms say: buttons, fields that many forms share, and dialogs.

use super::texts::texts;

texts! {
    /// The texts of the parts of forms.
    #[cfg_attr(not(all(feature = "ssr", feature = "hydrate")), allow(dead_code))] // one half alone says some of them
    UiForms {
        cancel = "Cancel";
        close = "Close";
        copy = "Copy";
        saved = "Saved.";
        search = "Search";
        search_in(list: &str) = "Search: {list}";
        select_all = "Select all";
        select_none = "Select none";
        selected(fields: &str) = "Selected: {fields}";
        zone_help = "Enter a city and choose its time zone. Example: Shanghai for Asia/Shanghai.";
        no_limit = "No limit.";
        limit(per_second: &str, burst: &str) = "{per_second} requests per second, burst of {burst}.";
        per_second = "Requests per second";
        per_second_note = "Leave empty for no limit";
        burst = "Burst";
        burst_note = "Default: 1 second of requests";
        burst_help = "Requests allowed at once after a pause.";
        burst_alone = "Enter the requests per second too. A burst has no effect without them.";
        leave_title = "Leave this page without saving?";
        leave_text = "Your changes on this page are not saved. They are lost when you leave.";
        stay = "Stay on this page";
        leave = "Leave without saving";
    }
}
