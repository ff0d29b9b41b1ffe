//! The runs of a dataset's job: the last ones as a strip, and the one that is under way.

use leptos::prelude::*;
use model::clock::{Millis, SECOND};
use model::job::RunState;
use model::load_limits::{Decision, Pace};
use model::view::{DatasetView, JobView, RunView};

use super::api::StopRun;
use super::course::{course, kept_words};
use crate::ui::{ActionForm, Callout, ConfirmDialog, FormAction, Time, Tone, grouped};
use crate::words::words;

/// The strip, in its own units: a bar and its gap, and the height of the longest run.
const STEP: usize = 10;
const HEIGHT: f64 = 44.0;
const SHOWN: usize = 30;

/// The last runs, the newest on the right: how each ended by its colour, how long it took by its height.
pub(super) fn strip(runs: &[RunView]) -> impl IntoView + use<> {
    let say = &words().datasets_runs;
    let shown = &runs[..runs.len().min(SHOWN)];
    let longest = shown.iter().filter_map(took).max().unwrap_or(1).max(1);
    let count = |states: &[RunState]| shown.iter().filter(|run| states.contains(&run.state)).count();
    let (good, bad) = (count(&[RunState::Done]), count(&[RunState::Failed]));
    let label = (say.chart)(shown.len(), good, bad);
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
        let title = (say.bar)(run.version, run.state.key(), &took(run).map(duration).unwrap_or_default());
        view! { <g><title>{title}</title><rect class=class x=(SHOWN - 1 - back) * STEP + 1 width="7.5" y=format!("{:.1}", HEIGHT - height) height=format!("{height:.1}") rx="1.2"/></g> }
    });
    view! { <svg class="runs" viewBox=format!("0 0 {} {HEIGHT}", SHOWN * STEP) preserveAspectRatio="none" role="img" aria-label=label>{bars.collect_view()}</svg> }
}

pub(super) fn strip_card(job: &JobView) -> impl IntoView + use<> {
    let say = &words().datasets_runs;
    let runs = job.runs.clone();
    let count = |state: RunState| runs.iter().filter(|run| run.state == state).count();
    let (good, failed, stopped) = (count(RunState::Done), count(RunState::Failed), count(RunState::Stopped));
    let strip = strip(&runs);
    view! {
        <section class="card card-pad">
            <div class="between mb-3"><h3>{say.last_runs}</h3><span class="small t-3">{say.newest_right}</span></div>
            {if runs.is_empty() { view! { <p class="small t-3">{say.no_runs}</p> }.into_any() } else { strip.into_any() }}
            <ul class="legend mt-3">
                <li><span class="dot dot-ok" aria-hidden="true"></span>{(say.succeeded)(good)}</li>
                {(failed > 0).then(|| view! { <li><span class="dot dot-bad" aria-hidden="true"></span>{(say.failed)(failed)}</li> })}
                {(stopped > 0).then(|| view! { <li><span class="dot dot-off" aria-hidden="true"></span>{(say.stopped)(stopped)}</li> })}
            </ul>
        </section>
    }
}

fn took(run: &RunView) -> Option<Millis> {
    Some(run.finished_at? - run.started_at?)
}

/// 66000 milliseconds as `1 min 6 s`.
pub(super) fn duration(time: Millis) -> String {
    let say = &words().datasets_runs;
    match time / SECOND {
        seconds if seconds < 1 => say.under_second.into(),
        seconds if seconds < 60 => (say.seconds)(seconds),
        seconds if seconds < 3_600 => (say.minutes)(seconds / 60, seconds % 60),
        seconds => (say.hours)(seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// The run that is under way, or waits for its next try; with a way to end it.
pub(crate) fn going(dataset: &DatasetView, now: Millis, may_edit: bool, stop: FormAction<StopRun>) -> Option<impl IntoView + use<>> {
    let say = &words().datasets_runs;
    let run = dataset.job.going()?.clone();
    let (domain, name) = (dataset.domain.clone(), dataset.name.clone());
    let (figures, percent, late) = (run.figures.clone(), run.percent_done(), run.is_late(now));
    let retries = run.state == RunState::Waiting && run.attempt > 1;
    let left = run.expected_at.filter(|_| run.state == RunState::Running).map(|at| (at - now).max(0));
    let rate =
        run.started_at.filter(|_| run.state == RunState::Running).map(|at| (now - at).max(1)).map(|ms| figures.read_rows * 1_000 / ms);
    let title = match (retries, percent) {
        (true, _) => (say.retry_title)(run.version),
        (false, Some(percent)) => (say.building_percent)(run.version, percent),
        (false, None) => (say.building)(run.version),
    };
    let ask = (say.stop_title)(run.version);
    let effects = vec![say.stop_effect.to_owned()];
    Some(view! {
        <section class="card card-pad stack-2" role="status">
            <div class="between">
                <h2>{title}</h2>
                {may_edit.then(|| view! {
                    <ActionForm action=stop>
                        <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                        <ConfirmDialog id="stop-run" act=say.stop title=ask effects/>
                    </ActionForm>
                })}
            </div>
            <p class="t-2 between"><span>{step_words(&run)}</span>{left.map(|left| view! { <span class="tn">{if left == 0 { say.over_time.to_owned() } else { (say.time_left)(&duration(left)) }}</span> })}</p>
            {match (retries, percent) {
                (true, _) => view! { <p class="t-2">{run.reason.clone()}{(say.retry_before)(run.attempt)}<Time at=run.due_at/>{say.retry_after}</p> }.into_any(),
                (false, Some(percent)) => view! { <progress class="big" max="100" value=percent aria-label=say.progress></progress> }.into_any(),
                (false, None) => view! { <progress class="big" aria-label=say.progress></progress> }.into_any(),
            }}
            {course(dataset, &run, now)}
            {kept_words(&run).map(|words| view! { <p class="small t-2 tn">{words}</p> })}
            {(!retries).then(|| view! {
                <p class="small t-2 tn">{(say.rows_read)(&grouped(figures.read_rows))}{figures.expected_rows.map(|rows| (say.rows_expected)(&grouped(rows)))}{(say.rows_written)(&grouped(figures.written_rows))}{rate.map(|rate| (say.average_rate)(&grouped(rate)))}</p>
            })}
            {pace(&run)}
            {decision_list(&run.figures.decisions)}
            {late.then(|| view! { <Callout tone=Tone::Warn><p><b>{say.late}</b>{say.late_before}{run.late_at.map(|at| view! { <Time at exact=true/> })}{say.late_after}</p></Callout> })}
        </section>
    })
}

/// How fast it reads, second by second, as a line.
fn pace(run: &RunView) -> Option<impl IntoView + use<>> {
    let say = &words().datasets_runs;
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
            <p class="between small t-2"><span>{say.rate_before}<b class="tn">{grouped(now)}</b>{say.rate_after}</span><span class="t-3 tn">{(say.rate_peak)(&grouped(top))}</span></p>
            <svg class="pace" viewBox="0 0 600 60" preserveAspectRatio="none" role="img" aria-label=(say.rate_chart)(&grouped(now))>
                <polygon points=format!("0,60 {} 600,60", points.join(" "))></polygon><polyline points=points.join(" ")></polyline>
            </svg>
        </div>
    })
}

/// What its speed was set to, and why: the newest first.
pub(super) fn decision_list(decisions: &[Decision]) -> Option<impl IntoView + use<>> {
    let say = &words().datasets_runs;
    let list = decisions.to_vec();
    (!list.is_empty()).then(|| view! {
        <ul class="bullets small">{list.into_iter().rev().take(5).map(|decision| view! {
            <li><Time at=decision.at/>{match decision.rows_per_s { Some(0) => say.decision_stopped.to_owned(), Some(rate) => (say.decision_rate)(&grouped(i64::from(rate))), None => say.decision_no_limit.to_owned() }}{decision.why.clone()}</li>
        }).collect_view()}</ul>
    })
}

fn step_words(run: &RunView) -> String {
    let say = &words().datasets_runs;
    let step = match run.figures.step.as_str() {
        "reading" => say.step_reading,
        "writing" => say.step_writing,
        "proving" => say.step_verifying,
        _ if run.state == RunState::Running => say.step_connecting,
        _ if run.attempt > 1 => say.step_failed,
        _ => say.step_waiting,
    };
    if run.attempt > 1 && run.state == RunState::Running { (say.step_attempt)(step, run.attempt) } else { step.into() }
}

/// The last run, where it was ended by hand or failed for good.
pub(crate) fn ended_badly(job: &JobView) -> Option<impl IntoView + use<>> {
    let say = &words().datasets_runs;
    let run = job.runs.first().filter(|run| matches!(run.state, RunState::Failed | RunState::Stopped))?.clone();
    let title = if run.attempt > 1 { (say.not_built_after)(run.version, run.attempt) } else { (say.not_built)(run.version) };
    Some(view! {
        <Callout tone=if run.state == RunState::Stopped { Tone::Warn } else { Tone::Bad }><p><b>{title}</b>" "{run.reason.clone()}</p><p class="small">{say.not_affected}</p></Callout>
    })
}
