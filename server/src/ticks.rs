//! One stream of ticks for the charts of a browser: each says that the figures of another ten seconds are there. What they are, a page asks
//! for itself: with its own session, for what it shows.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use control::Control;
use control::ports::Host;
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use model::clock::{Millis, SECOND};

use crate::host::Machine;

/// How often figures are written, and how long that may take.
const EVERY: Millis = 10 * SECOND;
const WRITTEN: Millis = 700;

/// Tells proxies not to gather a response before they pass it on.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// For somebody who is signed in, and for as long as that lasts.
pub(crate) async fn live(State(control): State<Control>, headers: HeaderMap) -> Response {
    if let Err(problem) = app::caller_of(&control, &headers).await {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
        return (status, problem.detail).into_response();
    }
    let ticks = stream::unfold((control, headers), |(control, headers)| async move {
        tokio::time::sleep(until_written(Machine.now())).await;
        // A stream does not outlive its session.
        app::caller_of(&control, &headers).await.ok()?;
        let tick = Event::default().event("tick").data(Machine.now().to_string());
        Some((Ok::<_, Infallible>(tick), (control, headers)))
    });
    let mut response = Sse::new(ticks).into_response();
    response.headers_mut().insert(UNBUFFERED, HeaderValue::from_static("no"));
    response
}

/// How long it is until the next figures are there.
fn until_written(now: Millis) -> Duration {
    let since = (now - WRITTEN).rem_euclid(EVERY);
    Duration::from_millis(u64::try_from(EVERY - since).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_comes_just_after_each_ten_seconds() {
        for (now, wait) in [(0, 700), (699, 1), (700, 10_000), (701, 9_999), (10_000, 700), (1_796_000_003_000, 7_700)] {
            assert_eq!(until_written(now), Duration::from_millis(wait), "{now}");
        }
    }
}
