//! The form of an objective.

use leptos::prelude::*;
use model::view::ObjectiveView;

use super::api::SetObjective;
use super::frame::{error_at, some_environment};
use super::named::{Named, named};
use super::objective_text::{AVAILABILITY, FRESHNESS, LATENCY, Typed};
use super::receiver_picker::receiver_picker;
use crate::ui::{FormAction, NumberField, PickField, SaveForm, SelectField, TextField};
use crate::words::words;

/// Of a new objective, or of the one that is changed.
pub(super) fn form(
    domains: &[String],
    (objects, receivers): (&[(String, String)], &[String]),
    changed: Option<&ObjectiveView>,
    set: FormAction<SetObjective>,
) -> AnyView {
    let say = &words().objectives;
    let title = if changed.is_some() { say.change } else { say.create };
    let typed = changed.map_or_else(Typed::new, |of| Typed::of(&of.objective));
    let kinds = [(AVAILABILITY, say.availability), (LATENCY, say.latency), (FRESHNESS, say.freshness)];
    let kinds = kinds.map(|(key, name)| (key.to_owned(), name.to_owned())).to_vec();
    let head = changed.map(|of| Named { domain: of.domain.clone(), name: of.name.clone(), edit: of.edit });
    let head = named(domains, head, set);
    let (objects, receivers) = (objects.to_vec(), picker(receivers, changed, set));
    view! {
        <section class="card card-pad stack" id="objective-form">
            <h2>{title}</h2>
            <p class="t-2 s13">{say.create_about}</p>
            <SaveForm action=set save=title saved=say.saved>
                {head}
                <div class="form-row">
                    <SelectField id="kind" label=say.kind name="kind" choices=kinds value=typed.kind error=error_at(set, &["kind", "subject.kind"])/>
                    <PickField id="path" label=say.object help=say.object_help name="path" choices=objects value=typed.path required=true error=error_at(set, &["subject.path", "path"])/>
                    <SelectField id="environment" label=say.environment help=say.environment_help name="environment" choices=some_environment(words().alert_rule.no_environment) value=typed.environment error=error_at(set, &["subject.environment", "environment"])/>
                </div>
                <div class="form-row">
                    <TextField id="target" label=say.target help=say.target_help name="target" value=typed.target required=true error=error_at(set, &["target"])/>
                    <NumberField id="within" label=say.within help=say.within_help name="within" value=typed.within error=error_at(set, &["within", "kind.latency", "kind.freshness"])/>
                    <NumberField id="period_days" label=say.period unit=say.days name="period_days" value=typed.period_days error=error_at(set, &["period_days"])/>
                </div>
                <div class="form-row">
                    <NumberField id="min_bad" label=say.min_bad help=say.min_bad_help name="min_bad" value=typed.min_bad error=error_at(set, &["min_bad"])/>
                    <TextField id="also_bad" label=say.also_bad note=say.optional help=say.also_bad_help name="also_bad" value=typed.also_bad error=error_at(set, &["also_bad"])/>
                </div>
                {receivers}
            </SaveForm>
        </section>
    }
    .into_any()
}

/// Receivers by their paths: which domain is chosen is known to the server alone. Of an objective that there is, those of its domain.
fn picker(receivers: &[String], changed: Option<&ObjectiveView>, set: FormAction<SetObjective>) -> AnyView {
    let is_of = |path: &String, domain: &str| path.strip_prefix(domain).is_some_and(|rest| rest.starts_with('/'));
    let known: Vec<String> = receivers.iter().filter(|path| changed.is_none_or(|of| is_of(path, &of.domain))).cloned().collect();
    let paths = |of: &ObjectiveView| of.objective.notify.receivers.iter().map(|name| format!("{}/{name}", of.domain)).collect::<Vec<_>>();
    let picked = changed.map(paths).unwrap_or_default();
    receiver_picker("receivers[]", &known, picked, error_at(set, &["notify.receivers"]))
}
