//! What was typed on a page and is not saved: a page that has such a form asks before it is left.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, MouseEvent};
use leptos_router::hooks::{use_location, use_navigate};

use super::confirm_dialog::{close_dialog, open_dialog};
use crate::words::words;

/// The dialog that asks.
const LEAVE: &str = "leave-page";
/// Marks what is around a form with something typed into it.
const MARKED: &str = "[data-unsaved]";

/// Stands around a form: typing marks it, and each save takes the mark away.
#[component]
pub(crate) fn Unsaved(
    /// Counts what was saved.
    saved: Memo<usize>,
    children: Children,
) -> impl IntoView {
    let typed = RwSignal::new(false);
    Effect::new(move |before: Option<usize>| {
        let now = saved.get();
        if before.is_some_and(|before| before != now) {
            typed.set(false);
        }
        now
    });
    view! { <div data-unsaved=move || typed.get().then_some("true") on:input=move |_| typed.set(true)>{children()}</div> }
}

fn is_unsaved() -> bool {
    document().query_selector(MARKED).ok().flatten().is_some()
}

/// Nothing on the page counts as typed any more.
fn forget() {
    while let Some(marked) = document().query_selector(MARKED).ok().flatten() {
        if marked.remove_attribute("data-unsaved").is_err() {
            return;
        }
    }
}

/// Where somebody was about to go.
#[derive(Clone, Copy)]
pub(crate) struct LeaveGuard {
    to: RwSignal<String>,
    path: Memo<String>,
}

impl LeaveGuard {
    /// Made by the frame; its dialog is [`LeaveDialog`].
    pub(crate) fn new() -> Self {
        let guard = Self { to: RwSignal::new(String::new()), path: use_location().pathname };
        // The browser itself asks where the whole document is left.
        Effect::new(|_| {
            let heard = window_event_listener(ev::beforeunload, |event| {
                if is_unsaved() {
                    event.prevent_default();
                }
            });
            on_cleanup(move || heard.remove());
        });
        guard
    }

    /// Hears a click before the router does. A link to another page waits for an answer where something is not saved.
    pub(crate) fn hears(self, event: &MouseEvent) {
        let opens_elsewhere = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || opens_elsewhere || !is_unsaved() {
            return;
        }
        let clicked = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = clicked.and_then(|clicked| clicked.closest("a[href^='/']:not([target], [download], [rel~=external])").ok().flatten());
        let Some(to) = link.and_then(|link| link.get_attribute("href")) else { return };
        if to.split(['?', '#']).next() == Some(self.path.get_untracked().as_str()) {
            return;
        }
        event.prevent_default();
        self.to.set(to);
        open_dialog(LEAVE);
    }
}

#[component]
pub(crate) fn LeaveDialog(guard: LeaveGuard) -> impl IntoView {
    let say = &words().ui_forms;
    let navigate = use_navigate();
    let leave = move |_| {
        close_dialog(LEAVE);
        forget();
        navigate(&guard.to.get_untracked(), leptos_router::NavigateOptions::default());
    };
    view! {
        <dialog class="dialog confirm" id=LEAVE popover="auto" aria-labelledby="leave-page-title">
            <h2 id="leave-page-title">{say.leave_title}</h2>
            <p>{say.leave_text}</p>
            <div class="actions">
                <button class="btn" type="button" popovertarget=LEAVE popovertargetaction="hide">{say.stay}</button>
                <button class="btn btn-bad-solid" type="button" on:click=leave>{say.leave}</button>
            </div>
        </dialog>
    }
    .into_any()
}
