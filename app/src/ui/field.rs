//! A field of a form: its label above, its help or its error below, tied together.

use leptos::attr::{aria_describedby, aria_invalid};
use leptos::prelude::*;

use super::Icon;
use super::form_action::FormAction;

/// The control inside is told to be at fault, and by which lines it is described: it stands at the top of the children.
#[component]
pub(crate) fn Field(
    /// The id of the control that the label is for; its lines are `<id>-about`, `<id>-help` and `<id>-error`.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] note: String,
    #[prop(optional, into)] help: String,
    /// What is known of what is chosen now.
    #[prop(optional, into)]
    about: Signal<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let (invalid, described) = (invalid(error), described(&id, !help.is_empty(), about, error));
    // Attributes that are put onto any view are not followed any more once it is drawn anew: they stand there as they are now, and what
    // changes is written into the control itself.
    let control = children().add_any_attr(aria_invalid(untrack(&invalid))).add_any_attr(aria_describedby(untrack(&described)));
    let control_id = id.clone();
    Effect::new(move |_| tie(&control_id, invalid(), described().as_deref()));
    framed(FieldWords { id, label, note, help, about }, error, control)
}

/// Says at a control of the page whether it is at fault, and which lines describe it.
fn tie(id: &str, invalid: Option<&str>, described: Option<&str>) {
    let Some(control) = document().get_element_by_id(id) else { return };
    for (name, value) in [("aria-invalid", invalid), ("aria-describedby", described)] {
        let _ = match value {
            Some(value) => control.set_attribute(name, value),
            None => control.remove_attribute(name),
        };
    }
}

/// What stands around a control.
pub(super) struct FieldWords {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) note: String,
    pub(super) help: String,
    pub(super) about: Signal<String>,
}

/// Whether a control is at fault, as its attribute says it.
pub(super) fn invalid(error: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> + Send + Clone + 'static {
    move || error.get().is_some().then_some("true")
}

/// The lines that describe a control: what is known of its value, and its error or its help.
pub(super) fn described(
    id: &str,
    has_help: bool,
    about: Signal<String>,
    error: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Send + Clone + 'static + use<> {
    let id = id.to_owned();
    move || {
        let about = about.with(|about| !about.is_empty()).then(|| format!("{id}-about"));
        let line = if error.get().is_some() { Some(format!("{id}-error")) } else { has_help.then(|| format!("{id}-help")) };
        let lines: Vec<String> = about.into_iter().chain(line).collect();
        (!lines.is_empty()).then(|| lines.join(" "))
    }
}

/// A control with its label above, and its lines below.
pub(super) fn framed(words: FieldWords, error: Signal<Option<String>>, control: impl IntoView + 'static) -> impl IntoView {
    let FieldWords { id, label, note, help, about } = words;
    let (about_id, error_id, help_id) = (format!("{id}-about"), format!("{id}-error"), format!("{id}-help"));
    view! {
        <div class="field" class:field-bad=move || error.get().is_some()>
            <label class="label" for=id>{label}{(!note.is_empty()).then(|| view! { <span class="opt">{note}</span> })}</label>
            {control}
            {move || Some(about.get()).filter(|about| !about.is_empty()).map(|about| view! { <p class="help" id=about_id.clone()>{about}</p> })}
            {move || match error.get() {
                Some(message) => view! {
                    <p class="field-error" id=error_id.clone() role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p>
                }.into_any(),
                None if !help.is_empty() => view! { <p class="help" id=help_id.clone()>{help.clone()}</p> }.into_any(),
                None => ().into_any(),
            }}
        </div>
    }
}

/// A check box with its label.
#[component]
pub(crate) fn Choice(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: String,
    #[prop(optional)] checked: bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input class="check" type="checkbox" name=name value=value checked=checked/>
            <span>{label}{(!help.is_empty()).then(|| view! { <small>{help}</small> })}</span>
        </label>
    }
}

/// Counts what an action has done, and nothing that it refused: a page that follows this keeps what was typed into a form
/// that failed.
pub(crate) fn done<S>(action: FormAction<S>) -> Memo<usize> {
    action.post().done()
}

/// What an action's error says about one field.
pub(crate) fn field_error<S>(action: FormAction<S>, field: impl Into<String>) -> Signal<Option<String>> {
    let (post, field) = (action.post(), field.into());
    Signal::derive(move || post.problem().and_then(|error| error.of_field(&field)))
}
