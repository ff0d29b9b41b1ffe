//! Signing in, and joining with a link.

mod again;
pub(crate) mod api;
mod art;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub(crate) use self::again::SignInAgain;
use self::api::{Join, SignIn, SignInDemo, demo_offered, link_owner};
use self::art::Art;
use crate::ui::{Field, FormProblem, Heading, Icon, Mark, PageName, field_error, param};

const DEMO: [(&str, &str); 5] = [
    ("viewer@demo", "Looks around, tries what is live"),
    ("builder@demo", "Makes APIs out of tables"),
    ("approver@demo", "Decides on requests"),
    ("owner@demo", "Rolls back, opens APIs to apps"),
    ("admin@demo", "May do everything"),
];

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
    let query = use_query_map();
    let next = Memo::new(move |_| query.read().get("next").unwrap_or_else(|| "/".into()));
    let demo = Resource::new(|| (), |()| demo_offered());
    let sign_in = ServerAction::<SignIn>::new();
    view! {
        <PageName name="Sign in"/>
        <Door>
            <Heading class="mb-2">"Sign in"</Heading>
            <Suspense>{move || Suspend::new(async move {
                demo.await.unwrap_or(false).then(|| view! { <DemoPeople next/> })
            })}</Suspense>
            <ActionForm action=sign_in>
                <div class="stack">
                    <FormProblem action=sign_in/>
                    <input type="hidden" name="next" value=next/>
                    <Field id="email" label="Email">
                        <input class="input" id="email" name="email" type="email" autocomplete="username" required placeholder="you@your-company.example"/>
                    </Field>
                    <Field id="password" label="Password">
                        <input class="input" id="password" name="password" type="password" autocomplete="current-password" required/>
                    </Field>
                    <button class="btn btn-primary btn-wide" type="submit">"Sign in"</button>
                </div>
            </ActionForm>
        </Door>
    }
    .into_any()
}

#[component]
fn DemoPeople(next: Memo<String>) -> impl IntoView {
    let sign_in = ServerAction::<SignInDemo>::new();
    view! {
        <p class="t-2 mb-5">"This is a demo on this machine alone. Pick somebody to be."</p>
        <FormProblem action=sign_in/>
        <ActionForm action=sign_in>
            <input type="hidden" name="next" value=next/>
            <ul class="accounts mb-5">
                {DEMO.into_iter().map(|(email, about)| view! {
                    <li><button type="submit" name="email" value=email>
                        <span class="avatar" aria-hidden="true">{email[..1].to_uppercase()}</span>
                        <span><span class="medium">{email}</span><small>{about}</small></span>
                        <Icon name="right"/>
                    </button></li>
                }).collect_view()}
            </ul>
        </ActionForm>
        <p class="rule mb-5">"or with your own account"</p>
    }
}

#[component]
pub(crate) fn JoinPage() -> impl IntoView {
    let secret = param("secret");
    let owner = Resource::new(move || secret.get(), link_owner);
    view! {
        <PageName name="Join"/>
        <Door>
            <Suspense>{move || Suspend::new(async move {
                match owner.await {
                    Ok(Some(email)) => view! { <JoinForm secret email/> }.into_any(),
                    _ => view! {
                        <Heading class="mb-2">"This link does not open anything"</Heading>
                        <p class="t-2 mb-5">"It has been used, or is older than three days. Ask an admin for a new one."</p>
                        <a class="btn" href="/sign-in">"Go to sign in"</a>
                    }.into_any(),
                }
            })}</Suspense>
        </Door>
    }
    .into_any()
}

#[component]
fn JoinForm(secret: Memo<String>, email: String) -> impl IntoView {
    let join = ServerAction::<Join>::new();
    let first = email.is_empty();
    view! {
        <Heading class="mb-2">{if first { "Become the first admin" } else { "Choose a password" }}</Heading>
        <p class="t-2 mb-5">{if first { "Nobody is here yet. You will be able to add people and domains." } else { "With it you sign in from now on." }}</p>
        <ActionForm action=join>
            <div class="stack">
                <FormProblem action=join/>
                <input type="hidden" name="secret" value=secret/>
                <Field id="email" label="Email" error=field_error(join, "email")>
                    <input class="input" id="email" name="email" type="email" autocomplete="username" required value=email.clone() readonly=!first/>
                </Field>
                <Field id="password" label="Password" help="At least 10 characters; a sentence is easy to keep in mind." error=field_error(join, "password")>
                    <input class="input" id="password" name="password" type="password" autocomplete="new-password" required minlength="10"/>
                </Field>
                <button class="btn btn-primary btn-wide" type="submit">"Join"</button>
            </div>
        </ActionForm>
    }
}
