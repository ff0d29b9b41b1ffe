//! Something that is on its way: its shape first, then itself, or what went wrong in its place.

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ProblemCallout, ProblemPage};
use crate::error::PortalError;
use crate::words::words;

/// Shows what a resource brings. While it is loaded anew, the old stays.
#[component]
pub(crate) fn Load<T, F, V>(
    resource: Resource<Result<T, PortalError>>,
    view: F,
    /// It is what the page is about: without it, there is no page.
    #[prop(optional)]
    page: bool,
    /// What goes wrong with it is told elsewhere.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=|| view! {
            <div class="card card-pad stack" aria-busy="true" aria-label=words().ui.loading>
                <span class="bone bone-35"></span><span class="bone bone-90"></span><span class="bone bone-70"></span>
            </div>
        }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => view(value).into_any(),
                        Err(_) if quiet => ().into_any(),
                        Err(error) if page => view! { <ProblemPage error/> }.into_any(),
                        Err(error) => view! { <ProblemCallout error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}
