//! The times of a schedule, as a form: how often and when, or a pattern, and the next five times by the clocks of its zone.

use leptos::prelude::*;
use model::cron_form::{CronForm, Every, LAST_DAY, WEEKDAYS};
use model::job::Cron;
use model::view::NextTime;

use super::api::{next_times, time_zones};
use crate::error::PortalError;
use crate::ui::{Field, ZonePicker, ask, loaded};
use crate::words::words;

/// The times while they are chosen.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) form: RwSignal<CronForm>,
    pub(super) pattern: RwSignal<String>,
    pub(super) zone: RwSignal<String>,
    pub(super) skip: RwSignal<bool>,
}

impl Times {
    pub(super) fn cron(self) -> Cron {
        Cron { pattern: self.pattern.get().trim().to_owned(), zone: self.zone.get().trim().to_owned() }
    }

    /// Changes the form, and the pattern that it stands for.
    fn change(self, change: impl FnOnce(&mut CronForm)) {
        self.form.update(change);
        if let Some(pattern) = self.form.with_untracked(CronForm::pattern) {
            self.pattern.set(pattern);
        }
    }
}

pub(super) fn cron_fields(times: Times, pattern_error: Signal<Option<String>>, zone_error: Signal<Option<String>>) -> impl IntoView {
    let say = &words().datasets_job;
    let zones = ask(None, || (), |()| time_zones());
    let coming = loaded(move || times.cron(), next_times);
    let every = Memo::new(move |_| times.form.with(|form| form.every));
    view! {
        <div class="stack-2">
            <div class="form-row">
                <Field id="job-every" label=say.repeat>
                    <select class="select" id="job-every" on:change=move |event| { let every = Every::from_key(&event_target_value(&event)).unwrap_or_default(); times.change(|form| form.every = every); }>
                        {Every::ALL.map(|this| view! { <option value=this.key() selected=move || every.get() == this>{this.words()}</option> })}
                    </select>
                </Field>
                {move || at_fields(times, every.get(), pattern_error)}
                <ZonePicker id="job-zone" label=say.time_zone zones zone=times.zone error=zone_error/>
            </div>
            <Transition>{move || Suspend::new(async move { coming_words(coming.await, times.zone.get_untracked().trim()) })}</Transition>
            <label class="choice"><input class="check" type="checkbox" prop:checked=times.skip on:change=move |event| times.skip.set(event_target_checked(&event))/><span>{say.skip_missed}<small>{say.skip_missed_help}</small></span></label>
        </div>
    }
}

/// What else a choice of the form asks for.
fn at_fields(times: Times, every: Every, pattern_error: Signal<Option<String>>) -> AnyView {
    let say = &words().datasets_job;
    match every {
        Every::Quarter => ().into_any(),
        Every::Hour => minute(times).into_any(),
        Every::Day => time(times).into_any(),
        Every::Week => view! {
            <Field id="job-weekday" label=say.day_of_week>
                <select class="select" id="job-weekday" on:change=move |event| { let day = event_target_value(&event).parse().unwrap_or(1); times.change(|form| form.weekday = day); }>
                    {WEEKDAYS.map(|(day, name)| view! { <option value=day.to_string() selected=move || times.form.with(|form| form.weekday == day)>{name}</option> })}
                </select>
            </Field>
            {time(times)}
        }
        .into_any(),
        Every::Month => view! { {day_of_month(times)} {time(times)} }.into_any(),
        Every::Pattern => view! {
            <Field id="job-pattern" label=say.pattern help=say.pattern_help error=pattern_error>
                <input class="input input-code" id="job-pattern" autocomplete="off" prop:value=times.pattern value=times.pattern.get_untracked() on:change=move |event| times.pattern.set(event_target_value(&event))/>
            </Field>
        }
        .into_any(),
    }
}

fn time(times: Times) -> impl IntoView {
    let say = &words().datasets_job;
    view! {
        <Field id="job-time" label=say.time>
            <input class="input tn" id="job-time" type="time" required value=times.form.with_untracked(CronForm::time) on:change=move |event| { let text = event_target_value(&event); times.change(|form| form.take_time(&text)); }/>
        </Field>
    }
}

fn minute(times: Times) -> impl IntoView {
    let say = &words().datasets_job;
    view! {
        <Field id="job-minute" label=say.minute>
            <select class="select" id="job-minute" on:change=move |event| { let minute = event_target_value(&event).parse().unwrap_or(0); times.change(|form| form.minute = minute); }>
                {(0..60_u8).map(|minute| view! { <option value=minute.to_string() selected=move || times.form.with(|form| form.minute == minute)>{format!("{minute:02}")}</option> }).collect_view()}
            </select>
        </Field>
    }
}

fn day_of_month(times: Times) -> impl IntoView {
    let say = &words().datasets_job;
    let is = move |day: &str| times.form.with(|form| form.day == day);
    view! {
        <Field id="job-day" label=say.day_of_month help=say.day_of_month_help>
            <select class="select" id="job-day" on:change=move |event| { let day = event_target_value(&event); times.change(|form| form.day = day); }>
                {(1..=31).map(|day: u8| { let (day, this) = (day.to_string(), day.to_string()); view! { <option value=day.clone() selected=move || is(&this)>{day.clone()}</option> } }).collect_view()}
                <option value=LAST_DAY selected=move || is(LAST_DAY)>{say.last_day}</option>
            </select>
        </Field>
    }
}

/// The next times with the zone whose clocks they are of; or why there are none.
fn coming_words(coming: Result<Vec<NextTime>, PortalError>, zone: &str) -> AnyView {
    let say = &words().datasets_job;
    match coming {
        Ok(times) if times.is_empty() => view! { <p class="small t-2">{say.no_time}</p> }.into_any(),
        Ok(times) => {
            let label = (say.next_in_zone)(times.len(), zone);
            view! {
                <div class="small t-2"><p id="job-next">{label}</p>
                    <ul class="bullets tn" aria-labelledby="job-next">
                        {times.into_iter().map(|time| view! { <li><time datetime=model::clock::rfc3339(time.at) title=model::clock::rfc3339(time.at)>{time.local}</time></li> }).collect_view()}
                    </ul>
                </div>
            }
            .into_any()
        }
        Err(error) => view! {
            <p class="field-error" role="alert">{error.of_field("pattern").or_else(|| error.of_field("zone")).unwrap_or(error.0.detail)}</p>
        }
        .into_any(),
    }
}
