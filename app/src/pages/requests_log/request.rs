//! One request: who called what, how it ended, and what it did, on one line of time.

use leptos::prelude::*;
use model::ErrorCode;
use model::view::{LoggedCaller, LoggedParameter, LoggedRequest, LoggedSpan};

use super::api::one_logged_request;
use crate::ui::{Load, PageHead, PageName, Time, bytes_words, loaded, param};
use crate::words::words;

#[component]
pub(crate) fn LoggedRequestPage() -> impl IntoView {
    let id = param("id");
    let found = loaded(move || id.get(), one_logged_request);
    view! { <Load resource=found page=true view=page/> }.into_any()
}

fn page(request: LoggedRequest) -> AnyView {
    let say = &words().request_log;
    let title = (say.request_of)(if request.api.is_empty() { say.no_api } else { &request.api });
    let (spans, whole) = (request.spans.clone(), request.total_us);
    let parameters = request.parameters.clone();
    view! {
        <PageName name=title.clone()/>
        <PageHead title lead=request.request_id.clone()/>
        <div class="stack-6">
            {overview(request)}
            {waterfall(spans, whole)}
            {given(parameters)}
        </div>
    }
    .into_any()
}

fn overview(request: LoggedRequest) -> AnyView {
    let say = &words().request_log;
    let caller = match request.caller {
        LoggedCaller::Key => say.by_key,
        LoggedCaller::Token => say.by_token,
        LoggedCaller::Nobody => say.by_nobody,
    };
    let size = request.bytes.map_or_else(|| say.size_unknown.to_owned(), |bytes| bytes_words(i64::try_from(bytes).unwrap_or(i64::MAX)));
    let time = |micros: u64| (say.ms)(&ms(micros));
    let app = if request.app.is_empty() { say.no_app.to_owned() } else { request.app };
    let cache = if request.cache.is_empty() { say.cache_unused.to_owned() } else { request.cache };
    view! {
        <section class="card card-pad"><h2 class="mb-3">{say.overview}</h2><dl class="kv">
            <dt>{say.result}</dt><dd>{result(request.code)}</dd>
            <dt>{say.time}</dt><dd><Time at=request.at exact=true/></dd>
            <dt>{say.app}</dt><dd>{app}</dd>
            <dt>{say.caller}</dt><dd>{caller}</dd>
            {request.version.map(|version| view! { <dt>{say.version}</dt><dd>{version}</dd> })}
            {request.environment.map(|environment| view! { <dt>{say.environment}</dt><dd>{environment.key()}</dd> })}
            <dt>{say.duration}</dt><dd>{time(request.total_us)}</dd>
            <dt>{say.gateway_time}</dt><dd>{time(request.gateway_us)}</dd>
            <dt>{say.cache_time}</dt><dd>{time(request.cache_us)}</dd>
            <dt>{say.in_source_time}</dt><dd>{time(request.source_us)}</dd>
            <dt>{say.cache}</dt><dd>{cache}</dd>
            <dt>{say.size}</dt><dd>{size}</dd>
            <dt>{say.trace_id}</dt><dd class="mono small">{request.trace_id}</dd>
            <dt>{say.node}</dt><dd>{request.node}</dd>
        </dl></section>
    }
    .into_any()
}

/// How a request ended.
pub(super) fn result(code: Option<ErrorCode>) -> AnyView {
    match code {
        None => view! { <span class="badge badge-ok">{words().request_log.ok}</span> }.into_any(),
        Some(code) => view! { <span class="badge badge-bad">{code.key()}</span> }.into_any(),
    }
}

/// When each part began and how long it took.
fn waterfall(spans: Vec<LoggedSpan>, whole: u64) -> AnyView {
    let say = &words().request_log;
    let end = spans.iter().map(|span| span.began_us.saturating_add(span.took_us)).max().unwrap_or(0);
    let whole = whole.max(end).max(1);
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.timeline}</h2><p class="t-3 s13">{say.timeline_text}</p></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.timeline><table class="table table-dense">
                <thead><tr><th>{say.part}</th><th>{say.note}</th><th>{say.timeline}</th><th class="num">{say.began}</th><th class="num">{say.duration}</th></tr></thead>
                <tbody>{spans.into_iter().map(|span| span_row(span, whole)).collect_view()}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn span_row(span: LoggedSpan, whole: u64) -> AnyView {
    let say = &words().request_log;
    let share = |micros: u64| micros.saturating_mul(100) / whole;
    let (from, long) = (share(span.began_us).min(99), share(span.took_us).max(1));
    let told = (say.span)(&span.name, &ms(span.began_us), &ms(span.took_us));
    let is_of_source = span.is_of_source();
    let note = match (is_of_source, span.step.is_empty()) {
        (false, _) => span.note,
        (true, true) => (say.asked_source)(&span.note, &span.driver),
        (true, false) => (say.asked_by_step)(&span.step, &span.note, &span.driver),
    };
    let rows = span.rows.map(|rows| view! { <div class="t-3">{(say.given_rows)(&rows.to_string())}</div> });
    view! {
        <tr>
            <td class="fit" class:span-within=is_of_source><code>{span.name}</code>{span.failed.then(|| view! { " "<span class="badge badge-bad">{say.result_failed}</span> })}</td>
            <td class="t-2">{note}{rows}</td>
            <td><svg class="span-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=told><rect class="span-way" width="100" height="8"/><rect class="span-took" x=from width=long height="8"/></svg></td>
            <td class="num nowrap">{(say.ms)(&ms(span.began_us))}</td>
            <td class="num nowrap">{(say.ms)(&ms(span.took_us))}</td>
        </tr>
    }
    .into_any()
}

fn given(parameters: Vec<LoggedParameter>) -> AnyView {
    let say = &words().request_log;
    if parameters.is_empty() {
        return view! { <section class="card card-pad"><h2 class="mb-3">{say.parameters}</h2><p class="t-2">{say.parameters_none}</p></section> }
            .into_any();
    }
    let masked = parameters.iter().any(|parameter| parameter.value.is_none());
    let rows = parameters.into_iter().map(|LoggedParameter { name, value }| {
        let value = match value {
            Some(value) => view! { <code>{value}</code> }.into_any(),
            None => view! { <span class="t-3">{say.masked}</span> }.into_any(),
        };
        view! { <dt><code>{name}</code></dt><dd>{value}</dd> }
    });
    view! {
        <section class="card card-pad"><h2 class="mb-3">{say.parameters}</h2><dl class="kv">{rows.collect_view()}</dl>
            {masked.then(|| view! { <p class="help">{say.masked_help}</p> })}
        </section>
    }
    .into_any()
}

#[allow(clippy::cast_precision_loss)] // microseconds of one request
pub(super) fn ms(micros: u64) -> String {
    format!("{:.2}", micros as f64 / 1_000.0)
}
