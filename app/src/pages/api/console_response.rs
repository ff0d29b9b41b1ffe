//! The right side of the test console: a response, with its headers, its timings, its plan and the same request in code.

use leptos::prelude::*;
use model::view::{StepTrace, TryAnswer};

use crate::ui::{CodeBlock, GraphNode, JsonBlock, StepGraph};
use crate::words::words;

/// What is shown of a response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pane {
    Response,
    Headers,
    Timings,
    Plan,
    Samples,
}

impl Pane {
    const ALL: [Self; 5] = [Self::Response, Self::Headers, Self::Timings, Self::Plan, Self::Samples];

    fn name(self) -> &'static str {
        let say = &words().api_console;
        match self {
            Self::Response => say.response,
            Self::Headers => say.headers,
            Self::Timings => say.timings,
            Self::Plan => say.plan,
            Self::Samples => say.samples,
        }
    }
}

/// What a call gave, with everything that it did.
#[component]
pub(super) fn Answer(answer: TryAnswer) -> impl IntoView {
    let say = &words().api_console;
    let tab = RwSignal::new(Pane::Response);
    let good = answer.status < 400;
    let took = ms(answer.took_us);
    let steps = answer.steps.clone();
    let last = steps.len().saturating_sub(1);
    view! {
        <div class="status" role="status">
            <span class="status-code" class:t-bad=!good><span class=if good { "dot dot-ok" } else { "dot dot-bad" } aria-hidden="true"></span>{answer.status}" "{reason(answer.status)}</span>
            <span><b>{took}</b>{say.unit_ms}</span>
            {answer.rows.map(|rows| view! { <span><b>{rows}</b>{say.unit_rows}</span> })}
            <span><b>{answer.body.len()}</b>{say.unit_bytes}</span>
        </div>
        <div class="pathbar"><ol class="channel channel-surface fold" aria-label=say.path>
            {steps.into_iter().enumerate().map(|(index, step)| view! {
                <li class=if index == last && !good { "bad" } else { "done" }><span>{step.name}</span><small>{step.note}{(step.took_us > 0).then(|| (say.after_step)(&ms(step.took_us)))}</small></li>
            }).collect_view()}
        </ol></div>
        <div class="tabs pad-x" role="tablist" aria-label=say.panes>
            {Pane::ALL.into_iter().map(|this| view! {
                <button class="tab" type="button" role="tab" aria-selected=move || (tab.get() == this).to_string() on:click=move |_| tab.set(this)>{this.name()}</button>
            }).collect_view()}
        </div>
        {move || pane(tab.get(), &answer)}
    }
}

fn pane(tab: Pane, answer: &TryAnswer) -> AnyView {
    let say = &words().api_console;
    match tab {
        Pane::Headers => view! { <div class="pad"><dl class="kv mono small">{answer.headers.iter().map(|(name, value)| view! { <dt>{name.clone()}</dt><dd>{value.clone()}</dd> }).collect_view()}</dl></div> }.into_any(),
        Pane::Timings => timings(answer),
        Pane::Plan if !answer.graph.is_empty() => {
            let nodes: Vec<GraphNode> = answer.graph.iter().map(node_of).collect();
            view! { <div class="pad"><StepGraph nodes=Signal::stored(nodes)/></div> }.into_any()
        }
        Pane::Plan => view! { <div class="pad stack">
            <CodeBlock title=say.statement text=answer.sql.clone()/>
            <CodeBlock title=say.query_plan text=answer.plan.lines.join("\n")/>
        </div> }.into_any(),
        Pane::Samples => view! { <div class="pad stack">{answer.calls.iter().cloned().map(|(title, text)| view! { <CodeBlock title=title text=text/> }).collect_view()}<p class="small t-3">{say.samples_help}</p></div> }.into_any(),
        Pane::Response => view! { <div class="code code-flat"><JsonBlock text=answer.body.clone()/></div> }.into_any(),
    }
}

/// What stood in for a step, in so few words that they fit into its box.
fn stand_in_words(fallback: &str) -> &'static str {
    let say = &words().api_console;
    match fallback {
        "api" => say.fallback_api,
        "fixed" => say.fallback_fixed,
        "last-good" => say.fallback_last,
        _ => say.fallback_null,
    }
}

fn node_of(step: &StepTrace) -> GraphNode {
    let (say, took) = (&words().api_console, ms(step.took_us));
    GraphNode {
        name: step.name.clone(),
        note: match &step.degraded {
            Some(degraded) => (say.fell_back)(&took, stand_in_words(&degraded.fallback)),
            None => (say.ms)(&took),
        },
        needs: step.needs.clone(),
        secondary: false,
        failed: step.degraded.is_some(),
    }
}

fn timings(answer: &TryAnswer) -> AnyView {
    if !answer.graph.is_empty() {
        return steps_in_time(answer).into_any();
    }
    let (say, whole) = (&words().api_console, answer.took_us.max(1));
    view! {
        <div class="pad"><table class="table table-dense"><thead><tr><th>{say.step}</th><th>{say.share}</th><th class="num">{say.duration}</th></tr></thead><tbody>
            {answer.steps.iter().map(|step| {
                let share = (say.share_of)(&step.name);
                view! { <tr><td>{step.name.clone()}</td><td><meter class="wide" min="0" max="100" value=(step.took_us * 100 / whole).min(100) aria-label=share></meter></td><td class="num">{(say.ms)(&ms(step.took_us))}</td></tr> }
            }).collect_view()}
        </tbody></table></div>
    }
    .into_any()
}

/// When each step of a Union began and how long it took, on one line of time.
fn steps_in_time(answer: &TryAnswer) -> impl IntoView + use<> {
    let say = &words().api_console;
    let whole = answer.graph.iter().map(|step| step.began_us + step.took_us).max().unwrap_or(1).max(1);
    let share = move |micros: u64| micros * 100 / whole;
    view! {
        <div class="pad"><table class="table table-dense"><thead><tr><th>{say.step}</th><th>{say.timeline}</th><th class="num">{say.requests}</th><th class="num">{say.rows}</th><th class="num">{say.duration}</th></tr></thead><tbody>
            {answer.graph.iter().map(|step| {
                let (from, long) = (share(step.began_us), share(step.took_us).max(1));
                let span = (say.span)(&step.name, &ms(step.began_us), &ms(step.took_us));
                view! {
                    <tr><td class="fit"><code>{step.name.clone()}</code>" "{step.degraded.as_ref().map(|degraded| view! { <span class="badge badge-warn">{degraded.code.clone()}</span> })}</td>
                        <td><svg class="span-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=span><rect class="span-way" width="100" height="8"/><rect class="span-took" x=from width=long height="8"/></svg></td>
                        <td class="num">{step.calls}</td><td class="num">{step.rows}</td><td class="num">{(say.ms)(&ms(step.took_us))}</td></tr>
                }
            }).collect_view()}
        </tbody></table></div>
    }
}

#[allow(clippy::cast_precision_loss)] // microseconds of one call
fn ms(micros: u64) -> String {
    format!("{:.2}", micros as f64 / 1_000.0)
}

fn reason(status: u16) -> &'static str {
    let say = &words().api_console;
    match status {
        200 => say.status_ok,
        400 => say.status_invalid,
        404 => say.status_not_found,
        503 => say.status_unavailable,
        504 => say.status_timeout,
        _ => "",
    }
}
