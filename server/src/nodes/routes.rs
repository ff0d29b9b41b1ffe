//! What a node answers to the other nodes of the same metadata, and to nobody else: not to a session, and not to a personal token.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use control::{Caller, Control};
use gateway::Clock;
use http::{HeaderMap, header};
use model::{ErrorCode, Problem};
use request_log::Found;

use super::token::NodeKey;
use crate::host::Machine;
use crate::shield::refusal;

/// Searches the request log of the node.
pub(crate) const SEARCH: &str = "/internal/v1/request-log/search";
/// The largest body, in bytes. A search names the domains that its asker may see.
const MAX_BODY: usize = 1 << 20;

#[derive(Clone)]
struct Served {
    control: Control,
    key: NodeKey,
}

pub(crate) fn router(control: Control, key: NodeKey) -> Router {
    let strangers = |headers: HeaderMap| async move { told(&headers, stranger()) };
    Router::new().route(SEARCH, post(search).fallback(strangers)).with_state(Served { control, key })
}

async fn search(State(served): State<Served>, request: Request) -> Response {
    let headers = request.headers().clone();
    match served.search(request).await {
        Ok(found) => Json(found).into_response(),
        Err(problem) => told(&headers, problem),
    }
}

impl Served {
    async fn search(&self, request: Request) -> Result<Found, Problem> {
        let body = self.body_of_node(request).await?;
        let search = serde_json::from_slice(&body).map_err(|error| {
            tracing::warn!(cause = %error, "another node sent a search that cannot be read; do both run the same version?");
            Problem::new(ErrorCode::Invalid, "The search cannot be read by this version of the program.")
        })?;
        self.control.search_own_requests(&Caller::system(), search).await
    }

    /// The body of a request that a node has sent. Who asks is looked at before the body is read.
    async fn body_of_node(&self, request: Request) -> Result<Bytes, Problem> {
        let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let proof = token.and_then(|token| self.key.verify(token, Clock::now(&Machine))).ok_or_else(stranger)?;
        let body = to_bytes(request.into_body(), MAX_BODY)
            .await
            .map_err(|_| Problem::new(ErrorCode::TooLarge, format!("The body is longer than {MAX_BODY} bytes, or it ended early.")))?;
        if proof.covers(&body) { Ok(body) } else { Err(stranger()) }
    }
}

fn stranger() -> Problem {
    Problem::new(ErrorCode::Unauthenticated, "This path is for nodes of this installation. Use /admin/v1 with a personal token.")
}

fn told(headers: &HeaderMap, problem: Problem) -> Response {
    let request_id = headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    refusal(SEARCH, &problem.with_request(request_id))
}
