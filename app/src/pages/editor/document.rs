//! The document around the form: it may be hidden, or go away, before the pause after the last keystroke is over.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::SaveDraft;
use super::state::Editor;

/// Saves at once where the document is hidden or about to go, and with the browser's own last word where it goes. The next document of the
/// tab may have been drawn before that, so it is told what was sent.
pub(super) fn hear_the_document(editor: Editor) {
    Effect::new(move |_| {
        let (domain, name) = editor.place();
        let key = format!("draft:{domain}/{name}");
        if let Some(sent) = take(&key) {
            editor.meet(sent);
        }
        let hidden = window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() {
                editor.flush();
            }
        });
        let of_going = key.clone();
        let going = window_event_listener_untyped("beforeunload", move |_| {
            keep(&of_going, &editor.last_saves());
            editor.flush();
        });
        let gone = window_event_listener_untyped("pagehide", move |_| {
            let saves = editor.last_saves();
            keep(&key, &saves);
            saves.iter().for_each(send_last);
        });
        // A browser may keep the document, and show it again as it was.
        let back = window_event_listener_untyped("pageshow", move |_| {
            if let Some(sent) = editor.last_saves().into_iter().next() {
                editor.meet(sent);
            }
        });
        on_cleanup(move || {
            hidden.remove();
            going.remove();
            gone.remove();
            back.remove();
        });
    });
}

/// Tells the next document of the tab.
fn keep(key: &str, saves: &[SaveDraft]) {
    let text = saves.first().and_then(|save| serde_json::to_string(save).ok());
    if let (Some(text), Ok(Some(storage))) = (text, window().session_storage()) {
        let _ = storage.set_item(key, &text);
    }
}

/// What the document before this one has sent.
fn take(key: &str) -> Option<SaveDraft> {
    let storage = window().session_storage().ok().flatten()?;
    let text = storage.get_item(key).ok().flatten()?;
    let _ = storage.remove_item(key);
    serde_json::from_str(&text).ok()
}

/// Sends a save that nobody waits for: the browser brings it to the server when the document is gone.
#[cfg(feature = "hydrate")]
fn send_last(save: &SaveDraft) {
    use leptos::web_sys::{Blob, BlobPropertyBag};
    let about = BlobPropertyBag::new();
    about.set_type("application/json");
    let Ok(text) = serde_json::to_string(save) else { return };
    let parts = wasm_bindgen::JsValue::from(js_sys::Array::of1(&wasm_bindgen::JsValue::from_str(&text)));
    if let Ok(body) = Blob::new_with_str_sequence_and_options(&parts, &about) {
        let _ = window().navigator().send_beacon_with_opt_blob(SaveDraft::url(), Some(&body));
    }
}

/// Effects run in browsers alone.
#[cfg(not(feature = "hydrate"))]
fn send_last(save: &SaveDraft) {
    let _ = (save, SaveDraft::url());
}
