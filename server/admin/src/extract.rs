//! Who asks, what they send, and how what goes wrong is answered.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use control::model::{ErrorCode, Problem};
use control::{Caller, Control};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// The header in which the edge names the request.
const REQUEST_ID: &str = "x-request-id";

/// A problem as an answer: RFC 9457.
pub(crate) struct Failure(Problem);

impl Failure {
    pub(crate) fn unknown_address() -> Self {
        Self(Problem::new(ErrorCode::NotFound, "Path not found. See /admin/v1/openapi.json for all paths."))
    }

    /// The header that says which methods there are is put on by the router.
    pub(crate) fn unknown_method() -> Self {
        Self(Problem::new(ErrorCode::MethodNotAllowed, "Method not allowed for this path. See the response header allow."))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self.0)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

/// The person whose token the request brings.
pub(crate) struct Asker(pub(crate) Caller);

impl FromRequestParts<Control> for Asker {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, control: &Control) -> Result<Self, Failure> {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let request_id = text(REQUEST_ID);
        let refused = || {
            let detail = "Send a personal token: authorization: Bearer <token>. Create a token under your account in the portal.";
            Failure(Problem::new(ErrorCode::Unauthenticated, detail).with_request(request_id))
        };
        let (scheme, token) = text("authorization").split_once(' ').ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused());
        }
        let caller = control.caller_by_token(token.trim(), request_id).await?;
        caller.map(Self).ok_or_else(refused)
    }
}

/// The parts of the path, by their types.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Control> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, control: &Control) -> Result<Self, Failure> {
        // axum's sentence is about what the caller sent.
        let read = axum::extract::Path::<T>::from_request_parts(parts, control).await;
        read.map(|path| Self(path.0)).map_err(|rejection| Failure(Problem::new(ErrorCode::Invalid, rejection.body_text())))
    }
}

/// The members of the query, by their types.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Control> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, control: &Control) -> Result<Self, Failure> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, control).await;
        read.map(|query| Self(query.0)).map_err(|rejection| Failure(Problem::new(ErrorCode::Invalid, rejection.body_text())))
    }
}

/// A JSON body, refused with a place where it is not what it should be.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + JsonSchema> FromRequest<Control> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, control: &Control) -> Result<Self, Failure> {
        let body = Json::<T>::from_request(request, control).await.map_err(|rejection| {
            let problem = match &rejection {
                JsonRejection::MissingJsonContentType(_) => {
                    Problem::new(ErrorCode::Invalid, "Send JSON, with content-type: application/json.")
                }
                too_large if too_large.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::new(ErrorCode::TooLarge, "The body is larger than the limit of this path. Send it in parts.")
                }
                // serde's sentence is about what the caller sent.
                other => Problem::new(ErrorCode::Invalid, other.body_text()),
            };
            Failure(problem)
        })?;
        Ok(Self(body.0))
    }
}
