//! Acts that take something away ask first: one click opens the question, and another one, elsewhere, answers it.

use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use crate::words::words;

/// Stands in a form of hidden fields, in place of the button that sends it. The browser itself opens and closes the
/// dialog, so that it works without a script too.
#[component]
pub(crate) fn ConfirmDialog(
    /// The id of the dialog: no other one of the page has it.
    #[prop(into)]
    id: String,
    /// The act, verb first: what both buttons say.
    #[prop(into)]
    act: String,
    /// The question, which names the object.
    #[prop(into)]
    title: String,
    /// What the act affects, and how it is undone: a sentence each.
    effects: Vec<String>,
    #[prop(default = "btn btn-sm btn-bad")] class: &'static str,
) -> impl IntoView {
    let (title_id, title_of) = (format!("{id}-title"), format!("{id}-title"));
    let (opened, cancelled, sent) = (id.clone(), id.clone(), id.clone());
    view! {
        <button class=class type="button" popovertarget=opened aria-haspopup="dialog">{act.clone()}</button>
        <dialog class="dialog confirm" id=id popover="auto" aria-labelledby=title_of>
            <h2 id=title_id>{title}</h2>
            <ul class="bullets">{effects.into_iter().map(|effect| view! { <li>{effect}</li> }).collect_view()}</ul>
            <div class="actions">
                <button class="btn" type="button" popovertarget=cancelled popovertargetaction="hide">{words().ui_forms.cancel}</button>
                <button class="btn btn-bad-solid" type="submit" on:click=move |_| close_later(sent.clone())>{act}</button>
            </div>
        </dialog>
    }
}

/// Closes a dialog once its form is on its way: a page that is not loaded anew would go on showing the question.
fn close_later(id: String) {
    set_timeout(move || close_dialog(&id), Duration::ZERO);
}

fn dialog(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Opens a dialog of the page, in the browser.
pub(crate) fn open_dialog(id: &str) {
    let _ = dialog(id).map(|dialog| dialog.show_popover());
}

/// Closes a dialog of the page, in the browser.
pub(crate) fn close_dialog(id: &str) {
    let _ = dialog(id).map(|dialog| dialog.hide_popover());
}

/// Whether a question is open, in the browser: what draws itself anew meanwhile would take it away.
pub(crate) fn asks_now() -> bool {
    document().query_selector("dialog:popover-open").ok().flatten().is_some()
}
