//! How what is live follows its table between two builds: as it goes, and as a form.

use leptos::prelude::*;
use model::DataType;
use model::dataset::StoreKind;
use model::incremental::{Backfill, Follow};
use model::job::JobSpec;
use model::number::Typed;
use model::view::{DataVersionView, DatasetView, FollowView};

use super::api::read_again;
use super::job::{SetJob, number};
use super::runs::decision_list;
use crate::error::PortalError;
use crate::ui::{Callout, Field, FormErrors, Time, Tone, grouped, rows, typed_numbers};

const START_HELP: &str =
    "Empty is the earliest that is there. Otherwise latest, a time such as 2024-05-01T10:00:00Z, or offsets such as {\"0\": 12}.";

/// What follows its table now: how far it is, or why it does not go on.
pub(super) fn following(dataset: &DatasetView) -> impl IntoView + use<> {
    let followed = dataset.versions.iter().filter_map(|version| Some((version.clone(), version.following.clone()?)));
    let paused = dataset.job.paused;
    let stopped = dataset.job.spec.follow.is_none();
    let waits = !stopped && !dataset.is_followed();
    let halted = if stopped { Some("switched off") } else { paused.then_some("paused") };
    view! {
        {waits.then(|| view! { <p class="t-2">"Nothing follows its table yet. It begins with the next build."</p> })}
        {followed.map(|(version, follow)| one(&version, follow, halted)).collect_view()}
    }
}

fn one(version: &DataVersionView, follow: FollowView, halted: Option<&'static str>) -> impl IntoView + use<> {
    let figures = follow.figures;
    let title = format!("Data version {} follows its table, in {}", version.number, version.environment.key());
    let state = match (halted, follow.going, figures.reading) {
        (Some(halted), ..) => halted,
        (None, false, _) => "waiting for a worker",
        (None, true, true) => "reading changes",
        (None, true, false) => "up to date",
    };
    view! {
        <section class="card card-pad stack-2" aria-label="Following">
            <div class="between"><h2>{title}</h2><span class="badge">{state}</span></div>
            {(!follow.reason.is_empty()).then(|| view! { <Callout tone=Tone::Bad><p><b>"It does not go on. "</b>{follow.reason.clone()}</p><p class="small">"What is live stays as far as it is, and it is tried again by itself."</p></Callout> })}
            <p class="t-2 tn">{rows(figures.changed_rows)}" came or changed since it was built, "{grouped(figures.deleted_rows)}" were deleted."</p>
            <p class="small t-2">
                {figures.caught_up_at.map(|at| view! { "Up to date "<Time at/>". " })}
                {(!figures.position.is_empty()).then(|| format!("It has come to {}.", figures.position))}
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
        let follow = job.follow.clone().unwrap_or_else(|| Follow {
            // A time is the likeliest.
            cursor: columns
                .iter()
                .find(|(_, kind)| *kind == DataType::Timestamp)
                .or(columns.first())
                .map(|(name, _)| name.clone())
                .unwrap_or_default(),
            ..Follow::default()
        });
        Self {
            on: RwSignal::new(job.follow.is_some()),
            cursor: RwSignal::new(follow.cursor),
            deleted: RwSignal::new(follow.deleted),
            overlap: RwSignal::new(follow.overlap.to_string()),
            every: RwSignal::new(follow.every_s.to_string()),
            gone: RwSignal::new(follow.gone_every_minutes.map(|minutes| minutes.to_string()).unwrap_or_default()),
            start: RwSignal::new(follow.start),
            compare_every: RwSignal::new(job.compare.map(|compare| compare.every_minutes.to_string()).unwrap_or_default()),
            compare_at_most: RwSignal::new(job.compare.map(|compare| compare.at_most.to_string()).unwrap_or_default()),
            rest: StoredValue::new(job.clone()),
        }
    }

    fn spec(self) -> JobSpec {
        let rest = self.rest.get_value();
        let follow = Follow {
            cursor: self.cursor.get_untracked(),
            deleted: self.deleted.get_untracked(),
            start: self.start.get_untracked().trim().to_owned(),
            ..rest.follow.clone().unwrap_or_default()
        };
        JobSpec { follow: self.on.get_untracked().then_some(follow), ..rest }
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
pub(super) fn follow_card(dataset: &DatasetView, may_edit: bool, save: SetJob) -> Option<impl IntoView + use<>> {
    if dataset.spec.store == StoreKind::Columnar {
        return None;
    }
    let open = RwSignal::new(false);
    let words = words(dataset);
    let range = may_edit.then(|| read_again_form(dataset)).flatten();
    let dataset = StoredValue::new(dataset.clone());
    Some(view! {
        <section class="card card-pad stack">
            <div class="between">
                <h2>"Between two builds"</h2>
                {may_edit.then(|| view! { <button class="btn btn-sm" type="button" on:click=move |_| open.update(|open| *open = !*open)>{move || if open.get() { "Close" } else { "Change how it follows" }}</button> })}
            </div>
            <Show when=move || !open.get()><p class="t-2">{words.clone()}</p></Show>
            {range}
            <Show when=move || open.get()>{dataset.with_value(|dataset| form(dataset, save))}</Show>
        </section>
    })
}

type ReadAgain = Action<Backfill, Result<(), PortalError>>;

/// A range that is to be read again, of what is followed by a column.
fn read_again_form(dataset: &DatasetView) -> Option<impl IntoView + use<>> {
    let live = dataset.versions.iter().find(|version| version.following.is_some())?;
    let follow = dataset.job.spec.follow.as_ref().filter(|_| !dataset.feeds)?;
    let (domain, name, number, cursor) = (dataset.domain.clone(), dataset.name.clone(), live.number, follow.cursor.clone());
    let send: ReadAgain = Action::new(move |wanted: &Backfill| read_again(domain.clone(), name.clone(), number, wanted.clone()));
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let error_of = move |field: &'static str| {
        Signal::derive(move || send.value().get().and_then(Result::err).and_then(|error: PortalError| error.of_field(field)))
    };
    let text = move |id: &'static str, label: &'static str, text: RwSignal<String>, error: Signal<Option<String>>| {
        view! {
            <Field id=id label=label note="optional" error>
                <input class="input" id=id autocomplete="off" prop:value=text value=text.get_untracked() on:input=move |event| text.set(event_target_value(&event))/>
            </Field>
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let trimmed = |text: RwSignal<String>| text.with_untracked(|text| text.trim().to_owned());
        send.dispatch(Backfill { from: trimmed(from), to: trimmed(to) });
    };
    Some(view! {
        <details>
            <summary>"Read a range again"</summary>
            <form class="stack mt-3" on:submit=submit>
                <p class="small t-2">{format!("Rows whose {cursor} lies in the range are read once more, into what is live. Those that are as they were change nothing.")}</p>
                <div class="form-row">
                    {text("again-from", "From", from, error_of("from"))}
                    {text("again-to", "To", to, error_of("to"))}
                </div>
                <FormErrors error=Signal::derive(move || send.value().get().and_then(Result::err)) at=id_of/>
                {move || matches!(send.value().get(), Some(Ok(()))).then(|| view! { <Callout tone=Tone::Ok><p>"It is read again with the next look."</p></Callout> })}
                <div class="row"><button class="btn btn-sm" type="submit" disabled=move || send.pending().get()>"Read it again"</button></div>
            </form>
        </details>
    })
}

fn words(dataset: &DatasetView) -> String {
    let Some(follow) = &dataset.job.spec.follow else {
        let how = if dataset.feeds { "as its source tells what changes" } else { "by a column that grows with every change" };
        return format!("What is live stays as it was built. It can follow its table instead, {how}.");
    };
    let deleted = if follow.deleted.is_empty() { String::new() } else { format!(" Rows whose {} says so are deleted.", follow.deleted) };
    if dataset.feeds {
        return "What its source tells is taken over as it comes.".into();
    }
    let gone =
        follow.gone_every_minutes.map(|minutes| format!(" Each {minutes} min it is looked for rows that are gone.")).unwrap_or_default();
    format!("Rows that come or change are taken over each {} s, by {}.{deleted}{gone}", follow.every_s, follow.cursor)
}

fn form(dataset: &DatasetView, save: SetJob) -> impl IntoView + use<> {
    // As the table calls them, whatever they are called in the dataset.
    let read = dataset.spec.mapping.fields(&dataset.spec);
    let columns: Vec<(String, DataType)> = read.into_iter().map(|field| (field.name, field.data_type)).collect();
    let of = |fits: fn(DataType) -> bool| columns.iter().filter(|(_, kind)| fits(*kind)).cloned().collect::<Vec<_>>();
    let (cursors, deleted) = (of(Follow::can_be_cursor), of(Follow::can_say_deleted));
    let draft = Draft::of(&dataset.job.spec, &cursors);
    let (domain, name, feeds) = (dataset.domain.clone(), dataset.name.clone(), dataset.feeds);
    let error_of = move |field: &'static str| {
        Signal::derive(move || save.value().get().and_then(Result::err).and_then(|error: PortalError| error.of_field(field)))
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch((domain.clone(), name.clone(), draft.spec(), draft.numbers()));
    };
    let (cursors, deleted) = (StoredValue::new(cursors), StoredValue::new(deleted));
    view! {
        <form class="stack" on:submit=send>
            <label class="choice"><input class="check" type="checkbox" prop:checked=draft.on on:change=move |event| draft.on.set(event_target_checked(&event))/><span>"Follow the table"<small>"Rows that come, change or are deleted are taken over into what is live. Begins with the next build."</small></span></label>
            <Show when=move || draft.on.get() && feeds>
                <Field id="follow-start" label="Begun at" help=START_HELP error=error_of("start")>
                    <input class="input" id="follow-start" autocomplete="off" prop:value=draft.start value=draft.start.get_untracked() on:change=move |event| draft.start.set(event_target_value(&event))/>
                </Field>
            </Show>
            <Show when=move || draft.on.get() && !feeds>
                <div class="form-row">
                    <Field id="follow-cursor" label="By" help="Grows with every change of a row: a time of change, a sequence." error=error_of("cursor")>
                        <select class="select" id="follow-cursor" on:change=move |event| draft.cursor.set(event_target_value(&event))>{options(cursors.get_value(), draft.cursor)}</select>
                    </Field>
                    <Field id="follow-deleted" label="Deleted where" note="optional" help="True, not zero, or filled in rows that are gone." error=error_of("deleted")>
                        <select class="select" id="follow-deleted" on:change=move |event| draft.deleted.set(event_target_value(&event))>
                            <option value="" selected=move || draft.deleted.with(String::is_empty)>"no column says so"</option>
                            {options(deleted.get_value(), draft.deleted)}
                        </select>
                    </Field>
                </div>
                <div class="form-row">
                    {number("follow-every", "Looks each", "s", draft.every, error_of("every_s"))}
                    {number("follow-overlap", "Begins before the last", "s, days or steps", draft.overlap, error_of("overlap"))}
                </div>
                {number("follow-gone", "Looks for rows that are gone each", "min", draft.gone, error_of("gone_every_minutes"))}
                <p class="small t-2">"All keys are held against those of the table then: for rows that are deleted without a word. Empty is never."</p>
                <p class="small t-2">"Each look begins a little before the last value, for changes that were committed late. Rows that are read twice count once."</p>
            </Show>
            <Show when=move || !feeds>
                <div class="form-row">
                    {number("compare-every", "Compared with the source each", "min", draft.compare_every, error_of("every_minutes"))}
                    {number("compare-at-most", "An alarm above", "rows", draft.compare_at_most, error_of("at_most"))}
                </div>
                <p class="small t-2">"Both sides are summed up in buckets, and read again row by row where those differ. Empty is never."</p>
            </Show>
            <FormErrors error=Signal::derive(move || save.value().get().and_then(Result::err)) at=id_of/>
            <div class="row"><button class="btn btn-primary" type="submit" disabled=move || save.pending().get()>"Save how it follows"</button></div>
        </form>
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
