//! Problems as gRPC statuses, with the rich details of `google.rpc`: the same code, fields and request id that HTTP has.

use std::collections::HashMap;
use std::time::Duration;

use model::Problem;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::answer::retry_after;

/// The domain of our codes in `google.rpc.ErrorInfo`.
const DOMAIN: &str = "sluice";

/// The status of a problem.
pub(crate) fn status_of(problem: &Problem, request_id: &str, wait: Option<u64>) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(problem.code.key(), DOMAIN, HashMap::new());
    details.set_request_info(request_id, "");
    for error in &problem.errors {
        details.add_bad_request_violation(&error.field, &error.message);
    }
    if let Some(seconds) = wait.or_else(|| retry_after(problem.code)) {
        details.set_retry_info(Some(Duration::from_secs(seconds)));
    }
    Status::with_error_details(Code::from_i32(problem.code.grpc_status().into()), problem.detail.clone(), details)
}
