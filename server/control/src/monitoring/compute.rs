//! The work on figures that takes long enough to be done beside requests, and what is said where it fails.

use model::{ErrorCode, Problem};
use store::StoreError;

/// Decodes and adds up beside the threads that answer requests.
pub(super) async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(cause = %error, "figures could not be added up");
        Problem::new(ErrorCode::Internal, "The figures could not be read. The log has the cause under the id of this request.")
    })
}

pub(super) fn unavailable(error: &StoreError) -> Problem {
    tracing::error!(cause = %error, "the database of figures failed a request");
    Problem::new(ErrorCode::Internal, "The database of figures does not respond. Live APIs are not affected. Try again in a moment.")
}
