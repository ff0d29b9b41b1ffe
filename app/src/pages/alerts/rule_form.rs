//! The form of a rule. It asks for an address, and so it is filled anew by the server: nothing in it needs a script.

use leptos::prelude::*;

use super::api::SetAlertRule;
use super::frame::{fault, kinds, some_environment};
use super::receiver_picker::{names_in, receiver_picker};
use super::rule_draft::RuleDraft;
use crate::ui::{FormAction, NumberField, PickField, SelectField, SwitchField, TextField, as_they_are};
use crate::words::words;

/// What a new rule begins with: a domain and a template.
pub(super) fn begin(draft: &RuleDraft, address: &str) -> AnyView {
    let say = &words().alert_rule;
    let (domains, templates) = (as_they_are(draft.domains.clone()), as_they_are(draft.templates.clone()));
    view! {
        <form class="card card-pad stack" method="get" action=address.to_owned()>
            <h2>{say.begin}</h2>
            <p class="t-2 s13">{say.begin_about}</p>
            <div class="form-row">
                <SelectField id="begin-domain" label=say.domain name="domain" choices=domains value=draft.fields.domain.clone()/>
                <SelectField id="begin-template" label=say.template help=say.template_help name="template" choices=templates value=draft.fields.template.clone()/>
            </div>
            <div class="row"><button class="btn" type="submit">{say.use_template}</button></div>
        </form>
    }
    .into_any()
}

/// What is wrong with a field: what the preview was refused for, or else the save.
fn error(draft: &RuleDraft, save: FormAction<SetAlertRule>, fields: &'static [&'static str]) -> Signal<Option<String>> {
    let known = draft.problem.as_ref().and_then(|problem| fault(problem, fields));
    Signal::derive(move || known.clone().or_else(|| save.problem().and_then(|refused| fault(&refused.0, fields))))
}

pub(super) fn form(draft: &RuleDraft, address: &str, save: FormAction<SetAlertRule>) -> AnyView {
    let say = &words().alert_rule;
    let fields = draft.fields.clone();
    let of = |names: &'static [&'static str]| error(draft, save, names);
    let name = draft.is_new.then(|| {
        view! { <TextField id="name" label=say.name help=say.name_help name="name" error=of(&["name", "domain"]) value=fields.name.clone() required=true/> }
    });
    view! {
        <form class="card card-pad stack" id="rule" method="get" action=format!("{address}#preview")>
            <h2>{say.settings}</h2>
            <input type="hidden" name="domain" value=fields.domain.clone()/>
            <input type="hidden" name="edit" value=fields.edit.clone()/>
            <input type="hidden" name="template" value=fields.template.clone()/>
            {name}
            {watched(draft, save)}
            {condition(draft, save)}
            {notices(draft, save)}
            <div class="row"><button class="btn btn-primary" type="submit">{say.show_preview}</button></div>
            <p class="t-3 s13">{say.show_preview_about}</p>
        </form>
    }
    .into_any()
}

fn watched(draft: &RuleDraft, save: FormAction<SetAlertRule>) -> AnyView {
    let say = &words().alert_rule;
    let fields = draft.fields.clone();
    let of = |names: &'static [&'static str]| error(draft, save, names);
    view! {
        <div class="form-row">
            <SelectField id="kind" label=say.kind name="kind" choices=kinds(draft.may_watch_nodes) value=fields.kind error=of(&["watch.kind", "kind"])/>
            <SelectField id="environment" label=say.environment help=say.environment_help name="environment" choices=some_environment(say.no_environment) value=fields.environment error=of(&["watch.environment"])/>
            <PickField id="path" label=say.path note=say.path_note help=say.path_help name="path" choices=draft.objects.clone() value=fields.path error=of(&["watch.path", "path"])/>
        </div>
    }
    .into_any()
}

fn condition(draft: &RuleDraft, save: FormAction<SetAlertRule>) -> AnyView {
    let say = &words().alert_rule;
    let fields = draft.fields.clone();
    let of = |names: &'static [&'static str]| error(draft, save, names);
    let operators = vec![("above".to_owned(), say.above.to_owned()), ("below".to_owned(), say.below.to_owned())];
    let no_data = [("keep", say.no_data_keep), ("ok", say.no_data_ok), ("fire", say.no_data_fire)];
    let no_data = no_data.map(|(key, name)| (key.to_owned(), name.to_owned())).to_vec();
    view! {
        <div class="form-row">
            <SelectField id="metric" label=say.metric name="metric" choices=draft.metrics.clone() value=fields.metric error=of(&["metric"])/>
            <SelectField id="operator" label=say.operator name="operator" choices=operators value=fields.operator error=of(&["operator"])/>
            <TextField id="threshold" label=say.threshold help=say.threshold_help name="threshold" value=fields.threshold error=of(&["threshold"]) required=true/>
        </div>
        <div class="form-row">
            <NumberField id="window_minutes" label=say.window help=say.window_help unit=say.minutes name="window_minutes" value=fields.window_minutes error=of(&["window_minutes"])/>
            <NumberField id="for_minutes" label=say.hold help=say.hold_help unit=say.minutes name="for_minutes" value=fields.for_minutes error=of(&["for_minutes"])/>
            <NumberField id="keep_minutes" label=say.keep help=say.keep_help unit=say.minutes name="keep_minutes" value=fields.keep_minutes error=of(&["keep_minutes"])/>
        </div>
        <div class="form-row">
            <NumberField id="min_events" label=say.min_events help=say.min_events_help name="min_events" value=fields.min_events error=of(&["min_events"])/>
            <SelectField id="no_data" label=say.no_data help=say.no_data_help name="no_data" choices=no_data value=fields.no_data error=of(&["no_data"])/>
        </div>
    }
    .into_any()
}

fn notices(draft: &RuleDraft, save: FormAction<SetAlertRule>) -> AnyView {
    let say = &words().alert_rule;
    let fields = draft.fields.clone();
    let of = |names: &'static [&'static str]| error(draft, save, names);
    let receivers = receiver_picker("receivers", &draft.receivers, names_in(&fields.receivers), of(&["notify.receivers"]));
    view! {
        {receivers}
        <div class="form-row">
            <NumberField id="repeat_minutes" label=say.repeat note=say.repeat_note unit=say.minutes name="repeat_minutes" value=fields.repeat_minutes error=of(&["notify.repeat_minutes"])/>
        </div>
        <SwitchField name="skip_resolved" label=say.skip_resolved on={fields.skip_resolved == "true"}/>
    }
    .into_any()
}
