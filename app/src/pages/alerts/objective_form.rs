//! The form of an objective.

use leptos::prelude::*;
use model::view::ObjectiveView;

use super::api::SetObjective;
use super::frame::{error_at, some_environment};
use super::objective_text::{AVAILABILITY, FRESHNESS, LATENCY, Typed};
use crate::ui::{FormAction, NumberField, SaveForm, SelectField, TextField, as_they_are};
use crate::words::words;

/// Of a new objective, or of the one that is changed.
pub(super) fn form(domains: &[String], changed: Option<&ObjectiveView>, set: FormAction<SetObjective>) -> AnyView {
    let say = &words().objectives;
    let title = if changed.is_some() { say.change } else { say.create };
    let typed = changed.map_or_else(Typed::new, |of| Typed::of(&of.objective));
    let kinds = [(AVAILABILITY, say.availability), (LATENCY, say.latency), (FRESHNESS, say.freshness)];
    let kinds = kinds.map(|(key, name)| (key.to_owned(), name.to_owned())).to_vec();
    let named = named(domains, changed, set);
    view! {
        <section class="card card-pad stack" id="objective-form">
            <h2>{title}</h2>
            <p class="t-2 s13">{say.create_about}</p>
            <SaveForm action=set save=title saved=say.saved>
                {named}
                <div class="form-row">
                    <SelectField id="kind" label=say.kind name="kind" choices=kinds value=typed.kind error=error_at(set, &["kind", "subject.kind"])/>
                    <TextField id="path" label=say.object help=say.object_help name="path" value=typed.path required=true error=error_at(set, &["subject.path", "path"])/>
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
                    <TextField id="receivers" label=say.receivers note=say.optional help=say.receivers_help name="receivers" value=typed.receivers error=error_at(set, &["notify.receivers"])/>
                </div>
            </SaveForm>
        </section>
    }
    .into_any()
}

fn named(domains: &[String], changed: Option<&ObjectiveView>, set: FormAction<SetObjective>) -> AnyView {
    let say = &words().objectives;
    match changed {
        Some(of) => view! {
            <p class="medium">{format!("{}/{}", of.domain, of.name)}</p>
            <input type="hidden" name="domain" value=of.domain.clone()/><input type="hidden" name="name" value=of.name.clone()/>
            <input type="hidden" name="edit" value=of.edit.to_string()/>
        }
        .into_any(),
        None => view! {
            <div class="form-row">
                <SelectField id="domain" label=say.domain name="domain" choices=as_they_are(domains.to_vec())/>
                <TextField id="name" label=say.name help=say.name_help name="name" error=error_at(set, &["name", "domain"]) required=true/>
            </div>
        }
        .into_any(),
    }
}
