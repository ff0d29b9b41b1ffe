//! The frame around every page for people who are signed in: navigation, where one is, who one is, the theme.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use model::redirect::query_value;
use model::view::Me;
use model::{Action, ErrorCode};

use crate::navigation::{ALERTS, AREAS, Area, Group, INBOX, SeenBy, crumbs};
use crate::pages::account::api::{ChooseTheme, SignOut};
use crate::pages::sign_in::SignInAgain;
use crate::pages::sign_in::api::demo_offered;
#[cfg(feature = "ssr")]
use crate::session::{form_token as token_of_page, theme as theme_of_page};
use crate::signed_in::{FormTokenSignal, MeResource};
use crate::ui::{ActionForm, FormAction, Icon, LeaveDialog, LeaveGuard, Loaded, Mark, Toaster, Toasts, grouped, loaded, loaded_first};
use crate::words::words;

/// The browser takes the token out of the page that was drawn for its session.
#[cfg(not(feature = "ssr"))]
fn token_of_page() -> String {
    String::new()
}

/// The same of the theme that was chosen before.
#[cfg(not(feature = "ssr"))]
fn theme_of_page() -> Option<String> {
    None
}

/// The one primary button of the side bar gives way where the page has its own.
const NEW_API: &str = "/apis/new";

#[component]
pub(crate) fn Frame() -> impl IntoView {
    view! { <Framed><Outlet/></Framed> }.into_any()
}

/// The frame around what is given.
#[component]
pub(crate) fn Framed(children: Children) -> impl IntoView {
    let say = &words().frame;
    let path = use_location().pathname;
    let me = loaded_first(move || path.get(), |_| crate::pages::home::api::me());
    // Made before the page: resources are matched between server and browser by the order in which they are made.
    let demo = loaded(|| (), |()| demo_offered());
    provide_context(MeResource(me));
    let form_token = RwSignal::new(SharedValue::new(token_of_page).into_inner());
    provide_context(FormTokenSignal(form_token));
    let toasts = Toasts::new();
    provide_context(toasts);
    let leave = LeaveGuard::new();
    // Whoever signs in without loading the page anew has another session.
    Effect::new(move |_| {
        if let Some(Ok(me)) = me.get() {
            form_token.set(me.form_token);
        }
    });
    view! {
        <a class="skip" href="#main">{say.skip}</a>
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
        <div class="shell" on:click=move |event| leave.hears(&event)>
            <Side me path/>
            <header class="top">
                <nav class="crumbs" aria-label=say.breadcrumb>
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
            <main class="main" id="main"><div class="wrap">{children()}</div></main>
            <TabBar me path/>
        </div>
        <SignInAgain me demo/>
        <LeaveDialog guard=leave/>
        <Toaster toasts/>
    }
    .into_any()
}

#[component]
fn Side(me: Loaded<Me>, path: Memo<String>) -> impl IntoView {
    let say = &words().frame;
    let is_primary = move || matches!(path.get().as_str(), "/" | "/apis");
    view! {
        <nav class="side" id="side" popover="auto" aria-label=say.main_menu>
            <a class="brand" href="/"><Mark/><span>"Sluice"</span></a>
            <Suspense>{move || Suspend::new(async move {
                let builds = me.await.is_ok_and(|me| !me.domains_where(Action::EditApi).is_empty());
                builds.then(|| view! {
                    <a class="btn btn-new btn-wide" class:btn-primary=is_primary href=NEW_API><Icon name="plus"/>{say.new_api}</a>
                })
            })}</Suspense>
            {Group::SHOWN.map(|group| view! { <Areas group me path/> }).into_iter().collect_view()}
            <Suspense>{move || Suspend::new(async move { me.await.ok().map(|me| view! { <Revision me/> }) })}</Suspense>
        </nav>
    }
    .into_any()
}

/// A group of links. Those that not everybody has come last, once it is known who reads.
#[component]
fn Areas(group: Group, me: Loaded<Me>, path: Memo<String>) -> impl IntoView {
    let link = move |area: &'static Area| view! { <AreaLink area me path class="nav-link"/> };
    let (open, limited): (Vec<_>, Vec<_>) = group.areas().partition(|area| area.seen_by == SeenBy::Everybody);
    view! {
        <div class="nav-group">
            {group.name().map(|name| view! { <p class="nav-head">{name}</p> })}
            {open.into_iter().map(link).collect_view()}
            {(!limited.is_empty()).then(|| view! {
                <Suspense>{move || {
                    let limited = limited.clone();
                    Suspend::new(async move {
                        let me = me.await.ok();
                        let seen = limited.into_iter().filter(|area| me.as_ref().is_some_and(|me| area.seen_by.lets(me)));
                        seen.map(link).collect_view()
                    })
                }}</Suspense>
            })}
        </div>
    }
    .into_any()
}

#[component]
fn AreaLink(
    area: &'static Area,
    me: Loaded<Me>,
    path: Memo<String>,
    #[prop(optional)] class: &'static str,
    /// The class of its icon.
    #[prop(optional)]
    icon: &'static str,
) -> impl IntoView {
    view! {
        <a class=class href=area.to aria-current=move || area.holds(&path.get()).then_some("page")>
            <Icon name=area.icon class=icon/>{area.name()}{waits_of(area).map(|waits| view! { <Waiting me waits/> })}
        </a>
    }
}

/// How many wait in an area, the class of the number, and what they wait for.
type Waits = (fn(&Me) -> i64, &'static str, &'static str);

fn waits_of(area: &Area) -> Option<Waits> {
    let say = &words().frame;
    let waits: Waits = match area.to {
        INBOX => (|me: &Me| me.to_decide, "count count-accent", say.to_decide),
        ALERTS => (|me: &Me| me.firing, "count", say.firing),
        _ => return None,
    };
    Some(waits)
}

#[component]
fn Waiting(me: Loaded<Me>, waits: Waits) -> impl IntoView {
    let (count, class, what) = waits;
    view! {
        <Suspense>{move || Suspend::new(async move {
            me.await.ok().map(|me| count(&me)).filter(|count| *count > 0).map(|count| view! {
                <span class=class>{count}<span class="sr">{what}</span></span>
            })
        })}</Suspense>
    }
}

/// What the gateways serve: the same revision everywhere, or how many are behind.
#[component]
fn Revision(me: Me) -> impl IntoView {
    let say = &words().frame;
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
            <span><b>{(say.revision)(&grouped(me.revision))}</b>{(say.nodes)(current, all)}</span></span></p>
    }
}

#[component]
fn ThemeSwitch() -> impl IntoView {
    let choose = FormAction::<ChooseTheme>::new();
    let chosen: Option<String> = SharedValue::new(theme_of_page).into_inner();
    let dark = RwSignal::new(chosen.as_deref() == Some("dark"));
    // The button asks for the other one of what is shown; where nothing was chosen, only a browser knows what that is.
    Effect::new(move |_| dark.set(shown_dark()));
    // What is sent is what is shown: the page follows what the button said, and not the other way round.
    let sent = choose.pending();
    Effect::new(move |_| {
        if !sent.get() {
            return;
        }
        let is_dark = !dark.get_untracked();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", if is_dark { "dark" } else { "light" });
        }
        dark.set(is_dark);
    });
    view! {
        <ActionForm action=choose>
            <button class="btn btn-quiet btn-icon btn-sm" type="submit" name="theme" value=move || if dark.get() { "light" } else { "dark" } aria-label=words().frame.theme><Icon name="theme"/></button>
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
fn Account(me: Loaded<Me>) -> impl IntoView {
    let say = &words().frame;
    view! {
        <Suspense>{move || Suspend::new(async move {
            me.await.ok().map(|me| {
                let initial = me.email.chars().next().unwrap_or('?').to_uppercase().to_string();
                view! {
                    // The style draws the letter: as a text it would be something that the label does not say.
                    <a class="account" href="/account" aria-label=(say.account_of)(&me.email)>
                        <span class="avatar" aria-hidden="true" data-initial=initial></span><span>{me.email.clone()}</span>
                    </a>
                }
            })
        })}</Suspense>
        // A plain form: the browser loads the next page whole, and nothing of this person stays in it.
        <form method="post" action=SignOut::url()>
            <button class="btn btn-quiet btn-icon btn-sm" type="submit" aria-label=say.sign_out title=say.sign_out>
                <Icon name="out"/>
            </button>
        </form>
    }
}

#[component]
fn TabBar(me: Loaded<Me>, path: Memo<String>) -> impl IntoView {
    let say = &words().frame;
    let tabs = AREAS.iter().filter(|area| area.in_tab_bar);
    view! {
        <nav class="tabbar" aria-label=say.tab_bar>
            {tabs.map(|area| view! { <AreaLink area me path icon="i-20"/> }).collect_view()}
            <button type="button" popovertarget="side"><Icon name="menu" class="i-20"/>{say.more}</button>
        </nav>
    }
}
