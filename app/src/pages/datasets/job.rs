//! When and how a dataset is made anew, as a form.

use leptos::prelude::*;
use model::cron_form::CronForm;
use model::job::{Cron, JobSpec, MAX_RETRIES, Missed, NewColumns, When};
use model::load_limits::Tier;
use model::number::Typed;
use model::snapshot::Environment;
use model::view::{DatasetSaved, DatasetView, JobView};

use super::api::PauseJob;
use super::cron::{Times, cron_fields};
use crate::ui::{
    ActionForm, BoundNumber, Callout, Field, FormAction, GraphNode, JsonForm, Sends, StepGraph, Time, Tone, number_text, refusal,
    refused_field, typed_numbers,
};
use crate::words::words;

pub(super) type SetJob = Sends<(String, String, JobSpec, Typed), DatasetSaved>;

/// The form while it is filled in.
#[derive(Clone, Copy)]
struct Draft {
    when: RwSignal<String>,
    /// The pattern as the form shows it, which writes the pattern.
    times: RwSignal<CronForm>,
    pattern: RwSignal<String>,
    zone: RwSignal<String>,
    after: RwSignal<String>,
    environment: RwSignal<Environment>,
    skip: RwSignal<bool>,
    retries: RwSignal<u32>,
    tier: RwSignal<Tier>,
    new_columns: RwSignal<NewColumns>,
    retry_after: RwSignal<String>,
    timeout: RwSignal<String>,
    late_after: RwSignal<String>,
    rejected_rows: RwSignal<String>,
    rejected_percent: RwSignal<String>,
    /// What this form does not ask about stays as it is.
    rest: StoredValue<JobSpec>,
}

impl Draft {
    fn of(spec: &JobSpec) -> Self {
        let cron = match &spec.when {
            When::Cron(cron) => cron.clone(),
            _ => Cron { pattern: CronForm::default().pattern().unwrap_or_default(), zone: "UTC".into() },
        };
        let (when, after) = match &spec.when {
            When::Asked => ("asked", String::new()),
            When::Cron(_) => ("cron", String::new()),
            When::After(name) => ("after", name.clone()),
            When::Files => ("files", String::new()),
        };
        Self {
            when: RwSignal::new(when.into()),
            times: RwSignal::new(CronForm::of(&cron.pattern)),
            pattern: RwSignal::new(cron.pattern),
            zone: RwSignal::new(cron.zone),
            after: RwSignal::new(after),
            environment: RwSignal::new(spec.environment),
            skip: RwSignal::new(spec.missed == Missed::Skip),
            retries: RwSignal::new(spec.retries),
            tier: RwSignal::new(spec.tier),
            new_columns: RwSignal::new(spec.new_columns),
            retry_after: number_text(Some(spec.retry_after_s)),
            timeout: number_text(spec.timeout_minutes),
            late_after: number_text(spec.late_after_minutes),
            rejected_rows: number_text(spec.rejected.rows),
            rejected_percent: number_text(spec.rejected.percent),
            rest: StoredValue::new(spec.clone()),
        }
    }

    fn times(self) -> Times {
        Times { form: self.times, pattern: self.pattern, zone: self.zone, skip: self.skip }
    }

    fn spec(self) -> JobSpec {
        JobSpec {
            when: match self.when.get_untracked().as_str() {
                "cron" => When::Cron(untrack(|| self.times().cron())),
                "after" => When::After(self.after.get_untracked()),
                "files" => When::Files,
                _ => When::Asked,
            },
            environment: self.environment.get_untracked(),
            missed: if self.skip.get_untracked() { Missed::Skip } else { Missed::Once },
            retries: self.retries.get_untracked(),
            tier: self.tier.get_untracked(),
            new_columns: self.new_columns.get_untracked(),
            ..self.rest.get_value()
        }
    }

    fn numbers(self) -> Typed {
        typed_numbers(&[
            ("retry_after_s", self.retry_after),
            ("timeout_minutes", self.timeout),
            ("late_after_minutes", self.late_after),
            ("dirty_rows", self.rejected_rows),
            ("dirty_percent", self.rejected_percent),
        ])
    }
}

/// The card, and for those who may change datasets its form behind a button.
pub(super) fn job_card(dataset: &DatasetView, may_edit: bool, save: SetJob, pause: FormAction<PauseJob>) -> impl IntoView + use<> {
    let say = &words().datasets_job;
    let open = RwSignal::new(false);
    let lines = summary(&dataset.job);
    let paused = dataset.job.paused;
    let place = (dataset.domain.clone(), dataset.name.clone());
    let can_pause = may_edit && (dataset.job.spec.when != When::Asked || dataset.job.spec.incremental.is_some());
    let (spec, place_of_form) = (StoredValue::new(dataset.job.spec.clone()), StoredValue::new(place.clone()));
    let (beside, has_marks) = (StoredValue::new(dataset.job.may_follow.clone()), dataset.has_marks);
    view! {
        <section class="card card-pad stack">
            <div class="between">
                <h2>{say.title}</h2>
                <div class="row">
                    {can_pause.then(|| view! {
                        <ActionForm action=pause>
                            <input type="hidden" name="domain" value=place.0/><input type="hidden" name="name" value=place.1/><input type="hidden" name="paused" value=(!paused).to_string()/>
                            <button class="btn btn-sm" type="submit">{if paused { say.resume } else { say.pause }}</button>
                        </ActionForm>
                    })}
                    {may_edit.then(|| view! { <button class="btn btn-sm" type="button" on:click=move |_| open.update(|open| *open = !*open)>{move || if open.get() { say.cancel } else { say.change }}</button> })}
                </div>
            </div>
            {paused.then(|| view! { <Callout tone=Tone::Warn><p><b>{say.paused}</b>{say.paused_help}</p></Callout> })}
            <Show when=move || !open.get()><div class="stack-2">{lines.clone().into_iter().map(|line| view! { <p class="t-2">{line}</p> }).collect_view()}</div></Show>
            {next_words(&dataset.job)}
            {order(dataset)}
            <Show when=move || open.get()>{move || form(spec.get_value(), place_of_form, (beside, has_marks), save)}</Show>
        </section>
    }
}

/// What it is made after and what is made after it, drawn; nothing where it stands alone.
fn order(dataset: &DatasetView) -> Option<impl IntoView + use<>> {
    let say = &words().datasets_job;
    let (name, job) = (&dataset.name, &dataset.job);
    let node =
        |name: &String, note: &str, needs: Vec<String>| GraphNode { name: name.clone(), note: note.into(), needs, ..GraphNode::default() };
    let mut nodes = Vec::new();
    let mut needs = Vec::new();
    if let When::After(before) = &job.spec.when {
        nodes.push(GraphNode { secondary: true, ..node(before, say.upstream, Vec::new()) });
        needs.push(before.clone());
    }
    nodes.push(node(name, say.this_dataset, needs));
    nodes.extend(job.followers.iter().map(|after| GraphNode { secondary: true, ..node(after, say.downstream, vec![name.clone()]) }));
    (nodes.len() > 1).then(|| view! { <StepGraph nodes=Signal::derive(move || nodes.clone())/> })
}

/// What is set, a sentence each.
fn summary(job: &JobView) -> Vec<String> {
    let say = &words().datasets_job;
    let (spec, when) = (&job.spec, lower_first(&job.when));
    let mut lines = vec![if spec.when == When::Asked { (say.runs)(&when) } else { (say.runs_in)(&when, spec.environment.key()) }];
    if !job.followers.is_empty() {
        lines.push((say.then_built)(&job.followers.join(", ")));
    }
    if spec.retries > 0 {
        lines.push((say.retried)(spec.retries, spec.retry_after_s));
    }
    lines.extend((spec.new_columns != NewColumns::Take).then(|| (say.new_columns_are)(spec.new_columns.words())));
    lines.extend((spec.tier != Tier::P2).then(|| (say.tier_is)(spec.tier.words())));
    lines.extend((!spec.rejected.is_none()).then(|| (say.rejected_allowed)(&spec.rejected.words())));
    lines.extend(spec.timeout_minutes.map(say.times_out));
    lines.extend(spec.late_after_minutes.map(say.is_late));
    lines
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn next_words(job: &JobView) -> Option<impl IntoView + use<>> {
    let next = job.next.clone();
    (!next.is_empty()).then(|| view! { <p class="small t-2">{words().datasets_job.next_runs}{next.into_iter().enumerate().map(|(index, at)| view! { {(index > 0).then_some(", ")}<Time at exact=true/> }).collect_view()}</p> })
}

fn form(
    spec: JobSpec,
    place: StoredValue<(String, String)>,
    (beside, has_marks): (StoredValue<Vec<String>>, bool),
    save: SetJob,
) -> impl IntoView {
    let say = &words().datasets_job;
    let draft = Draft::of(&spec);
    if draft.after.with_untracked(String::is_empty) {
        draft.after.set(beside.with_value(|beside| beside.first().cloned().unwrap_or_default()));
    }
    let refused = refusal(save);
    let error_of = move |field: &'static str| refused_field(refused, field);
    let send = Callback::new(move |()| {
        let (domain, name) = place.get_value();
        save.dispatch((domain, name, draft.spec(), draft.numbers()));
    });
    let has_beside = beside.with_value(|beside| !beside.is_empty());
    let is = move |key: &'static str| move || draft.when.with(|when| when == key);
    view! {
        <JsonForm action=save send refused save=say.save at=id_of>
            <div class="form-row">
                <Field id="job-when" label=say.trigger>
                    <select class="select" id="job-when" on:change=move |event| draft.when.set(event_target_value(&event))>
                        <option value="asked" selected=is("asked")>{say.manual}</option>
                        <option value="cron" selected=is("cron")>{say.cron}</option>
                        {has_beside.then(|| view! { <option value="after" selected=is("after")>{say.after_dataset}</option> })}
                        {has_marks.then(|| view! { <option value="files" selected=is("files")>{say.on_files}</option> })}
                    </select>
                </Field>
                <Show when=move || !is("asked")()>
                    <Field id="job-environment" label=say.environment>
                        <select class="select" id="job-environment" on:change=move |event| draft.environment.set(Environment::from_key(&event_target_value(&event)).unwrap_or_default())>
                            {Environment::ALL.map(|environment| view! { <option value=environment.key() selected=move || draft.environment.get() == environment>{environment.key()}</option> })}
                        </select>
                    </Field>
                </Show>
            </div>
            <Show when=is("cron")>{move || cron_fields(draft.times(), error_of("pattern"), error_of("zone"))}</Show>
            <Show when=is("after")>
                <Field id="job-after" label=say.upstream_dataset help=say.upstream_help error=error_of("after")>
                    <select class="select" id="job-after" on:change=move |event| draft.after.set(event_target_value(&event))>
                        {beside.get_value().into_iter().map(|name| { let this = name.clone(); view! { <option value=name.clone() selected=move || draft.after.get() == this>{name.clone()}</option> } }).collect_view()}
                    </select>
                </Field>
            </Show>
            <div class="form-row">
                <Field id="job-retries" label=say.retries help=say.retries_help error=error_of("retries")>
                    <select class="select" id="job-retries" on:change=move |event| draft.retries.set(event_target_value(&event).parse().unwrap_or(0))>
                        {(0..=MAX_RETRIES).map(|times| view! { <option value=times selected=move || draft.retries.get() == times>{times.to_string()}</option> }).collect_view()}
                    </select>
                </Field>
                <BoundNumber id="job-retry-after" label=say.retry_delay unit=say.seconds text=draft.retry_after error=error_of("retry_after_s")/>
            </div>
            <div class="form-row">
            <Field id="job-columns" label=say.new_columns help=say.new_columns_help>
                <select class="select" id="job-columns" on:change=move |event| draft.new_columns.set(NewColumns::from_key(&event_target_value(&event)).unwrap_or_default())>
                    {NewColumns::ALL.map(|choice| view! { <option value=choice.key() selected=move || draft.new_columns.get() == choice>{choice.words()}</option> })}
                </select>
            </Field>
            <Field id="job-tier" label=say.tier help=say.tier_help>
                <select class="select" id="job-tier" on:change=move |event| draft.tier.set(Tier::from_key(&event_target_value(&event)).unwrap_or_default())>
                    {Tier::ALL.map(|tier| view! { <option value=tier.key() selected=move || draft.tier.get() == tier>{tier.words()}</option> })}
                </select>
            </Field>
            </div>
            <div class="form-row">
                <BoundNumber id="job-timeout" label=say.timeout note=say.optional unit=say.minutes text=draft.timeout error=error_of("timeout_minutes")/>
                <BoundNumber id="job-late" label=say.late_after note=say.optional unit=say.minutes text=draft.late_after error=error_of("late_after_minutes")/>
            </div>
            <div class="form-row">
                <BoundNumber id="job-dirty-rows" label=say.rejected_rows note=say.optional unit=say.rows text=draft.rejected_rows error=error_of("dirty_rows")/>
                <BoundNumber id="job-dirty-percent" label=say.rejected_percent note=say.optional unit=say.percent text=draft.rejected_percent error=error_of("dirty_percent")/>
            </div>
            <p class="small t-2">{say.rejected_help}</p>
        </JsonForm>
    }
}

fn id_of(field: &str) -> String {
    let name = match field {
        "when" | "pattern" | "zone" | "after" | "retries" => field,
        "retry_after_s" => "retry-after",
        "timeout_minutes" => "timeout",
        "late_after_minutes" => "late",
        "dirty_rows" => "dirty-rows",
        "dirty_percent" => "dirty-percent",
        _ => return String::new(),
    };
    format!("job-{name}")
}
