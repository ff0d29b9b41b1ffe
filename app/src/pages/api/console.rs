//! The test console: parameters left, the answer right, with everything that the call did.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::snapshot::Environment;
use model::spec::Case;
use model::view::{ApiDetail, TryAnswer};
use model::{ApiSpec, Parameter};

use super::api::{api_detail, try_api};
use super::console_response::Answer;
use crate::error::PortalError;
use crate::ui::{Empty, Field, Heading, Icon, LiveBadge, Load, PageName, ProblemCallout, api_params, loaded};
use crate::words::words;

#[component]
pub(crate) fn ConsolePage() -> impl IntoView {
    let at = api_params();
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.read().get("version").and_then(|text| text.parse::<i64>().ok()));
    let detail = loaded(move || at.get(), |(domain, name)| api_detail(domain, name));
    view! { <Load resource=detail page=true view=move |detail| page(&detail, wanted)/> }.into_any()
}

fn page(detail: &ApiDetail, wanted: Memo<Option<i64>>) -> impl IntoView + use<> {
    let say = &words().api_console;
    let api = detail.summary.clone();
    let versions = detail.versions.clone();
    let shown = detail.shown_version().map(|version| version.number);
    let (base, title) = (format!("/apis/{}", api.path()), (say.title)(&api.path()));
    let links = versions.clone();
    let link_base = base.clone();
    let number = Memo::new(move |_| wanted.get().or(shown));
    let (domain, name) = (api.domain.clone(), api.name.clone());
    view! {
        <PageName name=say.page/>
        <div class="page-head">
            <div><div class="page-title"><Heading>{title}</Heading><LiveBadge api=api.clone()/><span class="badge">{api.kind.words()}</span></div>
            <p class="lead">{say.lead}</p></div>
            <nav class="seg" aria-label=say.version>{links.into_iter().take(5).map(|version| {
                let this = version.number;
                view! { <a href=format!("{link_base}/test?version={this}") aria-current=move || (number.get() == Some(this)).then_some("page")>{(say.number)(this)}</a> }
            }).collect_view()}</nav>
        </div>
        {move || match versions.iter().find(|version| Some(version.number) == number.get()) {
            Some(version) => view! { <Console domain=domain.clone() name=name.clone() version=Some(version.number) spec=version.spec.clone()/> }.into_any(),
            None => view! { <div class="card"><Empty title=say.no_version_title text=say.no_version_text/></div> }.into_any(),
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
    let say = &words().api_console;
    let of = |parameter: &Parameter| {
        let kind = parameter.type_words();
        Given {
            name: parameter.name.clone(),
            note: if parameter.required { kind } else { (say.optional_type)(&kind) },
            text: RwSignal::new(parameter.test_value.clone().unwrap_or_default()),
        }
    };
    let mut fields: Vec<Given> = spec.parameters.iter().map(of).collect();
    if spec.page_size().is_some() {
        fields.push(Given { name: "limit".into(), note: say.limit_note.into(), text: RwSignal::new(String::new()) });
        fields.push(Given { name: "after".into(), note: say.after_note.into(), text: RwSignal::new(String::new()) });
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
    let say = &words().api_console;
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
                <div class="between"><h2>{say.parameters}</h2><EnvironmentSwitch environment/></div>
                {fields.into_iter().map(|field| {
                    let id = format!("try-{}", field.name);
                    let text = field.text;
                    view! {
                        <Field id=id.clone() label=field.name note=field.note error=problem_of(send, id.trim_start_matches("try-"))>
                            <input class="input input-code" id=id.clone() prop:value=text value=text.get_untracked() autocomplete="off" on:input=move |event| text.set(event_target_value(&event))/>
                        </Field>
                    }
                }).collect_view()}
                <button class="btn btn-primary" type="submit" disabled=move || send.pending().get()><Icon name="play"/>{say.send}</button>
                <p class="help row"><kbd>{say.key_control}</kbd><kbd>{say.key_enter}</kbd>{say.keys_help}</p>
            </form>
            <div class="answer">{move || match send.value().get() {
                None => view! { <Empty title=say.unsent_title text=say.unsent_text/> }.into_any(),
                Some(Err(error)) => view! { <div class="pad"><ProblemCallout error/></div> }.into_any(),
                Some(Ok(answer)) => {
                    let case = case_of(&kept_fields, &answer);
                    view! {
                        <Answer answer/>
                        {keep.map(|keep| view! { <div class="pad row"><button class="btn btn-sm" type="button" on:click=move |_| keep.run(case.clone())><Icon name="check"/>{say.keep}</button><span class="t-3 s13">{say.keep_help}</span></div> })}
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
    let name = if name.is_empty() { words().api_console.no_parameters.to_owned() } else { name };
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
    let say = &words().api_console;
    view! {
        <div class="seg" role="group" aria-label=say.environment>
            {Environment::ALL.into_iter().map(|this| view! {
                <label><input type="radio" name="environment" prop:checked=move || environment.get() == this checked=environment.get_untracked() == this on:change=move |_| environment.set(this)/>{this.key()}</label>
            }).collect_view()}
        </div>
    }
}
