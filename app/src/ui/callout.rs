//! What a page says when something concerns it now, when there is nothing, and when something went wrong.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use model::ErrorCode;

use super::Icon;
use crate::error::PortalError;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Ok,
    Warn,
    Bad,
}

#[component]
pub(crate) fn Callout(tone: Tone, children: Children) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Ok => ("callout callout-ok", "ok"),
        Tone::Warn => ("callout callout-warn", "warn"),
        Tone::Bad => ("callout callout-bad", "error"),
    };
    view! { <div class=class role="status"><Icon name=icon/><div>{children()}</div></div> }
}

/// A problem as a whole: its sentence, the fields at fault, and the request to ask about.
#[component]
pub(crate) fn ProblemCallout(error: PortalError) -> impl IntoView {
    let problem = error.0;
    let (tone, title) = match problem.code {
        ErrorCode::Conflict => (Tone::Warn, None),
        _ => (Tone::Bad, None::<String>),
    };
    let many = problem.errors.len() > 1;
    view! {
        <Callout tone>
            <p><b>{title.unwrap_or(problem.detail)}</b></p>
            {many.then(|| view! {
                <ul class="problem-list">
                    {problem.errors.iter().map(|error| view! { <li><code>{error.field.clone()}</code>" "{error.message.clone()}</li> }).collect_view()}
                </ul>
            })}
            {(problem.status >= 500 && !problem.request_id.is_empty()).then(|| view! { <p class="mono small t-3">"request "{problem.request_id}</p> })}
        </Callout>
    }
}

/// What a form's action answered, where it went wrong.
#[component]
pub(crate) fn FormProblem<S>(action: ServerAction<S>) -> impl IntoView
where
    S: ServerFn<Error = PortalError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    move || action.value().get().and_then(Result::err).map(|error| view! { <ProblemCallout error/> })
}

/// Nothing yet, and what to do about it.
#[component]
pub(crate) fn Empty(title: &'static str, #[prop(into)] text: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="empty">
            <svg width="120" height="56" viewBox="0 0 120 56" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true">
                <path d="M4 44h34" stroke-opacity=".35"></path>
                <path d="M40 8v36M80 8v36"></path>
                <path d="M48 10h24v30H48z" stroke-width="1.5"></path>
                <path d="M82 44h34" stroke-opacity=".35" stroke-dasharray="1 7"></path>
            </svg>
            <p class="empty-title">{title}</p>
            <p>{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
