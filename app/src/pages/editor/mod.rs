//! The form of an API: table and fields, parameters, policy, a try, and sending it for review. Every step can be left
//! and come back to; a live sample of real rows stands beside it.

pub(crate) mod api;
mod aside;
mod document;
mod edits;
mod fields_step;
mod filter_edits;
mod filters;
mod form_fields;
mod join_card;
mod join_edits;
mod leaving;
mod number;
mod parameter_card;
mod parameters_step;
mod policy_step;
mod script;
mod script_editor;
mod script_names;
mod send_step;
mod serving_card;
mod state;
mod try_step;
mod union_card;
mod union_edits;
mod union_fallback;
mod union_input_row;
mod union_inputs;
mod union_shape;
mod union_step;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{DatasetView, DraftView, Rejection, SourceView};

use self::api::{DiscardDraft, callable, draft};
use self::aside::Aside;
use self::document::hear_the_document;
use self::fields_step::FieldsStep;
use self::parameters_step::ParametersStep;
use self::policy_step::PolicyStep;
use self::send_step::SendStep;
use self::state::{Editor, Saved};
use self::try_step::TryStep;
use self::union_step::{Callables, UnionStep};
use crate::left_drafts::LeftDrafts;
use crate::pages::datasets::api::datasets;
use crate::pages::sources::api::sources;
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, FormAction, FormProblem, Heading, Icon, Load, Loaded, PageName, ProblemCallout, Time, Tone,
    api_params, loaded,
};
use crate::words::words;

/// The steps after the first, which is a page of its own: key in the address, name.
fn steps() -> [(&'static str, &'static str); 5] {
    let say = &words().editor;
    [
        ("table", say.step_table),
        ("parameters", say.step_parameters),
        ("policy", say.step_policy),
        ("try", say.step_try),
        ("send", say.step_send),
    ]
}

/// The channel of the form: raised gates are passed, the water stands at the step that is open.
#[component]
pub(crate) fn Steps(now: usize, base: Option<String>, first: &'static str) -> impl IntoView {
    let (say, steps) = (&words().editor, steps());
    let names = [say.step_type, first].into_iter().chain(steps.into_iter().skip(1).map(|(_, name)| name));
    view! {
        <ol class="channel fold mb-5" aria-label=say.steps>
            {names.enumerate().map(|(index, name)| {
                let class = if index < now { "done" } else if index == now { "now" } else { "" };
                let text = (say.step)(index + 1, name);
                let link = base.as_ref().filter(|_| index > 0).map(|base| format!("{base}?step={}", steps[index - 1].0));
                view! {
                    <li class=class aria-current=(index == now).then_some("step")>{match link {
                        Some(link) => view! { <a href=link>{text}</a> }.into_any(),
                        None => view! { <span>{text}</span> }.into_any(),
                    }}</li>
                }
            }).collect_view()}
        </ol>
    }
}

/// What the first step of the form is about.
fn first_name(is_union: bool) -> &'static str {
    if is_union { words().editor.step_union } else { steps()[0].1 }
}

#[component]
pub(crate) fn EditorPage() -> impl IntoView {
    let at = api_params();
    let query = use_query_map();
    let step = Memo::new(move |_| query.read().get("step").unwrap_or_else(|| steps()[0].0.into()));
    let left: LeftDrafts = expect_context();
    let found = loaded(
        move || at.get(),
        move |(domain, name)| {
            let left = left.clone();
            async move {
                // What a form of it left behind comes first.
                left.settled().await;
                draft(domain, name).await
            }
        },
    );
    let datasets = loaded(|| (), |()| datasets());
    let callables = loaded(move || at.get(), |(domain, name)| callable(domain, name));
    let sources = loaded(|| (), |()| sources());
    view! { <Load resource=found page=true view=move |draft| view! { <Form draft step datasets callables sources/> }/> }.into_any()
}

#[component]
fn Form(
    draft: DraftView,
    step: Memo<String>,
    datasets: Loaded<Vec<DatasetView>>,
    callables: Callables,
    sources: Loaded<Vec<SourceView>>,
) -> impl IntoView {
    let (say, steps) = (&words().editor, steps());
    let is_union = draft.spec.union().is_some();
    let title = format!("{}/{}", draft.domain, draft.name);
    let base = format!("/apis/{title}/edit");
    let has_versions = draft.has_versions;
    let rejected = draft.rejected.clone();
    let editor = Editor::open(draft, step);
    hear_the_document(editor);
    let place = move || steps.iter().position(|(key, _)| *key == step.get()).unwrap_or(0);
    // Leaving a step keeps what stands in it.
    Effect::new(move |_| {
        step.track();
        editor.flush();
    });
    let (for_steps, for_bar) = (base.clone(), base);
    view! {
        // A page that holds something back asks before it is left.
        <div hidden=true data-unsaved=move || editor.holds_back().then_some("true")></div>
        <PageName name={if has_versions { say.new_version } else { say.draft }}/>
        <div class="page-head"><div><div class="page-title"><Heading>{title}</Heading><span class="badge">{say.draft}</span><span class="badge">{editor.spec.with_untracked(|spec| spec.kind().words())}</span></div></div></div>
        {move || view! { <Steps now=place() + 1 base=Some(for_steps.clone()) first=first_name(is_union)/> }}
        {rejected.map(|rejection| view! { <Rejected rejection/> })}
        <Conflict editor/>
        {move || match step.get().as_str() {
            "try" => view! { <TryStep editor/> }.into_any(),
            "send" => view! { <SendStep editor/> }.into_any(),
            other => {
                let left = match other {
                    "parameters" => view! { <ParametersStep editor/> }.into_any(),
                    "policy" => view! { <PolicyStep editor datasets/> }.into_any(),
                    _ if is_union => view! { <UnionStep editor callables/> }.into_any(),
                    _ => view! { <FieldsStep editor sources/> }.into_any(),
                };
                view! { <div class="wizard-grid"><div class="stack">{left}</div><aside class="sticky-col stack"><Aside editor/></aside></div> }.into_any()
            }
        }}
        <Bar editor base=for_bar place=Signal::derive(place) has_versions/>
    }
    .into_any()
}

/// Why the version before was sent back: it stands here until the draft is sent again.
#[component]
fn Rejected(rejection: Rejection) -> impl IntoView {
    let say = &words().editor;
    let Rejection { version, request, by, at, reason } = rejection;
    view! {
        <div class="mb-4"><Callout tone=Tone::Bad>
            <p><b>{(say.rejected)(version, &by)}</b>{(!reason.is_empty()).then(|| (say.rejected_reason)(&reason))}</p>
            <p class="small">{say.rejected_at}<Time at/>{say.rejected_help}<a href=format!("/inbox/{request}")>{say.open_request}</a></p>
        </Callout></div>
    }
}

/// Somebody else has saved, or it could not be kept: nothing typed is lost.
#[component]
fn Conflict(editor: Editor) -> impl IntoView {
    let say = &words().editor;
    move || match editor.saved.get() {
        Saved::Failed(error) => {
            let conflict = error.0.code == model::ErrorCode::Conflict;
            view! {
                <div class="stack-2 mb-4">
                    <ProblemCallout error/>
                    {(!conflict).then(|| view! { <div class="row"><button class="btn btn-sm" type="button" on:click=move |_| editor.save_again()>{say.save_again}</button></div> })}
                    {conflict.then(|| view! { <div class="row"><button class="btn btn-sm" type="button" on:click=move |_| editor.load_theirs()>{say.load_saved}</button><button class="btn btn-sm" type="button" on:click=move |_| editor.save_over()>{say.overwrite_saved}</button></div> })}
                </div>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

#[component]
fn Bar(editor: Editor, base: String, place: Signal<usize>, has_versions: bool) -> impl IntoView {
    let (say, steps) = (&words().editor, steps());
    let discard = FormAction::<DiscardDraft>::new();
    let (domain, name) = editor.place();
    // What is discarded is not saved when the form is left.
    Effect::new(move |_| {
        if matches!(discard.answer(), Some(Ok(()))) {
            editor.saved.set(Saved::Kept);
        }
    });
    let title = (say.discard_title)(&domain, &name);
    let stays = if has_versions { say.discard_version } else { say.discard_api };
    let effects = vec![say.discard_effect.to_owned(), stays.to_owned()];
    let saved = move || match (editor.is_saving(), editor.saved.get()) {
        (true, _) => say.saving.to_owned(),
        (_, Saved::Kept) => say.saved.to_owned(),
        (_, Saved::Changed) => editor.unread_words().unwrap_or_else(|| say.changed.to_owned()),
        (_, Saved::Failed(_)) => say.not_saved.to_owned(),
    };
    let to_next = base.clone();
    let back = move || place.get().checked_sub(1).map(|index| format!("{base}?step={}", steps[index].0));
    let next = move || steps.get(place.get() + 1).map(|(key, name)| (format!("{to_next}?step={key}"), (say.next)(name)));
    view! {
        <FormProblem action=discard/>
        <div class="action-bar">
            <span class="hide-phone row t-2 s13" role="status"><Icon name="check" class="i-14"/>{saved}</span>
            <span class="end">
                <ActionForm action=discard><input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/><ConfirmDialog id="discard" act=say.discard title effects class="btn btn-quiet hide-phone"/></ActionForm>
                {move || back().map(|link| view! { <a class="btn" href=link>{say.back}</a> })}
                {move || next().map(|(link, text)| view! { <a class="btn btn-primary" href=link>{text}</a> })}
            </span>
        </div>
    }
}
