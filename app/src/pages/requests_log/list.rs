//! The list with its filters. They are a form that asks for another address, so they work without a script.

use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use model::ErrorCode;
use model::calendar::read_timestamp;
use model::view::{LoggedRequest, RequestLogPage as Page, RequestLogQuery};

use super::api::logged_requests;
use super::request::ms;
use crate::ui::{Callout, Empty, Load, PageHead, PageName, Time, Tone, address_memo, loaded};
use crate::words::words;

const PATH: &str = "/monitoring/requests";
/// What a filter is called in the address.
const ID: &str = "id";
const API: &str = "api";
const APP: &str = "app";
const CODE: &str = "code";
const FROM: &str = "from";
const TO: &str = "to";
const AFTER: &str = "after";

#[component]
pub(crate) fn RequestLogPage() -> impl IntoView {
    let say = &words().request_log;
    let address = use_query_map();
    let query = address_memo(move |_| address.with(query_of));
    let found = loaded(move || query.get(), logged_requests);
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        {filters(address)}
        <Load resource=found view=move |page| list(page, address.get_untracked())/>
    }
    .into_any()
}

/// What the address asks for.
fn query_of(address: &ParamsMap) -> RequestLogQuery {
    let text = |name: &str| address.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let time = |name: &str| text(name).and_then(|text| read_timestamp(&text)).map(|micros| micros.div_euclid(1_000));
    RequestLogQuery {
        request_id: text(ID),
        api: text(API),
        app: text(APP),
        code: text(CODE),
        from: time(FROM),
        to: time(TO),
        after: text(AFTER),
        limit: None,
    }
}

fn filters(address: Memo<ParamsMap>) -> AnyView {
    let say = &words().request_log;
    let of = move |name: &'static str| move || address.with(|address| address.get(name).unwrap_or_default());
    let first = move |name: &'static str| address.with_untracked(|address| address.get(name).unwrap_or_default());
    let field = move |name: &'static str, kind: &'static str, label: &'static str, note: &'static str| {
        view! {
            <div class="field">
                <label class="label" for=format!("log-{name}")>{label}{(!note.is_empty()).then(|| view! { <span class="opt">{note}</span> })}</label>
                <input class="input" type=kind id=format!("log-{name}") name=name value=first(name) prop:value=of(name) autocomplete="off"/>
            </div>
        }
        .into_any()
    };
    let chosen = first(CODE);
    let known = [("", say.any_result), ("ok", say.ok), ("failed", say.failed)];
    let codes = ErrorCode::ALL.map(|code| (code.key(), code.title()));
    let options = known.into_iter().chain(codes).map(|(key, name)| {
        let selected = key == chosen;
        view! { <option value=key selected=selected>{name}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="card card-pad mb-4" role="search" aria-label=say.filters>
            <Form method="get" action=PATH noscroll=true>
                <div class="form-row">
                    {field(ID, "search", say.request_id, "")}
                    <div class="field">
                        <label class="label" for="log-code">{say.result}</label>
                        <select class="select" id="log-code" name=CODE prop:value=of(CODE)>{options}</select>
                    </div>
                    {field(API, "search", say.api, say.api_note)}
                    {field(APP, "search", say.app, say.api_note)}
                    {field(FROM, "datetime-local", say.from, "")}
                    {field(TO, "datetime-local", say.to, "")}
                </div>
                <div class="row mt-6">
                    <button class="btn btn-primary" type="submit">{say.search}</button>
                    <a class="s13" href=PATH data-noscroll="true">{say.clear}</a>
                </div>
            </Form>
        </div>
    }
    .into_any()
}

fn list(page: Page, address: ParamsMap) -> AnyView {
    let say = &words().request_log;
    let older = page.next.map(|next| {
        let mut address = address;
        address.replace(AFTER, next);
        format!("{PATH}{}", address.to_query_string())
    });
    let requests = match (page.requests.is_empty(), older.is_some()) {
        (true, false) => view! { <div class="card"><Empty title=say.none_title text=say.none_text/></div> }.into_any(),
        (true, true) => view! { <div class="card"><Empty title=say.none_title text=say.none_yet/></div> }.into_any(),
        (false, _) => table(page.requests),
    };
    let unreadable = (!page.unreadable.is_empty()).then(|| (say.unreadable)(&page.unreadable.join(", ")));
    let others = (!page.other_nodes.is_empty()).then(|| (say.other_nodes)(&page.other_nodes.join(", ")));
    view! {
        {unreadable.map(|text| view! { <Callout tone=Tone::Warn><p>{text}</p></Callout> })}
        {others.map(|text| view! { <Callout tone=Tone::Warn><p>{text}</p></Callout> })}
        {requests}
        {older.map(|to| view! { <nav class="pager" aria-label=say.title><a href=to>{say.older}</a></nav> })}
    }
    .into_any()
}

fn table(requests: Vec<LoggedRequest>) -> AnyView {
    let say = &words().request_log;
    view! {
        <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.table><table class="table table-cards">
            <thead><tr><th>{say.request_id}</th><th>{say.time}</th><th>{say.api}</th><th>{say.app}</th><th>{say.result}</th><th class="num">{say.duration}</th><th class="num">{say.source_time}</th></tr></thead>
            <tbody>{requests.into_iter().map(row).collect_view()}</tbody>
        </table></div></div>
    }
    .into_any()
}

fn row(request: LoggedRequest) -> AnyView {
    let say = &words().request_log;
    let to = format!("{PATH}/{}", request.request_id);
    let named = |path: String, other: &str| if path.is_empty() { other.to_owned() } else { path };
    view! {
        <tr>
            <td class="lead-cell"><a class="main-cell mono" href=to>{request.request_id}</a></td>
            <td class="fit t-2 tn" data-label=say.time><Time at=request.at/></td>
            <td data-label=say.api>{named(request.api, say.no_api)}</td>
            <td data-label=say.app>{named(request.app, say.no_app)}</td>
            <td class="fit" data-label=say.result>{super::request::result(request.code)}</td>
            <td class="num nowrap" data-label=say.duration>{(say.ms)(&ms(request.total_us))}</td>
            <td class="num nowrap" data-label=say.source_time>{(say.ms)(&ms(request.source_us))}</td>
        </tr>
    }
    .into_any()
}
