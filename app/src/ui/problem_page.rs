//! A page that cannot be shown: one heading, what is so, and the way on.

use leptos::prelude::*;
use model::{ErrorCode, Problem};

use super::{Heading, PageName, ProblemCallout};
use crate::error::PortalError;
use crate::words::words;

/// Stands in place of a whole page, inside the frame.
#[component]
pub(crate) fn ProblemPage(error: PortalError) -> impl IntoView {
    let say = &words().ui;
    let title = match error.0.code {
        ErrorCode::NotFound => say.not_found,
        ErrorCode::Forbidden => say.access_denied,
        _ => say.page_error,
    };
    let told = matches!(error.0.code, ErrorCode::NotFound | ErrorCode::Forbidden);
    view! {
        <PageName name=title/>
        <div class="card"><div class="empty">
            <Heading>{title}</Heading>
            {if told { view! { <p>{error.0.detail}</p> }.into_any() } else { view! { <ProblemCallout error/> }.into_any() }}
            <div class="actions"><a class="btn btn-primary" href="/">{say.go_home}</a></div>
        </div></div>
    }
}

/// What a page says that a role may not use.
pub(crate) fn no_access(detail: &'static str) -> AnyView {
    view! { <ProblemPage error=PortalError::of_page(Problem::new(ErrorCode::Forbidden, detail))/> }.into_any()
}
