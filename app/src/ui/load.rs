//! Something that is on its way: its shape first, then itself, or what went wrong in its place.

use leptos::prelude::*;
use model::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{PageHead, PageName, ProblemCallout};
use crate::error::PortalError;

/// Shows what a resource brings. While it is loaded anew, the old stays.
#[component]
pub(crate) fn Load<T, F, V>(
    resource: Resource<Result<T, PortalError>>,
    view: F,
    /// What is shown has the page's heading: what goes wrong then has one too.
    #[prop(optional)]
    heads_page: bool,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=|| view! {
            <div class="card card-pad stack" role="status" aria-busy="true" aria-label="Loading">
                <span class="bone bone-35"></span><span class="bone bone-90"></span><span class="bone bone-70"></span>
            </div>
        }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => view(value).into_any(),
                        Err(error) if heads_page => view! { <ProblemPage error/> }.into_any(),
                        Err(error) => view! { <ProblemCallout error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

/// What stands in place of a page that cannot be shown.
#[component]
fn ProblemPage(error: PortalError) -> impl IntoView {
    let title = match error.0.code {
        ErrorCode::NotFound => "Not found",
        ErrorCode::Forbidden => "You may not see this page",
        ErrorCode::Unauthenticated => "Sign in first",
        _ => "This page cannot be shown now",
    };
    view! {
        <PageName name=title/>
        <PageHead title/>
        <ProblemCallout error/>
    }
}
