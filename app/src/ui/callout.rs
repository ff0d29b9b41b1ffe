//! What a page says when something concerns it now, when there is nothing, and when something went wrong.

use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use model::{ErrorCode, FieldError};

use super::Icon;
use super::confirm_dialog::open_dialog;
use super::form_action::FormAction;
use crate::error::PortalError;
use crate::signed_in::MeResource;
use crate::words::words;

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
    summary(error, |_| String::new())
}

/// The id of the control that a form has for a field of a problem; empty where it has none.
pub(crate) type FieldIds = fn(&str) -> String;

/// Most forms call their controls as the server calls their fields.
fn same_id(field: &str) -> String {
    field.replace('.', "-")
}

/// A problem, with a link to each field at fault that stands in the form.
fn summary(error: PortalError, at: FieldIds) -> impl IntoView {
    let say = &words().ui;
    let ended = has_ended(&error);
    let problem = error.0;
    let tone = if problem.code == ErrorCode::Conflict { Tone::Warn } else { Tone::Bad };
    let faults: Vec<(String, FieldError)> = problem.errors.into_iter().map(|fault| (at(&fault.field), fault)).collect();
    let only = match faults.as_slice() {
        [(id, _)] => id.clone(),
        _ => String::new(),
    };
    view! {
        <Callout tone>
            <p><b>{linked(only, problem.detail)}</b></p>
            {(faults.len() > 1).then(|| view! {
                <ul class="problem-list">
                    {faults.into_iter().map(|(id, fault)| view! { <li>{linked(id, fault.field)}": "{fault.message}</li> }).collect_view()}
                </ul>
            })}
            {ended.then(|| view! { <button class="btn btn-sm mt-2" type="button" popovertarget=SIGN_IN_AGAIN aria-haspopup="dialog">{say.sign_in_again}</button> })}
            {(problem.status >= 500 && !problem.request_id.is_empty()).then(|| view! { <p class="mono small t-3">{say.request_id}{problem.request_id}</p> })}
        </Callout>
    }
}

/// The dialog of the frame in which somebody signs in again.
pub(crate) const SIGN_IN_AGAIN: &str = "sign-in-again";

/// Whether somebody was signed in whose session has ended. Outside of the frame nobody was.
fn has_ended(error: &PortalError) -> bool {
    error.0.code == ErrorCode::Unauthenticated && use_context::<MeResource>().is_some()
}

/// The browser itself goes to a link of its own page, and puts the focus there.
fn linked(id: String, text: String) -> AnyView {
    if id.is_empty() { text.into_any() } else { view! { <a href=format!("#{id}") rel="external">{text}</a> }.into_any() }
}

/// What a form's action answered, where it went wrong.
#[component]
pub(crate) fn FormProblem<S: 'static>(action: FormAction<S>, #[prop(optional)] at: Option<FieldIds>) -> impl IntoView {
    let post = action.post();
    told(Signal::derive(move || post.problem()), at)
}

/// What a form was refused for, told as one: the focus goes to the first field at fault.
pub(super) fn told(error: Signal<Option<PortalError>>, at: Option<FieldIds>) -> impl IntoView {
    let at = at.unwrap_or(same_id);
    Effect::new(move |_| {
        if error.with(|error| error.as_ref().is_some_and(|error| !error.0.errors.is_empty())) {
            // The fields are marked by the time that this runs.
            set_timeout(focus_first_fault, Duration::ZERO);
        }
        if error.with(|error| error.as_ref().is_some_and(has_ended)) {
            open_dialog(SIGN_IN_AGAIN);
        }
    });
    move || error.get().map(|error| summary(error, at))
}

fn focus_first_fault() {
    let first = document().query_selector("main [aria-invalid=true]").ok().flatten();
    if let Some(control) = first.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        let _ = control.focus();
    }
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
