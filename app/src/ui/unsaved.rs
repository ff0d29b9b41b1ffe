//! What was typed on a page and is not saved: a page that has such a form asks before it is left, by a link as well as by Back and Forward
//! of the browser. Where the whole document goes, what was typed is kept in the tab.

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Element, Event, MouseEvent};
use leptos_router::hooks::{use_location, use_navigate};

use super::confirm_dialog::{close_dialog, open_dialog};
use super::field_in_hand::{FieldInHand, hears_first};
use super::history_steps::{HistorySteps, tell_later};
use super::kept_values::{forget_values, give_back, keep_values, kept_place};
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
    let (typed, around) = (RwSignal::new(false), NodeRef::<Div>::new());
    let place = kept_place();
    Effect::new(move |before: Option<usize>| {
        let now = saved.get();
        if before.is_some_and(|before| before != now) {
            typed.set(false);
            forget_values(&place.get_untracked());
        }
        now
    });
    // What the document that went before this one kept stands in its fields again, once it is known who reads.
    Effect::new(move |given: Option<bool>| {
        let place = place.get();
        let Some(around) = around.get().filter(|_| given != Some(true) && !place.is_empty()) else { return given == Some(true) };
        give_back(&around, &place);
        true
    });
    Effect::new(move |_| {
        let heard = window_event_listener_untyped("pagehide", move |_| {
            if let Some(around) = around.get_untracked().filter(|_| typed.get_untracked()) {
                keep_values(&around, &place.get_untracked());
            }
        });
        on_cleanup(move || heard.remove());
    });
    view! { <div node_ref=around data-unsaved=move || typed.get().then_some("true") on:input=move |_| typed.set(true)>{children()}</div> }
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
    /// A link of the portal; none for the entry of the history before this one.
    to: RwSignal<Option<String>>,
    path: Memo<String>,
    search: Memo<String>,
}

impl LeaveGuard {
    /// Made by the frame; its dialog is [`LeaveDialog`].
    pub(crate) fn new() -> Self {
        let location = use_location();
        let guard = Self { to: RwSignal::new(None), path: location.pathname, search: location.search };
        let field = FieldInHand::new();
        // The browser itself asks where the whole document is left.
        Effect::new(|_| {
            let heard = window_event_listener(ev::beforeunload, |event| {
                if is_unsaved() {
                    event.prevent_default();
                }
            });
            on_cleanup(move || heard.remove());
        });
        // Before the router hears of it, and takes the page away.
        expect_context::<HistorySteps>().hear(move |event| {
            if field.tells() {
                tell_later(event);
            } else {
                guard.hears_history(event);
            }
        });
        for name in ["beforeunload", "pagehide"] {
            hears_first(name, move |_| {
                field.tells();
            });
        }
        guard
    }

    /// Hears Back and Forward. The browser is at the other entry already: the address of the form is put behind it, so that one step back
    /// goes where somebody was about to go.
    fn hears_history(self, event: &Event) {
        let here = self.path.get_untracked();
        if location().pathname().ok().as_ref() == Some(&here) || !is_unsaved() {
            return;
        }
        event.stop_immediate_propagation();
        let search = self.search.with_untracked(|search| if search.is_empty() { String::new() } else { format!("?{search}") });
        let put = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&format!("{here}{search}"))));
        if put.is_ok() {
            self.to.set(None);
            open_dialog(LEAVE);
        }
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
        self.to.set(Some(to));
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
        match guard.to.get_untracked() {
            Some(to) => navigate(&to, leptos_router::NavigateOptions::default()),
            None => drop(window().history().and_then(|history| history.back())),
        }
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
