//! The one error of every server function: a problem with its code, its sentence and the fields at fault.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{ErrorCode, Problem};
use serde::{Deserialize, Serialize};

use crate::words::words;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct PortalError(pub Problem);

impl PortalError {
    /// What a page says in place of itself; where the server draws it, the page has the status of the problem.
    pub(crate) fn of_page(problem: Problem) -> Self {
        #[cfg(feature = "ssr")]
        return problem.into();
        #[cfg(not(feature = "ssr"))]
        Self(problem)
    }

    /// The sentence of the field, where it is at fault.
    #[must_use]
    pub fn of_field(&self, field: &str) -> Option<String> {
        self.0.errors.iter().find(|error| error.field == field).map(|error| error.message.clone())
    }
}

impl FromServerFnError for PortalError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let say = &words().errors;
        let (code, detail) = match error {
            ServerFnErrorErr::Request(_) => (ErrorCode::Internal, say.no_response),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                (ErrorCode::Invalid, say.bad_form)
            }
            _ => (ErrorCode::Internal, say.internal),
        };
        Self(Problem::new(code, detail))
    }
}

#[cfg(feature = "ssr")]
impl From<Problem> for PortalError {
    /// Sets the answer's status too: of a server function always, of a page where what it shows is not there.
    fn from(problem: Problem) -> Self {
        use leptos::prelude::use_context;
        let parts = use_context::<http::request::Parts>();
        let is_function = parts.as_ref().is_some_and(|parts| parts.uri.path().starts_with("/fn/"));
        let request_id = parts.as_ref().and_then(|parts| parts.headers.get("x-request-id")?.to_str().ok().map(str::to_owned));
        let tells = matches!(problem.code, ErrorCode::NotFound | ErrorCode::Forbidden | ErrorCode::Internal);
        if let (true, Some(response), Ok(status)) =
            (is_function || tells, use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(problem.status))
        {
            response.set_status(status);
        }
        Self(problem.with_request(&request_id.unwrap_or_default()))
    }
}
