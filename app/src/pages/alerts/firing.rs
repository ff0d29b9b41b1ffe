//! The page of alerts: what fires and what is pending, the rules, and what happened in the last days.

use leptos::prelude::*;
use model::alert::Phase;

use super::api::{AcknowledgeAlert, NewSilence, alerts};
use super::callout::silence_button;
use super::frame::{ALERTS, pages};
use super::shown::{AlertLine, AlertsShown, EventLine, RuleLine};
use crate::ui::{ActionForm, Empty, FormAction, FormProblem, FormToken, Icon, Load, PageHead, PageName, Time, confirms, done, loaded};
use crate::words::words;

#[component]
pub(crate) fn AlertsPage() -> impl IntoView {
    let (acknowledge, silence) = (FormAction::<AcknowledgeAlert>::new(), FormAction::<NewSilence>::new());
    let (acknowledged, silenced) = (done(acknowledge), done(silence));
    let say = &words().alerts;
    confirms(acknowledged, say.was_acknowledged);
    confirms(silenced, say.was_silenced);
    let shown = loaded(move || (acknowledged.get(), silenced.get()), |_| alerts());
    view! {
        <PageName name=say.title/>
        <Load resource=shown page=true view=move |shown| page(shown, acknowledge, silence)/>
    }
    .into_any()
}

fn page(shown: AlertsShown, acknowledge: FormAction<AcknowledgeAlert>, silence: FormAction<NewSilence>) -> AnyView {
    let say = &words().alerts;
    let AlertsShown { alerts, rules, events, may_edit } = shown;
    view! {
        <PageHead title=say.title lead=say.lead>
            {may_edit.then(|| view! { <a class="btn btn-primary" href="/monitoring/alerts/rules/new"><Icon name="plus"/>{say.new_rule}</a> })}
        </PageHead>
        {pages(ALERTS)}
        <div class="stack-6">
            <FormProblem action=acknowledge/><FormProblem action=silence/>
            {now_table(alerts, acknowledge, silence)}
            {rule_table(rules)}
            {event_table(events)}
        </div>
    }
    .into_any()
}

fn now_table(alerts: Vec<AlertLine>, acknowledge: FormAction<AcknowledgeAlert>, silence: FormAction<NewSilence>) -> AnyView {
    let say = &words().alerts;
    let count = alerts.iter().filter(|alert| alert.phase == Phase::Firing).count();
    let body = if alerts.is_empty() {
        view! { <Empty title=say.none_title text=say.none_text/> }.into_any()
    } else {
        let rows = alerts.into_iter().map(|alert| now_row(alert, acknowledge, silence)).collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.now><table class="table table-cards">
                <thead><tr><th>{say.rule}</th><th>{say.state}</th><th>{say.object}</th><th>{say.condition}</th><th class="num">{say.value}</th><th>{say.since}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="now"><div class="card-head"><h2>{say.now}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

fn now_row(alert: AlertLine, acknowledge: FormAction<AcknowledgeAlert>, silence: FormAction<NewSilence>) -> AnyView {
    let say = &words().alerts;
    let buttons = buttons(&alert, acknowledge, silence);
    let path = if alert.domain.is_empty() { alert.name.clone() } else { format!("{}/{}", alert.domain, alert.name) };
    let object =
        if alert.figures.is_empty() { alert.object.into_any() } else { view! { <a href=alert.figures>{alert.object}</a> }.into_any() };
    let (condition, value) = (some_or_dash(alert.condition), some_or_dash(alert.value));
    let state = state(alert.phase);
    let notes = notes(alert.acknowledged.map(|by| by.by), alert.silenced_until, alert.in_maintenance);
    view! {
        <tr>
            <td class="lead-cell"><a class="main-cell" href=alert.link>{path}</a></td>
            <td data-label=say.state>{state}{notes}</td>
            <td data-label=say.object>{object}</td>
            <td class="t-2" data-label=say.condition>{condition}</td>
            <td class="num nowrap" data-label=say.value>{value}</td>
            <td class="fit t-2 tn" data-label=say.since><Time at=alert.since/></td>
            <td class="fit">{buttons}</td>
        </tr>
    }
    .into_any()
}

fn some_or_dash(text: String) -> String {
    if text.is_empty() { words().alerts.unknown.to_owned() } else { text }
}

fn state(phase: Phase) -> AnyView {
    let say = &words().alerts;
    let (class, dot, text) = match phase {
        Phase::Firing => ("badge badge-bad", "dot dot-bad", say.firing),
        Phase::Pending => ("badge badge-warn", "dot dot-warn", say.pending),
        Phase::Resolved | Phase::Ok => ("badge badge-ok", "dot dot-ok", say.resolved),
    };
    view! { <span class=class><span class=dot aria-hidden="true"></span>{text}</span> }.into_any()
}

/// Who looks after it, and what holds its notices back.
fn notes(by: Option<String>, silenced_until: Option<i64>, in_maintenance: bool) -> AnyView {
    let say = &words().alerts;
    view! {
        {by.map(|by| view! { <span class="sub">{(say.acknowledged_by)(&by)}</span> })}
        {silenced_until.map(|at| view! { <span class="sub">{say.silenced_until}<Time at exact=true/></span> })}
        {in_maintenance.then(|| view! { <span class="sub">{say.in_maintenance}</span> })}
    }
    .into_any()
}

fn buttons(alert: &AlertLine, acknowledge: FormAction<AcknowledgeAlert>, silence: FormAction<NewSilence>) -> AnyView {
    let say = &words().alerts;
    if !alert.may_edit || alert.phase != Phase::Firing {
        return ().into_any();
    }
    let (domain, id) = (alert.domain.clone(), alert.id.clone());
    let taken = alert.acknowledged.is_none().then(|| {
        view! {
            <ActionForm action=acknowledge><FormToken/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="id" value=id/>
                <button class="btn btn-sm" type="submit">{say.acknowledge}</button>
            </ActionForm>
        }
    });
    view! { <div class="row nowrap">{taken}{silence_button(alert, silence)}</div> }.into_any()
}

fn rule_table(rules: Vec<RuleLine>) -> AnyView {
    let say = &words().alerts;
    let count = rules.len();
    let body = if rules.is_empty() {
        view! { <Empty title=say.no_rules_title text=say.no_rules_text/> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.rules><table class="table table-cards">
                <thead><tr><th>{say.rule}</th><th>{say.object}</th><th>{say.condition}</th><th>{say.told}</th><th class="num">{say.firing}</th></tr></thead>
                <tbody>{rules.into_iter().map(rule_row).collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="rules"><div class="card-head"><h2>{say.rules}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

fn rule_row(rule: RuleLine) -> AnyView {
    let say = &words().alerts;
    let path = format!("{}/{}", rule.domain, rule.name);
    let told = if rule.receivers.is_empty() { say.portal_alone.to_owned() } else { rule.receivers.join(", ") };
    view! {
        <tr>
            <td class="lead-cell"><a class="main-cell" href=format!("/monitoring/alerts/rules/{path}")>{path.clone()}</a></td>
            <td data-label=say.object>{rule.object}</td>
            <td class="t-2" data-label=say.condition>{rule.condition}</td>
            <td class="t-2" data-label=say.told>{told}</td>
            <td class="num" data-label=say.firing>{rule.firing}</td>
        </tr>
    }
    .into_any()
}

fn event_table(events: Vec<EventLine>) -> AnyView {
    let say = &words().alerts;
    let body = if events.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.no_events}</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.history><table class="table table-cards">
                <thead><tr><th>{say.rule}</th><th>{say.what}</th><th>{say.object}</th><th>{say.time}</th></tr></thead>
                <tbody>{events.into_iter().map(event_row).collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="history"><div class="card-head"><h2>{say.history}</h2></div>{body}</section> }.into_any()
}

fn event_row(event: EventLine) -> AnyView {
    let say = &words().alerts;
    let what = match (event.kind.as_str(), event.by) {
        ("fired", _) => say.event_fired.to_owned(),
        ("resolved", _) => say.event_resolved.to_owned(),
        (_, Some(by)) => (say.acknowledged_by)(&by),
        (other, None) => other.to_owned(),
    };
    view! {
        <tr>
            <td class="lead-cell medium">{format!("{}/{}", event.domain, event.name)}</td>
            <td data-label=say.what>{what}</td>
            <td data-label=say.object>{event.object}</td>
            <td class="fit t-2 tn" data-label=say.time><Time at=event.at/></td>
        </tr>
    }
    .into_any()
}
