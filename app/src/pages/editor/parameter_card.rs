//! One parameter: its type, its bounds, what is written about it, and the value that a try begins with.

use leptos::prelude::*;
use model::spec::ApiKind;
use model::{DataType, Parameter};

use super::edits::is_script;
use super::state::Editor;
use crate::ui::Field;
use crate::words::words;

#[component]
pub(super) fn ParameterCard(editor: Editor, name: String) -> impl IntoView {
    let say = &words().editor_parameters;
    let name = StoredValue::new(name);
    let known = Memo::new(move |_| name.with_value(|name| editor.spec.with(|spec| spec.parameter(name).cloned().unwrap_or_default())));
    let set = move |change: Box<dyn FnOnce(&mut Parameter)>| {
        editor.change(|spec| {
            if let Some(parameter) = spec.parameters.iter_mut().find(|parameter| name.with_value(|name| &parameter.name == name)) {
                change(parameter);
            }
        });
    };
    let is_kv = editor.spec.with_untracked(|spec| spec.kind() == ApiKind::Kv);
    let is_script = editor.spec.with_untracked(is_script);
    let title = name.get_value();
    let id = move |part: &str| name.with_value(|name| format!("p-{name}-{part}"));
    // A text field bound to one part; an empty text is an absent one.
    let text = move |part: &'static str,
                     label: &'static str,
                     note: &'static str,
                     get: fn(&Parameter) -> Option<String>,
                     put: fn(&mut Parameter, Option<String>)| {
        let error = Signal::derive(move || {
            let place = name.with_value(|name| format!("parameters.{name}.{part}"));
            editor.report.get()?.ok()?.errors.into_iter().find(|error| error.field == place).map(|error| error.message)
        });
        view! {
            <Field id=id(part) label=label note=note error>
                <input class="input" id=id(part) autocomplete="off" prop:value=move || known.with(get).unwrap_or_default() value=known.with_untracked(get).unwrap_or_default()
                    on:change=move |event| { let text = event_target_value(&event).trim().to_owned(); set(Box::new(move |parameter| put(parameter, (!text.is_empty()).then_some(text)))); }/>
            </Field>
        }
    };
    view! {
        <section class="card card-pad stack">
            <div class="between"><h2><code>{title}</code></h2><span class="t-3 s13">{move || known.with(Parameter::type_words)}</span></div>
            <div class="form-row">
                {is_script.then(|| view! {
                    <Field id=id("type") label=say.data_type><select class="select" id=id("type") on:change=move |event| { if let Some(picked) = DataType::from_key(&event_target_value(&event)) { set(Box::new(move |p| p.data_type = picked)); } }>
                        {DataType::OFFERED.map(|this| view! { <option value=this.key() selected=move || known.with(|p| p.data_type.key() == this.key())>{this.word()}</option> }).collect_view()}
                    </select></Field>
                })}
                {text("test_value", say.test_value, say.test_value_note, |p| p.test_value.clone(), |p, text| p.test_value = text)}
                {text("about", say.description, "", |p| Some(p.about.clone()), |p, text| p.about = text.unwrap_or_default())}
                {(!is_kv).then(|| text("default", say.default, say.default_note, |p| p.default.clone(), |p, text| p.default = text))}
                {text("min", say.minimum, say.length_note, |p| p.min.clone(), |p, text| p.min = text)}
                {text("max", say.maximum, say.length_note, |p| p.max.clone(), |p, text| p.max = text)}
                {text("pattern", say.pattern, say.pattern_note, |p| p.pattern.clone(), |p, text| p.pattern = text)}
                {text("choices", say.allowed_values, say.allowed_values_note, |p| Some(p.choices.join(", ")), |p, text| p.choices = text.unwrap_or_default().split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect())}
            </div>
            <label class="choice"><input class="check" id=id("loggable") type="checkbox" prop:checked=move || known.with(|p| p.loggable) on:change=move |event| { let on = event_target_checked(&event); set(Box::new(move |p| p.loggable = on)); }/><span>{say.loggable}</span></label>
            {(!is_kv).then(|| view! {
                <div class="row">
                    <label class="choice"><input class="check" type="checkbox" prop:checked=move || known.with(|p| p.required) on:change=move |event| { let on = event_target_checked(&event); set(Box::new(move |p| p.required = on)); }/><span>{say.required}</span></label>
                    {is_script.then(|| view! { <label class="choice"><input class="check" type="checkbox" prop:checked=move || known.with(|p| p.list) on:change=move |event| { let on = event_target_checked(&event); set(Box::new(move |p| p.list = on)); }/><span>{say.multiple_values}</span></label> })}
                </div>
            })}
        </section>
    }
    .into_any()
}
