//! Failed calls in the log, under the ids that their callers got.

use model::{ErrorCode, Problem};

use crate::request_id::RequestId;

/// Writes down a call that failed without a fault of its caller's. Its cause is logged where it is known, which may be for several calls
/// at once; this line is for the one that was answered.
pub(crate) fn log_failure(request_id: &RequestId, api: Option<&str>, problem: &Problem) {
    if problem.status < 500 {
        return;
    }
    let (request_id, code, status) = (request_id.as_str(), problem.code.key(), problem.status);
    if problem.code == ErrorCode::Internal {
        tracing::error!(request_id, api, code, status, "a call failed: {}", problem.detail);
    } else {
        tracing::warn!(request_id, api, code, status, "a call failed: {}", problem.detail);
    }
}
