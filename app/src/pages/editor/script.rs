//! A question in SQL: its text with the place of what is wrong in it, the test values of its parameters, and the names that
//! its source has.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use model::Parameter;
use model::dialect::Dialect;
use model::script::place::{Place, selection, told};
use model::spec::{ApiBody, Query, SqlBody};
use model::table::TableInfo;
use web_sys::HtmlTextAreaElement;

use super::api::format_sql;
use super::edits::set_script;
use super::script_editor::ScriptEditor;
use super::script_names::ScriptNames;
use super::state::Editor;
use crate::error::PortalError;
use crate::ui::{Asked, Field, ProblemCallout, TextArea};
use crate::words::words;

/// The id of the text.
const TEXT: &str = "script";

#[component]
pub(super) fn Script(editor: Editor, known: Asked<Vec<TableInfo>>, dialects: StoredValue<Vec<(String, Dialect)>>) -> impl IntoView {
    let say = &words().editor_script;
    let dialect = move || {
        let source = editor.spec.with_untracked(|spec| spec.source.clone());
        dialects.with_value(|known| known.iter().find(|(name, _)| *name == source).map(|(_, dialect)| *dialect))
    };
    let text = Signal::derive(move || {
        editor.spec.with(|spec| match &spec.body {
            ApiBody::Sql(SqlBody { query: Query::Script(text), .. }) => text.clone(),
            _ => String::new(),
        })
    });
    let write = Callback::new(move |text: String| {
        let dialect = dialect();
        editor.change(|spec| set_script(spec, &text, dialect));
    });
    let insert = Callback::new(move |name: String| {
        if let Some(text) = put(&name) {
            write.run(text);
        }
    });
    let error =
        Signal::derive(move || editor.report.get()?.ok()?.errors.into_iter().find(|error| error.field == TEXT).map(|error| error.message));
    let place = Memo::new(move |_| error.get().as_deref().and_then(told));
    view! {
        <section class="card card-pad stack">
            <ScriptEditor known dialect=Signal::derive(dialect)>
                <Field id=TEXT label=say.sql note=say.sql_note help=say.sql_help error>
                    <TextArea class="textarea input-code script" id=TEXT rows=14 text typed=write/>
                </Field>
            </ScriptEditor>
            <Tools editor text write place/>
            {move || editor.form_stands_for(&text.get()).then(|| view! { <div class="row"><button class="btn btn-sm" type="button" on:click=move |_| editor.back_to_form()>{say.back_to_form}</button><span class="t-3 s13">{say.back_to_form_help}</span></div> })}
            <p class="small t-3">{move || editor.spec.with(|spec| if spec.parameters.is_empty() { say.no_parameters.to_owned() } else { (say.parameters)(&spec.parameters.iter().map(|p| p.name.clone()).collect::<Vec<_>>().join(", ")) })}</p>
        </section>
        <TestValues editor/>
        <ScriptNames known insert dialect=Signal::derive(dialect)/>
    }
    .into_any()
}

/// What is done with the text: it is laid out, and the place of an error in it is gone to.
#[component]
fn Tools(editor: Editor, text: Signal<String>, write: Callback<String>, place: Memo<Option<Place>>) -> impl IntoView {
    let say = &words().editor_script;
    let format = Action::new_local(move |sent: &String| {
        let ((domain, name), sent) = (editor.place(), sent.clone());
        let source = editor.spec.with_untracked(|spec| spec.source.clone());
        async move {
            let formatted = format_sql(domain, name, source, sent.clone()).await?;
            // What was typed meanwhile is not written over.
            if formatted != sent && text.try_get_untracked() == Some(sent) {
                write.run(formatted);
            }
            Ok::<(), PortalError>(())
        }
    });
    let error = move || format.value().get().and_then(Result::err);
    view! {
        <div class="row">
            <button class="btn btn-sm" type="button" disabled=move || format.pending().get() on:click=move |_| { format.dispatch(text.get_untracked()); }>{say.format}</button>
            {move || place.get().map(|(line, column)| view! { <button class="btn btn-sm" type="button" on:click=move |_| select((line, column))>{(say.go_to)(line, column)}</button> })}
        </div>
        {move || error().map(|error| view! { <ProblemCallout error/> })}
    }
}

/// The values that the check runs with. One that is missing is asked for.
#[component]
fn TestValues(editor: Editor) -> impl IntoView {
    let names =
        Memo::new(move |_| editor.spec.with(|spec| spec.parameters.iter().map(|parameter| parameter.name.clone()).collect::<Vec<_>>()));
    move || {
        let names = names.get();
        (!names.is_empty()).then(|| {
            view! {
                <section class="card card-pad stack">
                    <h2>{words().editor_script.test_values}</h2>
                    <div class="form-row">{names.into_iter().map(|name| view! { <TestValue editor name/> }).collect_view()}</div>
                </section>
            }
        })
    }
}

#[component]
fn TestValue(editor: Editor, name: String) -> impl IntoView {
    let (id, label) = (format!("test-{name}"), format!(":{name}"));
    let name = StoredValue::new(name);
    let known = Memo::new(move |_| name.with_value(|name| editor.spec.with(|spec| spec.parameter(name).cloned().unwrap_or_default())));
    let value = move || known.with(|parameter| parameter.test_value.clone().unwrap_or_default());
    let is_missing = |parameter: &Parameter| parameter.test_value.is_none() && parameter.default.is_none();
    let about =
        Signal::derive(move || if known.with(is_missing) { words().editor_script.test_value_help.to_owned() } else { String::new() });
    let first = known.with_untracked(|parameter| parameter.test_value.clone().unwrap_or_default());
    let set = move |event: leptos::ev::Event| {
        let text = event_target_value(&event).trim().to_owned();
        editor.change(|spec| {
            if let Some(parameter) = spec.parameters.iter_mut().find(|parameter| name.with_value(|name| &parameter.name == name)) {
                parameter.test_value = (!text.is_empty()).then_some(text);
            }
        });
    };
    view! {
        <Field id=id.clone() label about><input class="input" id=id autocomplete="off" prop:value=value value=first on:change=set/></Field>
    }
}

fn text_area() -> Option<HtmlTextAreaElement> {
    document().get_element_by_id(TEXT)?.dyn_into().ok()
}

/// Selects what stands at a place of the text.
fn select(place: Place) {
    let Some(area) = text_area() else { return };
    if let Some((from, to)) = selection(&area.value(), place) {
        let _ = area.set_selection_range(from, to);
        let _ = area.focus();
    }
}

/// Puts a name in the place of what is selected in the text, and gives the text as it is then.
fn put(name: &str) -> Option<String> {
    let area = text_area()?;
    let (from, to) = (area.selection_start().ok()??, area.selection_end().ok()??);
    area.set_range_text_with_start_and_end(name, from, to).ok()?;
    let behind = from + u32::try_from(name.encode_utf16().count()).ok()?;
    let _ = area.set_selection_range(behind, behind);
    let _ = area.focus();
    Some(area.value())
}
