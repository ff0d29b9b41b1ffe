//! Something that is on its way: its shape first, then itself, or what went wrong in its place.

use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::loaded::{Answer, Answers};
use super::{Loaded, ProblemCallout, ProblemPage};
use crate::error::PortalError;
use crate::words::words;

/// Draws an answer of a type that only this knows.
type Draw = Arc<dyn Fn(&Answer) -> Result<AnyView, PortalError> + Send + Sync>;

/// Shows what was loaded. While it is loaded anew, the old stays.
#[component]
pub(crate) fn Load<T, F, V>(
    resource: Loaded<T>,
    view: F,
    /// It is what the page is about: without it, there is no page.
    #[prop(optional)]
    page: bool,
    /// What goes wrong with it is told elsewhere.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView
where
    T: Clone + Send + Sync + DeserializeOwned + 'static,
    F: Fn(T) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    load(resource.answers(), Arc::new(move |answer| answer.read().map(|value| view(value).into_any())), page, quiet)
}

fn load(answers: Answers, draw: Draw, page: bool, quiet: bool) -> AnyView {
    view! {
        <Transition fallback=|| view! {
            <div class="card card-pad stack" aria-busy="true" aria-label=words().ui.loading>
                <span class="bone bone-35"></span><span class="bone bone-90"></span><span class="bone bone-70"></span>
            </div>
        }>
            {move || {
                let draw = draw.clone();
                Suspend::new(async move {
                    match draw(&answers.await) {
                        Ok(view) => view,
                        Err(_) if quiet => ().into_any(),
                        Err(error) if page => view! { <ProblemPage error/> }.into_any(),
                        Err(error) => view! { <ProblemCallout error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}
