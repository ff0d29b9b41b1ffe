//! What goes back over HTTP: the body, and the headers that say what served it.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use model::Problem;
use serde_json::json;

use crate::stack::{Served, Timings};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const API_VERSION: HeaderName = HeaderName::from_static("x-sluice-api-version");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// An answer in memory.
pub(crate) type Answer = Response<Full<Bytes>>;

pub(crate) fn answer(served: Served, request_id: &str, traceparent: Option<&HeaderValue>) -> Answer {
    let mut response = match served.result {
        Ok(executed) => body(StatusCode::OK, "application/json", executed.body),
        Err(problem) => problem_answer(problem, request_id),
    };
    let headers = response.headers_mut();
    if let Some(plan) = &served.plan
        && let Ok(version) = HeaderValue::from_str(&plan.version_text)
    {
        headers.insert(API_VERSION, version);
    }
    if let Ok(timing) = HeaderValue::from_str(&server_timing(&served.timings)) {
        headers.insert(SERVER_TIMING, timing);
    }
    if let Ok(trace) = HeaderValue::from_str(&trace(request_id, traceparent)) {
        headers.insert(TRACEPARENT, trace);
    }
    stamp(response, request_id)
}

pub(crate) fn body(status: StatusCode, content_type: &'static str, bytes: Vec<u8>) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(bytes)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// RFC 9457, with our code, the request id and the fields at fault.
pub(crate) fn problem_answer(problem: Problem, request_id: &str) -> Answer {
    let problem = problem.with_request(request_id);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut document = json!({
        "type": format!("urn:sluice:error:{}", problem.code.key()),
        "title": problem.title,
        "status": problem.status,
        "code": problem.code.key(),
        "detail": problem.detail,
        "request_id": problem.request_id,
    });
    if !problem.errors.is_empty() {
        document["errors"] = json!(problem.errors);
    }
    let mut response = body(status, "application/problem+json", document.to_string().into_bytes());
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

pub(crate) fn stamp(mut response: Answer, request_id: &str) -> Answer {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// `who;dur=0.012, source;dur=4.120`, in milliseconds.
#[allow(clippy::cast_precision_loss)] // microseconds of one request
pub(crate) fn server_timing(timings: &Timings) -> String {
    let parts: Vec<String> = timings.steps.iter().map(|(step, micros)| format!("{step};dur={:.3}", *micros as f64 / 1_000.0)).collect();
    parts.join(", ")
}

/// W3C trace context: the caller's trace goes on, or one begins with this request's id.
fn trace(request_id: &str, given: Option<&HeaderValue>) -> String {
    let own = request_id.replace('-', "");
    let span = own.get(16..).unwrap_or_default().to_owned();
    let known = given.and_then(|value| value.to_str().ok()).and_then(|text| {
        let parts: Vec<&str> = text.split('-').collect();
        let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        match parts.as_slice() {
            ["00", trace, parent, flags] if trace.len() == 32 && parent.len() == 16 && hex(trace) && hex(parent) => {
                Some(((*trace).to_owned(), (*flags).to_owned()))
            }
            _ => None,
        }
    });
    let (trace, flags) = known.unwrap_or((own, "00".into()));
    format!("00-{trace}-{span}-{flags}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_on_and_a_broken_one_begins_anew() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let given = HeaderValue::from_static("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assert_eq!(trace(id, Some(&given)), "00-4bf92f3577b34da6a3ce929d0e0e4736-bcceb302099a8057-01");
        let broken = HeaderValue::from_static("00-zz-00-01");
        assert_eq!(trace(id, Some(&broken)), "00-01890a5dac96774bbcceb302099a8057-bcceb302099a8057-00");
    }
}
