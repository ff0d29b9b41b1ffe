//! What the page of silences and maintenance windows says.

use super::texts::texts;

texts! {
    /// The texts of the page of silences and maintenance windows.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    AlertSilences {
        title = "Silences";
        lead = "Silenced alerts fire and are shown, but nobody is told. If an alert still fires when its silence ends, its receivers are told then.";
        silences = "Silences";
        none = "No silences in the last 7 days.";
        about = "Alerts";
        domain = "Domain";
        state = "State";
        from = "From";
        to = "To";
        reason = "Reason";
        actions = "Actions";
        over = "Ended";
        planned = "Planned";
        active = "Active";
        end = "End silence";
        end_title(about: &str) = "End the silence of {about}?";
        end_effect = "If an alert that it covers still fires, its receivers are told within a minute.";
        end_undo = "An ended silence cannot be continued. Create another silence instead.";
        ended = "The silence is ended.";
        create = "Create silence";
        create_about = "Fields that are left empty match any alert of the domain.";
        created = "The silence is created.";
        optional = "Optional";
        rule = "Rule or objective";
        rule_help = "Choose one of the list, or leave empty for any.";
        kind = "Kind of object";
        any_kind = "Any";
        environment = "Environment";
        path = "Object";
        path_help = "Choose one of the list, or leave empty for any.";
        hours = "Hours";
        hours_note = "Unless an end is entered";
        from_utc = "Start (UTC)";
        from_help = "Leave empty to start now.";
        to_utc = "End (UTC)";
        to_help = "At most 90 days after the start.";
        reason_help = "Others read it beside the silence.";
        of_rule(name: &str) = "Rule {name}";
        of_object(kind: &str, path: &str) = "{kind} {path}";
        of_kind(kind: &str) = "Any {kind}";
        of_domain(domain: &str) = "All alerts of {domain}";
        no_end = "Enter the hours, or an end.";
        bad_time = "Enter a date and a time, such as 2026-03-29T13:20.";
        bad_start = "Enter a time of day, such as 02:00.";
        windows = "Maintenance windows";
        no_windows = "No maintenance windows. In a window, at the same hours each week, nobody is told of alerts.";
        window = "Window";
        when = "Time";
        when_of(days: &str, start: &str, minutes: u32, zone: &str) = "{days} at {start} for {minutes} min, {zone}";
        utc = "UTC";
        no_reason = "Not given";
        create_window = "Create maintenance window";
        window_created = "The maintenance window is created.";
        name = "Name";
        name_help = "Lowercase letters, digits and hyphens.";
        days = "Days";
        start = "Start";
        start_help = "By the clocks of the time zone.";
        duration = "Duration";
        zone = "Time zone";
        zone_note = "Such as Europe/Zurich. Leave empty for UTC";
        delete_window = "Delete window";
        delete_window_title(path: &str) = "Delete maintenance window {path}?";
        delete_window_effect = "Receivers are told of alerts at these hours too, from now on.";
        delete_window_undo = "A deleted window cannot be restored.";
        window_deleted = "The maintenance window is deleted.";
        monday = "Monday";
        tuesday = "Tuesday";
        wednesday = "Wednesday";
        thursday = "Thursday";
        friday = "Friday";
        saturday = "Saturday";
        sunday = "Sunday";
    }
}
