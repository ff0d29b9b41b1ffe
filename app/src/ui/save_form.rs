//! A form that saves: what went wrong above its fields, one button below them. What was typed and is not saved is marked, and the page asks
//! before it is left; what was saved is confirmed.

use leptos::prelude::*;

use super::field::done;
use super::form_action::{ActionForm, FormAction};
use super::toast::confirms;
use super::unsaved::Unsaved;
use super::{FormProblem, FormToken};
use crate::words::words;

#[component]
pub(crate) fn SaveForm<S: 'static>(
    action: FormAction<S>,
    /// What the button says, verb first.
    save: &'static str,
    /// What is said once it is saved.
    #[prop(default = words().ui_forms.saved)]
    saved: &'static str,
    #[prop(default = "btn btn-primary")] class: &'static str,
    children: Children,
) -> impl IntoView {
    let count = done(action);
    confirms(count, saved);
    view! {
        <Unsaved saved=count>
            <ActionForm action=action><FormToken/>
                <div class="stack">
                    <FormProblem action=action/>
                    {children()}
                    <div class="row"><button class=class type="submit">{save}</button></div>
                </div>
            </ActionForm>
        </Unsaved>
    }
    .into_any()
}
