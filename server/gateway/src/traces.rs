//! What becomes of the spans of requests, beside the request log.

use model::view::LoggedRequest;

/// Sends the spans of requests on.
pub trait Traces: Send + Sync {
    /// Takes a request of a trace that is sampled. `parent` is the caller's span, in hexadecimal, where the caller sent one. Nothing waits
    /// here: it is asked at the end of a request.
    fn take(&self, request: &LoggedRequest, parent: Option<&str>);
}
