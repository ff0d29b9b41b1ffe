//! What is answered before it is known what is asked for.

use http::{HeaderMap, Response};
use model::Problem;

use crate::answer::{Stamp, problem};
use crate::body::ApiBody;
use crate::request_id::RequestId;

/// The response to a request that is refused, or has failed, before it is known what it asks for.
#[must_use]
pub fn refusal(request_id: &RequestId, found: &Problem) -> Response<ApiBody> {
    let request = &HeaderMap::new();
    problem(&Stamp { request_id, request, plan: None, budget: None, cache: None, retry_after: None, took: 0 }, found)
}
