//! Calm confirmations: what was done is said for some seconds at the edge of the page, and aloud.

use std::time::Duration;

use leptos::prelude::*;

use super::Icon;

/// Long enough to be read twice.
const SHOWN: Duration = Duration::from_secs(6);

/// What is said now, each with a number of its own. The frame keeps it, so that it outlives the page that said it.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    said: RwSignal<Vec<(u32, &'static str)>>,
    count: StoredValue<u32>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self { said: RwSignal::new(Vec::new()), count: StoredValue::new(0) }
    }

    /// Says the words, where the frame is still there.
    pub(crate) fn say(self, words: &'static str) {
        let next = self.count.try_update_value(|count| {
            *count += 1;
            *count
        });
        let Some(number) = next else { return };
        // The same words are said once, however often they come.
        let _ = self.said.try_update(|said| {
            said.retain(|(_, other)| *other != words);
            said.push((number, words));
        });
        set_timeout(
            move || {
                let _ = self.said.try_update(|said| said.retain(|(other, _)| *other != number));
            },
            SHOWN,
        );
    }
}

/// Stands once in the frame, and is there before anything is said: else nobody would hear it.
#[component]
pub(crate) fn Toaster(toasts: Toasts) -> impl IntoView {
    view! {
        <div class="toast-place" role="status">
            {move || toasts.said.get().into_iter().map(|(_, words)| view! { <p class="toast"><Icon name="check"/><span>{words}</span></p> }).collect_view()}
        </div>
    }
    .into_any()
}

/// Says the words each time that something was done.
pub(crate) fn confirms(done: Memo<usize>, words: &'static str) {
    let toasts = use_context::<Toasts>();
    Effect::new(move |before: Option<usize>| {
        let now = done.get();
        if let Some(toasts) = toasts
            && before.is_some_and(|before| before != now)
        {
            toasts.say(words);
        }
        now
    });
}
