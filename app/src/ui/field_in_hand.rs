//! The field that somebody types into. Many fields tell their value only when the reader goes on to another one, which nobody does who
//! presses Back or loads the page anew.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Element, Event, EventInit, HtmlElement};

/// Whether the field that has the focus has something to tell.
#[derive(Clone, Copy)]
pub(super) struct FieldInHand {
    untold: StoredValue<bool>,
}

impl FieldInHand {
    pub(super) fn new() -> Self {
        let untold = StoredValue::new(false);
        let told = move |now: bool| {
            let _ = untold.try_update_value(|untold| *untold = now);
        };
        Effect::new(move |_| {
            let (typed, changed) =
                (window_event_listener(ev::input, move |_| told(true)), window_event_listener(ev::change, move |_| told(false)));
            on_cleanup(move || {
                typed.remove();
                changed.remove();
            });
        });
        Self { untold }
    }

    /// The field tells now, as it does when the reader goes on. Gives whether it had something to tell.
    pub(super) fn tells(self) -> bool {
        if self.untold.try_get_value() != Some(true) {
            return false;
        }
        let Some(field) = document().active_element().and_then(|field| field.dyn_into::<HtmlElement>().ok()) else { return false };
        // The browser's own word: after one of ours it would say it again once the field goes, to a form that is gone.
        let _ = field.blur();
        if self.untold.try_get_value() == Some(true) {
            dispatch(&field, "change");
        }
        let _ = field.focus();
        let _ = self.untold.try_update_value(|untold| *untold = false);
        true
    }
}

/// Sends an event to a field, as the browser does when somebody uses it.
pub(super) fn dispatch(field: &Element, name: &str) {
    let about = EventInit::new();
    about.set_bubbles(true);
    if let Ok(event) = Event::new_with_event_init_dict(name, &about) {
        let _ = field.dispatch_event(&event);
    }
}

/// Hears that the window goes elsewhere, before the parts of the page that are made later.
pub(super) fn hears_first(name: &'static str, heard: impl Fn(&Event) + Clone + 'static) {
    Effect::new(move |_| {
        let heard = heard.clone();
        let listener = Closure::wrap(Box::new(move |event: Event| heard(&event)) as Box<dyn FnMut(Event)>).into_js_value();
        let _ = window().add_event_listener_with_callback_and_bool(name, listener.unchecked_ref(), true);
        let listener = StoredValue::new_local(listener);
        on_cleanup(move || {
            let _ = listener
                .try_with_value(|listener| window().remove_event_listener_with_callback_and_bool(name, listener.unchecked_ref(), true));
        });
    });
}
