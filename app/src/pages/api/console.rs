//! The test console: parameters left, the answer right, with everything that the call did.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::snapshot::Environment;
use model::spec::Case;
use model::view::{ApiDetail, StepTrace, TryAnswer};
use model::{ApiSpec, Parameter};

use super::api::{api_detail, try_api};
use crate::error::PortalError;
use crate::ui::{
    CodeBlock, Empty, Field, GraphNode, Heading, Icon, JsonBlock, LiveBadge, Load, PageName, ProblemCallout, StepGraph, api_params,
};

#[component]
pub(crate) fn ConsolePage() -> impl IntoView {
    let at = api_params();
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.read().get("version").and_then(|text| text.parse::<i64>().ok()));
    let detail = Resource::new(move || at.get(), |(domain, name)| api_detail(domain, name));
    view! { <Load resource=detail page=true view=move |detail| page(&detail, wanted)/> }.into_any()
}

fn page(detail: &ApiDetail, wanted: Memo<Option<i64>>) -> impl IntoView + use<> {
    let api = detail.summary.clone();
    let versions = detail.versions.clone();
    let shown = detail.shown_version().map(|version| version.number);
    let (base, title) = (format!("/apis/{}", api.path()), format!("Test {}", api.path()));
    let links = versions.clone();
    let link_base = base.clone();
    let number = Memo::new(move |_| wanted.get().or(shown));
    let (domain, name) = (api.domain.clone(), api.name.clone());
    view! {
        <PageName name="Test"/>
        <div class="page-head">
            <div><div class="page-title"><Heading>{title}</Heading><LiveBadge api=api.clone()/><span class="badge badge-code">{api.kind.key()}</span></div>
            <p class="lead">"Calls made here run for real and are counted to you, not to an app."</p></div>
            <nav class="seg" aria-label="Version">{links.into_iter().take(5).map(|version| {
                let this = version.number;
                view! { <a href=format!("{link_base}/test?version={this}") aria-current=move || (number.get() == Some(this)).then_some("page")>"v"{this}</a> }
            }).collect_view()}</nav>
        </div>
        {move || match versions.iter().find(|version| Some(version.number) == number.get()) {
            Some(version) => view! { <Console domain=domain.clone() name=name.clone() version=Some(version.number) spec=version.spec.clone()/> }.into_any(),
            None => view! { <div class="card"><Empty title="No such version" text="Choose one of the versions above, or try the draft from its form."/></div> }.into_any(),
        }}
    }
}

/// One field of the console: a parameter and what stands in it.
#[derive(Clone)]
struct Given {
    name: String,
    note: String,
    text: RwSignal<String>,
}

fn given_fields(spec: &ApiSpec) -> Vec<Given> {
    let of = |parameter: &Parameter| {
        let optional = if parameter.required { "" } else { ", optional" };
        Given {
            name: parameter.name.clone(),
            note: format!("{}{optional}", parameter.type_words()),
            text: RwSignal::new(parameter.test_value.clone().unwrap_or_default()),
        }
    };
    let mut fields: Vec<Given> = spec.parameters.iter().map(of).collect();
    if spec.page_size().is_some() {
        fields.push(Given { name: "limit".into(), note: "rows of a page, optional".into(), text: RwSignal::new(String::new()) });
        fields.push(Given { name: "after".into(), note: "next, from the last answer".into(), text: RwSignal::new(String::new()) });
    }
    fields
}

/// Runs a version, or the draft where none is given.
#[component]
pub(crate) fn Console(
    domain: String,
    name: String,
    version: Option<i64>,
    spec: ApiSpec,
    /// Keeps a call with its answer as a case, where there is a draft to keep it in.
    #[prop(optional)]
    keep: Option<Callback<Case>>,
) -> impl IntoView {
    let fields = given_fields(&spec);
    let environment = RwSignal::new(Environment::Prod);
    let (for_send, kept_fields) = (fields.clone(), fields.clone());
    let send = Action::new(move |(): &()| {
        // An empty field is a parameter that was not given.
        let parameters: Vec<(String, String)> = for_send
            .iter()
            .map(|field| (field.name.clone(), field.text.get_untracked().trim().to_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        try_api(domain.clone(), name.clone(), version, environment.get_untracked(), parameters)
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.ctrl_key() && event.key() == "Enter" {
            send.dispatch(());
        }
    };
    view! {
        <section class="card clip console">
            <form class="stack card-pad" on:submit=move |event| { event.prevent_default(); send.dispatch(()); } on:keydown=on_key>
                <div class="between"><h2>"Parameters"</h2><EnvironmentSwitch environment/></div>
                {fields.into_iter().map(|field| {
                    let id = format!("try-{}", field.name);
                    let text = field.text;
                    view! {
                        <Field id=id.clone() label=field.name note=field.note error=problem_of(send, id.trim_start_matches("try-"))>
                            <input class="input input-code" id=id.clone() prop:value=text value=text.get_untracked() autocomplete="off" on:input=move |event| text.set(event_target_value(&event))/>
                        </Field>
                    }
                }).collect_view()}
                <button class="btn btn-primary" type="submit" disabled=move || send.pending().get()><Icon name="play"/>"Send"</button>
                <p class="help row"><kbd>"Ctrl"</kbd><kbd>"Enter"</kbd>" sends from any field"</p>
            </form>
            <div class="answer">{move || match send.value().get() {
                None => view! { <Empty title="Nothing sent yet" text="Send the call and see the answer, its headers, its timings and the plan."/> }.into_any(),
                Some(Err(error)) => view! { <div class="pad"><ProblemCallout error/></div> }.into_any(),
                Some(Ok(answer)) => {
                    let case = case_of(&kept_fields, &answer);
                    view! {
                        <Answer answer/>
                        {keep.map(|keep| view! { <div class="pad row"><button class="btn btn-sm" type="button" on:click=move |_| keep.run(case.clone())><Icon name="check"/>"Keep as a case"</button><span class="t-3 s13">"It is called again at each check and before a release, and must answer the same."</span></div> })}
                    }.into_any()
                }
            }}</div>
        </section>
    }
    .into_any()
}

/// A call as it was given, with what it answered.
fn case_of(fields: &[Given], answer: &TryAnswer) -> Case {
    let given = fields.iter().map(|field| (field.name.clone(), field.text.get_untracked().trim().to_owned()));
    let parameters: BTreeMap<String, String> = given.filter(|(_, text)| !text.is_empty()).collect();
    let name = parameters.values().cloned().collect::<Vec<_>>().join(" ");
    let name = if name.is_empty() { "without parameters".to_owned() } else { name };
    Case { name, parameters, status: answer.status, sha256: Some(answer.sha256.clone()) }
}

type Send = Action<(), Result<TryAnswer, PortalError>>;

/// What the answer's problem says of one parameter.
fn problem_of(send: Send, field: &str) -> Signal<Option<String>> {
    let field = field.to_owned();
    Signal::derive(move || {
        let answer = send.value().get()?.ok()?;
        let problem: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
        let errors = problem.get("errors")?.as_array()?;
        let mine = errors.iter().find(|error| error["field"] == field.as_str())?;
        mine["message"].as_str().map(str::to_owned)
    })
}

#[component]
pub(crate) fn EnvironmentSwitch(environment: RwSignal<Environment>) -> impl IntoView {
    view! {
        <div class="seg" role="group" aria-label="Environment">
            {Environment::ALL.into_iter().map(|this| view! {
                <label><input type="radio" name="environment" prop:checked=move || environment.get() == this checked=environment.get_untracked() == this on:change=move |_| environment.set(this)/>{this.key()}</label>
            }).collect_view()}
        </div>
    }
}

const TABS: [&str; 5] = ["Answer", "Headers", "Timings", "Plan", "Call as"];

#[component]
fn Answer(answer: TryAnswer) -> impl IntoView {
    let tab = RwSignal::new(TABS[0]);
    let good = answer.status < 400;
    let took = ms(answer.took_us);
    let steps = answer.steps.clone();
    let last = steps.len().saturating_sub(1);
    view! {
        <div class="status" role="status">
            <span class="status-code" class:t-bad=!good><span class=if good { "dot dot-ok" } else { "dot dot-bad" } aria-hidden="true"></span>{answer.status}" "{reason(answer.status)}</span>
            <span><b>{took}</b>" ms"</span>
            {answer.rows.map(|rows| view! { <span><b>{rows}</b>" rows"</span> })}
            <span><b>{answer.body.len()}</b>" bytes"</span>
        </div>
        <div class="pathbar"><ol class="channel channel-surface fold" aria-label="The way of this call">
            {steps.into_iter().enumerate().map(|(index, step)| view! {
                <li class=if index == last && !good { "bad" } else { "done" }><span>{step.name}</span><small>{step.note}{(step.took_us > 0).then(|| format!(", {} ms", ms(step.took_us)))}</small></li>
            }).collect_view()}
        </ol></div>
        <div class="tabs pad-x" role="tablist" aria-label="Parts of the answer">
            {TABS.into_iter().map(|name| view! {
                <button class="tab" type="button" role="tab" aria-selected=move || (tab.get() == name).to_string() on:click=move |_| tab.set(name)>{name}</button>
            }).collect_view()}
        </div>
        {move || pane(tab.get(), &answer)}
    }
}

fn pane(tab: &str, answer: &TryAnswer) -> AnyView {
    match tab {
        "Headers" => view! { <div class="pad"><dl class="kv mono small">{answer.headers.iter().map(|(name, value)| view! { <dt>{name.clone()}</dt><dd>{value.clone()}</dd> }).collect_view()}</dl></div> }.into_any(),
        "Timings" => timings(answer),
        "Plan" if !answer.graph.is_empty() => {
            let nodes: Vec<GraphNode> = answer.graph.iter().map(node_of).collect();
            view! { <div class="pad"><StepGraph nodes=Signal::stored(nodes)/></div> }.into_any()
        }
        "Plan" => view! { <div class="pad stack">
            <CodeBlock title="Statement" text=answer.sql.clone()/>
            <CodeBlock title="What the source does" text=answer.plan.lines.join("\n")/>
        </div> }.into_any(),
        "Call as" => view! { <div class="pad stack">{answer.calls.iter().cloned().map(|(title, text)| view! { <CodeBlock title=title text=text/> }).collect_view()}<p class="small t-3">"Works once this version is live, with the key of an app that has a grant."</p></div> }.into_any(),
        _ => view! { <div class="code code-flat"><JsonBlock text=answer.body.clone()/></div> }.into_any(),
    }
}

/// What stood in for a step, in so few words that they fit into its box.
fn stand_in_words(fallback: &str) -> &str {
    match fallback {
        "api" => "another API",
        "fixed" => "fixed answer",
        "last-good" => "last answer",
        _ => "left empty",
    }
}

fn node_of(step: &StepTrace) -> GraphNode {
    let stood_in = step.degraded.as_ref().map(|degraded| format!(", {}", stand_in_words(&degraded.fallback))).unwrap_or_default();
    GraphNode {
        name: step.name.clone(),
        note: format!("{} ms{stood_in}", ms(step.took_us)),
        needs: step.needs.clone(),
        secondary: false,
        failed: step.degraded.is_some(),
    }
}

fn timings(answer: &TryAnswer) -> AnyView {
    if !answer.graph.is_empty() {
        return steps_in_time(answer).into_any();
    }
    let whole = answer.took_us.max(1);
    view! {
        <div class="pad"><table class="table table-dense"><thead><tr><th>"Step"</th><th>"Share"</th><th class="num">"Time"</th></tr></thead><tbody>
            {answer.steps.iter().map(|step| view! {
                <tr><td>{step.name.clone()}</td><td><meter class="wide" min="0" max="100" value=(step.took_us * 100 / whole).min(100) aria-label=format!("Share of {}", step.name)></meter></td><td class="num">{ms(step.took_us)}" ms"</td></tr>
            }).collect_view()}
        </tbody></table></div>
    }
    .into_any()
}

/// When each step of a Union began and how long it took, on one line of time.
fn steps_in_time(answer: &TryAnswer) -> impl IntoView + use<> {
    let whole = answer.graph.iter().map(|step| step.began_us + step.took_us).max().unwrap_or(1).max(1);
    let share = move |micros: u64| micros * 100 / whole;
    view! {
        <div class="pad"><table class="table table-dense"><thead><tr><th>"Step"</th><th>"When"</th><th class="num">"Calls"</th><th class="num">"Rows"</th><th class="num">"Time"</th></tr></thead><tbody>
            {answer.graph.iter().map(|step| {
                let (from, long) = (share(step.began_us), share(step.took_us).max(1));
                let words = format!("{} began after {} ms and took {} ms", step.name, ms(step.began_us), ms(step.took_us));
                view! {
                    <tr><td class="fit"><code>{step.name.clone()}</code>" "{step.degraded.as_ref().map(|degraded| view! { <span class="badge badge-warn">{degraded.code.clone()}</span> })}</td>
                        <td><svg class="span-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=words><rect class="span-way" width="100" height="8"/><rect class="span-took" x=from width=long height="8"/></svg></td>
                        <td class="num">{step.calls}</td><td class="num">{step.rows}</td><td class="num">{ms(step.took_us)}" ms"</td></tr>
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
    match status {
        200 => "OK",
        400 => "Not right",
        404 => "Not found",
        503 => "Source away",
        504 => "Took too long",
        _ => "",
    }
}
