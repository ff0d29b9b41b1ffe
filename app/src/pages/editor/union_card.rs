//! One step of a Union: what it asks with, how much it matters, and what stands in where it fails.

use leptos::prelude::*;
use model::Parameter;
use model::union::{Fallback, Grade, MAX_FAN_OUT, MAX_RETRIES, Step};
use model::view::Callable;

use super::state::Editor;
use super::union_edits::{choices, key_of, remove_step, rename_step, set_for_each, set_input, step_mut};
use crate::ui::{Field, Icon};

#[component]
pub(super) fn StepCard(editor: Editor, known: StoredValue<Vec<Callable>>, name: String) -> impl IntoView {
    let name = StoredValue::new(name);
    let step = Memo::new(move |_| {
        name.with_value(|name| editor.spec.with(|spec| spec.union().and_then(|body| body.step(name)).cloned().unwrap_or_default()))
    });
    let api = known.with_value(|known| known.iter().find(|api| api.name == step.get_untracked().api).cloned());
    let set = move |change: Box<dyn FnOnce(&mut Step)>| {
        editor.change(|spec| {
            if let Some(step) = name.with_value(|name| step_mut(spec, name)) {
                change(step);
            }
        });
    };
    let title = api.as_ref().map(|api| api.title.clone()).unwrap_or_default();
    let label = name.get_value();
    let (gone, is_list) = (label.clone(), step.get_untracked().list);
    view! {
        <section class="card clip" aria-label=format!("Step {label}")>
            <div class="card-head">
                <input class="input input-sm input-code auto" aria-label=format!("Name of step {label}") value=label.clone() prop:value=label.clone() on:change=move |event| { let new = event_target_value(&event); editor.change(|spec| name.with_value(|name| rename_step(spec, name, new.trim()))); }/>
                <span class="t-3 s13 grow">{title}</span>
                <Grades step set/>
                <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=format!("Remove step {gone}") on:click=move |_| editor.change(|spec| name.with_value(|name| remove_step(spec, name)))><Icon name="x"/></button>
            </div>
            <div class="card-pad stack">
                {api.map(|api| api.parameters.into_iter().map(|parameter| view! { <InputRow editor known name step parameter/> }).collect_view())}
                <Rows editor name step set is_list/>
                {move || (step.get().grade == Grade::Secondary).then(|| view! { <FallbackRow step set/> })}
                <Errors editor name/>
            </div>
        </section>
    }
    .into_any()
}

type SetStep = Box<dyn FnOnce(&mut Step)>;

#[component]
fn Grades<S: Fn(SetStep) + Copy + Send + Sync + 'static>(step: Memo<Step>, set: S) -> impl IntoView {
    let name = step.get_untracked().name;
    let choice = move |grade: Grade, words: &'static str| {
        let group = format!("grade-{name}");
        view! {
            <label><input type="radio" name=group prop:checked=move || step.get().grade == grade checked=step.get_untracked().grade == grade
                on:change=move |_| set(Box::new(move |step| { step.grade = grade; if grade == Grade::Core { step.fallback = Fallback::Empty; } }))/>{words}</label>
        }
    };
    view! { <div class="seg" role="group" aria-label="How much it matters">{choice(Grade::Core, "core")}{choice(Grade::Secondary, "secondary")}</div> }
}

/// One parameter of the step's API, and where its value comes from.
#[component]
fn InputRow(
    editor: Editor,
    known: StoredValue<Vec<Callable>>,
    name: StoredValue<String>,
    step: Memo<Step>,
    parameter: Parameter,
) -> impl IntoView {
    let id = format!("in-{}-{}", name.get_value(), parameter.name);
    let note = format!("{}{}", parameter.type_words(), if parameter.required { "" } else { ", optional" });
    let label = parameter.name.clone();
    let parameter = StoredValue::new(parameter);
    let input = Memo::new(move |_| {
        step.with(|step| parameter.with_value(|parameter| step.inputs.iter().find(|input| input.parameter == parameter.name).cloned()))
    });
    let offered = move || {
        let sample =
            |api: &str, field: &str| known.with_value(|known| known.iter().find(|other| other.name == api)?.sample.get(field).cloned());
        editor.spec.with(|spec| parameter.with_value(|parameter| name.with_value(|name| choices(spec, name, parameter, &sample))))
    };
    let fixed = move || match input.get().map(|input| input.from) {
        Some(model::union::From::Constant(text)) => Some(text),
        _ => None,
    };
    let choose = move |key: String| {
        editor.change(|spec| parameter.with_value(|parameter| name.with_value(|name| set_input(spec, name, parameter, &key))));
    };
    let type_fixed = move |text: String| {
        editor.change(|spec| {
            let step = name.with_value(|name| step_mut(spec, name));
            let input = step.and_then(|step| parameter.with_value(|p| step.inputs.iter_mut().find(|input| input.parameter == p.name)));
            if let Some(input) = input {
                input.from = model::union::From::Constant(text);
            }
        });
    };
    view! {
        <Field id=id.clone() label=label note=note>
            <div class="row">
                <select class="select auto" id=id.clone() on:change=move |event| choose(event_target_value(&event))>
                    {move || offered().into_iter().map(|(key, words)| { let (this, value) = (key.clone(), key); view! { <option value=value selected=move || key_of(input.get().as_ref()) == this>{words}</option> } }).collect_view()}
                </select>
                {move || fixed().map(|text| view! { <input class="input auto" aria-label="The fixed value" value=text.clone() prop:value=text on:change=move |event| type_fixed(event_target_value(&event))/> })}
            </div>
        </Field>
    }
}

/// How many times it is called, how many rows are taken, and how long it may take.
#[component]
fn Rows<S: Fn(SetStep) + Copy + Send + Sync + 'static>(
    editor: Editor,
    name: StoredValue<String>,
    step: Memo<Step>,
    set: S,
    is_list: bool,
) -> impl IntoView {
    let id = move |part: &str| name.with_value(|name| format!("{part}-{name}"));
    let lists = move || {
        editor.spec.with(|spec| {
            let steps = spec.union().map(|body| body.steps.clone()).unwrap_or_default();
            steps
                .into_iter()
                .filter(|other| other.list && name.with_value(|name| &other.name != name))
                .map(|other| other.name)
                .collect::<Vec<_>>()
        })
    };
    let each = move || step.get().for_each.map(|each| each.step).unwrap_or_default();
    view! {
        {move || (!lists().is_empty()).then(|| view! {
            <div class="form-row">
                <Field id=id("each") label="Ask" help="Several keys go as one batch.">
                    <select class="select" id=id("each") on:change=move |event| { let of = event_target_value(&event); editor.change(|spec| name.with_value(|name| set_for_each(spec, name, &of))); }>
                        <option value="" selected=move || each().is_empty()>"once"</option>
                        {lists().into_iter().map(|other| { let this = other.clone(); view! { <option value=other.clone() selected=move || each() == this>{format!("for each row of {other}")}</option> } }).collect_view()}
                    </select>
                </Field>
                {(!each().is_empty()).then(|| view! {
                    <Field id=id("most") label="Rows at most" help=format!("At most {MAX_FAN_OUT}; more fail the step.")>
                        <input class="input tn" id=id("most") inputmode="numeric" value=step.get_untracked().for_each.map(|each| each.at_most) on:change=move |event| { let most = event_target_value(&event).trim().parse().unwrap_or(0); set(Box::new(move |step| step.for_each.iter_mut().for_each(|each| each.at_most = most))); }/>
                    </Field>
                })}
            </div>
        })}
        <div class="row">
            {is_list.then(|| view! { <label class="choice"><input class="check" type="checkbox" prop:checked=move || step.get().one on:change=move |event| { let on = event_target_checked(&event); set(Box::new(move |step| step.one = on)); }/><span>"Its first row alone"</span></label> })}
            <label class="row s13" for=id("timeout")>"Give up after"</label>
            <div class="affix auto"><input class="input input-sm tn narrow" id=id("timeout") inputmode="numeric" placeholder="the whole" prop:value=move || step.get().timeout_ms.map(|ms| ms.to_string()).unwrap_or_default() on:change=move |event| { let ms = event_target_value(&event).trim().parse().ok(); set(Box::new(move |step| step.timeout_ms = ms)); }/><span>"ms"</span></div>
            <label class="row s13" for=id("retries")>"Try again"</label>
            <select class="select select-sm auto" id=id("retries") on:change=move |event| { let times = event_target_value(&event).parse().unwrap_or(0); set(Box::new(move |step| step.retries = times)); }>
                {(0..=MAX_RETRIES).map(|times| view! { <option value=times selected=move || step.get().retries == times>{match times { 0 => "never".to_owned(), 1 => "once".to_owned(), n => format!("{n} times") }}</option> }).collect_view()}
            </select>
        </div>
    }
}

/// What stands in where a secondary step fails.
#[component]
fn FallbackRow<S: Fn(SetStep) + Copy + Send + Sync + 'static>(step: Memo<Step>, set: S) -> impl IntoView {
    let id = format!("fallback-{}", step.get_untracked().name);
    let key = move || step.with(|step| step.fallback.key());
    let choose = move |key: &str| {
        let fallback = match key {
            "fixed" => Fallback::Fixed(if step.get_untracked().gives_list() { "[]".into() } else { "{}".into() }),
            "last-good" => Fallback::LastGood,
            _ => Fallback::Empty,
        };
        set(Box::new(move |step| step.fallback = fallback));
    };
    let fixed = move || match step.get().fallback {
        Fallback::Fixed(text) => Some(text),
        _ => None,
    };
    view! {
        <Field id=id.clone() label="Where it fails" help="The answer says which step was stood in for, and by what.">
            <select class="select auto" id=id.clone() on:change=move |event| choose(&event_target_value(&event))>
                {[("empty", "it is empty"), ("last-good", "what the same question was answered last"), ("fixed", "a fixed answer")].map(|(this, words)| view! { <option value=this selected=move || key() == this>{words}</option> })}
                {move || (key() == "api").then(|| view! { <option value="api" selected=true>"another API"</option> })}
            </select>
            {move || fixed().map(|text| view! { <textarea class="input input-code mt-2" rows="3" aria-label="The fixed answer, as JSON" prop:value=text.clone() on:change=move |event| { let text = event_target_value(&event); set(Box::new(move |step| step.fallback = Fallback::Fixed(text))); }>{text.clone()}</textarea> })}
        </Field>
    }
}

/// What the check says of this step.
#[component]
fn Errors(editor: Editor, name: StoredValue<String>) -> impl IntoView {
    move || {
        let place = name.with_value(|name| format!("steps.{name}."));
        let errors = editor.report.get().and_then(Result::ok).map(|report| report.errors).unwrap_or_default();
        errors
            .into_iter()
            .filter(|error| error.field.starts_with(&place))
            .map(|error| view! { <p class="field-error" role="alert"><Icon name="error" class="i-14"/><span>{error.message}</span></p> })
            .collect_view()
    }
}
