//! The audit log: who changed what, with before and after.

pub(crate) mod api;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::audit::AuditRow;

use self::api::audit;
use crate::ui::{Empty, Load, PageHead, PageName, Time};

/// Rows of a full page; then there may be more.
const PAGE: usize = 100;

#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let before = Memo::new(move |_| query.read().get("before").and_then(|text| text.parse::<i64>().ok()));
    let rows = Resource::new(move || before.get(), audit);
    view! {
        <PageName name="Audit log"/>
        <Load resource=rows page=true view=|rows| view! {
            <PageHead title="Audit log" lead="Every change, in its order. Nothing here can be changed."/>
            {if rows.is_empty() {
                view! { <div class="card"><Empty title="Nothing further back" text="The log begins with the first change."/></div> }.into_any()
            } else {
                table(rows).into_any()
            }}
        }/>
    }
    .into_any()
}

fn table(rows: Vec<AuditRow>) -> impl IntoView {
    let older = (rows.len() == PAGE).then(|| rows.last().map(|row| row.revision)).flatten();
    view! {
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Changes"><table class="table table-cards">
            <thead><tr><th>"When"</th><th>"Who"</th><th>"What"</th><th>"Subject"</th><th>"Before and after"</th></tr></thead>
            <tbody>{rows.into_iter().map(|row| view! {
                <tr><td class="t-2 tn fit" data-label="When"><Time at=row.at/></td><td class="fit" data-label="Who">{row.actor}</td><td class="mono small fit" data-label="What">{row.action}</td><td class="medium lead-cell">{row.subject}</td>
                <td>{(row.before.is_some() || row.after.is_some()).then(|| view! {
                    <details><summary class="small t-3">"Show"</summary>
                        {row.before.map(|text| view! { <p class="small t-3">"Before"</p><pre class="audit-text" tabindex="0">{text}</pre> })}
                        {row.after.map(|text| view! { <p class="small t-3">"After"</p><pre class="audit-text" tabindex="0">{text}</pre> })}
                    </details>
                })}</td></tr>
            }).collect_view()}</tbody>
        </table></div>
        {older.map(|revision| view! { <div class="card-foot"><a href=format!("/audit?before={revision}")>"Older"</a></div> })}
        </section>
    }
}
