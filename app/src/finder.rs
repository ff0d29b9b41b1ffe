//! The button on every page that opens the command palette, whose code comes when it is first opened. Without a script, the button leads to
//! the search of the catalogue.

#![allow(unsafe_code)] // a split point is an imported and an exported function, which its macro writes

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_split::wasm_split;
use leptos::web_sys::{KeyboardEvent, MouseEvent};
use model::view::Me;

use crate::navigation::CATALOGUE;
use crate::not_loaded::NotLoaded;
use crate::palette::Palette;
use crate::ui::{Icon, Loaded};
use crate::words::words;

#[wasm_split(palette, wasm_split_path = ::leptos::wasm_split, fallible)]
fn palette(me: Loaded<Me>, shown: RwSignal<bool>) -> Result<AnyView, NotLoaded> {
    Ok(view! { <Palette me shown/> }.into_any())
}

#[component]
pub(crate) fn Finder(me: Loaded<Me>) -> impl IntoView {
    let say = &words().catalogue_search;
    let shown = RwSignal::new(false);
    Effect::new(move |_| {
        let heard = window_event_listener_untyped("keydown", move |event| {
            let key: &KeyboardEvent = event.unchecked_ref();
            if (key.ctrl_key() || key.meta_key()) && key.key() == "k" {
                event.prevent_default();
                shown.set(true);
            }
        });
        on_cleanup(move || heard.remove());
    });
    let open = move |event: MouseEvent| {
        event.prevent_default();
        shown.set(true);
    };
    view! {
        <form method="get" action=CATALOGUE>
            <button class="finder" type="submit" aria-label=say.find aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K"
                on:click=open>
                <Icon name="search"/><span>{say.find}</span><kbd>{say.keys}</kbd>
            </button>
        </form>
        {move || shown.get().then(|| view! {
            <Suspense>{Suspend::new(async move { palette(me, shown).await.unwrap_or_else(|NotLoaded| not_loaded()) })}</Suspense>
        })}
    }
    .into_any()
}

/// The search page of the catalogue stands in for a palette whose code did not come.
fn not_loaded() -> AnyView {
    let _ = location().set_href(CATALOGUE);
    ().into_any()
}
