//! Requests by scripts of web pages. A browser lets a page read a response only where it names the page's origin: an app says which
//! those are.
//!
//! A browser asks first (a preflight) without the key, so it is let go on where any app that may call the API names the origin; the
//! request itself is answered to the origin of the app whose key it brings. There are no cookies on this way, and no response to every
//! origin.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Body;
use model::{ErrorCode, Problem};

use crate::body::ApiBody;
use crate::refusal::refusal;
use crate::request_id::RequestId;
use crate::request_path::{ALL, asked};
use crate::{Gateway, keys};

const METHODS: &str = "GET, HEAD, POST";
/// What callers send.
const SENT: &str = "accept, authorization, content-type, if-none-match, traceparent, x-api-key";
/// What scripts may read beside the body.
const READ: &str = "age, content-disposition, etag, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, \
    server-timing, x-request-id, x-sluice-api-version, x-sluice-cache, x-sluice-count, x-sluice-data-version";
/// How many seconds a browser need not ask again.
const MAX_AGE: &str = "600";

/// Whether a request asks for the sake of a page whether another one may be sent.
pub(crate) fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl Gateway {
    /// Answers a request that names the origin of a page.
    pub(crate) async fn handle_for_page<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let allowed = self.allowed_origin(request.uri().path(), request.headers());
        let mut response = if is_preflight(&request) { self.preflight(allowed.as_ref()) } else { self.answer_request(request).await };
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
        }
        response
    }

    fn preflight(&self, allowed: Option<&HeaderValue>) -> Response<ApiBody> {
        if allowed.is_none() {
            let detail = "No app with a grant for this API allows the origin of this page. The owner of the app can add the origin on the app's page.";
            let request_id = RequestId::new(self.clock.request_id(self.clock.now()));
            return refusal(&request_id, &Problem::new(ErrorCode::Forbidden, detail));
        }
        let mut response = Response::new(ApiBody::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
        headers.append(VARY, HeaderValue::from_static("access-control-request-method, access-control-request-headers"));
        response
    }

    /// The origin of a page that may read the response; nothing where it may not.
    fn allowed_origin(&self, path: &str, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let routes = self.routes.load();
        let apps = routes.callers.origins.get(origin.to_str().ok()?)?;
        let may_read = match keys::who(&routes, &self.tokens, headers, self.clock.now()) {
            Ok(who) => apps.contains(&who.app.index),
            // Without a key that is known, it is a preflight, or a response that says so.
            Err(_) if path == ALL => true,
            Err(_) => {
                let entry = asked(path).and_then(|asked| routes.apis.get(asked.path));
                entry.is_some_and(|entry| apps.iter().any(|app| routes.grants.by_place.contains_key(&(*app, entry.index))))
            }
        };
        may_read.then(|| origin.clone())
    }
}
