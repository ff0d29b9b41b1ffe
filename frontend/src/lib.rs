//! The browser's entry: load what the page is made of, hydrate, and say so.

use app::{App, LazyArea};
use leptos::prelude::{document, location};
use leptos::tachys::dom::body;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Called by the page's own script once the wasm is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        // The first render must give what the server rendered, so the page's area comes first. Where it does not come,
        // nothing is taken over: the routes would keep links from the browser and have no page to show for them.
        let area = LazyArea::of(&location().pathname().unwrap_or_default());
        if let Some(area) = area
            && area.load().await.is_err()
        {
            app::say_not_loaded();
            return;
        }
        leptos::mount::hydrate_from_async(body(), App).await.forget();
        // Before this, nobody hears a click: whoever drives a browser waits for it.
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}
