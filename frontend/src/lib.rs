//! The browser's entry: hydrate, nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's own script once the wasm is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
