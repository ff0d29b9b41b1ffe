//! The inbox: what waits for a decision, and all that a decision needs.

pub(crate) mod api;
mod diff;
mod held;
mod request;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{RequestState, RequestView};

use self::api::requests;
use crate::ui::{Empty, Load, PageHead, PageName, StateBadge, Time};

pub(crate) use request::RequestPage;

#[component]
pub(crate) fn InboxPage() -> impl IntoView {
    let query = use_query_map();
    let show = Memo::new(move |_| query.read().get("show").unwrap_or_default());
    let list = Resource::new(|| (), |()| requests());
    view! {
        <PageName name="Inbox"/>
        <PageHead title="Inbox" lead="Somebody asks, somebody else decides."/>
        <Load resource=list view=move |requests| {
            let waiting = requests.iter().filter(|request| waits(request)).count();
            let mine = requests.iter().filter(|request| request.mine).count();
            let all = requests.len();
            let seg = move |key: &'static str, name: &'static str, count: usize| view! {
                <a href=if key.is_empty() { "/inbox".to_owned() } else { format!("/inbox?show={key}") } aria-current=move || (show.get() == key).then_some("page")>{name}" "<span class="count">{count}</span></a>
            };
            view! {
                <nav class="seg mb-4" aria-label="Which requests">{seg("", "To decide", waiting)}{seg("mine", "Mine", mine)}{seg("all", "All", all)}</nav>
                {move || {
                    let shown: Vec<RequestView> = requests.iter().filter(|request| match show.get().as_str() {
                        "mine" => request.mine,
                        "all" => true,
                        _ => waits(request),
                    }).cloned().collect();
                    rows(shown)
                }}
            }
        }/>
    }
    .into_any()
}

fn waits(request: &RequestView) -> bool {
    request.state == RequestState::Open && request.may_decide
}

fn rows(requests: Vec<RequestView>) -> AnyView {
    if requests.is_empty() {
        return view! { <div class="card"><Empty title="Nothing waits here" text="When somebody sends an API for review, or asks for a change of a source or dataset that live APIs read, it stands here with what it changes."/></div> }.into_any();
    }
    view! {
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Requests"><table class="table table-cards">
            <thead><tr><th>"Request"</th><th>"State"</th><th>"For"</th><th>"By"</th><th>"Since"</th></tr></thead>
            <tbody>{requests.into_iter().map(|request| view! {
                <tr>
                    <td class="lead-cell"><a class="main-cell" href=format!("/inbox/{}", request.id)>{request.title()}</a><span class="sub">{request.reason.clone()}</span></td>
                    <td class="fit" data-label="State"><StateBadge state=request.state/></td>
                    <td class="fit t-2" data-label="For">{request.environment.key()}</td>
                    <td class="fit t-2" data-label="By">{request.author.clone()}</td>
                    <td class="fit t-2 tn" data-label="Since"><Time at=request.created_at/></td>
                </tr>
            }).collect_view()}</tbody>
        </table></div></section>
    }
    .into_any()
}
