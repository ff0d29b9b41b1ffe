//! The audit log: who changed what, with before and after.

pub(crate) mod api;

use leptos::prelude::*;
use model::audit::AuditRow;
use model::list::ListQuery;

use self::api::list_audit;
use crate::navigation::SeenBy;
use crate::signed_in::MeResource;
use crate::ui::{Column, DataTable, Empty, Filter, ListPlace, Load, PageHead, PageName, Time, list_query, no_access};

const PLACE: ListPlace = ListPlace { name: "Changes", path: "/audit" };

#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let query = list_query();
    let list = Resource::new(move || query.with(ListQuery::of_rows), list_audit);
    view! {
        <PageName name="Audit log"/>
        <Load resource=me page=true view=move |me| {
            if !SeenBy::Auditors.lets(&me) {
                return no_access("You may not read the audit log. Ask an approver or an owner of your domain.");
            }
            view! {
                <PageHead title="Audit log" lead="Every change, in its order. Nothing here can be changed."/>
                <DataTable place=PLACE query list columns=columns() filters=vec![Filter::domains()] empty=|| view! {
                    <Empty title="No change yet" text="The log begins with the first change."/>
                }/>
            }
            .into_any()
        }/>
    }
    .into_any()
}

fn columns() -> Vec<Column<AuditRow>> {
    vec![
        Column::new("at", "When", |row: &AuditRow| view! { <Time at=row.at/> }).class("t-2 tn fit").sorts(),
        Column::new("actor", "Who", |row: &AuditRow| row.actor.clone()).class("fit"),
        Column::new("action", "What", |row: &AuditRow| row.action.clone()).class("mono small fit"),
        Column::new("subject", "Subject", |row: &AuditRow| row.subject.clone()).class("medium").leads(),
        Column::optional("change", "Before and after", change),
    ]
}

fn change(row: &AuditRow) -> Option<AnyView> {
    let (before, after) = (row.before.clone(), row.after.clone());
    let text =
        |word: &'static str, text: String| view! { <p class="small t-3">{word}</p><pre class="audit-text" tabindex="0">{text}</pre> };
    (before.is_some() || after.is_some()).then(|| {
        view! {
            <details><summary class="small t-3">"Show"</summary>
                {before.map(|before| text("Before", before))}
                {after.map(|after| text("After", after))}
            </details>
        }
        .into_any()
    })
}
