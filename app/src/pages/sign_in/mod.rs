//! Signing in, and joining with a link.

mod again;
pub(crate) mod api;
mod art;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub(crate) use self::again::SignInAgain;
use self::api::{Join, SignIn, SignInDemo, demo_offered, link_owner};
use self::art::Art;
use crate::ui::{ActionForm, Field, FormAction, FormProblem, Heading, Icon, Mark, PageName, field_error, loaded, param};
use crate::words::words;

/// The people of the demo, and what each can do.
fn demo_people() -> [(&'static str, &'static str); 5] {
    let say = &words().sign_in;
    [
        ("viewer@demo", say.demo_viewer),
        ("builder@demo", say.demo_builder),
        ("approver@demo", say.demo_approver),
        ("owner@demo", say.demo_owner),
        ("admin@demo", say.demo_admin),
    ]
}

#[component]
fn Door(children: Children) -> impl IntoView {
    view! {
        <main class="signin" id="main">
            <section class="signin-form"><div>
                <p class="brand flush"><Mark/><span>"Sluice"</span></p>
                {children()}
            </div></section>
            <Art/>
        </main>
    }
}

#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let say = &words().sign_in;
    let query = use_query_map();
    let next = Memo::new(move |_| query.read().get("next").unwrap_or_else(|| "/".into()));
    let demo = loaded(|| (), |()| demo_offered());
    let sign_in = FormAction::<SignIn>::new();
    view! {
        <PageName name=say.title/>
        <Door>
            <Heading class="mb-2">{say.title}</Heading>
            <Suspense>{move || Suspend::new(async move {
                demo.await.unwrap_or(false).then(|| view! { <DemoPeople next/> })
            })}</Suspense>
            <ActionForm action=sign_in>
                <div class="stack">
                    <FormProblem action=sign_in/>
                    <input type="hidden" name="next" value=next/>
                    <Field id="email" label=say.email>
                        <input class="input" id="email" name="email" type="email" autocomplete="username" required placeholder=say.email_example/>
                    </Field>
                    <Field id="password" label=say.password>
                        <input class="input" id="password" name="password" type="password" autocomplete="current-password" required/>
                    </Field>
                    <button class="btn btn-primary btn-wide" type="submit">{say.title}</button>
                </div>
            </ActionForm>
        </Door>
    }
    .into_any()
}

#[component]
fn DemoPeople(next: Memo<String>) -> impl IntoView {
    let say = &words().sign_in;
    let sign_in = FormAction::<SignInDemo>::new();
    view! {
        <p class="t-2 mb-5">{say.demo_lead}</p>
        <FormProblem action=sign_in/>
        <ActionForm action=sign_in>
            <input type="hidden" name="next" value=next/>
            <ul class="accounts mb-5">
                {demo_people().into_iter().map(|(email, about)| view! {
                    <li><button type="submit" name="email" value=email>
                        <span class="avatar" aria-hidden="true">{email[..1].to_uppercase()}</span>
                        <span><span class="medium">{email}</span><small>{about}</small></span>
                        <Icon name="right"/>
                    </button></li>
                }).collect_view()}
            </ul>
        </ActionForm>
        <p class="rule mb-5">{say.own_account}</p>
    }
}

#[component]
pub(crate) fn JoinPage() -> impl IntoView {
    let say = &words().sign_in;
    let secret = param("secret");
    let owner = loaded(move || secret.get(), link_owner);
    view! {
        <PageName name=say.join/>
        <Door>
            <Suspense>{move || Suspend::new(async move {
                match owner.await {
                    Ok(Some(email)) => view! { <JoinForm secret email/> }.into_any(),
                    _ => view! {
                        <Heading class="mb-2">{say.link_invalid}</Heading>
                        <p class="t-2 mb-5">{say.link_invalid_text}</p>
                        <a class="btn" href="/sign-in">{say.go_to_sign_in}</a>
                    }.into_any(),
                }
            })}</Suspense>
        </Door>
    }
    .into_any()
}

#[component]
fn JoinForm(secret: Memo<String>, email: String) -> impl IntoView {
    let say = &words().sign_in;
    let join = FormAction::<Join>::new();
    let first = email.is_empty();
    view! {
        <Heading class="mb-2">{if first { say.first_admin } else { say.set_password }}</Heading>
        <p class="t-2 mb-5">{if first { say.first_admin_text } else { say.set_password_text }}</p>
        <ActionForm action=join>
            <div class="stack">
                <FormProblem action=join/>
                <input type="hidden" name="secret" value=secret/>
                <Field id="email" label=say.email error=field_error(join, "email")>
                    <input class="input" id="email" name="email" type="email" autocomplete="username" required value=email.clone() readonly=!first/>
                </Field>
                <Field id="password" label=say.password help=say.password_help error=field_error(join, "password")>
                    <input class="input" id="password" name="password" type="password" autocomplete="new-password" required minlength="10"/>
                </Field>
                <button class="btn btn-primary btn-wide" type="submit">{say.create_account}</button>
            </div>
        </ActionForm>
    }
}
