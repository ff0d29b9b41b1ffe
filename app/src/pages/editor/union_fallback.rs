//! What stands in where a secondary step fails.

use leptos::prelude::*;
use model::union::{Fallback, Step};
use model::view::Callable;

use super::state::Editor;
use super::union_edits::set_fallback;
use super::union_input_row::InputRow;
use super::union_inputs::{Asked, stand_in, stand_ins};
use crate::ui::{Field, TextArea};
use crate::words::words;

/// Each kind of fallback, with what it is called.
fn kinds() -> [(&'static str, &'static str); 4] {
    let say = &words().editor_union;
    [("empty", say.return_empty), ("last-good", say.return_last_good), ("fixed", say.return_constant), ("api", say.call_api)]
}

#[component]
pub(super) fn FallbackRow(editor: Editor, known: StoredValue<Vec<Callable>>, name: StoredValue<String>, step: Memo<Step>) -> impl IntoView {
    let say = &words().editor_union;
    let id = format!("fallback-{}", name.get_value());
    let key = Memo::new(move |_| step.with(|step| step.fallback.key()));
    let fixed = move || match step.get().fallback {
        Fallback::Fixed(text) => Some(text),
        _ => None,
    };
    let set = move |fallback: Fallback| editor.change(|spec| name.with_value(|name| set_fallback(spec, name, fallback)));
    let choose = move |key: &str| match key {
        "fixed" => set(Fallback::Fixed(if step.get_untracked().gives_list() { "[]".into() } else { "{}".into() })),
        "last-good" => set(Fallback::LastGood),
        "api" => choose_api(editor, known, name, step, ""),
        _ => set(Fallback::Empty),
    };
    let offered = move || {
        let some = known.with_value(|known| !stand_ins(&step.get(), known).is_empty());
        kinds().into_iter().filter(move |(this, _)| *this != "api" || some || key.get() == "api")
    };
    view! {
        <Field id=id.clone() label=say.on_failure help=say.on_failure_help>
            <select class="select auto" id=id.clone() on:change=move |event| choose(&event_target_value(&event))>
                {move || offered().map(|(this, label)| view! { <option value=this selected=move || key.get() == this>{label}</option> }).collect_view()}
            </select>
            {move || fixed().map(|text| view! { <TextArea class="input input-code mt-2" rows=3 label=say.constant_response text changed=Callback::new(move |text: String| set(Fallback::Fixed(text)))/> })}
        </Field>
        {move || (key.get() == "api").then(|| view! { <StandIn editor known name step/> })}
    }
}

/// Takes an API of this name to stand in, or the likest.
fn choose_api(editor: Editor, known: StoredValue<Vec<Callable>>, name: StoredValue<String>, step: Memo<Step>, wanted: &str) {
    let api = known.with_value(|known| {
        let offered = stand_ins(&step.get_untracked(), known);
        offered.iter().find(|api| api.name == wanted).or(offered.first()).map(|api| (*api).clone())
    });
    if let Some(api) = api {
        editor.change(|spec| name.with_value(|name| stand_in(spec, name, &api)));
    }
}

/// Which API stands in, and what it is asked with.
#[component]
fn StandIn(editor: Editor, known: StoredValue<Vec<Callable>>, name: StoredValue<String>, step: Memo<Step>) -> impl IntoView {
    let say = &words().editor_union;
    let id = format!("instead-{}", name.get_value());
    let chosen = Memo::new(move |_| match step.get().fallback {
        Fallback::Api(other) => other.api,
        _ => String::new(),
    });
    let offered = move || {
        known.with_value(|known| {
            stand_ins(&step.get(), known).into_iter().map(|api| (api.name.clone(), api.title.clone())).collect::<Vec<_>>()
        })
    };
    let asked = move || {
        let chosen = chosen.get();
        known.with_value(|known| known.iter().find(|api| api.name == chosen).map(|api| api.parameters.clone())).unwrap_or_default()
    };
    view! {
        <Field id=id.clone() label=say.fallback_api help=say.fallback_api_help>
            <select class="select auto" id=id.clone() on:change=move |event| choose_api(editor, known, name, step, &event_target_value(&event))>
                {move || offered().into_iter().map(|(api, title)| { let this = api.clone(); view! { <option value=api.clone() selected=move || chosen.get() == this>{format!("{api}: {title}")}</option> } }).collect_view()}
            </select>
        </Field>
        {move || asked().into_iter().map(|parameter| view! { <InputRow editor known name step of=Asked::StandIn parameter/> }).collect_view()}
    }
}
