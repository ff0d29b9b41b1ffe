//! Maintenance windows: each week the same hours in which nobody is told of alerts.

use leptos::prelude::*;
use model::alert::WeekDay;
use model::view::MaintenanceView;

use super::api::{DeleteMaintenanceWindow, NewMaintenanceWindow};
use super::frame::error_at;
use super::matched::matched;
use super::shown::MatcherLists;
use crate::ui::{ActionForm, Choice, ConfirmDialog, FormAction, FormToken, NumberField, SaveForm, SelectField, TextField, as_they_are};
use crate::words::words;

pub(super) fn windows(
    windows: Vec<(MaintenanceView, String)>,
    (domains, lists): (&[String], &MatcherLists),
    make: FormAction<NewMaintenanceWindow>,
    delete: FormAction<DeleteMaintenanceWindow>,
) -> AnyView {
    let say = &words().alert_silences;
    let count = windows.len();
    let body = if windows.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.no_windows}</p> }.into_any()
    } else {
        let rows = windows.into_iter().map(|(of, about)| {
            let may = domains.contains(&of.domain);
            row(of, about, may.then_some(delete))
        });
        let rows = rows.collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.windows><table class="table table-cards">
                <thead><tr><th>{say.window}</th><th>{say.about}</th><th>{say.when}</th><th>{say.reason}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! {
        <section class="card clip" id="windows">
            <div class="card-head"><h2>{say.windows}</h2><span class="count">{count}</span></div>
            {body}
            {(!domains.is_empty()).then(|| form(domains, lists, make))}
        </section>
    }
    .into_any()
}

fn row(of: MaintenanceView, about: String, delete: Option<FormAction<DeleteMaintenanceWindow>>) -> AnyView {
    let say = &words().alert_silences;
    let MaintenanceView { domain, name, window, .. } = of;
    let path = format!("{domain}/{name}");
    let days: Vec<&str> = window.days.iter().map(|day| day_name(*day)).collect();
    let zone = if window.zone.is_empty() { say.utc.to_owned() } else { window.zone };
    let start = format!("{:02}:{:02}", window.start_minute / 60, window.start_minute % 60);
    let when = (say.when_of)(&days.join(", "), &start, window.duration_minutes, &zone);
    let reason = if window.reason.is_empty() { say.no_reason.to_owned() } else { window.reason };
    let act = delete.map(|delete| {
        let title = (say.delete_window_title)(&path);
        let effects = vec![say.delete_window_effect.to_owned(), say.delete_window_undo.to_owned()];
        let dialog = format!("window-{domain}-{name}");
        view! {
            <ActionForm action=delete><FormToken/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <ConfirmDialog id=dialog act=say.delete_window title effects/>
            </ActionForm>
        }
    });
    view! {
        <tr>
            <td class="lead-cell medium">{path}</td>
            <td data-label=say.about>{about}</td>
            <td class="t-2" data-label=say.when>{when}</td>
            <td data-label=say.reason>{reason}</td>
            <td class="fit">{act}</td>
        </tr>
    }
    .into_any()
}

fn day_name(day: WeekDay) -> &'static str {
    let say = &words().alert_silences;
    match day {
        WeekDay::Monday => say.monday,
        WeekDay::Tuesday => say.tuesday,
        WeekDay::Wednesday => say.wednesday,
        WeekDay::Thursday => say.thursday,
        WeekDay::Friday => say.friday,
        WeekDay::Saturday => say.saturday,
        WeekDay::Sunday => say.sunday,
    }
}

/// As it stands in JSON.
fn day_key(day: WeekDay) -> &'static str {
    match day {
        WeekDay::Monday => "monday",
        WeekDay::Tuesday => "tuesday",
        WeekDay::Wednesday => "wednesday",
        WeekDay::Thursday => "thursday",
        WeekDay::Friday => "friday",
        WeekDay::Saturday => "saturday",
        WeekDay::Sunday => "sunday",
    }
}

fn form(domains: &[String], lists: &MatcherLists, make: FormAction<NewMaintenanceWindow>) -> AnyView {
    let say = &words().alert_silences;
    let (domains, matched) = (as_they_are(domains.to_vec()), matched("window-", lists, make));
    let days = WeekDay::ALL.map(|day| view! { <Choice name="days[]" value=day_key(day) label=day_name(day)/> });
    view! {
        <details class="card-pad">
            <summary>{say.create_window}</summary>
            <div class="mt-4"><SaveForm action=make save=say.create_window saved=say.window_created>
                <div class="form-row">
                    <SelectField id="window-domain" label=say.domain name="domain" choices=domains/>
                    <TextField id="window-name" label=say.name help=say.name_help name="name" error=error_at(make, &["name", "domain"]) required=true/>
                </div>
                {matched}
                <fieldset class="stack-2"><legend class="label">{say.days}</legend><div class="row">{days.into_iter().collect_view()}</div></fieldset>
                <div class="form-row">
                    <TextField id="window-start" label=say.start help=say.start_help name="start" kind="time" value="02:00" error=error_at(make, &["start", "start_minute", "days"])/>
                    <NumberField id="window-minutes" label=say.duration unit=words().alert_rule.minutes name="minutes" value="60".to_owned() error=error_at(make, &["minutes", "duration_minutes"])/>
                    <TextField id="window-zone" label=say.zone note=say.zone_note name="zone" error=error_at(make, &["zone"])/>
                </div>
                <TextField id="window-reason" label=say.reason note=say.optional name="reason" error=error_at(make, &["reason"])/>
            </SaveForm></div>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_sent_as_it_is_read() {
        for day in WeekDay::ALL {
            assert_eq!(serde_json::to_value(day).unwrap(), day_key(day));
        }
    }
}
