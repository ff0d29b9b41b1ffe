//! How what is live follows its table between two builds: as it goes, and as a form.

use leptos::prelude::*;
use model::DataType;
use model::dataset::StoreKind;
use model::incremental::{Backfill, Incremental};
use model::job::JobSpec;
use model::number::Typed;
use model::view::{DataVersionView, DatasetView, IncrementalView};

use super::api::read_again;
use super::job::SetJob;
use super::runs::decision_list;
use crate::ui::{
    BoundChoice, BoundNumber, BoundText, Callout, Field, JsonForm, Sends, Time, Tone, grouped, refusal, refused_field, rows, typed_numbers,
};
use crate::words::words;

/// What follows its table now: how far it is, or why it does not go on.
pub(super) fn incremental_sync(dataset: &DatasetView) -> impl IntoView + use<> {
    let say = &words().datasets_incremental;
    let synced = dataset.versions.iter().filter_map(|version| Some((version.clone(), version.incremental_sync.clone()?)));
    let paused = dataset.job.paused;
    let stopped = dataset.job.spec.incremental.is_none();
    let waits = !stopped && !dataset.is_synced();
    let halted = if stopped { Some(say.turned_off) } else { paused.then_some(say.paused) };
    view! {
        {waits.then(|| view! { <p class="t-2">{say.not_started}</p> })}
        {synced.map(|(version, incremental)| one(&version, incremental, halted)).collect_view()}
    }
}

fn one(version: &DataVersionView, incremental: IncrementalView, halted: Option<&'static str>) -> impl IntoView + use<> {
    let say = &words().datasets_incremental;
    let figures = incremental.figures;
    let title = (say.version)(version.number, version.environment.key());
    let state = match (halted, incremental.going, figures.reading) {
        (Some(halted), ..) => halted,
        (None, false, _) => say.waiting,
        (None, true, true) => say.applying,
        (None, true, false) => say.up_to_date,
    };
    view! {
        <section class="card card-pad stack-2" aria-label=say.title>
            <div class="between"><h2>{title}</h2><span class="badge">{state}</span></div>
            {(!incremental.reason.is_empty()).then(|| view! { <Callout tone=Tone::Bad><p><b>{say.stopped}</b>{incremental.reason.clone()}</p><p class="small">{say.stopped_help}</p></Callout> })}
            <p class="t-2 tn">{(say.changes)(&rows(figures.changed_rows), &grouped(figures.deleted_rows))}</p>
            <p class="small t-2">
                {figures.caught_up_at.map(|at| view! { {say.caught_up_before}<Time at/>{say.caught_up_after} })}
                {(!figures.position.is_empty()).then(|| (say.position)(&figures.position))}
            </p>
            {decision_list(&figures.decisions)}
        </section>
    }
}

/// The form while it is filled in.
#[derive(Clone, Copy)]
struct Draft {
    on: RwSignal<bool>,
    cursor: RwSignal<String>,
    deleted: RwSignal<String>,
    overlap: RwSignal<String>,
    every: RwSignal<String>,
    gone: RwSignal<String>,
    start: RwSignal<String>,
    compare_every: RwSignal<String>,
    compare_at_most: RwSignal<String>,
    /// What this form does not ask about stays as it is.
    rest: StoredValue<JobSpec>,
}

impl Draft {
    fn of(job: &JobSpec, columns: &[(String, DataType)]) -> Self {
        let incremental = job.incremental.clone().unwrap_or_else(|| Incremental {
            // A time is the likeliest.
            cursor: columns
                .iter()
                .find(|(_, kind)| *kind == DataType::Timestamp)
                .or(columns.first())
                .map(|(name, _)| name.clone())
                .unwrap_or_default(),
            ..Incremental::default()
        });
        Self {
            on: RwSignal::new(job.incremental.is_some()),
            cursor: RwSignal::new(incremental.cursor),
            deleted: RwSignal::new(incremental.deleted),
            overlap: RwSignal::new(incremental.overlap.to_string()),
            every: RwSignal::new(incremental.every_s.to_string()),
            gone: RwSignal::new(incremental.gone_every_minutes.map(|minutes| minutes.to_string()).unwrap_or_default()),
            start: RwSignal::new(incremental.start),
            compare_every: RwSignal::new(job.compare.map(|compare| compare.every_minutes.to_string()).unwrap_or_default()),
            compare_at_most: RwSignal::new(job.compare.map(|compare| compare.at_most.to_string()).unwrap_or_default()),
            rest: StoredValue::new(job.clone()),
        }
    }

    fn spec(self) -> JobSpec {
        let rest = self.rest.get_value();
        let incremental = Incremental {
            cursor: self.cursor.get_untracked(),
            deleted: self.deleted.get_untracked(),
            start: self.start.get_untracked().trim().to_owned(),
            ..rest.incremental.clone().unwrap_or_default()
        };
        JobSpec { incremental: self.on.get_untracked().then_some(incremental), ..rest }
    }

    fn numbers(self) -> Typed {
        typed_numbers(&[
            ("every_s", self.every),
            ("overlap", self.overlap),
            ("gone_every_minutes", self.gone),
            ("every_minutes", self.compare_every),
            ("at_most", self.compare_at_most),
        ])
    }
}

/// The card, and for those who may change datasets its form behind a button.
pub(super) fn incremental_card(dataset: &DatasetView, may_edit: bool, save: SetJob) -> Option<impl IntoView + use<>> {
    if dataset.spec.store == StoreKind::Columnar {
        return None;
    }
    let say = &words().datasets_incremental;
    let title = if dataset.feeds { say.title } else { say.title_both };
    let open = RwSignal::new(false);
    let summary = summary(dataset);
    let range = may_edit.then(|| read_again_form(dataset)).flatten();
    let dataset = StoredValue::new(dataset.clone());
    Some(view! {
        <section class="card card-pad stack">
            <div class="between">
                <h2>{title}</h2>
                {may_edit.then(|| view! { <button class="btn btn-sm" type="button" on:click=move |_| open.update(|open| *open = !*open)>{move || if open.get() { say.close } else { say.change }}</button> })}
            </div>
            <Show when=move || !open.get()><p class="t-2">{summary.clone()}</p></Show>
            {range}
            <Show when=move || open.get()>{dataset.with_value(|dataset| form(dataset, save))}</Show>
        </section>
    })
}

type ReadAgain = Sends<Backfill, ()>;

/// A range that is to be read again, of what is followed by a column.
fn read_again_form(dataset: &DatasetView) -> Option<impl IntoView + use<>> {
    let say = &words().datasets_incremental;
    let live = dataset.versions.iter().find(|version| version.incremental_sync.is_some())?;
    let incremental = dataset.job.spec.incremental.as_ref().filter(|_| !dataset.feeds)?;
    let (domain, name, number, cursor) = (dataset.domain.clone(), dataset.name.clone(), live.number, incremental.cursor.clone());
    let read: ReadAgain = Action::new(move |wanted: &Backfill| read_again(domain.clone(), name.clone(), number, wanted.clone()));
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let refused = refusal(read);
    let send = Callback::new(move |()| {
        let trimmed = |text: RwSignal<String>| text.with_untracked(|text| text.trim().to_owned());
        read.dispatch(Backfill { from: trimmed(from), to: trimmed(to) });
    });
    Some(view! {
        <details>
            <summary>{say.backfill}</summary>
            <JsonForm action=read send refused save=say.backfill_start at=id_of button="btn btn-sm" class="stack mt-3">
                <p class="small t-2">{(say.backfill_help)(&cursor)}</p>
                <div class="form-row">
                    <BoundText id="again-from" label=say.from note=say.optional text=from error=refused_field(refused, "from")/>
                    <BoundText id="again-to" label=say.to note=say.optional text=to error=refused_field(refused, "to")/>
                </div>
                {move || matches!(read.value().get(), Some(Ok(()))).then(|| view! { <Callout tone=Tone::Ok><p>{say.backfill_started}</p></Callout> })}
            </JsonForm>
        </details>
    })
}

fn summary(dataset: &DatasetView) -> String {
    let say = &words().datasets_incremental;
    let Some(incremental) = &dataset.job.spec.incremental else {
        let off = if dataset.feeds { say.off_stream } else { say.off_cursor };
        return off.to_owned();
    };
    if dataset.feeds {
        return say.on_stream.to_owned();
    }
    let changed = (say.on_cursor)(incremental.every_s, &incremental.cursor);
    let deleted = if incremental.deleted.is_empty() { String::new() } else { (say.on_deleted)(&incremental.deleted) };
    let gone = incremental.gone_every_minutes.map(say.on_delete_detection).unwrap_or_default();
    format!("{changed}{deleted}{gone}")
}

fn form(dataset: &DatasetView, save: SetJob) -> impl IntoView + use<> {
    let say = &words().datasets_incremental;
    // As the table calls them, whatever they are called in the dataset.
    let read = dataset.spec.mapping.fields(&dataset.spec);
    let columns: Vec<(String, DataType)> = read.into_iter().map(|field| (field.name, field.data_type)).collect();
    let of = |fits: fn(DataType) -> bool| columns.iter().filter(|(_, kind)| fits(*kind)).cloned().collect::<Vec<_>>();
    let (cursors, deleted) = (of(Incremental::can_be_cursor), of(Incremental::can_say_deleted));
    let draft = Draft::of(&dataset.job.spec, &cursors);
    let (domain, name, feeds) = (dataset.domain.clone(), dataset.name.clone(), dataset.feeds);
    let refused = refusal(save);
    let error_of = move |field: &'static str| refused_field(refused, field);
    let send = Callback::new(move |()| {
        save.dispatch((domain.clone(), name.clone(), draft.spec(), draft.numbers()));
    });
    let (cursors, deleted) = (StoredValue::new(cursors), StoredValue::new(deleted));
    view! {
        <JsonForm action=save send refused save=say.save at=id_of>
            <BoundChoice label=say.title help=say.switch_help on=draft.on/>
            <Show when=move || draft.on.get() && feeds>
                <BoundText id="follow-start" label=say.start help=say.start_help text=draft.start error=error_of("start")/>
            </Show>
            <Show when=move || draft.on.get() && !feeds>
                <div class="form-row">
                    <Field id="follow-cursor" label=say.cursor help=say.cursor_help error=error_of("cursor")>
                        <select class="select" id="follow-cursor" on:change=move |event| draft.cursor.set(event_target_value(&event))>{options(cursors.get_value(), draft.cursor)}</select>
                    </Field>
                    <Field id="follow-deleted" label=say.deletion note=say.optional help=say.deletion_help error=error_of("deleted")>
                        <select class="select" id="follow-deleted" on:change=move |event| draft.deleted.set(event_target_value(&event))>
                            <option value="" selected=move || draft.deleted.with(String::is_empty)>{say.no_deletion}</option>
                            {options(deleted.get_value(), draft.deleted)}
                        </select>
                    </Field>
                </div>
                <div class="form-row">
                    <BoundNumber id="follow-every" label=say.poll_interval unit="s" text=draft.every error=error_of("every_s")/>
                    <BoundNumber id="follow-overlap" label=say.lookback unit=say.lookback_unit text=draft.overlap error=error_of("overlap")/>
                </div>
                <BoundNumber id="follow-gone" label=say.delete_detection note=say.optional unit="min" text=draft.gone error=error_of("gone_every_minutes")/>
                <p class="small t-2">{say.delete_detection_help}</p>
                <p class="small t-2">{say.lookback_help}</p>
            </Show>
            <Show when=move || !feeds>
                <div class="form-row">
                    <BoundNumber id="compare-every" label=say.reconcile_interval note=say.optional unit="min" text=draft.compare_every error=error_of("every_minutes")/>
                    <BoundNumber id="compare-at-most" label=say.reconcile_limit note=say.optional unit=say.reconcile_unit text=draft.compare_at_most error=error_of("at_most")/>
                </div>
                <p class="small t-2">{say.reconcile_help}</p>
            </Show>
        </JsonForm>
    }
}

fn id_of(field: &str) -> String {
    match field {
        "from" | "to" => format!("again-{field}"),
        "start" | "cursor" | "deleted" | "overlap" => format!("follow-{field}"),
        "every_s" => "follow-every".to_owned(),
        "gone_every_minutes" => "follow-gone".to_owned(),
        "every_minutes" => "compare-every".to_owned(),
        "at_most" => "compare-at-most".to_owned(),
        _ => String::new(),
    }
}

fn options(columns: Vec<(String, DataType)>, chosen: RwSignal<String>) -> impl IntoView {
    columns
        .into_iter()
        .map(|(name, kind)| {
            let this = name.clone();
            view! { <option value=name.clone() selected=move || chosen.get() == this>{format!("{name} ({})", kind.word())}</option> }
        })
        .collect_view()
}
