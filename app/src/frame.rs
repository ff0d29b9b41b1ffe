//! The frame around every page for people who are signed in: navigation, where one is, who one is, the theme.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use model::redirect::query_value;
use model::view::Me;
use model::{Action, ErrorCode};

use crate::error::PortalError;
use crate::pages::account::api::{ChooseTheme, SignOut};
#[cfg(feature = "ssr")]
use crate::session::form_token as token_of_page;
use crate::ui::{Icon, Mark, grouped};

/// Who is signed in; loaded anew whenever the page changes.
#[derive(Clone, Copy)]
pub(crate) struct MeResource(pub(crate) Resource<Result<Me, PortalError>>);

/// What forms carry that set a role, a right or a secret: see [`crate::ui::FormToken`].
#[derive(Clone, Copy)]
pub(crate) struct FormTokenSignal(pub(crate) RwSignal<String>);

/// The browser takes the token out of the page that was drawn for its session.
#[cfg(not(feature = "ssr"))]
fn token_of_page() -> String {
    String::new()
}

/// The one primary button of the side bar gives way where the page has its own.
const NEW_API: &str = "/apis/new";

#[component]
pub(crate) fn Frame() -> impl IntoView {
    let path = use_location().pathname;
    let me = Resource::new_blocking(move || path.get(), |_| crate::pages::home::api::me());
    provide_context(MeResource(me));
    let form_token = RwSignal::new(SharedValue::new(token_of_page).into_inner());
    provide_context(FormTokenSignal(form_token));
    // Whoever signs in without loading the page anew has another session.
    Effect::new(move |_| {
        if let Some(Ok(me)) = me.get() {
            form_token.set(me.form_token);
        }
    });
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <Suspense>
            {move || Suspend::new(async move {
                match me.await {
                    Err(error) if error.0.code == ErrorCode::Unauthenticated => {
                        let next = path.get_untracked();
                        let to = if next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", query_value(&next)) };
                        view! { <Redirect path=to/> }.into_any()
                    }
                    _ => ().into_any(),
                }
            })}
        </Suspense>
        <div class="shell">
            <Side me path/>
            <header class="top">
                <nav class="crumbs" aria-label="Where you are">
                    <ol>
                        {move || {
                            let crumbs = crumbs(&path.get());
                            let last = crumbs.len().saturating_sub(1);
                            crumbs.into_iter().enumerate().map(|(index, (name, link))| if index == last {
                                view! { <li><span aria-current="page">{name}</span></li> }.into_any()
                            } else {
                                view! { <li><a href=link>{name}</a></li> }.into_any()
                            }).collect_view()
                        }}
                    </ol>
                </nav>
                <ThemeSwitch/>
                <Account me/>
            </header>
            <main class="main" id="main"><div class="wrap"><Outlet/></div></main>
            <TabBar me path/>
        </div>
    }
    .into_any()
}

/// Where the reader is, read out of the address: the same on the server and in the browser.
fn crumbs(path: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let at = |name: &str, link: String| (name.to_owned(), link);
    let area = |key: &str| match key {
        "apis" => "APIs".to_owned(),
        "apps" => "Apps and keys".to_owned(),
        "audit" => "Audit log".to_owned(),
        other => other[..1].to_uppercase() + &other[1..],
    };
    match parts.as_slice() {
        [] => vec![at("Home", "/".into())],
        [one] => vec![(area(one), format!("/{one}"))],
        [first, "new"] => {
            vec![
                (area(first), format!("/{first}")),
                at(
                    match *first {
                        "apis" => "New API",
                        "datasets" => "Make one",
                        _ => "Register",
                    },
                    String::new(),
                ),
            ]
        }
        ["inbox", _] => vec![at("Inbox", "/inbox".into()), at("Request", String::new())],
        [first @ ("apis" | "apps" | "datasets"), domain, name, rest @ ..] => {
            let own = format!("/{first}/{domain}/{name}");
            let mut found = vec![(area(first), format!("/{first}")), (format!("{domain}/{name}"), own)];
            found.extend(rest.first().map(|part| (area(part), String::new())));
            found
        }
        ["sources", name, "tables", table] => {
            vec![at("Sources", "/sources".into()), at(name, format!("/sources/{name}")), at(table, String::new())]
        }
        [first, name, ..] => vec![(area(first), format!("/{first}")), at(name, String::new())],
    }
}

#[component]
fn Side(me: Resource<Result<Me, PortalError>>, path: Memo<String>) -> impl IntoView {
    let is_primary = move || matches!(path.get().as_str(), "/" | "/apis");
    view! {
        <nav class="side" id="side" popover="auto" aria-label="Main">
            <a class="brand" href="/"><Mark/><span>"Sluice"</span></a>
            <Suspense>{move || Suspend::new(async move {
                let builds = me.await.is_ok_and(|me| !me.domains_where(Action::EditApi).is_empty());
                builds.then(|| view! {
                    <a class="btn btn-new btn-wide" class:btn-primary=is_primary href=NEW_API><Icon name="plus"/>"New API"</a>
                })
            })}</Suspense>
            <div class="nav-group">
                <NavLink path to="/" icon="home">"Home"</NavLink>
                <NavLink path to="/inbox" icon="inbox">"Inbox" <ToDecide me/></NavLink>
            </div>
            <div class="nav-group">
                <p class="nav-head">"Build"</p>
                <NavLink path to="/apis" icon="api">"APIs"</NavLink>
                <NavLink path to="/sources" icon="source">"Sources"</NavLink>
                <NavLink path to="/datasets" icon="dataset">"Datasets and jobs"</NavLink>
            </div>
            <div class="nav-group">
                <p class="nav-head">"Govern"</p>
                <NavLink path to="/apps" icon="key">"Apps and keys"</NavLink>
                <NavLink path to="/domains" icon="graph">"Domains"</NavLink>
                <Suspense>{move || Suspend::new(async move {
                    let me = me.await.ok();
                    let is_admin = me.as_ref().is_some_and(|me| me.is_admin);
                    let audits = me.is_some_and(|me| me.is_admin || !me.domains_where(Action::SeeAudit).is_empty());
                    view! {
                        {is_admin.then(|| view! { <NavLink path to="/people" icon="user">"People"</NavLink> })}
                        {audits.then(|| view! { <NavLink path to="/audit" icon="audit">"Audit log"</NavLink> })}
                    }
                })}</Suspense>
            </div>
            <Suspense>{move || Suspend::new(async move { me.await.ok().map(|me| view! { <Revision me/> }) })}</Suspense>
        </nav>
    }
    .into_any()
}

#[component]
fn NavLink(path: Memo<String>, to: &'static str, icon: &'static str, children: Children) -> impl IntoView {
    view! {
        <a class="nav-link" href=to aria-current=move || is_here(&path.get(), to).then_some("page")><Icon name=icon/>{children()}</a>
    }
}

fn is_here(path: &str, to: &str) -> bool {
    if to == "/" { path == "/" } else { path == to || path.starts_with(&format!("{to}/")) }
}

#[component]
fn ToDecide(me: Resource<Result<Me, PortalError>>) -> impl IntoView {
    view! {
        <Suspense>{move || Suspend::new(async move {
            me.await.ok().filter(|me| me.to_decide > 0).map(|me| view! {
                <span class="count count-accent">{me.to_decide}<span class="sr">" waiting"</span></span>
            })
        })}</Suspense>
    }
}

/// What the gateways serve: the same revision everywhere, or how many are behind.
#[component]
fn Revision(me: Me) -> impl IntoView {
    let all = me.nodes.len();
    let current = me.nodes.iter().filter(|node| node.revision >= me.revision).count();
    let broken = me.nodes.iter().any(|node| !node.broken.is_empty());
    let dot = if broken || all == 0 {
        "dot dot-bad"
    } else if current < all {
        "dot dot-warn"
    } else {
        "dot dot-ok"
    };
    view! {
        <p class="side-foot"><span class="row row-top nowrap"><span class=dot></span>
            <span><b>"Revision "{grouped(me.revision)}</b>{format!("served by {current} of {all} nodes")}</span></span></p>
    }
}

#[component]
fn ThemeSwitch() -> impl IntoView {
    let choose = ServerAction::<ChooseTheme>::new();
    let dark = RwSignal::new(false);
    // The button asks for the other one of what is shown; only a browser knows what that is.
    Effect::new(move |_| dark.set(shown_dark()));
    let flip = move |_| {
        dark.set(!shown_dark());
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", if dark.get_untracked() { "dark" } else { "light" });
        }
    };
    view! {
        <ActionForm action=choose>
            <input type="hidden" name="theme" value=move || if dark.get() { "light" } else { "dark" }/>
            <button class="btn btn-quiet btn-icon btn-sm" type="submit" aria-label="Switch between light and dark" on:click=flip><Icon name="theme"/></button>
        </ActionForm>
    }
}

fn shown_dark() -> bool {
    let chosen = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    match chosen.as_deref() {
        Some(theme) => theme == "dark",
        None => window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches()),
    }
}

#[component]
fn Account(me: Resource<Result<Me, PortalError>>) -> impl IntoView {
    view! {
        <Suspense>{move || Suspend::new(async move {
            me.await.ok().map(|me| {
                let initial = me.email.chars().next().unwrap_or('?').to_uppercase().to_string();
                view! {
                    <a class="account" href="/account" aria-label=format!("Account: {}", me.email)>
                        <span class="avatar" aria-hidden="true">{initial}</span><span>{me.email.clone()}</span>
                    </a>
                }
            })
        })}</Suspense>
        // A plain form: the browser loads the next page whole, and nothing of this person stays in it.
        <form method="post" action=SignOut::url()>
            <button class="btn btn-quiet btn-icon btn-sm" type="submit" aria-label="Sign out" title="Sign out">
                <Icon name="out"/>
            </button>
        </form>
    }
}

#[component]
fn TabBar(me: Resource<Result<Me, PortalError>>, path: Memo<String>) -> impl IntoView {
    let tab = move |to: &'static str, icon: &'static str, name: &'static str| {
        view! { <a href=to aria-current=move || is_here(&path.get(), to).then_some("page")><Icon name=icon class="i-20"/>{name}</a> }
    };
    view! {
        <nav class="tabbar" aria-label="Main, short">
            {tab("/", "home", "Home")}
            {tab("/apis", "api", "APIs")}
            {tab("/sources", "source", "Sources")}
            <a href="/inbox" aria-current=move || is_here(&path.get(), "/inbox").then_some("page")><Icon name="inbox" class="i-20"/>"Inbox"<ToDecide me/></a>
            <button type="button" popovertarget="side"><Icon name="menu" class="i-20"/>"More"</button>
        </nav>
    }
}
