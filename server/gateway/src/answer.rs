//! What goes back over HTTP: the body, and the headers that say what served it.

use std::hash::{BuildHasher, Hasher};

use bytes::{Bytes, BytesMut};
use foldhash::fast::FixedState;
use futures::Stream;
use http::header::{
    ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, RETRY_AFTER,
    TRAILER, VARY,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::Frame;
use model::{ErrorCode, Problem};
use serde_json::json;

use crate::body::ApiBody;
use crate::cache::CacheNote;
use crate::compress::{self, Encoding};
use crate::formats::Format;
use crate::limits::Budget;
use crate::memory::Counted;
use crate::plan::Plan;
use crate::request_id::RequestId;
use crate::timings::Timings;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("x-sluice-api-version");
pub(crate) const DATA_VERSION: HeaderName = HeaderName::from_static("x-sluice-data-version");
pub(crate) const CACHE: HeaderName = HeaderName::from_static("x-sluice-cache");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const COUNT: HeaderName = HeaderName::from_static("x-sluice-count");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// A response in memory.
pub(crate) type Answer = Response<ApiBody>;

/// What every response says of itself.
pub(crate) struct Stamp<'a> {
    pub(crate) request_id: &'a RequestId,
    pub(crate) request: &'a HeaderMap,
    pub(crate) plan: Option<&'a Plan>,
    pub(crate) budget: Option<Budget>,
    pub(crate) cache: Option<CacheNote>,
    pub(crate) retry_after: Option<u64>,
    /// Microseconds since the request came in.
    pub(crate) took: u64,
}

/// Values of headers that differ from call to call, in one allocation.
struct Texts(BytesMut);

impl Texts {
    fn put(&mut self, write: impl FnOnce(&mut BytesMut)) -> HeaderValue {
        write(&mut self.0);
        HeaderValue::from_maybe_shared(self.0.split().freeze()).unwrap_or(HeaderValue::from_static(""))
    }

    fn number(&mut self, number: u64) -> HeaderValue {
        self.put(|out| out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()))
    }
}

impl Stamp<'_> {
    /// Puts the headers on; what kind of body it is stands there already.
    pub(crate) fn put(&self, headers: &mut HeaderMap, timings: Option<&Timings>) {
        let mut texts = Texts(BytesMut::with_capacity(192));
        headers.insert(REQUEST_ID, texts.put(|out| out.extend_from_slice(self.request_id.as_str().as_bytes())));
        if let Some(plan) = self.plan {
            headers.insert(API_VERSION, plan.version.clone());
            if let Some(version) = &plan.data_version {
                headers.insert(DATA_VERSION, version.clone());
            }
        }
        if let Some(cache) = self.cache {
            headers.insert(CACHE, HeaderValue::from_static(cache.result.key()));
            headers.insert(AGE, texts.number(u64::try_from(cache.age / 1_000).unwrap_or(0)));
        }
        if let Some(budget) = self.budget {
            headers.insert(REMAINING, texts.number(budget.remaining.into()));
            // A header costs a request as much as the rest of its limits. While the bucket is more than half full, how
            // much is left says enough.
            if budget.remaining <= budget.burst / 2 {
                headers.insert(LIMIT, texts.number(budget.limit.into()));
                headers.insert(RESET, texts.number(budget.reset.into()));
            }
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, texts.number(seconds));
        }
        headers.insert(SERVER_TIMING, texts.put(|out| write_timing(out, timings, self.took)));
        if let Some(given) = self.request.get(TRACEPARENT)
            && let Ok(trace) = HeaderValue::from_str(&trace(self.request_id.as_str(), given))
        {
            headers.insert(TRACEPARENT, trace);
        }
    }
}

/// A good response. It carries an entity tag, so that a caller who has it already is told so, and is compressed where
/// that pays.
pub(crate) fn good(stamp: &Stamp<'_>, body: Counted, timings: Option<&Timings>) -> Answer {
    let tag = entity_tag(body.as_ref());
    let unchanged = stamp.request.get(IF_NONE_MATCH).is_some_and(|known| matches(known, &tag));
    let mut response = Response::new(ApiBody::default());
    let headers = response.headers_mut();
    headers.reserve(14);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // A caller may keep it, and must ask whether it still holds.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(ETAG, tag);
    stamp.put(headers, timings);
    if unchanged {
        headers.remove(CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    let encoding = compress::chosen(stamp.request.get(ACCEPT_ENCODING), body.as_ref().len());
    if encoding != Encoding::Identity {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.key()));
        headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    }
    let body = if encoding == Encoding::Identity {
        body
    } else {
        let encoded = compress::encode(encoding, body.as_ref());
        body.encoded(encoded)
    };
    *response.body_mut() = ApiBody::full(body);
    response
}

/// A list that goes out as it is read. What is known only at its end follows it, for those who take trailers.
pub(crate) fn streamed(
    stamp: &Stamp<'_>,
    format: Format,
    name: &str,
    count: Option<u64>,
    frames: impl Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Send + 'static,
) -> Answer {
    let mut response = Response::new(ApiBody::stream(frames));
    let headers = response.headers_mut();
    headers.reserve(14);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    headers.insert(TRAILER, HeaderValue::from_static("x-sluice-truncated, x-sluice-next"));
    let file = format.extension().and_then(|end| HeaderValue::from_str(&format!("attachment; filename=\"{name}.{end}\"")).ok());
    if let Some(file) = file {
        headers.insert(CONTENT_DISPOSITION, file);
    }
    if let Some(count) = count {
        headers.insert(COUNT, HeaderValue::from(count));
    }
    stamp.put(headers, None);
    response
}

/// A response that no cache may keep.
pub(crate) fn plain(stamp: &Stamp<'_>, status: StatusCode, content_type: &'static str, bytes: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(ApiBody::full(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(14);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    stamp.put(headers, None);
    response
}

/// RFC 9457, with our code, the request id and the fields at fault.
pub(crate) fn problem(stamp: &Stamp<'_>, problem: &Problem) -> Answer {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut document = json!({
        "type": format!("urn:sluice:error:{}", problem.code.key()),
        "title": problem.title,
        "status": problem.status,
        "code": problem.code.key(),
        "detail": problem.detail,
        "request_id": stamp.request_id.as_str(),
    });
    if !problem.errors.is_empty() {
        document["errors"] = json!(problem.errors);
    }
    let retry_after = stamp.retry_after.or_else(|| retry_after(problem.code));
    let mut response = plain(&Stamp { retry_after, ..*stamp }, status, "application/problem+json", document.to_string());
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(http::header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    response
}

/// When to try again, for what mends itself.
pub(crate) fn retry_after(code: ErrorCode) -> Option<u64> {
    use ErrorCode::{Overloaded, SourceBusy, SourceUnavailable, StoreTimeout, StoreUnavailable};
    matches!(code, Overloaded | SourceUnavailable | SourceBusy | StoreUnavailable | StoreTimeout).then_some(1)
}

/// `gateway;dur=0.012`, or each step, in milliseconds.
fn write_timing(out: &mut BytesMut, timings: Option<&Timings>, total: u64) {
    if let Some(timings) = timings {
        for (step, micros) in &timings.steps {
            write_step(out, step, *micros);
            out.extend_from_slice(b", ");
        }
    }
    write_step(out, "gateway", total);
}

fn write_step(out: &mut BytesMut, step: &str, micros: u64) {
    let thousandths = [b'.', digit(micros / 100), digit(micros / 10), digit(micros)];
    out.extend_from_slice(step.as_bytes());
    out.extend_from_slice(b";dur=");
    out.extend_from_slice(itoa::Buffer::new().format(micros / 1_000).as_bytes());
    out.extend_from_slice(&thousandths);
}

fn digit(number: u64) -> u8 {
    b'0' + (number % 10) as u8
}

/// Weak, because the same response goes out in several encodings. Any change of a byte changes it.
fn entity_tag(body: &[u8]) -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // The same seed on every node and after every start, so that tags keep their meaning.
    let mut hasher = FixedState::with_seed(0x51_1c_e5_ee_d0).build_hasher();
    hasher.write(body);
    let hash = hasher.finish() ^ (body.len() as u64).rotate_left(40);
    let mut text = *b"W/\"0000000000000000\"";
    for (index, place) in text[3..19].iter_mut().enumerate() {
        *place = DIGITS[((hash >> (60 - 4 * index)) & 15) as usize];
    }
    HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("W/\"\""))
}

fn matches(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    let bare = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|one| bare(one) == bare(tag))
}

/// The trace that a request belongs to.
pub(crate) fn trace_id(request_id: &str, request: &HeaderMap) -> String {
    let whole = request.get(TRACEPARENT).map(|given| trace(request_id, given));
    let id = whole.as_deref().and_then(|whole| whole.split('-').nth(1)).map(str::to_owned);
    id.unwrap_or_else(|| request_id.replace('-', ""))
}

/// Trace, span and flags of what a caller sent; nothing where that is none.
fn parts_of(given: &HeaderValue) -> Option<(&str, &str, &str)> {
    let mut parts = given.to_str().ok()?.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |part: &str, len: usize| part.len() == len && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    (version == "00" && hex(trace, 32) && hex(parent, 16) && parts.next().is_none()).then_some((trace, parent, flags))
}

/// The span of the caller, and whether the caller samples its trace; nothing where no trace was sent.
pub(crate) fn parent_of(request: &HeaderMap) -> Option<(&str, bool)> {
    let (_, parent, flags) = parts_of(request.get(TRACEPARENT)?)?;
    Some((parent, u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1)))
}

/// W3C trace context: the caller's trace goes on, or one begins with this request's id.
fn trace(request_id: &str, given: &HeaderValue) -> String {
    let own = request_id.replace('-', "");
    let span = own.get(16..).unwrap_or_default().to_owned();
    let known = parts_of(given).map(|(trace, _, flags)| (trace.to_owned(), flags.to_owned()));
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
        assert_eq!(trace(id, &given), "00-4bf92f3577b34da6a3ce929d0e0e4736-bcceb302099a8057-01");
        let broken = HeaderValue::from_static("00-zz-00-01");
        assert_eq!(trace(id, &broken), "00-01890a5dac96774bbcceb302099a8057-bcceb302099a8057-00");
    }

    #[test]
    fn times_are_written_in_milliseconds() {
        let mut out = BytesMut::new();
        write_timing(&mut out, Some(&Timings { steps: vec![("source", 4_120)], ..Timings::default() }), 12);
        assert_eq!(&out[..], b"source;dur=4.120, gateway;dur=0.012");
    }

    #[test]
    fn tags_are_compared_weakly_and_one_of_several_is_enough() {
        let tag = entity_tag(b"{}");
        assert_ne!(tag, entity_tag(b"{ }"));
        let bare = tag.to_str().unwrap().trim_start_matches("W/");
        for known in [format!("\"x\", {bare}"), tag.to_str().unwrap().to_owned(), "*".into()] {
            assert!(matches(&HeaderValue::from_str(&known).unwrap(), &tag), "{known}");
        }
        assert!(!matches(&HeaderValue::from_static("\"x\""), &tag));
    }
}
