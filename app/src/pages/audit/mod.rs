//! The audit log: who changed what, with before and after.

pub(crate) mod api;

use leptos::prelude::*;
use model::audit::AuditRow;
use model::list::ListQuery;

use self::api::list_audit;
use crate::navigation::SeenBy;
use crate::signed_in::MeResource;
use crate::ui::{Column, DataTable, Empty, Filter, ListPlace, Load, PageHead, PageName, Time, list_query, loaded, no_access};
use crate::words::words;

fn place() -> ListPlace {
    ListPlace { name: words().audit.list_name, path: "/audit" }
}

#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().audit;
    let query = list_query();
    let list = loaded(move || query.with(ListQuery::of_rows), list_audit);
    view! {
        <PageName name=say.title/>
        <Load resource=me page=true view=move |me| {
            if !SeenBy::Auditors.lets(&me) {
                return no_access(say.only_auditors);
            }
            view! {
                <PageHead title=say.title lead=say.lead/>
                <DataTable place=place() query list columns=columns() filters=vec![Filter::domains()] empty=move || view! {
                    <Empty title=say.none_title text=say.none_text/>
                }/>
            }
            .into_any()
        }/>
    }
    .into_any()
}

fn columns() -> Vec<Column<AuditRow>> {
    let say = &words().audit;
    vec![
        Column::new("at", say.time, |row: &AuditRow| view! { <Time at=row.at/> }).class("t-2 tn fit").sorts(),
        Column::new("actor", say.actor, |row: &AuditRow| row.actor.clone()).class("fit"),
        Column::new("action", say.action, |row: &AuditRow| row.action.clone()).class("mono small fit"),
        Column::new("subject", say.object, |row: &AuditRow| row.subject.clone()).class("medium").leads(),
        Column::optional("change", say.changes, change),
    ]
}

fn change(row: &AuditRow) -> Option<AnyView> {
    let say = &words().audit;
    let (before, after) = (row.before.clone(), row.after.clone());
    let text =
        |word: &'static str, text: String| view! { <p class="small t-3">{word}</p><pre class="audit-text" tabindex="0">{text}</pre> };
    (before.is_some() || after.is_some()).then(|| {
        view! {
            <details><summary class="small t-3">{say.show_changes}</summary>
                {before.map(|before| text(say.before, before))}
                {after.map(|after| text(say.after, after))}
            </details>
        }
        .into_any()
    })
}
