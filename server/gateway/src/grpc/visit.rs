//! One typed call on its way: its id, and what its answers are stamped with.

use std::time::Instant;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use model::Problem;
use model::clock::Millis;

use super::status::status_of;
use crate::answer::{API_VERSION, CACHE, DATA_VERSION, REMAINING, REQUEST_ID};
use crate::body::ApiBody;
use crate::cache::CacheNote;
use crate::failures::log_failure;
use crate::logged::{Ended, Said};
use crate::memory::Counted;
use crate::metrics::Spent;
use crate::request_id::RequestId;
use crate::stack::Admitted;
use crate::timings::Timings;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const OK: HeaderValue = HeaderValue::from_static("0");

/// One call on its way.
pub(super) struct Visit<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) request_id: RequestId,
    pub(super) started: Instant,
    pub(super) now: Millis,
}

/// A failed call: the problem, and how long to wait where that is known.
pub(super) struct Failed {
    pub(super) problem: Problem,
    pub(super) wait: Option<u64>,
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self { problem, wait: None }
    }
}

impl Visit<'_> {
    pub(super) fn good(&self, admitted: &Admitted<'_>, cache: Option<CacheNote>, frame: Counted) -> Response<ApiBody> {
        let mut response = Response::new(ApiBody::with_trailers(frame, ok_trailers()));
        self.stamp(response.headers_mut(), admitted, cache);
        response
    }

    pub(super) fn stamp(&self, headers: &mut HeaderMap, admitted: &Admitted<'_>, cache: Option<CacheNote>) {
        headers.reserve(8);
        headers.insert(CONTENT_TYPE, GRPC);
        headers.insert(REQUEST_ID, fleeting(self.request_id.as_str()));
        headers.insert(API_VERSION, admitted.plan.version.clone());
        if let Some(version) = &admitted.plan.data_version {
            headers.insert(DATA_VERSION, version.clone());
        }
        if let Some(cache) = cache {
            headers.insert(CACHE, HeaderValue::from_static(cache.result.key()));
        }
        if let Some(budget) = admitted.budget {
            headers.insert(REMAINING, fleeting(itoa::Buffer::new().format(budget.remaining)));
        }
    }

    /// What the request log gets of it; of how it ended, its caller knows.
    pub(super) fn ended<'b>(&'b self, spent: Spent, timings: Option<&'b Timings>, said: Said<'b>) -> Ended<'b> {
        Ended {
            request_id: &self.request_id,
            headers: self.headers,
            began: self.started,
            now: self.now,
            spent,
            code: None,
            bytes: None,
            timings,
            said,
        }
    }

    /// A status alone, without a message, which is written into the log.
    pub(super) fn failed(&self, failed: &Failed) -> Response<ApiBody> {
        log_failure(&self.request_id, None, &failed.problem);
        self.status_alone(failed)
    }

    /// The same for what is in the log already.
    pub(super) fn status_alone(&self, failed: &Failed) -> Response<ApiBody> {
        let mut response = Response::new(ApiBody::default());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, GRPC);
        headers.insert(REQUEST_ID, fleeting(self.request_id.as_str()));
        let status = status_of(&failed.problem, self.request_id.as_str(), failed.wait);
        if status.add_header(headers).is_err() {
            headers.insert(STATUS, HeaderValue::from_static("13"));
        }
        response
    }
}

/// A value that differs from call to call: told to the peer's header table not to keep it.
fn fleeting(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

pub(super) fn ok_trailers() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(STATUS, OK);
    trailers
}

/// What a stream ends with that has failed in its middle.
pub(super) fn trailers_of(problem: &Problem, request_id: &RequestId, api: &str) -> HeaderMap {
    log_failure(request_id, Some(api), problem);
    let mut trailers = HeaderMap::new();
    if status_of(problem, request_id.as_str(), None).add_header(&mut trailers).is_err() {
        trailers.insert(STATUS, HeaderValue::from_static("13"));
    }
    trailers
}
