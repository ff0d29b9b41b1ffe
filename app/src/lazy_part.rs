//! Parts of a page whose code comes when they are shown first. Each is one split point, as the areas of `lazy.rs` are. The server
//! writes a mark beside each part that it has rendered; the browser loads the code of those that are marked before it takes a page
//! over, since the first render must give what the server rendered.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::not_loaded::{NotLoaded, not_loaded};
use crate::ui::Bones;

type Coming<T> = Pin<Box<dyn Future<Output = Result<T, NotLoaded>>>>;

/// Shows a part: what loads its code, and what makes its view once it is there.
pub(crate) fn lazy_part(
    name: &'static str,
    load: impl Future<Output = Result<(), NotLoaded>> + 'static,
    make: impl Fn() -> Coming<AnyView> + Send + 'static,
) -> AnyView {
    let mut load: Coming<()> = Box::pin(load);
    let view = match at_once(&mut load) {
        Some(loaded) => made(loaded, &make),
        None => later(load, make),
    };
    view! { <span hidden=true data-part=name></span>{view} }.into_any()
}

/// The view of a part whose code is there, or did not come.
fn made(loaded: Result<(), NotLoaded>, make: &impl Fn() -> Coming<AnyView>) -> AnyView {
    loaded.ok().and_then(|()| at_once(&mut make())).and_then(Result::ok).unwrap_or_else(not_loaded)
}

fn later(load: Coming<()>, make: impl Fn() -> Coming<AnyView> + Send + 'static) -> AnyView {
    let come = RwSignal::new(None);
    spawn_local(async move {
        let loaded = load.await;
        // The page may be left by then.
        let _ = come.try_set(Some(loaded));
    });
    (move || match come.get() {
        Some(loaded) => made(loaded, &make),
        None => view! { <Bones/> }.into_any(),
    })
    .into_any()
}

/// What a future gives without waiting.
fn at_once<T>(future: &mut Coming<T>) -> Option<Result<T, NotLoaded>> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(given) => Some(given),
        Poll::Pending => None,
    }
}

/// The names of the parts that the server has rendered into this page.
#[cfg(feature = "hydrate")]
#[must_use]
pub fn marked_parts() -> Vec<String> {
    use leptos::wasm_bindgen::JsCast;
    let Ok(marks) = document().query_selector_all("[data-part]") else { return Vec::new() };
    let elements = (0..marks.length()).filter_map(|index| marks.item(index)?.dyn_into::<web_sys::Element>().ok());
    elements.filter_map(|mark| mark.get_attribute("data-part")).collect()
}
