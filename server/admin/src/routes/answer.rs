//! What every operation answers with.

/// An answer of a JSON value, or a problem.
pub(super) type Answer<T> = Result<axum::Json<T>, crate::extract::Failure>;

/// Wraps what a use case gives.
pub(super) fn answer<T>(result: Result<T, control::model::Problem>) -> Answer<T> {
    Ok(axum::Json(result?))
}
