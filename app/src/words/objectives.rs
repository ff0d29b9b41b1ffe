//! What the page of objectives says.

use super::texts::texts;

texts! {
    /// The texts of the page of objectives and risks.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    Objectives {
        title = "Objectives";
        lead = "How well APIs and datasets must serve, what is left of their error budgets, and what lacks protection.";
        objectives = "Objectives";
        none_title = "No objectives yet";
        none_text = "An objective says which share of requests, or of time, must be good over a period.";
        objective = "Objective";
        object = "Object";
        target = "Target";
        bad = "Bad";
        bad_of(bad: u64, total: u64) = "{bad} of {total}";
        left = "Budget left";
        percent(share: &str) = "{share} %";
        burn_rate = "Burn rate";
        actions = "Actions";
        unknown = "Not known";
        create = "Create objective";
        change = "Change objective";
        saved = "The objective is saved.";
        create_about = "Responses with status 500 and above count as bad. Receivers are told when the error budget is used too fast.";
        kind = "Kind";
        availability = "Availability of an API";
        latency = "Latency of an API";
        freshness = "Freshness of a dataset";
        object_help = "Choose one of the list: type a part of its name.";
        environment = "Environment";
        environment_help = "Of APIs only.";
        target_help = "Percent of requests, or of time, that must be good: 95 to 99.999.";
        within = "Limit";
        within_help = "Of latency in ms, of freshness in minutes. Availability has none.";
        period = "Period";
        days = "days";
        min_bad = "Minimum bad requests";
        min_bad_help = "With fewer bad requests, or minutes, nobody is told.";
        also_bad = "Also count as bad";
        also_bad_help = "Error codes of availability, separated by commas, such as too-many-requests.";
        bad_code(code: &str) = "Unknown error code {code}. Enter codes as docs/errors.md lists them.";
        optional = "Optional";
        delete = "Delete objective";
        delete_title(path: &str) = "Delete objective {path}?";
        delete_effect(object: &str) = "Nobody is told any more when {object} uses its error budget too fast.";
        delete_undo = "A deleted objective cannot be restored.";
        deleted = "The objective is deleted.";
        burn_rate_of(rate: &str, limit: &str, window: &str) = "{rate} of {limit} in {window}";
        hours(count: i64) = "{count} h";
        minutes(count: i64) = "{count} min";
        at_risk = "At risk";
        none_at_risk = "No objective is at risk: budgets are left, and none is used too fast.";
        why = "Why";
        budget_used = "The error budget is used up: the objective is missed.";
        little_left(share: &str) = "{share} % of the error budget is left.";
        too_fast(rate: &str, window: &str) = "In the last {window} the error budget was used {rate} times too fast.";
        risks = "Risks";
        no_risks = "Everything that is live has an owner, limits, fallbacks and objectives.";
        risk = "Risk";
        what_to_do = "What to do";
        no_owner = "No owner";
        no_fallback = "No fallback";
        no_limit = "No limit";
        no_objective = "No objective";
        no_load_limits = "No load limits";
    }
}
