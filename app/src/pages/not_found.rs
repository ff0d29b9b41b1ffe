//! An address at which there is nothing.

use leptos::prelude::*;
use model::{ErrorCode, Problem};

use crate::error::PortalError;
use crate::frame::Framed;
use crate::ui::ProblemPage;
use crate::words::words;

/// Whether somebody may be signed in: then the page has the frame.
#[cfg(feature = "ssr")]
fn has_session() -> bool {
    !crate::session::form_token().is_empty()
}

/// Who comes here without loading a page comes from inside.
#[cfg(not(feature = "ssr"))]
fn has_session() -> bool {
    true
}

#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    let problem = Problem::new(ErrorCode::NotFound, words().errors.not_found);
    let error = PortalError::of_page(problem);
    if SharedValue::new(has_session).into_inner() {
        view! { <Framed><ProblemPage error/></Framed> }.into_any()
    } else {
        view! { <main class="main" id="main"><div class="wrap"><ProblemPage error/></div></main> }.into_any()
    }
}
