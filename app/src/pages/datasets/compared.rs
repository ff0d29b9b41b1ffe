//! What is live beside its table: how many rows differed, over time, and which they are.

use leptos::prelude::*;
use model::reconcile::ComparedView;
use model::view::DatasetView;

use crate::ui::{Callout, Time, Tone, grouped, rows};
use crate::words::words;

/// The comparisons of what is live, where there are any or will be.
pub(super) fn compared(dataset: &DatasetView) -> impl IntoView + use<> {
    let every = dataset.job.spec.compare;
    dataset
        .versions
        .iter()
        .filter(|version| !version.compared.is_empty())
        .map(|version| card(version.number, &version.compared, every.map_or(0, |compare| i64::from(compare.at_most))))
        .collect_view()
}

fn card(number: i64, compared: &[ComparedView], at_most: i64) -> impl IntoView + use<> {
    let done: Vec<ComparedView> = compared.iter().filter(|one| one.finished_at.is_some()).cloned().collect();
    let last = done.first().cloned();
    let say = &words().datasets_detail;
    let going = compared.first().is_some_and(|one| one.finished_at.is_none());
    view! {
        <section class="card card-pad stack-2" aria-label=say.reconciliation>
            <div class="between"><h2>{(say.reconciliation_of)(number)}</h2>{going.then(|| view! { <span class="badge">{say.reconciling}</span> })}</div>
            {last.map(|last| outcome(&last, at_most))}
            {chart(&done)}
        </section>
    }
}

fn outcome(last: &ComparedView, at_most: i64) -> impl IntoView + use<> {
    let say = &words().datasets_detail;
    let (figures, at, reason) = (last.figures.clone(), last.at, last.reason.clone());
    if !reason.is_empty() {
        return view! { <Callout tone=Tone::Warn><p><b>{say.not_reconciled}</b>{reason.clone()}</p></Callout> }.into_any();
    }
    let both = (say.both_sides)(&rows(figures.source_rows), &grouped(figures.dataset_rows));
    if figures.differ() == 0 {
        return view! { <p class="t-2">{say.no_difference}<Time at/>": "{both}</p> }.into_any();
    }
    let differences = (say.differences)(&grouped(figures.missing), &grouped(figures.changed), &grouped(figures.extra));
    let tone = if figures.differ() > at_most { Tone::Bad } else { Tone::Warn };
    let differ = if figures.differ() == 1 { say.one_differs.to_owned() } else { (say.some_differ)(&rows(figures.differ())) };
    view! {
        <Callout tone><p><b>{differ.clone()}</b>{differences.clone()}" "{both.clone()}</p><p class="small">{say.last_reconciliation}<Time at/>"."</p></Callout>
        <ul class="bullets small">{figures.examples.into_iter().map(|line| view! { <li class="break">{line}</li> }).collect_view()}</ul>
    }
    .into_any()
}

/// Rows that differed, one comparison after another.
fn chart(done: &[ComparedView]) -> Option<impl IntoView + use<>> {
    let say = &words().datasets_detail;
    let counts: Vec<i64> = done.iter().rev().filter(|one| one.reason.is_empty()).map(|one| one.figures.differ()).collect();
    let (top, last) = (counts.iter().max().copied()?.max(1), counts.len().checked_sub(1).filter(|last| *last > 1)?);
    #[allow(clippy::cast_precision_loss)] // places in a picture
    let point = |(index, count): (usize, &i64)| {
        format!("{:.1},{:.1}", index as f64 / last as f64 * 600.0, 58.0 - *count as f64 / top as f64 * 54.0)
    };
    let points: Vec<String> = counts.iter().enumerate().map(point).collect();
    let (points, label) = (points.join(" "), (say.chart_text)(&grouped(top)));
    Some(view! {
        <div class="stack-2">
            <p class="between small t-2"><span>{say.chart}</span><span class="t-3 tn">{(say.chart_maximum)(&grouped(top))}</span></p>
            <svg class="pace" viewBox="0 0 600 60" preserveAspectRatio="none" role="img" aria-label=label>
                <polygon points=format!("0,60 {points} 600,60")></polygon><polyline points=points.clone()></polyline>
            </svg>
        </div>
    })
}
