//! A form of a nested definition, which goes to the server as JSON: what went wrong and one button below its fields. What was typed and is
//! not saved is marked, and the page asks before it is left. A flat form is a [`super::SaveForm`], which works without a script too.

use leptos::prelude::*;

use super::NumberField;
use super::callout::{FieldIds, told};
use super::field::{FieldWords, described, framed, invalid};
use super::unsaved::Unsaved;
use crate::error::PortalError;

/// Takes a definition to the server.
pub(crate) type Sends<I, O> = Action<I, Result<O, PortalError>>;

/// What an action was refused for.
pub(crate) fn refusal<I, O>(action: Sends<I, O>) -> Signal<Option<PortalError>>
where
    I: Send + Sync + 'static,
    O: Clone + Send + Sync + 'static,
{
    Signal::derive(move || action.value().get().and_then(Result::err))
}

/// What a refusal says about one field.
pub(crate) fn refused_field(refused: Signal<Option<PortalError>>, field: impl Into<String>) -> Signal<Option<String>> {
    let field = field.into();
    Signal::derive(move || refused.with(|error| error.as_ref().and_then(|error| error.of_field(&field))))
}

/// Counts what was saved, and nothing that was refused.
pub(crate) fn saves<I, O>(action: Sends<I, O>) -> Memo<usize>
where
    I: Send + Sync + 'static,
    O: Clone + Send + Sync + 'static,
{
    Memo::new(move |last: Option<&usize>| match action.value().get() {
        Some(Ok(_)) => action.version().get(),
        _ => last.copied().unwrap_or_default(),
    })
}

#[component]
pub(crate) fn JsonForm<I, O>(
    action: Sends<I, O>,
    /// Sends what the form holds.
    send: Callback<()>,
    /// What the action was refused for, or another one that takes the same definition.
    refused: Signal<Option<PortalError>>,
    /// What the button says, verb first.
    save: &'static str,
    /// The ids of the controls, where they are not what the server calls their fields.
    at: FieldIds,
    #[prop(default = "btn btn-primary")] button: &'static str,
    #[prop(default = "stack")] class: &'static str,
    /// Stands behind the button.
    #[prop(optional)]
    beside: Option<AnyView>,
    children: Children,
) -> impl IntoView
where
    I: Send + Sync + 'static,
    O: Clone + Send + Sync + 'static,
{
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <Unsaved saved=saves(action)>
            <form class=class on:submit=submit>
                {children()}
                {told(refused, Some(at))}
                <div class="row"><button class=button type="submit" disabled=move || action.pending().get()>{save}</button>{beside}</div>
            </form>
        </Unsaved>
    }
    .into_any()
}

/// A line of text of a definition.
#[component]
pub(crate) fn BoundText(
    id: &'static str,
    label: &'static str,
    #[prop(optional)] note: &'static str,
    #[prop(optional, into)] help: String,
    text: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let about = Signal::stored(String::new());
    let (invalid, described) = (invalid(error), described(id, !help.is_empty(), about, error));
    let control = view! {
        <input class="input" id=id autocomplete="off" prop:value=text value=text.get_untracked() on:input=move |event| text.set(event_target_value(&event)) aria-invalid=invalid aria-describedby=described/>
    };
    let words = FieldWords { id: id.to_owned(), label: label.to_owned(), note: note.to_owned(), help, about };
    framed(words, error, control.into_any())
}

/// A number of a definition, as it is typed.
#[component]
pub(crate) fn BoundNumber(
    id: &'static str,
    label: &'static str,
    #[prop(optional)] note: &'static str,
    #[prop(optional)] help: &'static str,
    #[prop(optional)] unit: &'static str,
    text: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! { <NumberField id label note help unit value=text error typed=Callback::new(move |typed| text.set(typed))/> }
}

/// A switch of a definition.
#[component]
pub(crate) fn BoundChoice(label: &'static str, help: &'static str, on: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="choice">
            <input class="check" type="checkbox" prop:checked=on checked=on.get_untracked() on:change=move |event| on.set(event_target_checked(&event))/>
            <span>{label}<small>{help}</small></span>
        </label>
    }
}
