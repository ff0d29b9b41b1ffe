//! Back and Forward of the browser, heard before the router hears of them. Browsers call those who hear `popstate` in the order in which
//! they began to, whether they asked to come first or not: so this begins before the router is made.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::web_sys::Event;

/// Tells a step later, once what was changed just now is drawn: the router takes away what that reads.
pub(super) fn tell_later(event: &Event) {
    event.stop_immediate_propagation();
    set_timeout(
        || {
            if let Ok(again) = Event::new("popstate") {
                let _ = window().dispatch_event(&again);
            }
        },
        Duration::ZERO,
    );
}

type Heard = Arc<dyn Fn(&Event) + Send + Sync>;

/// Who hears of a step before the router does.
#[derive(Clone, Copy)]
pub(crate) struct HistorySteps(StoredValue<Option<Heard>>);

impl HistorySteps {
    /// Begins to listen; before the router is made.
    pub(crate) fn provide() {
        let steps = Self(StoredValue::new(None));
        #[cfg(feature = "hydrate")]
        steps.listen();
        provide_context(steps);
    }

    #[cfg(feature = "hydrate")]
    fn listen(self) {
        use leptos::wasm_bindgen::JsCast;
        use leptos::wasm_bindgen::closure::Closure;
        let step = move |event: Event| {
            if let Some(heard) = self.0.try_get_value().flatten() {
                heard(&event);
            }
        };
        // As long as the document.
        let listener = Closure::wrap(Box::new(step) as Box<dyn FnMut(Event)>).into_js_value();
        let _ = window().add_event_listener_with_callback("popstate", listener.unchecked_ref());
    }

    /// From now on, this hears of each step, until the caller's part of the page goes.
    pub(super) fn hear(self, heard: impl Fn(&Event) + Send + Sync + 'static) {
        self.0.set_value(Some(Arc::new(heard)));
        on_cleanup(move || {
            let _ = self.0.try_set_value(None);
        });
    }
}
