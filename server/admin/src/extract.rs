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
        Self(Problem::new(ErrorCode::NotFound, "There is nothing at this address. /admin/v1/openapi.json says what there is."))
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
            let detail = "Send a personal token: authorization: Bearer <token>. Make one under your account in the portal.";
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

/// A JSON body, refused with a place where it is not what it should be.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + JsonSchema> FromRequest<Control> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, control: &Control) -> Result<Self, Failure> {
        let body = Json::<T>::from_request(request, control).await.map_err(|rejection| {
            let detail = match &rejection {
                JsonRejection::MissingJsonContentType(_) => "Send JSON, with content-type: application/json.".to_owned(),
                // serde's sentence is about what the caller sent.
                other => other.body_text(),
            };
            Failure(Problem::new(ErrorCode::Invalid, detail))
        })?;
        Ok(Self(body.0))
    }
}
