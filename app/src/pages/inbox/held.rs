//! A source that is to have other settings, a dataset that is to have other rows, or a tag that is to mask other values: what changes,
//! before and after, and what it concerns.

use leptos::prelude::*;
use model::view::{HeldChange, RequestState, RequestView};

use super::api::{Decide, Withdraw};
use super::request::{decided, decision};
use crate::ui::{FormAction, Heading, Icon, PageName, SettingChanges, StateBadge, Time};
use crate::words::words;

pub(super) fn page(
    request: &RequestView,
    change: HeldChange,
    decide: FormAction<Decide>,
    withdraw: FormAction<Withdraw>,
) -> impl IntoView + use<> {
    let say = &words().inbox;
    let title = request.title();
    let HeldChange { changes, secrets, apis, datasets, assets } = change;
    let is_of_tag = request.kind.approvals() > 1;
    view! {
        <PageName name=title.clone()/>
        <div class="page-head"><div>
            <div class="page-title"><Heading>{title}</Heading><StateBadge state=request.state/></div>
            <p class="lead">{(say.sent_by)(&request.author)}<Time at=request.created_at/></p>
        </div></div>
        <div class="stack">
            {decided(request, None)}
            {approvals(request)}
            <section class="card clip">
                <div class="card-head"><h2>{say.changes}</h2></div>
                <SettingChanges changes secrets/>
            </section>
            {if is_of_tag {
                tagged(assets).into_any()
            } else {
                view! { <div class="grid cols-2">{affected(say.affected_apis, "api", "/apis/", apis)}{affected(say.affected_datasets, "dataset", "/datasets/", datasets)}</div> }.into_any()
            }}
        </div>
        {decision(request, &[], say.approve_apply, decide, withdraw)}
    }
}

fn affected(title: &'static str, icon: &'static str, place: &'static str, paths: Vec<String>) -> impl IntoView {
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{title}</h2><span class="count">{paths.len()}</span></div>
            {if paths.is_empty() {
                view! { <p class="card-pad t-2 s13">{words().inbox.none_live}</p> }.into_any()
            } else {
                view! { <ul class="todo">{paths.into_iter().map(|path| view! { <li><span class="glyph"><Icon name=icon/></span><p><a class="main-cell" href=format!("{place}{path}")>{path.clone()}</a></p><span></span></li> }).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

/// How many more people must approve an open request that several must approve, and who has.
fn approvals(request: &RequestView) -> Option<impl IntoView + use<>> {
    let say = &words().inbox;
    let is_open = request.state == RequestState::Open && request.kind.approvals() > 1;
    let missing = request.missing_approvals();
    let by = request.approvals.join(", ");
    is_open.then(|| {
        view! {
            <div class="callout" role="status"><Icon name="inbox"/><p>
                {if by.is_empty() { (say.approvals_missing)(missing) } else { (say.approved_by)(&by, missing) }}
            </p></div>
        }
    })
}

/// The assets with a tag.
fn tagged(assets: Vec<String>) -> impl IntoView {
    let say = &words().inbox;
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.tagged_assets}</h2><span class="count">{assets.len()}</span></div>
            {if assets.is_empty() {
                view! { <p class="card-pad t-2 s13">{say.no_tagged_assets}</p> }.into_any()
            } else {
                view! { <ul class="todo">{assets.into_iter().map(|path| view! { <li><span class="glyph"><Icon name="table"/></span><p><code>{path}</code></p><span></span></li> }).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}
