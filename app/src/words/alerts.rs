//! What the page of alerts says, and what other pages say of what fires.

use super::texts::texts;

texts! {
    /// The texts of the page of alerts. Conditions are put into words by the server alone.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    Alerts {
        title = "Alerts";
        lead = "What fires now, the rules that decide, and what happened in the last 7 days.";
        pages = "Pages of alerts";
        silences = "Silences";
        receivers = "Receivers";
        objectives = "Objectives";
        new_rule = "New rule";
        now = "Now";
        none_title = "Nothing fires";
        none_text = "No rule or objective of your domains has an alert. Rules are evaluated every 10 seconds.";
        rule = "Rule";
        state = "State";
        object = "Object";
        condition = "Condition";
        value = "Value";
        since = "Since";
        actions = "Actions";
        unknown = "Not known";
        firing = "Firing";
        pending = "Pending";
        resolved = "Resolved";
        acknowledge = "Acknowledge";
        was_acknowledged = "The alert is acknowledged.";
        acknowledged_by(person: &str) = "Acknowledged by {person}";
        silence_hour = "Silence for 1 h";
        was_silenced = "The alert is silenced.";
        quick_reason = "Silenced for 1 h in the portal";
        silenced_until = "Silenced until ";
        in_maintenance = "In a maintenance window";
        rules = "Rules";
        no_rules_title = "No rules yet";
        no_rules_text = "A rule fires when a metric of an API, app, source, dataset, job, compartment, node or domain is above or below a threshold.";
        told = "Receivers";
        portal_alone = "None, shown in the portal";
        history = "History";
        no_events = "Nothing fired in the last 7 days.";
        what = "Event";
        time = "Time";
        event_fired = "Fired";
        event_resolved = "Resolved";
        fires_on(rule: &str, object: &str) = "Alert {rule} fires for {object}.";
        value_of(condition: &str, value: &str) = "{condition}. Now: {value}.";
        since_then = "Since ";
        view_rule = "View alert rule";
        view_node = "View node";
        figures_unwritten = "Figures cannot be written: charts stand still, and alert rules have no data. Requests are answered. Free disk space, or read the cause in the log of this node.";
        more(count: usize) = "{count} more alerts fire";
        condition_above(metric: &str, value: &str, minutes: u32) = "{metric} above {value} over {minutes} min";
        condition_below(metric: &str, value: &str, minutes: u32) = "{metric} below {value} over {minutes} min";
        condition_for(condition: &str, minutes: u32) = "{condition}, for {minutes} min";
        condition_of_objective(objective: &str, rate: &str) = "Objective: {objective}. Burn rate: {rate}";
        burn_rate_of(value: &str) = "{value}×";
    }
}
