//! The way of a run's rows, drawn as it stands: read, checked, written, proved, switched to.

use leptos::prelude::*;
use model::clock::{Millis, SECOND};
use model::job::RunState;
use model::view::{DatasetView, RunView};

use crate::ui::{bytes_words, grouped};
use crate::words::words;

struct Step {
    name: &'static str,
    note: String,
}

/// Which of its steps a run is at; before the first while it waits.
fn at(run: &RunView) -> Option<usize> {
    match (run.state, run.figures.step.as_str()) {
        (RunState::Running, "reading") => Some(0),
        (RunState::Running, "writing") => Some(2),
        (RunState::Running, "proving") => Some(3),
        _ => None,
    }
}

fn steps(dataset: &DatasetView, run: &RunView, now: Millis) -> [Step; 5] {
    let say = &words().datasets_detail;
    let (spec, figures) = (&dataset.spec, &run.figures);
    let took = run.started_at.map_or(1, |at| (now - at).max(1));
    let speed = match at(run) {
        Some(0) if figures.read_rows > 0 => {
            (say.run_speed)(&grouped(figures.read_rows * SECOND / took), &bytes_words(figures.row_bytes * SECOND / took))
        }
        Some(_) => (say.run_rows)(&grouped(figures.read_rows)),
        None => format!("{}.{}", spec.source, spec.table.name),
    };
    let rules = match spec.gates.rules.len() {
        0 => say.run_key.to_owned(),
        1 => say.run_key_and_rule.to_owned(),
        rules => (say.run_key_and_rules)(rules),
    };
    let aside = if figures.rejected_rows > 0 { (say.run_rejected)(&grouped(figures.rejected_rows)) } else { String::new() };
    let switch = if spec.gates.hold { say.run_after_approval } else { say.run_automatic };
    [
        Step { name: say.run_read, note: speed },
        Step { name: say.run_check, note: rules + &aside },
        Step { name: say.run_write, note: format!("{}, {}", spec.store.words(), grouped(figures.written_rows)) },
        Step { name: say.run_verify, note: say.run_verified_by.into() },
        Step { name: say.run_go_live, note: switch.into() },
    ]
}

/// What of the reading is kept for another try, where that is said.
pub(super) fn kept_words(run: &RunView) -> Option<String> {
    let say = &words().datasets_detail;
    let figures = &run.figures;
    let kept = match (figures.parts, figures.parts_kept) {
        (_, 0) => None,
        (1, _) => Some(say.checkpoint_all.to_owned()),
        (parts, kept) => Some((say.checkpoint_parts)(kept, parts)),
    }?;
    let before = figures.taken_over_rows;
    Some(if before > 0 { kept + &(say.checkpoint_before)(&grouped(before)) } else { kept })
}

pub(super) fn course(dataset: &DatasetView, run: &RunView, now: Millis) -> impl IntoView + use<> {
    let say = &words().datasets_detail;
    let at = at(run);
    // What is read is checked in the same breath.
    let is_now = move |step: usize| at == Some(step) || (at == Some(0) && step == 1);
    let is_done = move |step: usize| at.is_some_and(|at| step < at);
    let steps = steps(dataset, run, now);
    view! {
        <ol class="channel channel-surface fold" aria-label=say.run_progress>{steps.into_iter().enumerate().map(|(number, step)| view! {
            <li class:now=is_now(number) class:done=is_done(number) aria-current=is_now(number).then_some("step")><span>{step.name}</span><small class="tn">{step.note}</small></li>
        }).collect_view()}</ol>
    }
}
