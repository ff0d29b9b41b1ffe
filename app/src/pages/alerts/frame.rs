//! What the pages of alerts share: the way between them, and small parts.

use leptos::prelude::*;
use model::Problem;
use model::snapshot::Environment;

use crate::ui::FormAction;
use crate::words::words;

pub(super) const ALERTS: &str = "/monitoring/alerts";
pub(super) const SILENCES: &str = "/monitoring/alerts/silences";
pub(super) const RECEIVERS: &str = "/monitoring/alerts/receivers";
pub(super) const OBJECTIVES: &str = "/monitoring/objectives";

const NODE: &str = "node";

/// The pages beside each other.
pub(super) fn pages(here: &'static str) -> AnyView {
    let say = &words().alerts;
    let all = [(ALERTS, say.title), (SILENCES, say.silences), (RECEIVERS, say.receivers), (OBJECTIVES, say.objectives)];
    let links = all.map(|(to, name)| view! { <a href=to aria-current=(to == here).then_some("page")>{name}</a> });
    view! { <div class="toolbar-scroll mb-4"><nav class="seg" aria-label=say.pages>{links.into_iter().collect_view()}</nav></div> }
        .into_any()
}

/// What a problem says of a field, or of a part of it: `receivers` is at fault where `receivers.0` is.
pub(super) fn fault(problem: &Problem, fields: &[&str]) -> Option<String> {
    let is_of = |field: &str, of: &str| field.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    problem.errors.iter().find(|error| fields.iter().any(|of| is_of(&error.field, of))).map(|error| error.message.clone())
}

/// What an action was refused for at one of these fields.
pub(super) fn error_at<S: 'static>(action: FormAction<S>, fields: &'static [&'static str]) -> Signal<Option<String>> {
    Signal::derive(move || action.problem().and_then(|error| fault(&error.0, fields)))
}

/// An environment that may be left open, and what that is called.
pub(super) fn some_environment(open: &str) -> Vec<(String, String)> {
    let known = [Environment::Prod, Environment::Test].map(|environment| (environment.key().to_owned(), environment.key().to_owned()));
    std::iter::once((String::new(), open.to_owned())).chain(known).collect()
}

/// The kinds of objects that a rule can watch; nodes are for admins.
pub(super) fn kinds(with_nodes: bool) -> Vec<(String, String)> {
    let say = &words().alert_rule;
    let all = [
        ("api", say.kind_api),
        ("app", say.kind_app),
        ("source", say.kind_source),
        ("dataset", say.kind_dataset),
        ("job", say.kind_job),
        ("compartment", say.kind_compartment),
        ("domain", say.kind_domain),
        (NODE, say.kind_node),
    ];
    let shown = all.into_iter().filter(|(key, _)| with_nodes || *key != NODE);
    shown.map(|(key, name)| (key.to_owned(), name.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use model::FieldError;

    use super::*;

    #[test]
    fn a_field_is_at_fault_where_a_part_of_it_is() {
        let problem = Problem::fields(vec![FieldError::new("notify.receivers.0", "no such receiver")]);
        assert_eq!(fault(&problem, &["notify.receivers"]).as_deref(), Some("no such receiver"));
        assert_eq!(fault(&problem, &["notify", "path"]).as_deref(), Some("no such receiver"));
        assert_eq!(fault(&problem, &["notify.receiver"]), None);
    }
}
