//! What the page of an alert rule says.

use super::texts::texts;

texts! {
    /// The texts of the page of an alert rule. Its preview is drawn by the server alone.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    AlertRule {
        new_title = "New alert rule";
        new_lead = "Choose what to watch and when to fire. The preview shows when the rule would have fired in the past week.";
        title_of(path: &str) = "Alert rule {path}";
        named(domain: &str, name: &str) = "alert rule {domain}/{name}";
        lead_of(object: &str, condition: &str) = "{object}: {condition}.";
        only_builders = "Builders and owners of a domain change its alert rules.";
        begin = "Template";
        begin_about = "A template fills in the settings by how much the object matters: p0 is the most important tier.";
        domain = "Domain";
        template = "Template";
        template_help = "errors and latency are for APIs, freshness is for datasets.";
        use_template = "Use template";
        settings = "Settings";
        name = "Name";
        name_help = "Lowercase letters, digits and hyphens.";
        watch = "Object";
        kind = "Kind of object";
        kind_api = "API";
        kind_app = "App";
        kind_source = "Source";
        kind_dataset = "Dataset";
        kind_job = "Job";
        kind_compartment = "Compartment";
        kind_domain = "Domain (all APIs together)";
        kind_node = "Node";
        environment = "Environment";
        environment_help = "Of APIs, apps, sources and domains only.";
        no_environment = "None";
        path = "Object";
        path_note = "Leave empty for all of the domain";
        path_help = "Choose one of the list: type a part of its name. Objects that are created later are watched too if the field is empty.";
        metric = "Metric";
        operator = "Operator";
        above = "Above";
        below = "Below";
        threshold = "Threshold";
        threshold_help = "In ms for latency, in s for age and lag, in bytes for memory, from 0 to 1 for a share: 0.05 is 5 %.";
        minutes = "min";
        window = "Window";
        window_help = "The metric is taken over this time.";
        hold = "Fire after";
        hold_help = "The condition must be met for this time.";
        keep = "Resolve after";
        keep_help = "The condition must not be met for this time.";
        min_events = "Minimum requests";
        min_events_help = "With fewer requests, or fewer failed ones for the error share, the rule does not fire. Enter 0 for other metrics.";
        no_data = "Without data";
        no_data_help = "For each object separately.";
        no_data_keep = "Keep the state";
        no_data_ok = "Do not fire";
        no_data_fire = "Fire";
        receivers = "Receivers";
        receivers_note = "Leave empty for the portal only";
        no_receivers = "The domain has no receivers yet. Owners create them under Receivers.";
        repeat = "Repeat after";
        repeat_note = "Leave empty for one notice";
        skip_resolved = "Send no notice when an alert is resolved";
        show_preview = "Show preview";
        show_preview_about = "Nothing is saved yet.";
        preview = "Preview";
        preview_about = "When the rule would have fired in the past 7 days, for the first 20 objects.";
        past_week = "Past 7 days";
        in_words = "Result";
        no_figures = "There is no object to preview. The rule applies to objects as soon as they have figures.";
        would_not_have_fired = "Would not have fired.";
        would_have_fired_once(minutes: u64) = "Would have fired once, for {minutes} min.";
        would_have_fired(count: usize, minutes: u64) = "Would have fired {count} times, for {minutes} min in all.";
        last_time(from: &str, to: &str) = "Last time: {from} to {to}.";
        fires_since(from: &str) = "It would be firing since {from}.";
        create = "Create rule";
        create_about(object: &str, condition: &str) = "The rule will watch {object}. It fires on: {condition}.";
        save = "Save rule";
        save_about(object: &str, condition: &str) = "The rule will watch {object}. It fires on: {condition}. Changes of the settings apply from now on.";
        delete = "Delete rule";
        delete_title(path: &str) = "Delete alert rule {path}?";
        delete_effect(object: &str) = "Nobody is told any more of what it watches: {object}.";
        delete_fires(count: u64) = "Firing now: {count}. These alerts end, and their receivers are told.";
        delete_none_fires = "It does not fire now.";
        delete_undo = "A deleted rule cannot be restored.";
        bad_kind = "Rules watch APIs, apps, sources, datasets, jobs, compartments, nodes and domains. Choose one of these.";
        bad_metric = "Unknown metric. Choose one of the list.";
        bad_choice = "Unknown value. Choose one of the list.";
        bad_number = "Enter a number, such as 0.05.";
    }
}
