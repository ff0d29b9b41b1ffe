//! Notices: what was sent to whom, and what could not be.

use leptos::prelude::*;
use model::view::NoticeView;

use super::api::RetryNotice;
use crate::ui::{ActionForm, FormAction, FormToken, Time};
use crate::words::words;

pub(super) fn notices(notices: Vec<NoticeView>, domains: &[String], retry: FormAction<RetryNotice>) -> AnyView {
    let say = &words().alert_receivers;
    let dead = notices.iter().filter(|of| of.state == "dead").count();
    let body = if notices.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.no_notices}</p> }.into_any()
    } else {
        let rows = notices.into_iter().map(|of| {
            let may_retry = of.state == "dead" && domains.contains(&of.domain);
            row(of, may_retry.then_some(retry))
        });
        let rows = rows.collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.notices><table class="table table-cards">
                <thead><tr><th>{say.notice}</th><th>{say.receiver}</th><th>{say.state}</th><th>{say.sent_at}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    let about = (dead > 0).then(|| view! { <p class="s13 t-2">{(say.dead)(dead)}</p> });
    view! { <section class="card clip" id="notices"><div class="card-head"><h2>{say.notices}</h2>{about}</div>{body}</section> }.into_any()
}

fn row(of: NoticeView, retry: Option<FormAction<RetryNotice>>) -> AnyView {
    let say = &words().alert_receivers;
    let (class, state) = match of.state.as_str() {
        "sent" => ("badge badge-ok", say.sent),
        "dead" => ("badge badge-bad", say.not_sent),
        _ => ("badge badge-warn", say.waiting),
    };
    let receiver = if of.receiver.is_empty() { say.receiver_deleted.to_owned() } else { format!("{}/{}", of.domain, of.receiver) };
    let reason = (!of.reason.is_empty()).then(|| (say.last_error)(&of.reason));
    let (domain, id) = (of.domain, of.id);
    let act = retry.map(|retry| {
        view! {
            <ActionForm action=retry><FormToken/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="id" value=id/>
                <button class="btn btn-sm" type="submit">{say.retry}</button>
            </ActionForm>
        }
    });
    view! {
        <tr>
            <td class="lead-cell medium">{of.notice.title()}</td>
            <td data-label=say.receiver>{receiver}</td>
            <td data-label=say.state><span class=class>{state}</span>{reason.map(|reason| view! { <span class="sub">{reason}</span> })}</td>
            <td class="fit t-2 tn" data-label=say.sent_at><Time at=of.done_at.unwrap_or(of.created_at)/></td>
            <td class="fit">{act}</td>
        </tr>
    }
    .into_any()
}
