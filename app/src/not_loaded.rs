//! What stands where the code of a page or of a part of it did not come.

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

use crate::ui::PageName;
use crate::words::words;

/// The code of an area did not come. The browser's console says why.
#[derive(Debug, Clone, Copy)]
pub struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// Stands in place of a page whose code did not come. The link is the browser's own: it loads the page from the server.
pub(crate) fn not_loaded() -> AnyView {
    let say = &words().errors;
    view! {
        <PageName name=say.not_loaded/>
        <div class="card"><div class="empty">
            <h1>{say.not_loaded}</h1>
            <p>{say.not_loaded_help}</p>
            <div class="actions"><a class="btn btn-primary" href="" rel="external">{say.load_again}</a></div>
        </div></div>
    }
    .into_any()
}

/// Says on a page that stays as the server wrote it that its code did not come. Its links and forms are the browser's own.
#[cfg(feature = "hydrate")]
pub fn say_not_loaded() {
    mount_to(leptos::tachys::dom::body(), notice).forget();
}

#[cfg(feature = "hydrate")]
fn notice() -> AnyView {
    use crate::ui::{Callout, Tone};
    let say = &words().errors;
    view! {
        <aside class="toast-place" aria-label=say.page_state><Callout tone=Tone::Warn>
            <p><b>{say.no_code}</b>{say.no_code_help}</p>
            <p class="mt-2"><a class="btn btn-sm" href="" rel="external">{say.load_again}</a></p>
        </Callout></aside>
    }
    .into_any()
}
