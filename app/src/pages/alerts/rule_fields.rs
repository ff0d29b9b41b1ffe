//! The form of a rule, as it is typed: in the address, so that a preview works without a script, and in the form that saves.

use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// All of it is text, until the server reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleFields {
    pub domain: String,
    pub name: String,
    /// The edit that was seen; empty for a new rule.
    pub edit: String,
    pub kind: String,
    pub environment: String,
    pub path: String,
    pub metric: String,
    pub operator: String,
    pub threshold: String,
    pub window_minutes: String,
    pub for_minutes: String,
    pub keep_minutes: String,
    pub min_events: String,
    pub no_data: String,
    pub receivers: String,
    pub repeat_minutes: String,
    /// `true` or empty.
    pub skip_resolved: String,
    pub template: String,
}

impl RuleFields {
    pub(super) fn of(query: &ParamsMap) -> Self {
        let text = |name: &str| query.get(name).unwrap_or_default();
        Self {
            domain: text("domain"),
            name: text("name"),
            edit: text("edit"),
            kind: text("kind"),
            environment: text("environment"),
            path: text("path"),
            metric: text("metric"),
            operator: text("operator"),
            threshold: text("threshold"),
            window_minutes: text("window_minutes"),
            for_minutes: text("for_minutes"),
            keep_minutes: text("keep_minutes"),
            min_events: text("min_events"),
            no_data: text("no_data"),
            // A box for each.
            receivers: query.get_all("receivers").unwrap_or_default().join(", "),
            repeat_minutes: text("repeat_minutes"),
            skip_resolved: text("skip_resolved"),
            template: text("template"),
        }
    }

    /// Its parts, as the form that saves sends them.
    pub(super) fn sent(&self) -> [(&'static str, String); 18] {
        [
            ("fields[domain]", &self.domain),
            ("fields[name]", &self.name),
            ("fields[edit]", &self.edit),
            ("fields[kind]", &self.kind),
            ("fields[environment]", &self.environment),
            ("fields[path]", &self.path),
            ("fields[metric]", &self.metric),
            ("fields[operator]", &self.operator),
            ("fields[threshold]", &self.threshold),
            ("fields[window_minutes]", &self.window_minutes),
            ("fields[for_minutes]", &self.for_minutes),
            ("fields[keep_minutes]", &self.keep_minutes),
            ("fields[min_events]", &self.min_events),
            ("fields[no_data]", &self.no_data),
            ("fields[receivers]", &self.receivers),
            ("fields[repeat_minutes]", &self.repeat_minutes),
            ("fields[skip_resolved]", &self.skip_resolved),
            ("fields[template]", &self.template),
        ]
        .map(|(name, value)| (name, value.clone()))
    }

    /// Whether somebody has filled the form, and did not only choose what to begin with.
    #[cfg(feature = "ssr")]
    pub(super) fn is_filled(&self) -> bool {
        !self.metric.is_empty()
    }
}
