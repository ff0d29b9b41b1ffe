//! A source that is to have other settings, or a dataset that is to have other rows: what changes, before and after, and what reads it.

use leptos::prelude::*;
use model::view::{HeldChange, RequestView};

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
    let HeldChange { changes, secrets, apis, datasets } = change;
    view! {
        <PageName name=title.clone()/>
        <div class="page-head"><div>
            <div class="page-title"><Heading>{title}</Heading><StateBadge state=request.state/></div>
            <p class="lead">{(say.sent_by)(&request.author)}<Time at=request.created_at/></p>
        </div></div>
        <div class="stack">
            {decided(request, None)}
            <section class="card clip">
                <div class="card-head"><h2>{say.changes}</h2></div>
                <SettingChanges changes secrets/>
            </section>
            <div class="grid cols-2">{affected(say.affected_apis, "api", "/apis/", apis)}{affected(say.affected_datasets, "dataset", "/datasets/", datasets)}</div>
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
