//! The page of a rule: its form, when it would have fired in the past week, and the buttons that save and delete it. The form asks for
//! another address, and so the preview works without a script; what saves sends what was previewed.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{DeleteAlertRule, SetAlertRule, alert_rule_draft};
use super::frame::ALERTS;
use super::rule_draft::{PreviewLine, RuleDraft, STRIP};
use super::rule_fields::RuleFields;
use super::rule_form::{begin, form};
use crate::error::PortalError;
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, FormAction, FormProblem, FormToken, Load, PageHead, PageName, ProblemCallout, Tone, address_memo,
    loaded, no_access, param,
};
use crate::words::words;

#[component]
pub(crate) fn NewRulePage() -> impl IntoView {
    page_of(Signal::stored((String::new(), String::new())))
}

#[component]
pub(crate) fn RulePage() -> impl IntoView {
    let (domain, name) = (param("domain"), param("name"));
    page_of(Signal::derive(move || (domain.get(), name.get())))
}

fn page_of(at: Signal<(String, String)>) -> AnyView {
    let query = use_query_map();
    let asked = address_memo(move |_| query.with(RuleFields::of));
    let (save, delete) = (FormAction::<SetAlertRule>::new(), FormAction::<DeleteAlertRule>::new());
    let draft = loaded(move || (at.get(), asked.get()), |((domain, name), fields)| alert_rule_draft(domain, name, fields));
    view! { <Load resource=draft page=true view=move |draft| page(draft, save, delete)/> }.into_any()
}

/// The address of the form.
fn address(draft: &RuleDraft) -> String {
    if draft.is_new { format!("{ALERTS}/rules/new") } else { format!("{ALERTS}/rules/{}/{}", draft.fields.domain, draft.fields.name) }
}

fn page(draft: RuleDraft, save: FormAction<SetAlertRule>, delete: FormAction<DeleteAlertRule>) -> AnyView {
    let say = &words().alert_rule;
    if draft.is_new && draft.domains.is_empty() {
        return no_access(say.only_builders);
    }
    let path = format!("{}/{}", draft.fields.domain, draft.fields.name);
    let title = if draft.is_new { say.new_title.to_owned() } else { (say.title_of)(&path) };
    let lead = match (draft.is_new, draft.condition.is_empty()) {
        (true, _) => say.new_lead.to_owned(),
        (false, true) => String::new(),
        (false, false) => (say.lead_of)(&draft.object, &draft.condition),
    };
    let address = address(&draft);
    let problem = draft.problem.clone().map(|problem| view! { <ProblemCallout error=PortalError(problem)/> });
    let body = if draft.may_edit { editable(&draft, &address, save, delete) } else { read_only(&draft) };
    view! {
        <PageName name=title.clone()/>
        <PageHead title lead><a class="btn" href=ALERTS>{words().alerts.title}</a></PageHead>
        <div class="stack-6">{problem}{body}</div>
    }
    .into_any()
}

fn editable(draft: &RuleDraft, address: &str, save: FormAction<SetAlertRule>, delete: FormAction<DeleteAlertRule>) -> AnyView {
    view! {
        <FormProblem action=save at=id_of/><FormProblem action=delete/>
        {draft.is_new.then(|| begin(draft, address))}
        {form(draft, address, save)}
        {draft.preview.clone().map(preview)}
        {draft.is_ready.then(|| saving(draft, save))}
        {(!draft.is_new).then(|| deletion(draft, delete))}
    }
    .into_any()
}

/// The controls are called as the fields of the address are.
fn id_of(field: &str) -> String {
    let plain = field.trim_start_matches("watch.").trim_start_matches("notify.");
    plain.split('.').next().unwrap_or_default().to_owned()
}

fn read_only(draft: &RuleDraft) -> AnyView {
    let say = &words().alert_rule;
    let fields = draft.fields.clone();
    let receivers = if fields.receivers.is_empty() { words().alerts.portal_alone.to_owned() } else { fields.receivers };
    view! {
        <section class="card card-pad stack-2">
            <h2>{say.settings}</h2>
            <dl class="kv">
                <dt>{say.watch}</dt><dd>{draft.object.clone()}</dd>
                <dt>{words().alerts.condition}</dt><dd>{draft.condition.clone()}</dd>
                <dt>{say.receivers}</dt><dd>{receivers}</dd>
            </dl>
            <p class="small t-3">{say.only_builders}</p>
        </section>
    }
    .into_any()
}

fn preview(lines: Vec<PreviewLine>) -> AnyView {
    let say = &words().alert_rule;
    let body = if lines.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.no_figures}</p> }.into_any()
    } else {
        let rows = lines.into_iter().map(|line| {
            view! {
                <tr><td class="lead-cell medium">{line.object}</td><td data-label=say.past_week>{strip(line.bars, line.told.clone())}</td><td class="t-2" data-label=say.in_words>{line.told}</td></tr>
            }
        });
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.preview><table class="table table-cards">
                <thead><tr><th>{words().alerts.object}</th><th>{say.past_week}</th><th>{say.in_words}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! {
        <section class="card clip" id="preview">
            <div class="card-head"><h2>{say.preview}</h2><p class="t-3 s13">{say.preview_about}</p></div>
            {body}
        </section>
    }
    .into_any()
}

/// The week, and when the rule would have fired in it.
fn strip(bars: Vec<(i64, i64)>, told: String) -> AnyView {
    let bars = bars.into_iter().map(|(from, long)| view! { <rect class="span-fired" x=from width=long height="8"/> });
    view! {
        <svg class="span-bar" viewBox=format!("0 0 {STRIP} 8") preserveAspectRatio="none" role="img" aria-label=told>
            <rect class="span-way" width=STRIP height="8"/>{bars.collect_view()}
        </svg>
    }
    .into_any()
}

/// Sends what was previewed.
fn saving(draft: &RuleDraft, save: FormAction<SetAlertRule>) -> AnyView {
    let say = &words().alert_rule;
    let fields = draft.fields.sent().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let (label, about) = if draft.is_new {
        (say.create, (say.create_about)(&draft.object, &draft.condition))
    } else {
        (say.save, (say.save_about)(&draft.object, &draft.condition))
    };
    view! {
        <section class="card card-pad stack" id="save">
            <Callout tone=Tone::Ok><p>{about}</p></Callout>
            <ActionForm action=save><FormToken/>
                {fields.into_iter().collect_view()}
                <button class="btn btn-primary" type="submit">{label}</button>
            </ActionForm>
        </section>
    }
    .into_any()
}

fn deletion(draft: &RuleDraft, delete: FormAction<DeleteAlertRule>) -> AnyView {
    let say = &words().alert_rule;
    let (domain, name) = (draft.fields.domain.clone(), draft.fields.name.clone());
    let title = (say.delete_title)(&format!("{domain}/{name}"));
    let firing = if draft.firing == 0 { say.delete_none_fires.to_owned() } else { (say.delete_fires)(draft.firing) };
    let effects = vec![(say.delete_effect)(&draft.object), firing, say.delete_undo.to_owned()];
    view! {
        <section class="card card-pad stack-2">
            <h2>{say.delete}</h2>
            <ActionForm action=delete><FormToken/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <ConfirmDialog id="delete-rule" act=say.delete title effects class="btn btn-bad"/>
            </ActionForm>
        </section>
    }
    .into_any()
}
