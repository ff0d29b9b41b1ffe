//! The way of a run's rows, drawn as it stands: read, checked, written, proved, switched to.

use leptos::prelude::*;
use model::clock::{Millis, SECOND};
use model::job::RunState;
use model::view::{DatasetView, RunView};

use crate::ui::{bytes_words, grouped};

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
    let (spec, figures) = (&dataset.spec, &run.figures);
    let took = run.started_at.map_or(1, |at| (now - at).max(1));
    let speed = match at(run) {
        Some(0) if figures.read_rows > 0 => {
            format!("{} rows/s, {}/s", grouped(figures.read_rows * SECOND / took), bytes_words(figures.row_bytes * SECOND / took))
        }
        Some(_) => format!("{} rows", grouped(figures.read_rows)),
        None => format!("{}.{}", spec.source, spec.table.name),
    };
    let rules = match spec.gates.rules.len() {
        0 => "key".to_owned(),
        1 => "key and one rule".to_owned(),
        rules => format!("key and {rules} rules"),
    };
    let aside = if figures.dirty_rows > 0 { format!(", {} put aside", grouped(figures.dirty_rows)) } else { String::new() };
    let switch = if spec.gates.hold { "when somebody says yes" } else { "by itself, if proved" };
    [
        Step { name: "Read", note: speed },
        Step { name: "Check", note: rules + &aside },
        Step { name: "Write", note: format!("{}, {}", spec.store.words(), grouped(figures.written_rows)) },
        Step { name: "Prove", note: "count and checksum".into() },
        Step { name: "Switch", note: switch.into() },
    ]
}

/// What of the reading is kept for another try, where that is said.
pub(super) fn kept_words(run: &RunView) -> Option<String> {
    let figures = &run.figures;
    let kept = match (figures.parts, figures.parts_kept) {
        (_, 0) => None,
        (1, _) => Some("All that was read is kept: another try goes on from there.".to_owned()),
        (parts, kept) => Some(format!("{kept} of {parts} parts are read and kept: another try goes on from there.")),
    }?;
    let before = figures.taken_over_rows;
    Some(if before > 0 { format!("{kept} {} rows are from the try before.", grouped(before)) } else { kept })
}

pub(super) fn course(dataset: &DatasetView, run: &RunView, now: Millis) -> impl IntoView + use<> {
    let at = at(run);
    // What is read is checked in the same breath.
    let is_now = move |step: usize| at == Some(step) || (at == Some(0) && step == 1);
    let is_done = move |step: usize| at.is_some_and(|at| step < at);
    let steps = steps(dataset, run, now);
    view! {
        <ol class="channel channel-surface fold" aria-label="The way of its rows">{steps.into_iter().enumerate().map(|(number, step)| view! {
            <li class:now=is_now(number) class:done=is_done(number) aria-current=is_now(number).then_some("step")><span>{step.name}</span><small class="tn">{step.note}</small></li>
        }).collect_view()}</ol>
    }
}
