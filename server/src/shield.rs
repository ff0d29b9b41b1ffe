//! What stands around everything but the data plane: headers that tell browsers what a page may do, and what is said
//! where nothing else answers.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use model::Problem;

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Puts on what every response carries. What says nothing of caches is kept by none: pages and answers are one person's.
pub(crate) fn harden(headers: &mut HeaderMap, under_tls: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(OPENER, HeaderValue::from_static("same-origin"));
    headers.insert(
        PERMISSIONS,
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), clipboard-write=(self)"),
    );
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    keep_to_tls(headers, under_tls);
}

/// What answers of APIs carry as well: they are data, and no pages.
pub(crate) fn harden_data(headers: &mut HeaderMap, under_tls: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    keep_to_tls(headers, under_tls);
}

fn keep_to_tls(headers: &mut HeaderMap, under_tls: bool) {
    if under_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// A problem as the asker reads it: a program as a document, a person as its sentence.
pub(crate) fn refusal(path: &str, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if ["/api/", "/admin/", "/fn/", "/internal/"].iter().any(|part| path.starts_with(part)) {
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        return response;
    }
    let id = if status.is_server_error() { format!("\nrequest {}", problem.request_id) } else { String::new() };
    (status, format!("{}{id}", problem.detail)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_a_document_and_a_person_a_sentence() {
        let problem = || Problem::new(model::ErrorCode::Internal, "Something failed.").with_request("r1");
        let kind = |response: &Response| response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        for (path, wanted) in
            [("/admin/v1/me", "application/problem+json"), ("/fn/me", "application/problem+json"), ("/apis", "text/plain; charset=utf-8")]
        {
            let response = refusal(path, &problem());
            assert_eq!((response.status().as_u16(), kind(&response).as_str()), (500, wanted));
        }
    }
}
