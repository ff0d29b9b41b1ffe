//! One parameter of an API that a step calls, and where its value comes from.

use leptos::prelude::*;
use model::Parameter;
use model::union::{From, Step};
use model::view::Callable;

use super::state::Editor;
use super::union_inputs::{Asked, choices, key_of, set_default, set_fixed, set_input};
use crate::ui::Field;
use crate::words::words;

#[component]
pub(super) fn InputRow(
    editor: Editor,
    known: StoredValue<Vec<Callable>>,
    name: StoredValue<String>,
    step: Memo<Step>,
    of: Asked,
    parameter: Parameter,
) -> impl IntoView {
    let say = &words().editor_union;
    let id = format!("{}-{}-{}", if of == Asked::Step { "in" } else { "instead" }, name.get_value(), parameter.name);
    let kind = parameter.type_words();
    let note = if parameter.required { kind } else { (say.optional_input)(&kind) };
    let label = parameter.name.clone();
    let parameter = StoredValue::new(parameter);
    let input = Memo::new(move |_| {
        step.with(|step| parameter.with_value(|parameter| of.inputs(step).iter().find(|input| input.parameter == parameter.name).cloned()))
    });
    let offered = move || {
        let sample =
            |api: &str, field: &str| known.with_value(|known| known.iter().find(|other| other.name == api)?.sample.get(field).cloned());
        editor.spec.with(|spec| parameter.with_value(|parameter| name.with_value(|name| choices(spec, name, parameter, &sample))))
    };
    let fixed = move || match input.get().map(|input| input.from) {
        Some(From::Constant(text)) => Some(text),
        _ => None,
    };
    // What stands in where the caller, or the row of an earlier step, has no value.
    let default = move || {
        let input = input.get()?;
        (!matches!(input.from, From::Constant(_))).then(|| input.default.unwrap_or_default())
    };
    let type_default = move |text: String| {
        editor.change(|spec| {
            parameter.with_value(|parameter| name.with_value(|name| set_default(spec, name, of, parameter, text.trim())));
        });
    };
    let choose = move |key: String| {
        editor.change(|spec| parameter.with_value(|parameter| name.with_value(|name| set_input(spec, name, of, parameter, &key))));
    };
    let type_fixed = move |text: String| {
        editor.change(|spec| {
            parameter.with_value(|parameter| name.with_value(|name| set_fixed(spec, name, of, parameter, text)));
        });
    };
    view! {
        <Field id=id.clone() label=label note=note>
            <div class="row">
                <select class="select auto" id=id.clone() on:change=move |event| choose(event_target_value(&event))>
                    {move || offered().into_iter().map(|(key, label)| { let (this, value) = (key.clone(), key); view! { <option value=value selected=move || key_of(input.get().as_ref()) == this>{label}</option> } }).collect_view()}
                </select>
                {move || default().map(|text| view! { <input class="input auto" aria-label=parameter.with_value(|parameter| (say.default_of)(&parameter.name)) placeholder=say.no_default value=text.clone() prop:value=text on:change=move |event| type_default(event_target_value(&event))/> })}
                {move || fixed().map(|text| view! { <input class="input auto" aria-label=say.constant_value value=text.clone() prop:value=text on:change=move |event| type_fixed(event_target_value(&event))/> })}
            </div>
        </Field>
    }
}
