//! Silences: alerts of which nobody is told until a time.

use leptos::prelude::*;
use model::clock::Millis;
use model::view::SilenceView;

use super::api::{DeleteMaintenanceWindow, EndSilence, NewMaintenanceWindow, NewSilence, silences};
use super::frame::{SILENCES, error_at, pages};
use super::maintenance::windows;
use super::matched::matched;
use super::shown::{MatcherLists, SilencesShown};
use crate::ui::{
    ActionForm, ConfirmDialog, FormAction, FormProblem, FormToken, Load, NumberField, PageHead, PageName, SaveForm, SelectField, TextField,
    Time, as_they_are, confirms, done, loaded,
};
use crate::words::words;

#[component]
pub(crate) fn SilencesPage() -> impl IntoView {
    let (make, end) = (FormAction::<NewSilence>::new(), FormAction::<EndSilence>::new());
    let (make_window, delete) = (FormAction::<NewMaintenanceWindow>::new(), FormAction::<DeleteMaintenanceWindow>::new());
    let acts = [done(make), done(end), done(make_window), done(delete)];
    let say = &words().alert_silences;
    confirms(acts[1], say.ended);
    confirms(acts[3], say.window_deleted);
    let shown = loaded(move || acts.map(|act| act.get()), |_| silences());
    view! {
        <PageName name=say.title/>
        <Load resource=shown page=true view=move |shown| {
            let SilencesShown { silences, windows: of_weeks, now, domains, lists } = shown;
            view! {
                <PageHead title=say.title lead=say.lead/>
                {pages(SILENCES)}
                <div class="stack-6">
                    <FormProblem action=end/><FormProblem action=delete/>
                    {list(silences, now, &domains, end)}
                    {form(&domains, &lists, make)}
                    {windows(of_weeks, (&domains, &lists), make_window, delete)}
                </div>
            }
        }/>
    }
    .into_any()
}

fn list(silences: Vec<(SilenceView, String)>, now: Millis, domains: &[String], end: FormAction<EndSilence>) -> AnyView {
    let say = &words().alert_silences;
    let count = silences.iter().filter(|(of, _)| of.silence.to > now).count();
    let body = if silences.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.none}</p> }.into_any()
    } else {
        let rows = silences.into_iter().map(|(of, about)| {
            let may_end = of.silence.to > now && domains.contains(&of.domain);
            row(of, about, now, may_end.then_some(end))
        });
        let rows = rows.collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.silences><table class="table table-cards">
                <thead><tr><th>{say.about}</th><th>{say.domain}</th><th>{say.state}</th><th>{say.from}</th><th>{say.to}</th><th>{say.reason}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="silences"><div class="card-head"><h2>{say.silences}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

fn row(of: SilenceView, about: String, now: Millis, end: Option<FormAction<EndSilence>>) -> AnyView {
    let say = &words().alert_silences;
    let SilenceView { id, domain, silence } = of;
    let (class, state) = if silence.to <= now {
        ("badge", say.over)
    } else if silence.from > now {
        ("badge badge-info", say.planned)
    } else {
        ("badge badge-warn", say.active)
    };
    let act = end.map(|end| {
        let title = (say.end_title)(&about);
        let effects = vec![say.end_effect.to_owned(), say.end_undo.to_owned()];
        let (dialog, of_domain) = (format!("end-{id}"), domain.clone());
        view! {
            <ActionForm action=end><FormToken/>
                <input type="hidden" name="domain" value=of_domain/><input type="hidden" name="id" value=id/>
                <ConfirmDialog id=dialog act=say.end title effects/>
            </ActionForm>
        }
    });
    view! {
        <tr>
            <td class="lead-cell medium">{about.clone()}</td>
            <td class="fit t-2" data-label=say.domain>{domain.clone()}</td>
            <td class="fit" data-label=say.state><span class=class>{state}</span></td>
            <td class="fit t-2 tn" data-label=say.from><Time at=silence.from exact=true/></td>
            <td class="fit t-2 tn" data-label=say.to><Time at=silence.to exact=true/></td>
            <td data-label=say.reason>{silence.reason}<span class="sub">{silence.by}</span></td>
            <td class="fit">{act}</td>
        </tr>
    }
    .into_any()
}

fn form(domains: &[String], lists: &MatcherLists, make: FormAction<NewSilence>) -> AnyView {
    let say = &words().alert_silences;
    if domains.is_empty() {
        return ().into_any();
    }
    let (domains, matched) = (as_they_are(domains.to_vec()), matched("", lists, make));
    view! {
        <section class="card card-pad stack">
            <h2>{say.create}</h2>
            <p class="t-2 s13">{say.create_about}</p>
            <SaveForm action=make save=say.create saved=say.created>
                <SelectField id="domain" label=say.domain name="domain" choices=domains/>
                {matched}
                <div class="form-row">
                    <NumberField id="hours" label=say.hours note=say.hours_note name="hours" value="1".to_owned() error=error_at(make, &["hours"])/>
                    <TextField id="from" label=say.from_utc note=say.optional help=say.from_help name="from" kind="datetime-local" error=error_at(make, &["from"])/>
                    <TextField id="to" label=say.to_utc note=say.optional help=say.to_help name="to" kind="datetime-local" error=error_at(make, &["to"])/>
                </div>
                <TextField id="reason" label=say.reason help=say.reason_help name="reason" error=error_at(make, &["reason"]) required=true/>
            </SaveForm>
        </section>
    }
    .into_any()
}
