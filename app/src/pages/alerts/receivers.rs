//! Receivers: where notices go, and what could not be sent.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::alert::ReceiverChannel;
use model::view::ReceiverView;

use super::api::{DeleteReceiver, RetryNotice, SetReceiver, TestReceiver, receivers};
use super::frame::{RECEIVERS, error_at, pages};
use super::named::{Named, named};
use super::notices::notices;
use super::shown::ReceiversShown;
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, FormAction, FormProblem, FormToken, Load, PageHead, PageName, SaveForm, SelectField, SwitchField,
    TextField, Time, Tone, address_memo, confirms, copyable, done, loaded,
};
use crate::words::words;

/// What the page does.
#[derive(Clone, Copy)]
struct Acts {
    set: FormAction<SetReceiver>,
    delete: FormAction<DeleteReceiver>,
    test: FormAction<TestReceiver>,
    retry: FormAction<RetryNotice>,
}

#[component]
pub(crate) fn ReceiversPage() -> impl IntoView {
    let acts = Acts { set: FormAction::new(), delete: FormAction::new(), test: FormAction::new(), retry: FormAction::new() };
    let dones = [done(acts.set), done(acts.delete), done(acts.test), done(acts.retry)];
    let say = &words().alert_receivers;
    confirms(dones[1], say.deleted);
    confirms(dones[2], say.tested);
    confirms(dones[3], say.retried);
    let query = use_query_map();
    // The receiver that is changed stands in the address, so that its form works without a script.
    let changed = address_memo(move |_| query.with(|query| query.get("change").unwrap_or_default()));
    let shown = loaded(move || (dones.map(|done| done.get()), changed.get()), |_| receivers());
    view! {
        <PageName name=say.title/>
        <Load resource=shown page=true view=move |shown| page(shown, &changed.get_untracked(), acts)/>
    }
    .into_any()
}

fn page(shown: ReceiversShown, changed: &str, acts: Acts) -> AnyView {
    let say = &words().alert_receivers;
    let ReceiversShown { receivers, notices: sent, domains } = shown;
    let changed = receivers.iter().find(|of| path_of(of) == changed && domains.contains(&of.domain)).cloned();
    let form = (!domains.is_empty()).then(|| form(&domains, changed, acts.set));
    view! {
        <PageHead title=say.title lead=say.lead/>
        {pages(RECEIVERS)}
        <div class="stack-6">
            <FormProblem action=acts.delete/><FormProblem action=acts.test/><FormProblem action=acts.retry/>
            {new_secret(acts.set)}
            {list(receivers, &domains, acts)}
            {form}
            {notices(sent, &domains, acts.retry)}
        </div>
    }
    .into_any()
}

fn path_of(receiver: &ReceiverView) -> String {
    format!("{}/{}", receiver.domain, receiver.name)
}

/// The secret of a webhook that was just made, shown this once.
fn new_secret(set: FormAction<SetReceiver>) -> impl IntoView {
    let say = &words().alert_receivers;
    move || {
        let secret = set.answer().and_then(Result::ok).and_then(|saved| saved.secret)?;
        Some(view! {
            <Callout tone=Tone::Ok><p class="mb-2"><b>{say.secret_once}</b>{say.secret_help}</p><div id="new-secret">{copyable(secret, say.copy_secret)}</div></Callout>
        })
    }
}

fn list(receivers: Vec<ReceiverView>, domains: &[String], acts: Acts) -> AnyView {
    let say = &words().alert_receivers;
    let count = receivers.len();
    let body = if receivers.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.none}</p> }.into_any()
    } else {
        let rows = receivers.into_iter().map(|of| {
            let may = domains.contains(&of.domain);
            row(of, may.then_some(acts))
        });
        let rows = rows.collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.receivers><table class="table table-cards">
                <thead><tr><th>{say.receiver}</th><th>{say.channel}</th><th>{say.address}</th><th>{say.state}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="receivers"><div class="card-head"><h2>{say.receivers}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

/// The word of a channel, its name and its address.
fn channel_of(channel: &ReceiverChannel) -> (&'static str, &'static str, String) {
    let say = &words().alert_receivers;
    match channel {
        ReceiverChannel::Portal => ("portal", say.portal, say.portal_address.to_owned()),
        ReceiverChannel::Email { to } => ("email", say.email, to.join(", ")),
        ReceiverChannel::Webhook { url } => ("webhook", say.webhook, url.clone()),
    }
}

fn row(of: ReceiverView, acts: Option<Acts>) -> AnyView {
    let say = &words().alert_receivers;
    let path = path_of(&of);
    let (_, channel, address) = channel_of(&of.channel);
    let state = match (of.failures, of.open_until) {
        (0, _) => view! { <span class="badge badge-ok">{say.works}</span> }.into_any(),
        (failures, None) => view! { <span class="badge badge-warn">{(say.failed)(failures.unsigned_abs())}</span> }.into_any(),
        (failures, Some(until)) => view! {
            <span class="badge badge-bad">{(say.failed)(failures.unsigned_abs())}</span><span class="sub">{say.left_until}<Time at=until exact=true/></span>
        }
        .into_any(),
    };
    let buttons = acts.map(|acts| buttons(&of, acts));
    view! {
        <tr>
            <td class="lead-cell medium">{path}</td>
            <td class="fit" data-label=say.channel>{channel}</td>
            <td class="t-2" data-label=say.address>{address}</td>
            <td data-label=say.state>{state}</td>
            <td class="fit">{buttons}</td>
        </tr>
    }
    .into_any()
}

fn buttons(of: &ReceiverView, acts: Acts) -> AnyView {
    let say = &words().alert_receivers;
    let path = path_of(of);
    let effects = vec![say.delete_effect.to_owned(), say.delete_used.to_owned(), say.delete_undo.to_owned()];
    let (title, dialog) = ((say.delete_title)(&path), format!("receiver-{}-{}", of.domain, of.name));
    let hidden = |of: &ReceiverView| view! { <input type="hidden" name="domain" value=of.domain.clone()/><input type="hidden" name="name" value=of.name.clone()/> };
    let (tested, deleted) = (hidden(of).into_any(), hidden(of).into_any());
    view! {
        <div class="row nowrap">
            <ActionForm action=acts.test><FormToken/>{tested}<button class="btn btn-sm" type="submit">{say.test}</button></ActionForm>
            <a class="btn btn-sm" href=format!("{RECEIVERS}?change={path}#receiver-form")>{say.change}</a>
            <ActionForm action=acts.delete><FormToken/>{deleted}<ConfirmDialog id=dialog act=say.delete title effects/></ActionForm>
        </div>
    }
    .into_any()
}

/// Of a new receiver, or of the one that is changed.
fn form(domains: &[String], changed: Option<ReceiverView>, set: FormAction<SetReceiver>) -> AnyView {
    let say = &words().alert_receivers;
    let title = if changed.is_some() { say.change } else { say.create };
    let (kind, _, address) = changed.as_ref().map_or(("webhook", "", String::new()), |of| channel_of(&of.channel));
    let to = if kind == "email" { address.clone() } else { String::new() };
    let url = if kind == "webhook" { address } else { String::new() };
    let channels = [("webhook", say.webhook), ("email", say.email), ("portal", say.portal)];
    let channels = channels.map(|(key, name)| (key.to_owned(), name.to_owned())).to_vec();
    let is_changed = changed.is_some();
    let changed = changed.map(|of| Named { domain: of.domain, name: of.name, edit: of.edit });
    let named = named(domains, changed, set);
    view! {
        <section class="card card-pad stack" id="receiver-form">
            <h2>{title}</h2>
            <p class="t-2 s13">{say.create_about}</p>
            <SaveForm action=set save=title saved=say.saved>
                {named}
                <SelectField id="channel" label=say.channel name="channel" choices=channels value=kind error=error_at(set, &["channel"])/>
                <div class="form-row">
                    <TextField id="url" label=say.url note=say.of_webhook help=say.url_help name="url" value=url error=error_at(set, &["channel.webhook"])/>
                    <TextField id="to" label=say.to note=say.of_email help=say.to_help name="to" value=to error=error_at(set, &["channel.email"])/>
                </div>
                {is_changed.then(|| view! { <SwitchField name="new_secret" label=say.new_secret help=say.new_secret_help/> })}
            </SaveForm>
        </section>
    }
    .into_any()
}
