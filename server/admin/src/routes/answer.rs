//! What every operation answers with.

use axum::response::{IntoResponse, Response};
use control::model::Problem;
use http::{HeaderMap, header};

/// An answer of a JSON value, or a problem.
pub(super) type Answer<T> = Result<axum::Json<T>, crate::extract::Failure>;

/// Wraps what a use case gives.
pub(super) fn answer<T>(result: Result<T, Problem>) -> Answer<T> {
    Ok(axum::Json(result?))
}

/// A table as CSV.
pub(super) fn csv(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response()
}

/// Whether CSV is asked for, and not JSON: by the member `format`, or as the header accept says without it.
pub(super) fn is_csv(format: Option<&str>, headers: &HeaderMap) -> Result<bool, Problem> {
    match format {
        Some("csv") => Ok(true),
        Some("json") => Ok(false),
        Some(_) => Err(Problem::field("format", "Choose json or csv.")),
        None => {
            let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            Ok(accept.trim_start().starts_with("text/csv"))
        }
    }
}
