//! Signing in again in place: the session has ended, and what was typed stays where it is.

use leptos::prelude::*;
use model::view::Me;

use super::api::{SignIn, SignInDemo};
use crate::pages::home::api::me as who_is_here;
use crate::signed_in::FormTokenSignal;
use crate::ui::{ActionForm, Field, FormAction, Loaded, SIGN_IN_AGAIN, close_dialog, done};
use crate::words::words;

/// Stands once in the frame, and opens where a form is told that nobody is signed in.
#[component]
pub(crate) fn SignInAgain(me: Loaded<Me>, demo: Loaded<bool>) -> impl IntoView {
    let say = &words().sign_in;
    let (sign_in, of_demo) = (FormAction::<SignIn>::new(), FormAction::<SignInDemo>::new());
    let (entered, entered_demo) = (done(sign_in), done(of_demo));
    // Whoever was signed in is asked for, and nobody else: what was typed is theirs.
    let email = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok(me)) = me.get() {
            email.set(me.email);
        }
    });
    let FormTokenSignal(form_token) = expect_context();
    // Forms take the token of the new session. Nothing else is loaded anew, so that no form is drawn anew and emptied.
    Effect::new(move |_| {
        if entered.get() + entered_demo.get() > 0 {
            leptos::task::spawn_local(async move {
                if let Ok(me) = who_is_here().await {
                    let _ = form_token.try_set(me.form_token);
                    close_dialog(SIGN_IN_AGAIN);
                }
            });
        }
    });
    let wrong = move || sign_in.problem().or_else(|| of_demo.problem());
    view! {
        <dialog class="dialog confirm" id=SIGN_IN_AGAIN popover="auto" aria-labelledby="again-title">
            <h2 id="again-title">{say.session_ended}</h2>
            <p>{say.session_ended_text}</p>
            <Suspense>{move || Suspend::new(async move {
                if demo.await.unwrap_or(false) { demo_form(of_demo, email).into_any() } else { form(sign_in, email).into_any() }
            })}</Suspense>
            {move || wrong().map(|error| view! { <p class="field-error" role="alert">{error.0.detail}</p> })}
        </dialog>
    }
    .into_any()
}

fn demo_form(sign_in: FormAction<SignInDemo>, email: RwSignal<String>) -> impl IntoView {
    view! {
        <ActionForm action=sign_in>
            <input type="hidden" name="email" value=move || email.get()/>
            {stay()}
            <div class="actions"><button class="btn btn-primary" type="submit">{move || (words().sign_in.sign_in_as)(&email.get())}</button></div>
        </ActionForm>
    }
}

fn form(sign_in: FormAction<SignIn>, email: RwSignal<String>) -> impl IntoView {
    let say = &words().sign_in;
    view! {
        <ActionForm action=sign_in>
            <div class="stack mt-4">
                <Field id="again-email" label=say.email><input class="input" id="again-email" name="email" type="email" autocomplete="username" readonly value=move || email.get()/></Field>
                <Field id="again-password" label=say.password><input class="input" id="again-password" name="password" type="password" autocomplete="current-password" required/></Field>
                {stay()}
                <div class="actions"><button class="btn btn-primary" type="submit">{say.title}</button></div>
            </div>
        </ActionForm>
    }
}

fn stay() -> impl IntoView {
    view! { <input type="hidden" name="next" value="/"/><input type="hidden" name="stay" value="true"/> }
}
