//! One step of a Union: what it asks with, how much it matters, and what stands in where it fails.

use leptos::prelude::*;
use model::spec::MAX_TIMEOUT_MS;
use model::union::{Fallback, Grade, MAX_FAN_OUT, MAX_RETRIES, Step};
use model::view::Callable;

use super::number::read;
use super::state::Editor;
use super::union_edits::{remove_step, rename_step, set_after, set_fallback, set_for_each, step_mut};
use super::union_fallback::FallbackRow;
use super::union_input_row::InputRow;
use super::union_inputs::Asked;
use crate::ui::{Field, Icon, NumberField};
use crate::words::words;

#[component]
pub(super) fn StepCard(editor: Editor, known: StoredValue<Vec<Callable>>, name: String) -> impl IntoView {
    let say = &words().editor_union;
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
        <section class="card clip" aria-label=(say.step)(&label)>
            <div class="card-head">
                <input class="input input-sm input-code auto" aria-label=(say.step_name)(&label) value=label.clone() prop:value=label.clone() on:change=move |event| { let new = event_target_value(&event); forget_numbers(editor, name); editor.change(|spec| name.with_value(|name| rename_step(spec, name, new.trim()))); }/>
                <span class="t-3 s13 grow">{title}</span>
                <Grades editor name step/>
                <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=(say.remove_step)(&gone) on:click=move |_| { forget_numbers(editor, name); editor.change(|spec| name.with_value(|name| remove_step(spec, name))); }><Icon name="x"/></button>
            </div>
            <div class="card-pad stack">
                {api.map(|api| api.parameters.into_iter().map(|parameter| view! { <InputRow editor known name step of=Asked::Step parameter/> }).collect_view())}
                <Rows editor name step set is_list/>
                {move || (step.get().grade == Grade::Secondary).then(|| view! { <FallbackRow editor known name step/> })}
                <Errors editor name/>
            </div>
        </section>
    }
    .into_any()
}

/// A step that is gone, or has another name, keeps no number back.
fn forget_numbers(editor: Editor, name: StoredValue<String>) {
    let ids = name.with_value(|name| [format!("most-{name}"), format!("timeout-{name}")]);
    editor.forget_numbers(&ids.each_ref().map(String::as_str));
}

/// One change of a step.
type SetStep = Box<dyn FnOnce(&mut Step)>;

#[component]
fn Grades(editor: Editor, name: StoredValue<String>, step: Memo<Step>) -> impl IntoView {
    let say = &words().editor_union;
    let grade_it = move |grade: Grade| {
        editor.change(|spec| {
            name.with_value(|name| {
                if let Some(step) = step_mut(spec, name) {
                    step.grade = grade;
                }
                if grade == Grade::Core {
                    set_fallback(spec, name, Fallback::Empty);
                }
            });
        });
    };
    let choice = move |grade: Grade, label: &'static str| {
        let group = format!("grade-{}", name.get_value());
        view! {
            <label><input type="radio" name=group prop:checked=move || step.get().grade == grade checked=step.get_untracked().grade == grade on:change=move |_| grade_it(grade)/>{label}</label>
        }
    };
    view! { <div class="seg" role="group" aria-label=say.importance>{choice(Grade::Core, say.core)}{choice(Grade::Secondary, say.secondary)}</div> }
}

/// A number as it was read, or what may stand there.
type Read = Result<Option<u32>, String>;

/// How many times it is called, how many rows are taken, and how long it may take.
#[component]
fn Rows<S: Fn(SetStep) + Copy + Send + Sync + 'static>(
    editor: Editor,
    name: StoredValue<String>,
    step: Memo<Step>,
    set: S,
    is_list: bool,
) -> impl IntoView {
    let say = &words().editor_union;
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
    let others = move || {
        let steps = editor.spec.with(|spec| spec.union().map(|body| body.steps.clone()).unwrap_or_default());
        steps.into_iter().map(|other| other.name).filter(|other| name.with_value(|name| other != name)).collect::<Vec<_>>()
    };
    let after = move || step.get().after.first().cloned().unwrap_or_default();
    let each = move || step.get().for_each.map(|each| each.step).unwrap_or_default();
    let of = move |part: &str| StoredValue::new(name.with_value(|name| format!("{part}-{name}")));
    let (most_id, time_id) = (of("most"), of("timeout"));
    let text = move |id: StoredValue<String>, get: fn(&Step) -> Option<u32>| {
        Signal::derive(move || id.with_value(|id| editor.number_text(id, || step.with(get))))
    };
    let error = move |id: StoredValue<String>| Signal::derive(move || id.with_value(|id| editor.unread_error(id)));
    let (most_text, most_error) = (text(most_id, |step| step.for_each.as_ref().map(|each| each.at_most)), error(most_id));
    let (time_text, time_error) = (text(time_id, |step| step.timeout_ms), error(time_id));
    let take =
        move |id: StoredValue<String>, label: fn(&str) -> String, (text, number): (String, Read), put: fn(&mut Step, Option<u32>)| {
            let label = name.with_value(|name| label(name));
            id.with_value(|id| {
                editor.take_number((id.as_str(), label.as_str()), text, number, |spec, number| {
                    if let Some(step) = name.with_value(|name| step_mut(spec, name)) {
                        put(step, number);
                    }
                });
            });
        };
    let take_most = Callback::new(move |text: String| {
        let number = read(&text, &(1..=MAX_FAN_OUT), false);
        take(most_id, say.max_rows_of, (text, number), |step, most| {
            step.for_each.iter_mut().for_each(|each| each.at_most = most.unwrap_or(each.at_most));
        });
    });
    let take_time = move |text: String| {
        let number = read(&text, &(1..=MAX_TIMEOUT_MS), true);
        take(time_id, say.time_out_of, (text, number), |step, ms| step.timeout_ms = ms);
    };
    view! {
        {move || (!lists().is_empty()).then(|| view! {
            <div class="form-row">
                <Field id=id("each") label=say.calls help=say.calls_help>
                    <select class="select" id=id("each") on:change=move |event| { let of = event_target_value(&event); most_id.with_value(|id| editor.forget_numbers(&[id])); editor.change(|spec| name.with_value(|name| set_for_each(spec, name, &of))); }>
                        <option value="" selected=move || each().is_empty()>{say.once}</option>
                        {lists().into_iter().map(|other| { let this = other.clone(); view! { <option value=other.clone() selected=move || each() == this>{(say.once_for_each)(&other)}</option> } }).collect_view()}
                    </select>
                </Field>
                {(!each().is_empty()).then(|| view! {
                    <NumberField id=id("most") label=say.max_rows help=(say.max_rows_help)(MAX_FAN_OUT) value=most_text error=most_error changed=take_most/>
                })}
            </div>
        })}
        <div class="row">
            {is_list.then(|| view! { <label class="choice"><input class="check" type="checkbox" prop:checked=move || step.get().one on:change=move |event| { let on = event_target_checked(&event); set(Box::new(move |step| step.one = on)); }/><span>{say.first_row}</span></label> })}
            {move || (!others().is_empty()).then(|| view! {
                <label class="row s13" for=id("after")>{say.start}</label>
                <select class="select select-sm auto" id=id("after") on:change=move |event| { let other = event_target_value(&event); editor.change(|spec| name.with_value(|name| set_after(spec, name, &other))); }>
                    <option value="" selected=move || after().is_empty()>{say.start_with_inputs}</option>
                    {others().into_iter().map(|other| { let this = other.clone(); view! { <option value=other.clone() selected=move || after() == this>{(say.start_after)(&other)}</option> } }).collect_view()}
                </select>
            })}
            <label class="row s13" for=id("timeout")>{say.time_out}</label>
            <div class="affix auto"><input class="input input-sm tn narrow" id=id("timeout") inputmode="numeric" autocomplete="off" placeholder=say.time_out_default prop:value=move || time_text.get() value=time_text.get_untracked() aria-invalid=move || time_error.get().is_some().then_some("true") aria-describedby=move || time_error.get().map(|_| id("timeout-error")) on:change=move |event| take_time(event_target_value(&event))/><span>{say.time_out_unit}</span></div>
            <label class="row s13" for=id("retries")>{say.retries}</label>
            <select class="select select-sm auto" id=id("retries") on:change=move |event| { let times = event_target_value(&event).parse().unwrap_or(0); set(Box::new(move |step| step.retries = times)); }>
                {(0..=MAX_RETRIES).map(|times| view! { <option value=times selected=move || step.get().retries == times>{match times { 0 => say.no_retries.to_owned(), n => n.to_string() }}</option> }).collect_view()}
            </select>
        </div>
        {move || time_error.get().map(|message| view! { <p class="field-error" id=id("timeout-error") role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p> })}
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
