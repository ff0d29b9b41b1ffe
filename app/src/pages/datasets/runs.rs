//! The runs of a dataset's job: the last ones as a strip, and the one that is under way.

use leptos::prelude::*;
use model::clock::{Millis, SECOND};
use model::job::RunState;
use model::load_limits::{Decision, Pace};
use model::view::{DatasetView, JobView, RunView};

use super::api::StopRun;
use super::course::{course, kept_words};
use crate::ui::{Callout, ConfirmDialog, Time, Tone, grouped};

/// The strip, in its own units: a bar and its gap, and the height of the longest run.
const STEP: usize = 10;
const HEIGHT: f64 = 44.0;
const SHOWN: usize = 30;

/// The last runs, the newest on the right: how each ended by its colour, how long it took by its height.
pub(super) fn strip(runs: &[RunView]) -> impl IntoView + use<> {
    let shown = &runs[..runs.len().min(SHOWN)];
    let longest = shown.iter().filter_map(took).max().unwrap_or(1).max(1);
    let count = |states: &[RunState]| shown.iter().filter(|run| states.contains(&run.state)).count();
    let (good, bad) = (count(&[RunState::Done]), count(&[RunState::Failed]));
    let label = format!("Last {} runs: {good} good, {bad} failed", shown.len());
    // The newest stands at the right edge, however few there are.
    let bars = shown.iter().enumerate().map(|(back, run)| {
        let class = match run.state {
            RunState::Done => "ok",
            RunState::Failed => "bad",
            RunState::Stopped => "none",
            RunState::Waiting | RunState::Running => "now",
        };
        #[allow(clippy::cast_precision_loss)] // the height of a bar
        let height = (took(run).unwrap_or(0) as f64 / longest as f64 * HEIGHT).max(4.0);
        let title = format!("Version {}: {}, {}", run.version, run.state.key(), took(run).map(duration).unwrap_or_default());
        view! { <g><title>{title}</title><rect class=class x=(SHOWN - 1 - back) * STEP + 1 width="7.5" y=format!("{:.1}", HEIGHT - height) height=format!("{height:.1}") rx="1.2"/></g> }
    });
    view! { <svg class="runs" viewBox=format!("0 0 {} {HEIGHT}", SHOWN * STEP) preserveAspectRatio="none" role="img" aria-label=label>{bars.collect_view()}</svg> }
}

pub(super) fn strip_card(job: &JobView) -> impl IntoView + use<> {
    let runs = job.runs.clone();
    let count = |state: RunState| runs.iter().filter(|run| run.state == state).count();
    let (good, failed, stopped) = (count(RunState::Done), count(RunState::Failed), count(RunState::Stopped));
    let strip = strip(&runs);
    view! {
        <section class="card card-pad">
            <div class="between mb-3"><h3>"Last runs"</h3><span class="small t-3">"newest right"</span></div>
            {if runs.is_empty() { view! { <p class="small t-3">"None yet."</p> }.into_any() } else { strip.into_any() }}
            <ul class="legend mt-3">
                <li><span class="dot dot-ok" aria-hidden="true"></span>{format!("{good} good")}</li>
                {(failed > 0).then(|| view! { <li><span class="dot dot-bad" aria-hidden="true"></span>{format!("{failed} failed")}</li> })}
                {(stopped > 0).then(|| view! { <li><span class="dot dot-off" aria-hidden="true"></span>{format!("{stopped} ended by hand")}</li> })}
            </ul>
        </section>
    }
}

fn took(run: &RunView) -> Option<Millis> {
    Some(run.finished_at? - run.started_at?)
}

/// 66000 milliseconds as `1 min 6 s`.
pub(super) fn duration(time: Millis) -> String {
    match time / SECOND {
        seconds if seconds < 1 => "under 1 s".into(),
        seconds if seconds < 60 => format!("{seconds} s"),
        seconds if seconds < 3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// The run that is under way, or waits for its next try; with a way to end it.
pub(crate) fn going(dataset: &DatasetView, now: Millis, may_edit: bool, stop: ServerAction<StopRun>) -> Option<impl IntoView + use<>> {
    let run = dataset.job.going()?.clone();
    let (domain, name) = (dataset.domain.clone(), dataset.name.clone());
    let (figures, percent, late) = (run.figures.clone(), run.percent_done(), run.is_late(now));
    let retries = run.state == RunState::Waiting && run.attempt > 1;
    let left = run.expected_at.filter(|_| run.state == RunState::Running).map(|at| (at - now).max(0));
    let rate =
        run.started_at.filter(|_| run.state == RunState::Running).map(|at| (now - at).max(1)).map(|ms| figures.read_rows * 1_000 / ms);
    let title = match (retries, percent) {
        (true, _) => format!("Data version {} waits for its next try", run.version),
        (false, Some(percent)) => format!("Data version {} is being built: {percent} %", run.version),
        (false, None) => format!("Data version {} is being built", run.version),
    };
    let ask = format!("Stop the build of version {}?", run.version);
    let effects = vec!["The version is not finished. What is live is not touched. To build again, start a new build.".to_owned()];
    Some(view! {
        <section class="card card-pad stack-2" role="status">
            <div class="between">
                <h2>{title}</h2>
                {may_edit.then(|| view! {
                    <ActionForm action=stop>
                        <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                        <ConfirmDialog id="stop-run" act="Stop build" title=ask effects/>
                    </ActionForm>
                })}
            </div>
            <p class="t-2 between"><span>{step_words(&run)}</span>{left.map(|left| view! { <span class="tn">{if left == 0 { "longer than usual already".to_owned() } else { format!("about {} left", duration(left)) }}</span> })}</p>
            {match (retries, percent) {
                (true, _) => view! { <p class="t-2">{run.reason.clone()}" The next try, the "{ordinal(run.attempt)}", begins "<Time at=run.due_at/>". What is live is not touched."</p> }.into_any(),
                (false, Some(percent)) => view! { <progress class="big" max="100" value=percent aria-label="Built"></progress> }.into_any(),
                (false, None) => view! { <progress class="big" aria-label="Building"></progress> }.into_any(),
            }}
            {course(dataset, &run, now)}
            {kept_words(&run).map(|words| view! { <p class="small t-2 tn">{words}</p> })}
            {(!retries).then(|| view! {
                <p class="small t-2 tn">{grouped(figures.read_rows)}" read"{figures.expected_rows.map(|rows| format!(" of about {}", grouped(rows)))}", "{grouped(figures.written_rows)}" written"{rate.map(|rate| format!(", {} rows/s so far", grouped(rate)))}</p>
            })}
            {pace(&run)}
            {decision_list(&run.figures.decisions)}
            {late.then(|| view! { <Callout tone=Tone::Warn><p><b>"It will be late."</b>" It should be over by "{run.late_at.map(|at| view! { <Time at exact=true/> })}", and takes longer by what the runs before it took."</p></Callout> })}
        </section>
    })
}

/// How fast it reads, second by second, as a line.
fn pace(run: &RunView) -> Option<impl IntoView + use<>> {
    let pace = run.figures.pace.clone();
    let top = pace.iter().map(|pace| pace.rows_per_s).max().filter(|_| pace.len() > 2)?.max(1);
    let (first, last) = (pace.first()?.at, pace.last()?.at.max(pace.first()?.at + 1));
    #[allow(clippy::cast_precision_loss)] // places in a picture
    let point = |pace: &Pace| {
        let (x, y) = ((pace.at - first) as f64 / (last - first) as f64 * 600.0, 58.0 - pace.rows_per_s as f64 / top as f64 * 54.0);
        format!("{x:.1},{y:.1}")
    };
    let points: Vec<String> = pace.iter().map(point).collect();
    let now = pace.last().map_or(0, |pace| pace.rows_per_s);
    Some(view! {
        <div class="stack-2">
            <p class="between small t-2"><span>"Rows a second: "<b class="tn">{grouped(now)}</b>" now"</span><span class="t-3 tn">{format!("at most {}", grouped(top))}</span></p>
            <svg class="pace" viewBox="0 0 600 60" preserveAspectRatio="none" role="img" aria-label=format!("Rows a second, now {now}")>
                <polygon points=format!("0,60 {} 600,60", points.join(" "))></polygon><polyline points=points.join(" ")></polyline>
            </svg>
        </div>
    })
}

/// What its speed was set to, and why: the newest first.
pub(super) fn decision_list(decisions: &[Decision]) -> Option<impl IntoView + use<>> {
    let list = decisions.to_vec();
    (!list.is_empty()).then(|| view! {
        <ul class="bullets small">{list.into_iter().rev().take(5).map(|decision| view! {
            <li><Time at=decision.at/>{match decision.rows_per_s { Some(0) => " stopped: ".to_owned(), Some(rate) => format!(" {} rows/s: ", grouped(i64::from(rate))), None => " as fast as it goes: ".to_owned() }}{decision.why.clone()}</li>
        }).collect_view()}</ul>
    })
}

fn step_words(run: &RunView) -> String {
    let words = match run.figures.step.as_str() {
        "reading" => "Reading the source",
        "writing" => "Writing the new version",
        "proving" => "Reading it back to prove it",
        _ if run.state == RunState::Running => "Opening the source",
        _ if run.attempt > 1 => "Its last try failed",
        _ => "Waiting for a worker",
    };
    if run.attempt > 1 && run.state == RunState::Running { format!("{words}, in its {} try", ordinal(run.attempt)) } else { words.into() }
}

fn ordinal(number: i64) -> String {
    match number {
        1 => "first".into(),
        2 => "second".into(),
        3 => "third".into(),
        number => format!("{number}th"),
    }
}

/// The last run, where it was ended by hand or failed for good.
pub(crate) fn ended_badly(job: &JobView) -> Option<impl IntoView + use<>> {
    let run = job.runs.first().filter(|run| matches!(run.state, RunState::Failed | RunState::Stopped))?.clone();
    let tries = if run.attempt > 1 { format!(" after {} tries", run.attempt) } else { String::new() };
    Some(view! {
        <Callout tone=if run.state == RunState::Stopped { Tone::Warn } else { Tone::Bad }><p><b>{format!("Data version {} was not built{tries}.", run.version)}</b>" "{run.reason.clone()}</p><p class="small">"What is live was not touched."</p></Callout>
    })
}
