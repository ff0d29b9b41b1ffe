//! From what went wrong below to what a person is told. The cause is logged here, once.

use connect::SourceError;
use model::{ErrorCode, Problem};
use store::StoreError;

/// A store's error as a problem.
pub(crate) fn from_store(error: &StoreError) -> Problem {
    match error {
        StoreError::Taken => Problem::new(ErrorCode::Conflict, "There is one of this name already. Choose another name."),
        StoreError::Stale => Problem::new(
            ErrorCode::Conflict,
            "Somebody else changed this in the meantime. Load it again; what you have typed is still here.",
        ),
        other => {
            tracing::error!(cause = %other, "the metadata store failed a request");
            Problem::new(
                ErrorCode::Internal,
                "The metadata store does not answer just now. APIs that are live go on answering. Try again in a moment.",
            )
        }
    }
}

/// A source's error as a problem, under the source's name.
pub(crate) fn from_source(source: &str, error: &SourceError) -> Problem {
    tracing::warn!(source, cause = %error.cause, "a source failed a request: {error}");
    error.problem(source)
}

/// JSON that we wrote ourselves and cannot read back, or the reverse.
pub(crate) fn from_json(error: &serde_json::Error) -> Problem {
    tracing::error!(cause = %error, "a stored definition cannot be read");
    Problem::new(ErrorCode::Internal, "A stored definition cannot be read. The log has the reason under this request's id.")
}
